/**
 * A request and its answer as plain data. The API server's core speaks only these; `fetch` and Node's sockets
 * translate. A body that streams is an async iterable, pulled as fast as the client takes it.
 */

/** What the transport knows of the other side. */
export interface Peer {
  readonly remoteAddress?: string;
  /** Of a verified client certificate: common name and organizations. */
  readonly clientCertificate?: { readonly commonName: string; readonly organizations: readonly string[] };
}

export interface HttpRequest {
  readonly method: string;
  /** The path as it was sent, without the query; still percent-encoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** By lower-case name. */
  header(name: string): string | undefined;
  /** The whole body. Errors: `StatusError` RequestEntityTooLarge beyond `maxBytes`. */
  body(maxBytes: number): Promise<Uint8Array>;
  /** Aborted when the client has gone. */
  readonly signal: AbortSignal;
  readonly peer: Peer;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: Uint8Array | string | AsyncIterable<Uint8Array | string>;
}

export type HttpHandler = (request: HttpRequest) => Promise<HttpResponse>;
