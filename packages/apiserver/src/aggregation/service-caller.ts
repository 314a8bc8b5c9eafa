/**
 * How an aggregated API is reached: a port, so that the API server stays without sockets. `httpsServiceCaller()` of
 * `./nodejs` is the one over HTTPS.
 */
import type { WebhookTarget } from '../admission/webhook/webhook-caller.js';
import type { HttpResponse } from '../http/message.js';

export interface ServiceTarget extends WebhookTarget {
  /** Whether whoever answers is believed. */
  readonly insecureSkipTlsVerify?: boolean;
}

export interface ServiceRequest {
  readonly method: string;
  /** In lower case; a name may come more than once. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body?: Uint8Array;
}

/** The target's URL has the path and the query. Rejects where nobody answers. */
export type ServiceCaller = (
  target: ServiceTarget,
  request: ServiceRequest,
  signal: AbortSignal,
) => Promise<HttpResponse>;
