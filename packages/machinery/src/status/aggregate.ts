/** Several faults in one message, in the form of apimachinery's `errors.Aggregate`. */

/** One stands alone, more stand in brackets. Upstream tells equal ones once: pass a set where there may be some. */
export function aggregateText(faults: Iterable<string>): string {
  const texts = [...faults];
  return texts.length === 1 ? texts[0]! : `[${texts.join(', ')}]`;
}
