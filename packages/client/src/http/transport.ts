/**
 * Sends one request and gets its answer: time limits, the server's wish to be asked later, and one second try for
 * a read whose kept-alive connection had just been closed. Knows no kinds: `http-client.ts` does.
 */
import {
  AlikeJson,
  deepFreeze,
  parseJson,
  type StatusError,
  sleep,
  stringifyJson,
  type World,
  withTimeout,
} from '@pintle/machinery';
import { ConnectionError } from '../client.js';
import { failureOf } from './failure.js';
import type { Body } from './lines.js';
import type { RequestObserver } from './request-metrics.js';
import { type Query, searchOf } from './resource-path.js';

/** As much of `fetch` as is needed here. */
export type FetchLike = (
  url: string,
  init: {
    readonly method: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: string;
    readonly signal?: AbortSignal;
    /** Whether the answer goes on for as long as its reader likes, and keeps its connection meanwhile. */
    readonly isStream?: boolean;
  },
) => Promise<Answer>;

/** As much of a `Response` as is needed here. The body is read once, in one of the ways. */
export interface Answer {
  readonly status: number;
  readonly ok: boolean;
  readonly headers: { get(name: string): string | null };
  readonly body: Body | null;
  text(): Promise<string>;
  arrayBuffer(): Promise<ArrayBuffer>;
}

export interface TransportOptions {
  /** As `https://127.0.0.1:6443`, with a path where the API is behind one. */
  readonly server: string;
  readonly fetch: FetchLike;
  readonly world: World;
  readonly userAgent: string;
  /** For the whole of a request; for a stream, until its answer begins. */
  readonly timeoutMs: number;
  /** How often a request is sent again when the server says when (`Retry-After`). */
  readonly retriesMax: number;
  /** A longer wish of the server is cut to this. */
  readonly retryAfterMaxMs: number;
  readonly onWarning: (text: string) => void;
  /** Told of every attempt, the second one of a request too. */
  readonly observe?: RequestObserver;
}

export interface OutgoingRequest {
  readonly method: string;
  readonly path: string;
  readonly query?: Query;
  readonly body?: unknown;
  /** Of the body; JSON unless said. */
  readonly contentType?: string;
  /** Of the answer; JSON unless said. */
  readonly accept?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Whether the answer is a list, whose items are alike. */
  readonly isList?: boolean;
}

export interface Transport {
  /** The answer's JSON, frozen. Errors: `StatusError`, `ConnectionError`. */
  json(request: OutgoingRequest): Promise<unknown>;
  /** The answer's body as it comes; null where there is none. Errors: as `json`. */
  open(request: OutgoingRequest): Promise<Body | null>;
}

