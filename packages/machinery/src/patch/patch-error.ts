/** A patch that is malformed or does not fit what it is applied to. */
export class PatchError extends Error {
  readonly code = 'PINTLE_PATCH';
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'PatchError';
  }
}
