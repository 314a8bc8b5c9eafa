/** Several faults in one message, in the form of apimachinery's `errors.Aggregate`. */

/** One stands alone, more stand in brackets, equal ones once. */
export function aggregateText(faults: Iterable<string>): string {
  const texts = [...new Set(faults)];
  return texts.length === 1 ? texts[0]! : `[${texts.join(', ')}]`;
}
