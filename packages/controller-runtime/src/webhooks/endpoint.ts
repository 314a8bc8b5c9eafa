/** What answers at one path of a webhook server: a review in, a review out. How it is reached is `./nodejs`'s affair. */

/** Answers a review. Rejects with `BadReviewError` where it is none. */
export type WebhookEndpoint = (review: unknown) => Promise<object>;

/** What was sent is no review that this endpoint can answer. */
export class BadReviewError extends Error {
  readonly code = 'PINTLE_BAD_REVIEW';
  constructor(what: string) {
    super(what);
    this.name = 'BadReviewError';
  }
}

/** The request of a review of `kind`. Errors: `BadReviewError`. */
export function requestOf<R>(review: unknown, apiVersion: string, kind: string): R & { readonly uid: string } {
  const {
    apiVersion: version,
    kind: of,
    request,
  } = (review ?? {}) as {
    readonly apiVersion?: unknown;
    readonly kind?: unknown;
    readonly request?: (R & { readonly uid: string }) | null;
  };
  if (of !== kind || version !== apiVersion)
    throw new BadReviewError(`this answers ${kind} of ${apiVersion}, and not ${String(of)} of ${String(version)}`);
  if (typeof request?.uid !== 'string') throw new BadReviewError(`the ${kind} has no request, or no request.uid`);
  return request;
}
