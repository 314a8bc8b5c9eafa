/** Resource versions are store revisions in decimal. Clients may only hand back what they were given. */
import { badRequest, invalid, statusError } from '@pintle/machinery';

/** The revision of a resourceVersion; 0 for `0` and for none. Errors: `StatusError` Invalid. */
export function parseResourceVersion(text: string | undefined): number {
  if (text === undefined || text === '') return 0;
  const revision = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(revision)) {
    throw invalid({ group: 'meta.k8s.io', kind: 'ListOptions' }, '', [
      {
        type: 'FieldValueInvalid',
        field: 'resourceVersion',
        badValue: text,
        detail: `strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`,
      },
    ]);
  }
  return revision;
}

/** 504: the version asked for has not happened here yet. */
export function tooLargeResourceVersion(requested: number, current: number) {
  return statusError('Timeout', `Too large resource version: ${requested}, current: ${current}`, {
    details: {
      causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
      retryAfterSeconds: 1,
    },
  });
}

/** Where a chunked list goes on: at which revision, after which key. Opaque to clients. */
export interface ContinueToken {
  readonly revision: number;
  readonly startKey: string;
}

export function formatContinue(token: ContinueToken): string {
  return btoa(JSON.stringify({ v: 'meta.k8s.io/v1', rv: token.revision, start: encodeURIComponent(token.startKey) }));
}

/** Errors: `StatusError` BadRequest for what is no token of this server. */
export function parseContinue(text: string, prefix: string): ContinueToken {
  let token: { v?: unknown; rv?: unknown; start?: unknown };
  let start = '';
  try {
    token = JSON.parse(atob(text)) as typeof token;
    start = decodeURIComponent(String(token.start));
  } catch (error) {
    throw badRequest('continue key is not valid: it was not made by this server', error);
  }
  if (token.v !== 'meta.k8s.io/v1' || typeof token.rv !== 'number' || token.rv < 1 || !start.startsWith(prefix)) {
    throw badRequest('continue key is not valid: it does not belong to this list');
  }
  return { revision: token.rv, startKey: start };
}
