/**
 * `fetch` as far as the HTTP client needs it, over undici's `request`: the answer to a short request is read without web
 * streams, which cost more than all else of it. Bodies that are followed, as of watches, are web streams all the same.
 */
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { type Dispatcher, request } from 'undici';

export interface LightInit {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal?: AbortSignal;
  readonly dispatcher: Dispatcher;
}

/** As much of a `Response` as is needed. The body can be read once, in one way. */
export interface LightResponse {
  readonly status: number;
  readonly ok: boolean;
  readonly headers: { get(name: string): string | null };
  readonly body: ReadableStream<Uint8Array> | null;
  text(): Promise<string>;
  json(): Promise<unknown>;
}

export async function lightFetch(url: string, init: LightInit): Promise<LightResponse> {
  const { statusCode, headers, body } = await request(url, { ...init, method: init.method as Dispatcher.HttpMethod });
  let stream: ReadableStream<Uint8Array> | undefined;
  return {
    status: statusCode,
    ok: statusCode >= 200 && statusCode < 300,
    headers: {
      get(name) {
        const value = headers[name.toLowerCase()];
        return value === undefined ? null : typeof value === 'string' ? value : value.join(', ');
      },
    },
    get body() {
      stream ??= Readable.toWeb(body) as ReadableStream<Uint8Array>;
      return stream;
    },
    text: () => body.text(),
    json: () => body.json(),
  };
}