export function transport(options: TransportOptions): Transport {
  const { fetch, world, userAgent, timeoutMs, retriesMax, retryAfterMaxMs, onWarning, observe } = options;
  const base = options.server.replace(/\/+$/, '');
  const { clock } = world;

  const observed: FetchLike = async (url, init) => {
    if (observe === undefined) return fetch(url, init);
    const beganMs = clock.monotonic();
    let status: number | undefined;
    try {
      const answer = await fetch(url, init);
      status = answer.status;
      return answer;
    } finally {
      observe(init.method, status, (clock.monotonic() - beganMs) / 1000);
    }
  };

  const attempt = async (request: OutgoingRequest, signal: AbortSignal, isStream: boolean): Promise<Answer> => {
    const { method, path, query = {}, body, contentType = 'application/json', accept = 'application/json' } = request;
    const init = {
      method,
      headers: {
        accept,
        'user-agent': userAgent,
        ...(body === undefined ? {} : { 'content-type': contentType }),
      },
      ...(body === undefined ? {} : { body: stringifyJson(body) }),
      signal,
      isStream,
    };
    const url = `${base}${path}${searchOf(query)}`;
    try {
      return await observed(url, init);
    } catch (error) {
      if (method !== 'GET' || signal.aborted || !wasClosed(error)) throw error;
      return observed(url, init);
    }
  };

  /** Sends until there is an answer to keep. `signal` stays in force while the body is read. */
  const answered = async (request: OutgoingRequest, signal: AbortSignal, isStream = false): Promise<Answer> => {
    for (let retry = 0; ; retry++) {
      const response = await attempt(request, signal, isStream);
      for (const text of warningsOf(response.headers.get('warning'))) onWarning(text);
      if (response.ok) return response;
      const seconds = retryAfterOf(response);
      const failure = failureOf(request, response.status, await response.text().catch(() => ''), seconds);
      if (seconds === undefined || retry >= retriesMax || !isAskLater(failure)) throw failure;
      await sleep(world.clock, Math.min(seconds * 1000, retryAfterMaxMs), signal);
    }
  };

  const wrapped = async <T>(request: OutgoingRequest, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw asFailure(`${request.method} ${base}${request.path}`, error, request.signal);
    }
  };
  const limited = <T>(request: OutgoingRequest, work: (signal: AbortSignal) => Promise<T>) =>
    withTimeout(world.clock, timeoutMs, `${request.method} ${request.path}`, work, request.signal);

  return {
    json: (request) =>
      wrapped(request, () =>
        limited(request, async (signal) => {
          const answer = await answered(request, signal);
          return request.isList ? listIn(await answer.arrayBuffer()) : deepFreeze(parseJson(await answer.text()));
        }),
      ),
    open: (request) =>
      wrapped(request, async () => {
        // Outlives the time limit, which is for the answer's head only.
        const whole = new AbortController();
        const follow = () => whole.abort(request.signal?.reason);
        if (request.signal?.aborted) follow();
        request.signal?.addEventListener('abort', follow, { once: true });
        return limited(request, async (signal) => {
          const late = () => whole.abort(signal.reason);
          signal.addEventListener('abort', late, { once: true });
          try {
            return (await answered(request, whole.signal, true)).body;
          } finally {
            signal.removeEventListener('abort', late);
          }
        });
      }),
  };
}

/** The form of a list, for its items to be compared with one another. */
const listForm = new TextEncoder().encode('{"kind":"","apiVersion":"","metadata":{},"items":[{}]}');

function listIn(bytes: ArrayBuffer): unknown {
  const json = new AlikeJson();
  json.parse(listForm);
  return json.parse(new Uint8Array(bytes));
}

/** What went wrong on the way, as the error that callers know. */
export function asFailure(what: string, error: unknown, signal?: AbortSignal): StatusError | ConnectionError {
  if (isFailure(error)) return error;
  if (signal?.aborted) return new ConnectionError(`${what} was aborted by its caller`, { cause: error });
  const { message, cause } = error as Error & {
    readonly cause?: { readonly message?: string; readonly code?: string };
  };
  // Of several addresses that were tried, the code is all that is said.
  const reason = cause?.message || cause?.code;
  const why = reason === undefined ? message : `${message}: ${reason}`;
  return new ConnectionError(`${what} failed: ${why}`, { cause: error });
}

function isFailure(error: unknown): error is StatusError | ConnectionError {
  return ConnectionError.is(error) || (error as Error | undefined)?.name === 'StatusError';
}

/** The server is busy or starting: it has not carried the request out. */
const isAskLater = ({ code }: StatusError) => code === 429 || code >= 500;

function retryAfterOf(response: Answer): number | undefined {
  const text = response.headers.get('retry-after');
  return text !== null && /^\d+$/.test(text.trim()) ? Number(text) : undefined;
}

/** A connection that was kept alive and closed by the server just as the request went out. */
function wasClosed(error: unknown): boolean {
  // Of what `fetch` throws it is the cause's; lighter ones throw it as it is.
  const { code = undefined } = ((error as Error).cause ?? error) as { code?: unknown };
  return code === 'ECONNRESET' || code === 'EPIPE' || code === 'UND_ERR_SOCKET';
}

/** The texts of `Warning: 299 - "…"` headers (RFC 7234), which may stand in one line. */
export function warningsOf(header: string | null): readonly string[] {
  if (header === null) return [];
  return [...header.matchAll(/299 +\S+ +"((?:[^"\\]|\\.)*)"/g)].map(([, text]) => text!.replace(/\\(.)/g, '$1'));
}
