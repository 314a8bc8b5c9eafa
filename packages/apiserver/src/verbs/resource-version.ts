/**
 * Resource versions are store revisions in decimal. Clients may only hand back what they were given.
 *
 * **Differs from Kubernetes**: a token of a page that this server has not made is refused in words of its own; a version of
 * an object that is no number is another one than that of the object (409), and not the fault of the server (500).
 */
import {
  badRequest,
  type FieldError,
  formatFieldError,
  fromBase64,
  invalidField,
  type StatusError,
  statusError,
  toBase64,
} from '@pintle/machinery';

/** The revision of a resourceVersion; 0 for `0` and for none. Errors: `StatusError`, as a list or a watch has it. */
export function parseResourceVersion(text: string | undefined, refuse: (error: FieldError) => StatusError): number {
  if (text === undefined || text === '') return 0;
  const why = !/^\d+$/.test(text)
    ? 'invalid syntax'
    : BigInt.asUintN(64, BigInt(text)) !== BigInt(text)
      ? 'value out of range'
      : undefined;
  if (why === undefined) return Number(text);
  throw refuse(invalidField('resourceVersion', text, `strconv.ParseUint: parsing ${JSON.stringify(text)}: ${why}`));
}

export const badResourceVersion = (error: FieldError): StatusError => badRequest(formatFieldError(error));
export const badListVersion = (error: FieldError): StatusError =>
  badRequest(`invalid resource version: ${formatFieldError(error)}`);

/** 504: the version asked for has not happened here yet. When to ask again is not told of what is read past upstream's cache. */
export function tooLargeResourceVersion(requested: number | string, current: number, isExact = false): StatusError {
  return statusError('Timeout', `Timeout: Too large resource version: ${requested}, current: ${current}`, {
    details: {
      causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
      ...(isExact ? {} : { retryAfterSeconds: 1 }),
    },
  });
}

/** Where a chunked list goes on: at which revision, after which key. Opaque to clients. */
export interface ContinueToken {
  /** `newest`: the revision of the list's beginning is gone, and the client takes the rest as it is now. */
  readonly revision: number | 'newest';
  readonly startKey: string;
}

/** `prefix` is that of the list, and no part of the token. */
export function formatContinue({ revision, startKey }: ContinueToken, prefix: string): string {
  const start = startKey.slice(prefix.length);
  const token = JSON.stringify({ v: 'meta.k8s.io/v1', rv: revision === 'newest' ? -1 : revision, start });
  return toBase64(new TextEncoder().encode(token)).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

/** Errors: `StatusError` BadRequest for what is no token of this server. */
export function parseContinue(text: string, prefix: string): ContinueToken {
  const refuse = (why: string, cause?: unknown) =>
    badRequest(`invalid continue token: continue key is not valid${why}`, cause);
  let token: { v?: unknown; rv?: unknown; start?: unknown };
  try {
    const bytes = fromBase64(text.replaceAll('-', '+').replaceAll('_', '/'));
    token = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as typeof token;
  } catch (error) {
    throw refuse(': it was not made by this server', error);
  }
  const { v, rv, start } = token ?? {};
  if (v !== 'meta.k8s.io/v1') throw refuse(`: server does not recognize this encoded version ${String(v)}`);
  if (typeof rv !== 'number' || !Number.isSafeInteger(rv) || rv === 0)
    throw refuse(': incorrect encoded start resourceVersion (version meta.k8s.io/v1)');
  if (typeof start !== 'string' || start === '') throw refuse(': encoded start key empty (version meta.k8s.io/v1)');
  if (`/${start}`.split('/').some((part) => part === '..' || part === '.')) throw refuse(`: ${start}`);
  return { revision: rv < 0 ? 'newest' : rv, startKey: prefix + start };
}
