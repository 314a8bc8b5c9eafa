/**
 * `fetch` as far as the HTTP client needs it, over undici's `request`: without web streams, which cost more than all else
 * of a short request, and a good part of a long one.
 */
import { type Dispatcher, request } from 'undici';
import type { Answer } from '../http/transport.js';

export interface LightInit {
  readonly method: string;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string;
  readonly signal?: AbortSignal;
  readonly dispatcher: Dispatcher;
}

export async function lightFetch(url: string, init: LightInit): Promise<Answer> {
  const { statusCode, headers, body } = await request(url, {
    ...init,
    method: init.method as Dispatcher.HttpMethod,
    headers: init.headers as Record<string, string | string[]>,
  });
  return {
    status: statusCode,
    ok: statusCode >= 200 && statusCode < 300,
    headers: {
      get(name) {
        const value = headers[name.toLowerCase()];
        return value === undefined ? null : typeof value === 'string' ? value : value.join(', ');
      },
    },
    body,
    text: () => body.text(),
    arrayBuffer: () => body.arrayBuffer(),
  };
}
