/** A body as pieces, and as lines of text. */

/** A line longer than this is no event of a Kubernetes API. */
export const lineCharactersMax = 64 * 1024 * 1024;

/** The pieces of a body. Ending the iteration early ends the request. */
export async function* piecesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
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
 * The lines of a body that are not empty, the last one even where no line break ends it. Pieces are searched once:
 * a long line in many pieces costs no more than its length. Errors: `RangeError` for a line beyond the limit.
 */
export async function* linesOf(
  body: ReadableStream<Uint8Array>,
  charactersMax = lineCharactersMax,
): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let parts: string[] = [];
  let length = 0;
  for await (const piece of piecesOf(body)) {
    const lines = decoder.decode(piece, { stream: true }).split('\n');
    for (let i = 0; i < lines.length; i++) {
      parts.push(lines[i]!);
      length += lines[i]!.length;
      if (length > charactersMax) throw new RangeError(`a line is longer than ${charactersMax} characters`);
      if (i === lines.length - 1) break;
      const line = parts.join('');
      parts = [];
      length = 0;
      if (line.trim() !== '') yield line;
    }
  }
  const rest = parts.join('') + decoder.decode();
  if (rest.trim() !== '') yield rest;
}
