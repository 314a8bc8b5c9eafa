/** Bytes that go out together: small answers at once, large ones in pieces as the socket takes them. */

const pieceBytesMax = 256 * 1024;

export function concatenated(chunks: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

/** Of chunks that are made when they are asked for, no more are than the first piece needs. */
export function inPieces(chunks: Iterable<Uint8Array>): Uint8Array | Pieces {
  const first: Uint8Array[] = [];
  const rest = chunks[Symbol.iterator]();
  let size = 0;
  for (let next = rest.next(); next.done !== true; next = rest.next()) {
    first.push(next.value);
    size += next.value.length;
    if (size > pieceBytesMax) return new Pieces(oneAfterTheOther(first, rest));
  }
  return concatenated(first);
}

function* oneAfterTheOther(first: readonly Uint8Array[], rest: Iterator<Uint8Array>): Iterable<Uint8Array> {
  yield* first;
  for (let next = rest.next(); next.done !== true; next = rest.next()) yield next.value;
}

/**
 * Bytes that are all there, or can be made at any time, unlike those of a watch. They are handed out in one buffer, one piece
 * after the other: however long a list is, sending it takes no more memory than that.
 */
export class Pieces implements AsyncIterable<Uint8Array> {
  constructor(private readonly chunks: Iterable<Uint8Array>) {}

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    const buffer = new Uint8Array(pieceBytesMax);
    let size = 0;
    for (const chunk of this.chunks) {
      if (size + chunk.length > pieceBytesMax) {
        if (size > 0) yield buffer.subarray(0, size);
        size = 0;
      }
      if (chunk.length > pieceBytesMax) yield chunk;
      else {
        buffer.set(chunk, size);
        size += chunk.length;
      }
    }
    if (size > 0) yield buffer.subarray(0, size);
  }
}
