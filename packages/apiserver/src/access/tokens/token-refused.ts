/** A token is meant for who was asked, and does not count: it is nobody's. What follows is for reviews, and for no one who shows it. */
export class TokenRefused extends Error {
  readonly code = 'PINTLE_TOKEN_REFUSED';
  readonly reasons: readonly string[];
  constructor(reasons: readonly string[], options?: ErrorOptions) {
    super(reasons.join('; '), options);
    this.reasons = reasons;
  }
}
