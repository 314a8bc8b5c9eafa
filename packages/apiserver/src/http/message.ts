/**
 * A request and its answer as plain data. The API server's core speaks only these; `fetch` and Node's sockets
 * translate. A body that streams is an async iterable, pulled as fast as the client takes it; each piece is the
 * receiver's until it asks for the next.
 */
import type { StreamSession, UpgradedSession } from '../streams/stream-session.js';

export interface CertificateSubject {
  readonly commonName: string;
  readonly organizations: readonly string[];
  /** SHA-256 of the certificate, in hexadecimal. */
  readonly fingerprint?: string;
  /** When it ends to be good. */
  readonly validUntilMs?: number;
}

/** What the transport knows of the other side. */
export interface Peer {
  readonly remoteAddress?: string;
  /** Of a client certificate that the authority of clients vouches for. */
  readonly clientCertificate?: CertificateSubject;
  /** Of one that the authority of front proxies vouches for. */
  readonly proxyCertificate?: CertificateSubject;
  /** A certificate was shown that no authority vouches for, or that names nobody. */
  readonly strangeCertificate?: boolean;
}

export interface HttpRequest {
  readonly method: string;
  /** The path as it was sent, without the query; still percent-encoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** By lower-case name. */
  header(name: string): string | undefined;
  /** The headers whose lower-case name begins with `prefix`, as often as they were sent. */
  headersLike(prefix: string): readonly (readonly [name: string, value: string])[];
  /** The whole body. Errors: `StatusError` RequestEntityTooLarge beyond `maxBytes`. */
  body(maxBytes: number): Promise<Uint8Array>;
  /** Aborted when the client has gone. */
  readonly signal: AbortSignal;
  readonly peer: Peer;
  /**
   * Resolves when the transport next writes what streams: who has one thing to say waits for it, and says with it what else
   * has come by then. Absent: it writes at once.
   */
  readonly eventsDue?: () => Promise<void>;
  /** Whether the client offers to change protocols and the transport can follow. */
  readonly upgrade?: boolean;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: Uint8Array | string | AsyncIterable<Uint8Array | string>;
  /**
   * Of a body that streams: how WebSocket carries it to a client that offers it. `events`: each is a message; `bytes`: as they
   * come. Absent: it is answered as to anybody.
   */
  readonly messages?: 'events' | 'bytes';
  /** With status 101, to an `upgrade`: what the transport carries from here on. It has not begun yet. */
  readonly session?: StreamSession | UpgradedSession;
}

/** Without its parameters. */
export const mediaTypeOf = (request: HttpRequest): string =>
  (request.header('content-type') ?? '').split(';', 1)[0]!.trim().toLowerCase();

export type HttpHandler = (request: HttpRequest) => Promise<HttpResponse>;
