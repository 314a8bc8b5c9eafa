/** Bytes that go out together: small answers at once, large ones in pieces as the socket takes them. */

const pieceBytes = 256 * 1024;

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
  return total <= pieceBytes ? concatenated(chunks) : batches(chunks);
}

async function* batches(chunks: readonly Uint8Array[]): AsyncIterable<Uint8Array> {
  let batch: Uint8Array[] = [];
  let size = 0;
  for (const chunk of chunks) {
    batch.push(chunk);
    size += chunk.length;
    if (size < pieceBytes) continue;
    yield concatenated(batch);
    batch = [];
    size = 0;
  }
  if (batch.length > 0) yield concatenated(batch);
}
