/**
 * How admission reviews reach webhooks: a port, so that the API server stays without sockets. `./nodejs` has the one
 * over HTTPS; a host application may answer in process.
 */

export interface WebhookTarget {
  /** With scheme, host, port and path. */
  readonly url: string;
  /** The name that the certificate is checked for, where it is not the URL's host. */
  readonly serverName?: string;
  /** PEM; the system's authorities where there is none. */
  readonly caBundle?: string;
  /** Whoever answers is believed. */
  readonly insecure?: boolean;
  /** How the server shows who it is; not at all unless given. */
  readonly credentials?: WebhookCredentials;
}

export interface WebhookCredentials {
  /** A client certificate and its key, in PEM. */
  readonly certPem?: string;
  readonly keyPem?: string;
  readonly token?: string;
  /** Where there is no token. */
  readonly username?: string;
  readonly password?: string;
}

/** The webhook was asked, and what it answers is no review. */
export class WebhookAnswerError extends Error {
  readonly code = 'PINTLE_WEBHOOK_ANSWER';
  /** The answer's, where it is the reason. */
  readonly status: number | undefined;
  constructor(message: string, { status, ...options }: ErrorOptions & { readonly status?: number } = {}) {
    super(message, options);
    this.status = status;
  }
}

/** Answers with the parsed body. Rejects where the webhook cannot be asked or does not answer with JSON and 200 (`WebhookAnswerError`). */
export type WebhookCaller = (target: WebhookTarget, body: unknown, signal: AbortSignal) => Promise<unknown>;

/** The most that a webhook may answer. */
export const webhookAnswerMax = 10 * 1024 * 1024;
