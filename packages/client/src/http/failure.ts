/** An answer that is no success, as the error that it means. */
import { type Status, StatusError, type StatusReason, statusError } from '@pintle/machinery';

/** What a proxy or another stranger meant, by the code alone; a POST's 409 is a name that is taken (as client-go reads it). */
const reasons: Readonly<Record<number, StatusReason>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  406: 'NotAcceptable',
  409: 'Conflict',
  410: 'Gone',
  413: 'RequestEntityTooLarge',
  415: 'UnsupportedMediaType',
  422: 'Invalid',
  429: 'TooManyRequests',
  503: 'ServiceUnavailable',
  504: 'Timeout',
};

/** Text of a foreign answer that is repeated in the error. */
const quotedCharactersMax = 200;

export interface FailedRequest {
  readonly method: string;
  readonly path: string;
}

/** Of an answer with a code that is no success: its Status, or one made of the code where the body is none. */
export function failureOf(
  { method, path }: FailedRequest,
  code: number,
  body: string,
  retryAfterSeconds?: number,
): StatusError {
  const status = statusIn(body);
  if (status !== undefined) return new StatusError({ ...status, code: status.code ?? code });
  const reason =
    code === 409 && method === 'POST'
      ? 'AlreadyExists'
      : (reasons[code] ?? (code >= 500 ? 'InternalError' : 'Unknown'));
  const text = body.trim().slice(0, quotedCharactersMax);
  return statusError(reason, `the server answered ${code} to ${method} ${path}${text === '' ? '' : `: ${text}`}`, {
    code,
    details: {
      ...(text === '' ? {} : { causes: [{ reason: 'UnexpectedServerResponse', message: text }] }),
      ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    },
  });
}

function statusIn(body: string): Status | undefined {
  try {
    const value = JSON.parse(body) as Status | null;
    return value?.kind === 'Status' && value.apiVersion === 'v1' && value.status === 'Failure' ? value : undefined;
  } catch {
    return undefined;
  }
}
