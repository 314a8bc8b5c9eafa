/** The answer of another server as a text, up to a length. */
import type { HttpResponse } from '../http/message.js';

/** Errors: where it is longer. */
export async function textOf({ body }: HttpResponse, charsMax: number): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  const add = (chunk: string | Uint8Array) => {
    text += typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
    if (text.length > charsMax) throw new Error(`the answer is longer than ${charsMax} characters`);
  };
  if (body === undefined) return text;
  if (typeof body === 'string' || body instanceof Uint8Array) add(body);
  else for await (const chunk of body) add(chunk);
  return text;
}
