/** Time zones by their IANA names, as the host's `Intl` knows them. */

export interface Zone {
  readonly name: string;
  /** How far local time is ahead of UTC at a moment. */
  offsetMs(epochMs: number): number;
}

export const utc: Zone = { name: 'UTC', offsetMs: () => 0 };

const hourMs = 3_600_000;

/** Undefined where no zone has the name; the empty name is UTC's. */
export function zoneOf(name: string): Zone | undefined {
  if (name === '' || name === 'UTC') return utc;
  // Intl knows offsets like "+01:00" too, which are no names of zones.
  if (!/^[A-Za-z]/.test(name)) return undefined;
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US-u-ca-gregory-nu-latn', {
      timeZone: name,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
  return {
    name,
    offsetMs(epochMs) {
      const parts: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {};
      for (const { type, value } of format.formatToParts(epochMs)) parts[type] = Number(value);
      const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
      return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(epochMs / 1000) * 1000;
    },
  };
}

/** Local time as an epoch of its own: what a clock on the wall there shows, read as if it were UTC. */
export const toWall = (zone: Zone, epochMs: number): number => epochMs + zone.offsetMs(epochMs);

/** The moment at which a wall shows this; of one that it never shows, a moment at most a gap away. */
export function fromWall(zone: Zone, wallMs: number): number {
  const offsetMs = zone.offsetMs(wallMs);
  return offsetMs === 0 ? wallMs : wallMs - zone.offsetMs(wallMs - offsetMs);
}

/** RFC 3339 with the zone's offset: `2025-01-01T01:00:00+01:00`, and `Z` for UTC. */
export function formatZoned(zone: Zone, epochMs: number): string {
  const offsetMs = zone.offsetMs(epochMs);
  const wall = new Date(epochMs + offsetMs).toISOString().slice(0, 19);
  if (offsetMs === 0) return `${wall}Z`;
  const size = Math.abs(offsetMs);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${wall}${offsetMs < 0 ? '-' : '+'}${two(Math.floor(size / hourMs))}:${two(Math.floor((size % hourMs) / 60_000))}`;
}
