/** Requests to a new API server, which is stopped after the test. */
import { afterEach } from '@jest/globals';
import { createApiServer } from '../server.js';
import type { ApiServerOptions } from '../server-options.js';
import { ask, begin } from './asking.fixture.js';

type Headers = Readonly<Record<string, string>>;

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

export async function requester(options: ApiServerOptions = {}) {
  const api = await createApiServer(options);
  ends.push(() => api.stop());
  const send = (method: string, url: string, body?: unknown, headers: Headers = {}) =>
    ask(api.handle, `${method} ${url}`, { headers, body });
  return {
    api,
    client: api.client(),
    send,
    get: (url: string, headers?: Headers) => send('GET', url, undefined, headers),
    apply: (url: string, body: unknown) => send('PATCH', url, body, { 'content-type': 'application/apply-patch+yaml' }),
    /** The pieces of an answer that goes on; aborting the signal ends it. */
    async *stream(url: string, signal: AbortSignal, headers: Headers = {}): AsyncGenerator<Uint8Array> {
      const { body } = await begin(api.handle, `GET ${url}`, { headers, signal });
      if (typeof body === 'string' || body instanceof Uint8Array) yield Buffer.from(body);
      else if (body !== undefined) for await (const part of body) yield Buffer.from(part);
    },
  };
}
