/** Requests to an `HttpHandler` without a socket, for tests. */
import type { HttpHandler, HttpResponse, Peer } from './message.js';

export interface Asking {
  /** By lower-case name; what is sent more than once as a list. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** Sent as JSON unless it is a text or bytes. */
  readonly body?: unknown;
  readonly peer?: Peer;
  readonly signal?: AbortSignal;
}

export interface Answered {
  readonly status: number;
  readonly headers: HttpResponse['headers'];
  readonly bytes: Uint8Array;
  readonly text: string;
  /** The text read as JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: each answer has its own form.
  readonly json: any;
}

/** Asks, and reads the whole answer. `target` is a path with its query. */
export async function ask(handle: HttpHandler, line: string, asking: Asking = {}): Promise<Answered> {
  const { status, headers, body } = await begin(handle, line, asking);
  const chunks: Buffer[] = [];
  if (typeof body === 'string' || body instanceof Uint8Array) chunks.push(Buffer.from(body));
  else if (body !== undefined) for await (const chunk of body) chunks.push(Buffer.from(chunk));
  const bytes = Buffer.concat(chunks);
  const text = bytes.toString('utf8');
  return {
    status,
    headers,
    bytes,
    text,
    get json() {
      return JSON.parse(text);
    },
  };
}

/** Asks, and leaves the body to be read. `line` is `METHOD PATH`. */
export function begin(handle: HttpHandler, line: string, asking: Asking = {}): Promise<HttpResponse> {
  const [method = '', target = ''] = line.split(' ', 2);
  const [path = '', query = ''] = target.split('?', 2);
  const { body, headers = {} } = asking;
  const bytes =
    body === undefined
      ? new Uint8Array()
      : body instanceof Uint8Array
        ? body
        : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  return handle({
    method,
    path,
    query: new URLSearchParams(query),
    header: (name) =>
      headers[name]?.toString() ?? (name === 'content-type' && body !== undefined ? 'application/json' : undefined),
    headersLike: (prefix) =>
      Object.entries(headers).flatMap(([name, values]) =>
        name.startsWith(prefix) ? [values].flat().map((value) => [name, value] as const) : [],
      ),
    body: async () => bytes,
    signal: asking.signal ?? new AbortController().signal,
    peer: asking.peer ?? {},
  });
}
