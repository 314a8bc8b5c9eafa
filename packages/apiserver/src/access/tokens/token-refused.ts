/** A token is meant for who was asked, and does not count: it is nobody's. What follows is for reviews, and for no one who shows it. */
export class TokenRefused extends Error {
  readonly code = 'PINTLE_TOKEN_REFUSED';
  readonly reasons: readonly string[];
  /** For who records requests. */
  readonly annotations: Readonly<Record<string, string>>;
  constructor(reasons: readonly string[], options?: ErrorOptions & { readonly annotations?: Record<string, string> }) {
    super(reasons.join('; '), options);
    this.reasons = reasons;
    this.annotations = options?.annotations ?? {};
  }
}
