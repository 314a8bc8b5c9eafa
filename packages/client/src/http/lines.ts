/** A body as pieces, and as lines. */

/** What a body's bytes come from: web streams everywhere, and in Node its own streams, which cost less. */
export type Body = ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>;

/** A line longer than this is no event of a Kubernetes API. */
export const lineBytesMax = 64 * 1024 * 1024;

const lineBreak = 0x0a;

/** The pieces of a body. Ending the iteration early ends the request. */
export function piecesOf(body: Body): AsyncIterable<Uint8Array> {
  return Symbol.asyncIterator in body ? body : streamed(body);
}

/** Not every browser can iterate over a stream. */
async function* streamed(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

/**
 * The lines of a body, together as they came, the last one even where no line break ends it. Pieces are searched once: a
 * long line in many pieces costs no more than its length. The last line of those that come together has memory of its own, so
 * that who keeps it keeps no piece; the others are to be read at once. Errors: `RangeError` for a line beyond the limit.
 */
export async function* linesOf(body: Body, bytesMax = lineBytesMax): AsyncGenerator<readonly Uint8Array[]> {
  /** Of the line that has not ended yet. */
  let parts: Uint8Array[] = [];
  let length = 0;
  for await (const piece of piecesOf(body)) {
    const lines: Uint8Array[] = [];
    let from = 0;
    for (let to = piece.indexOf(lineBreak); to >= 0; ) {
      const next = piece.indexOf(lineBreak, to + 1);
      const part = piece.subarray(from, to);
      lines.push(parts.length === 0 && next >= 0 ? part : joined([...parts, part]));
      parts = [];
      length = 0;
      from = to + 1;
      to = next;
    }
    if (from < piece.length) parts.push(piece.subarray(from));
    length += piece.length - from;
    if (length > bytesMax) throw new RangeError(`a line is longer than ${bytesMax} bytes`);
    if (lines.length > 0) yield lines;
  }
  if (parts.length > 0) yield [joined(parts)];
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const line = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    line.set(part, at);
    at += part.length;
  }
  return line;
}
