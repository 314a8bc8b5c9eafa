/** A `Client` over HTTP, on any `fetch`. */
export * from './http-client.js';
export type { ServedKind } from './served-kinds.js';
export type { Answer, FetchLike } from './transport.js';
