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
  return `${new Date(epochMs).toISOString().slice(0, 23)}000Z`;
}

/** Milliseconds since the epoch, or undefined where `text` is no RFC 3339 time. */
export function parseTime(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/.test(text))
    return undefined;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : ms;
}
