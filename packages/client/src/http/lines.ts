/** A byte stream as lines of text. */

/** A line longer than this is no event of a Kubernetes API. */
const lineBytesMax = 64 * 1024 * 1024;

export async function* linesOf(body: ReadableStream<Uint8Array>): AsyncIterable<string> {
  const decoder = new TextDecoder();
  const reader = body.getReader();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      rest += decoder.decode(value, { stream: true });
      const lines = rest.split('\n');
      rest = lines.pop() ?? '';
      if (rest.length > lineBytesMax) throw new RangeError(`a line is longer than ${lineBytesMax} bytes`);
      for (const line of lines) if (line !== '') yield line;
    }
    if (rest.trim() !== '') yield rest;
  } finally {
    reader.cancel().catch(() => {});
  }
}
