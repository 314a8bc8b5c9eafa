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

export function inPieces(chunks: readonly Uint8Array[]): Uint8Array | AsyncIterable<Uint8Array> {
  const total = chunks.reduce((sum, { length }) => sum + length, 0);
  return total <= pieceBytesMax ? concatenated(chunks) : pieces(chunks);
}

/** All in one buffer, one piece after the other: however long a list is, sending it takes no more memory than that. */
async function* pieces(chunks: readonly Uint8Array[]): AsyncIterable<Uint8Array> {
  const buffer = new Uint8Array(pieceBytesMax);
  let size = 0;
  for (const chunk of chunks) {
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
