/** Times as Kubernetes writes them: RFC 3339 in UTC, to the second (`Time`) or the microsecond (`MicroTime`). */

/** `2006-01-02T15:04:05Z`, truncated to the second. */
export function formatTime(epochMs: number): string {
  const second = Math.floor(epochMs / 1000);
  if (second !== lately.second) {
    lately.text = `${new Date(epochMs).toISOString().slice(0, 19)}Z`;
    lately.second = second;
  }
  return lately.text;
}

/** A busy server stamps thousands of objects in one second. */
const lately = { second: Number.NaN, text: '' };

/** `2006-01-02T15:04:05.000000Z`. */
export function formatMicroTime(epochMs: number): string {
  if (epochMs !== latelyMicro.epochMs) {
    latelyMicro.text = `${new Date(epochMs).toISOString().slice(0, 23)}000Z`;
    latelyMicro.epochMs = epochMs;
  }
  return latelyMicro.text;
}

const latelyMicro = { epochMs: Number.NaN, text: '' };

/** Milliseconds since the epoch, or undefined where `text` is no RFC 3339 time. */
export function parseTime(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const place = (text.charCodeAt(18) + 10 * text.charCodeAt(17)) % parsedMax;
  const known = parsed[place];
  if (known?.text === text) return known.ms;
  if (!/^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/.test(text)) return undefined;
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) return undefined;
  parsed[place] = { text, ms };
  return ms;
}

/** The latest time for each second of a minute: of what objects say, most was said within the same few seconds. */
const parsed: ({ readonly text: string; readonly ms: number } | undefined)[] = [];
const parsedMax = 60;
