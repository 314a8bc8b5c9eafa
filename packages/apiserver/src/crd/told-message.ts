/** What is shown of a message that an expression has made, of a rule of custom resources or of a policy. Pure. */

const messageMaxBytes = 5 * 1024;

/** Without the space around it; undefined of what is blank or no text, of several lines, or very long. */
export function toldMessage(made: unknown): string | undefined {
  const text = typeof made === 'string' ? made.trim() : '';
  const isTold = text !== '' && !text.includes('\n') && new TextEncoder().encode(text).length <= messageMaxBytes;
  return isTold ? text : undefined;
}
