/** Node's message as an `HttpRequest`. What few requests ask for is made when it is asked for. */
import type { IncomingMessage } from 'node:http';
import { statusError } from '@pintle/machinery';
import type { HttpRequest, Peer } from '../http/message.js';
import type { Departure } from './departure.js';
import { http2Of } from './http2.js';
import { peerOf } from './peer.js';

/** A body has so long to arrive, from when it is asked for to its last byte. */
export const bodyTimeoutMsDefault = 60_000;

export interface NodeRequestOptions extends Pick<HttpRequest, 'upgrade' | 'eventsDue'> {
  readonly bodyTimeoutMs?: number;
}

export class NodeRequest implements HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly upgrade: boolean;
  readonly eventsDue?: () => Promise<void>;
  private readonly bodyTimeoutMs: number;
  private readonly search: string;
  private parsedQuery: URLSearchParams | undefined;

  constructor(
    private readonly message: IncomingMessage,
    private readonly gone: Departure,
    { upgrade = false, bodyTimeoutMs = bodyTimeoutMsDefault, eventsDue }: NodeRequestOptions = {},
  ) {
    this.upgrade = upgrade;
    if (eventsDue !== undefined) this.eventsDue = eventsDue;
    this.bodyTimeoutMs = bodyTimeoutMs;
    const url = message.url ?? '/';
    const mark = url.indexOf('?');
    this.method = message.method ?? 'GET';
    this.path = mark < 0 ? url : url.slice(0, mark);
    this.search = mark < 0 ? '' : url.slice(mark + 1);
  }

  get query(): URLSearchParams {
    this.parsedQuery ??= new URLSearchParams(this.search);
    return this.parsedQuery;
  }

  get signal(): AbortSignal {
    return this.gone.signal;
  }

  get peer(): Peer {
    return peerOf(http2Of(this.message)?.socket ?? this.message.socket);
  }

  readonly header = (name: string): string | undefined => {
    const value = this.message.headers[name];
    return typeof value === 'string' ? value : value?.join(', ');
  };

  readonly headersLike = (prefix: string): readonly (readonly [string, string])[] => {
    const { rawHeaders, headers } = this.message;
    const found: [string, string][] = [];
    let any = false;
    for (const name in headers) any ||= name.startsWith(prefix);
    if (!any) return found;
    for (let i = 0; i < rawHeaders.length; i += 2) {
      const name = rawHeaders[i]!.toLowerCase();
      if (name.startsWith(prefix)) found.push([name, rawHeaders[i + 1]!]);
    }
    return found;
  };

  readonly body = (maxBytes: number): Promise<Uint8Array> => readBody(this.message, maxBytes, this.bodyTimeoutMs);
}

const nothing = new Uint8Array();

/** Errors: `StatusError` RequestEntityTooLarge, and Timeout for a body that does not end. */
function readBody(message: IncomingMessage, maxBytes: number, timeoutMs: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const tooLarge = () => statusError('RequestEntityTooLarge', `Request entity too large: limit is ${maxBytes}`);
    if (Number(message.headers['content-length'] ?? 0) > maxBytes) {
      reject(tooLarge());
      return;
    }
    if (message.complete) {
      // Most bodies came with their head: they lie there, and nobody needs to be told of them.
      const whole: Buffer | null = message.read();
      if ((whole?.length ?? 0) > maxBytes) reject(tooLarge());
      else resolve(whole ?? nothing);
      return;
    }
    const chunks: Buffer[] = [];
    let size = 0;
    const timer = setTimeout(() => {
      message.off('data', onData).pause();
      const words = `the body of the request did not arrive within ${timeoutMs} ms`;
      reject(statusError('Timeout', words, { code: 408 }));
    }, timeoutMs);
    const onData = (chunk: Buffer) => {
      size += chunk.length;
      chunks.push(chunk);
      if (size <= maxBytes) return;
      message.off('data', onData).pause();
      clearTimeout(timer);
      reject(tooLarge());
    };
    message.on('data', onData);
    const onClose = () => {
      clearTimeout(timer);
      reject(new Error('the request was cut short'));
    };
    message.once('end', () => {
      clearTimeout(timer);
      message.off('close', onClose);
      resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, size));
    });
    message.once('error', reject);
    message.once('close', onClose);
  });
}
