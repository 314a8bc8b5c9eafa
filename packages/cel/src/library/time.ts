/** Timestamps and durations: from and to text, arithmetic, and what a calendar says of them. */
import { CelError, Duration, Timestamp } from '../values.js';

const second = 1_000_000_000n;
const unitNanos: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  μs: 1_000n,
  ms: 1_000_000n,
  s: second,
  m: 60n * second,
  h: 3_600n * second,
};
const durationMax = 2n ** 63n - 1n;
/** 0001-01-01 to the last nanosecond of 9999, in seconds from 1970. */
const [timestampMin, timestampMax] = [-62_135_596_800n * second, 253_402_300_800n * second - 1n];

export function duration(nanos: bigint): Duration {
  if (nanos > durationMax || nanos < -durationMax - 1n) throw new CelError('integer overflow');
  return new Duration(nanos);
}

export function timestamp(nanos: bigint): Timestamp {
  if (nanos < timestampMin || nanos > timestampMax) throw new CelError('timestamp overflow');
  return new Timestamp(nanos);
}

/** As Go writes them: `1h30m`, `-1.5s`. */
export function parseDuration(text: string): Duration {
  const [, sign, body] = /^([-+]?)(.*)$/.exec(text) ?? [];
  if (body === '0') return new Duration(0n);
  const part = /(\d*)(?:\.(\d*))?(ns|us|µs|μs|ms|s|m|h)/y;
  let nanos = 0n;
  let at = 0;
  while (at < body!.length) {
    part.lastIndex = at;
    const found = part.exec(body!);
    const [whole, digits = '', fraction = '', unit = ''] = found ?? [];
    if (whole === undefined || digits + fraction === '')
      throw new CelError(`time: invalid duration ${JSON.stringify(text)}`);
    const scale = unitNanos[unit]!;
    nanos += BigInt(digits === '' ? 0 : digits) * scale;
    if (fraction !== '') nanos += (BigInt(fraction) * scale) / 10n ** BigInt(fraction.length);
    at += whole.length;
  }
  if (at === 0) throw new CelError(`time: invalid duration ${JSON.stringify(text)}`);
  return duration(sign === '-' ? -nanos : nanos);
}

/** In seconds: `5400s`, `1.5s`. */
export const formatDuration = ({ nanos }: Duration): string => {
  const size = nanos < 0n ? -nanos : nanos;
  return `${nanos < 0n ? '-' : ''}${size / second}${fractionOf(size % second)}s`;
};

const fractionOf = (nanos: bigint): string =>
  nanos === 0n ? '' : `.${nanos.toString().padStart(9, '0').replace(/0+$/, '')}`;

const rfc3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:([Zz])|([+-])(\d\d):(\d\d))$/;

export function parseTimestamp(text: string): Timestamp {
  const found = rfc3339.exec(text);
  const [, year, month, day, hour, minute, seconds, fraction = '', , sign, zoneHours = '0', zoneMinutes = '0'] =
    found ?? [];
  const date = found === null ? undefined : utc(Number(year), Number(month) - 1, Number(day));
  const [h, m, s] = [Number(hour), Number(minute), Number(seconds)];
  if (date === undefined || date.getUTCDate() !== Number(day) || Number(month) > 12 || h > 23 || m > 59 || s > 59)
    throw new CelError(`invalid timestamp: ${JSON.stringify(text)}`);
  const zone = (Number(zoneHours) * 60 + Number(zoneMinutes)) * (sign === '-' ? -1 : 1);
  const inSeconds = BigInt(date.getTime() / 1000) + BigInt(h * 3600 + m * 60 + s - zone * 60);
  return timestamp(inSeconds * second + BigInt(fraction.padEnd(9, '0')));
}

/** `Date.UTC` takes years before 100 for those of the last century. */
function utc(year: number, month: number, day: number): Date {
  const date = new Date(0);
  date.setUTCFullYear(year, month, day);
  return date;
}

export function formatTimestamp({ nanos }: Timestamp): string {
  const inSeconds = floorDivide(nanos, second);
  const text = new Date(Number(inSeconds) * 1000).toISOString();
  return `${text.slice(0, 19)}${fractionOf(nanos - inSeconds * second)}Z`;
}

export const floorDivide = (a: bigint, b: bigint): bigint => (a >= 0n ? a / b : -((-a + b - 1n) / b));

/** The clock on the wall in a time zone: `America/New_York`, `-08:00`, `02:30`. UTC unless given. */
export function wallClock({ nanos }: Timestamp, zone = 'UTC'): Date {
  const ms = Number(floorDivide(nanos, 1_000_000n));
  const [, sign, hours, minutes] = /^([+-]?)(\d\d):(\d\d)$/.exec(zone) ?? [];
  if (hours !== undefined)
    return new Date(ms + (Number(hours) * 60 + Number(minutes)) * 60_000 * (sign === '-' ? -1 : 1));
  if (zone === 'UTC' || zone === '') return new Date(ms);
  let formatted: Intl.DateTimeFormatPart[];
  try {
    formatted = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    }).formatToParts(new Date(ms));
  } catch {
    throw new CelError(`unknown time zone ${zone}`);
  }
  const part = (type: string) => Number(formatted.find((each) => each.type === type)?.value);
  const date = utc(part('year'), part('month') - 1, part('day'));
  date.setUTCHours(part('hour'), part('minute'), part('second'), ((ms % 1000) + 1000) % 1000);
  return date;
}

export const dayOfYear = (date: Date): number =>
  Math.floor((date.getTime() - utc(date.getUTCFullYear(), 0, 1).getTime()) / 86_400_000);
