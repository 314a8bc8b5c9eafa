/**
 * A failed request as Kubernetes reports it: a `Status` object with a reason and a code. Every client of
 * Pintle, in process or over HTTP, throws this one class for what the server refused.
 */
import { stringifyJson } from '../json/json-text.js';
import { aggregateText } from './aggregate.js';
import type { FieldError } from './field-error.js';
import { GoShown, shownTexts } from './go-shown.js';

export interface StatusCause {
  readonly reason?: string;
  readonly message?: string;
  readonly field?: string;
}

export interface StatusDetails {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly StatusCause[];
  readonly retryAfterSeconds?: number;
}

/** `meta/v1` Status. */
export interface Status {
  readonly kind: 'Status';
  readonly apiVersion: 'v1';
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly status: 'Success' | 'Failure';
  readonly message?: string;
  readonly reason?: StatusReason;
  readonly details?: StatusDetails;
  readonly code?: number;
}

/** Every reason of `meta/v1`, and the code that goes with it. */
export const statusCodes = {
  BadRequest: 400,
  Unauthorized: 401,
  Forbidden: 403,
  NotFound: 404,
  MethodNotAllowed: 405,
  NotAcceptable: 406,
  AlreadyExists: 409,
  Conflict: 409,
  Gone: 410,
  Expired: 410,
  RequestEntityTooLarge: 413,
  UnsupportedMediaType: 415,
  Invalid: 422,
  TooManyRequests: 429,
  InternalError: 500,
  StoreReadError: 500,
  ServerTimeout: 500,
  ServiceUnavailable: 503,
  Timeout: 504,
} as const;

export type StatusReason = keyof typeof statusCodes | 'Unknown' | (string & {});

const marker = Symbol.for('pintle.StatusError');

export class StatusError extends Error {
  readonly [marker] = true;
  constructor(
    readonly status: Status,
    options?: ErrorOptions,
  ) {
    super(status.message ?? status.reason ?? 'the server refused the request', options);
    this.name = 'StatusError';
  }
  get reason(): StatusReason {
    return this.status.reason ?? 'Unknown';
  }
  /** The HTTP status code. */
  get code(): number {
    return this.status.code ?? 500;
  }
  /** Whether `error` is a StatusError, of this copy of the package or another, and has `reason` where one is given. */
  static is(error: unknown, reason?: StatusReason): error is StatusError {
    const found = typeof error === 'object' && error !== null && (error as { [marker]?: true })[marker] === true;
    return found && (reason === undefined || (error as StatusError).reason === reason);
  }
}

export interface StatusErrorOptions {
  code?: number;
  details?: StatusDetails;
  cause?: unknown;
}

/** A failure with the given reason; the code is the reason's unless given. */
export function statusError(reason: StatusReason, message: string, options: StatusErrorOptions = {}): StatusError {
  const code = options.code ?? (statusCodes as Record<string, number>)[reason] ?? 500;
  return new StatusError(
    {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message,
      // As Go leaves it out.
      ...(reason === '' ? {} : { reason }),
      ...(options.details === undefined ? {} : { details: options.details }),
      code,
    },
    options.cause === undefined ? undefined : { cause: options.cause },
  );
}

/** What a Status names: a resource (`deployments`, group `apps`) or a kind. */
export interface StatusSubject {
  readonly group: string;
  readonly plural: string;
}

const qualified = ({ group, plural }: StatusSubject) => (group === '' ? plural : `${plural}.${group}`);
/** Go leaves an empty name out. */
const named = (name: string) => (name === '' ? {} : { name });
const detailsOf = ({ group, plural }: StatusSubject, name: string): StatusDetails => ({
  ...named(name),
  ...(group === '' ? {} : { group }),
  kind: plural,
});

export const notFound = (subject: StatusSubject, name: string) =>
  statusError('NotFound', `${qualified(subject)} "${name}" not found`, { details: detailsOf(subject, name) });

export const alreadyExists = (subject: StatusSubject, name: string) =>
  statusError('AlreadyExists', `${qualified(subject)} "${name}" already exists`, { details: detailsOf(subject, name) });

export const conflict = (subject: StatusSubject, name: string, why: string) =>
  statusError('Conflict', `Operation cannot be fulfilled on ${qualified(subject)} "${name}": ${why}`, {
    details: detailsOf(subject, name),
  });

export const badRequest = (message: string, cause?: unknown) => statusError('BadRequest', message, { cause });

export const forbidden = (subject: StatusSubject, name: string, why: string) =>
  statusError('Forbidden', `${qualified(subject)} ${name === '' ? '' : `"${name}" `}is forbidden: ${why}`, {
    details: detailsOf(subject, name),
  });

export const methodNotSupported = (subject: StatusSubject, verb: string) =>
  statusError('MethodNotAllowed', `${verb} is not supported on resources of kind "${qualified(subject)}"`, {
    details: detailsOf(subject, ''),
  });

/** 410: the asked-for revision is compacted away. */
export const expired = (message: string) => statusError('Expired', message);

/** 422, with a cause a field error; the message lists them as apimachinery's aggregate does. */
export function invalid(
  kind: { readonly group: string; readonly kind: string },
  name: string,
  errors: readonly FieldError[],
): StatusError {
  const list = aggregateText(errors.map(formatFieldError));
  const qualifiedKind = kind.group === '' ? kind.kind : `${kind.kind}.${kind.group}`;
  return statusError('Invalid', `${qualifiedKind} "${name}" is invalid: ${list}`, {
    details: {
      ...named(name),
      ...(kind.group === '' ? {} : { group: kind.group }),
      ...(kind.kind === '' ? {} : { kind: kind.kind }),
      causes: errors.map((error) => ({ reason: error.type, message: fieldErrorBody(error), field: error.field })),
    },
  });
}

const typeText: Record<FieldError['type'], string> = {
  FieldValueNotFound: 'Not found',
  FieldValueRequired: 'Required value',
  FieldValueDuplicate: 'Duplicate value',
  FieldValueInvalid: 'Invalid value',
  FieldValueNotSupported: 'Unsupported value',
  FieldValueForbidden: 'Forbidden',
  FieldValueTooLong: 'Too long',
  FieldValueTooMany: 'Too many',
  InternalError: 'Internal error',
  FieldValueTypeInvalid: 'Invalid value',
};

/** The part after the field's path: `Invalid value: "A": must be lower case`. */
export function fieldErrorBody(error: FieldError): string {
  const text = typeText[error.type];
  const bare =
    !('badValue' in error) ||
    error.type === 'FieldValueRequired' ||
    error.type === 'FieldValueForbidden' ||
    error.type === 'FieldValueTooLong' ||
    error.type === 'InternalError';
  const head = bare ? text : `${text}: ${shown(error.badValue)}`;
  return error.detail === '' ? head : `${head}: ${error.detail}`;
}

/** As Go prints it where that is known, as lists of texts; all else as JSON. Null is a text to Kubernetes 1.33. */
function shown(value: unknown): string {
  if (value instanceof GoShown) return value.text;
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return shownTexts(value).text;
  return stringifyJson(value ?? 'null');
}

export function formatFieldError(error: FieldError): string {
  return error.field === '' ? fieldErrorBody(error) : `${error.field}: ${fieldErrorBody(error)}`;
}
