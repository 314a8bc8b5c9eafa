/** Answers made of plain data, in the form that was asked for, with the warnings of the request. */
import { nullsOf, type Status, StatusError, statusError, stringifyJson } from '@pintle/machinery';
import { stringify as toYaml } from 'yaml';
import type { HttpResponse } from './message.js';
import { type Accepted, negotiate } from './negotiation.js';
import { protobufMedia, protobufOf, type SchemaLookup } from './protobuf.js';
import { warningHeaders } from './warning-headers.js';
import { dotIsText } from './yaml-tags.js';

export type Body = NonNullable<HttpResponse['body']>;

export function answer(
  status: number,
  value: unknown,
  accepted?: Accepted,
  warnings: readonly string[] = [],
  schemaOf: SchemaLookup = noSchema,
): HttpResponse {
  const message = accepted?.encoding === 'protobuf' ? protobufOf(value, schemaOf) : undefined;
  if (message !== undefined) return encoded(status, protobufMedia, message, warnings);
  const told = inFull(value, schemaOf);
  if (accepted?.encoding === 'yaml') return encoded(status, 'application/yaml', yamlOf(told), warnings);
  return encoded(status, 'application/json', `${stringifyJson(told, accepted?.pretty ? 2 : undefined)}\n`, warnings);
}

/** With Go's nulls, where the value is of a kind that has some. */
function inFull(value: unknown, schemaOf: SchemaLookup): unknown {
  const { apiVersion = '', kind = '' } = (value ?? {}) as { readonly apiVersion?: string; readonly kind?: string };
  const schema = schemaOf(apiVersion, kind);
  return schema === undefined ? value : (nullsOf(schema)?.(value) ?? value);
}

/** As Go writes it: keys in order, lists not set in, long texts on one line, and quoted what YAML 1.1 reads as no text. */
export const yamlOf = (value: unknown): string =>
  toYaml(value, {
    version: '1.1',
    sortMapEntries: true,
    indentSeq: false,
    lineWidth: 0,
    aliasDuplicateObjects: false,
    customTags: dotIsText,
  });

const noSchema: SchemaLookup = () => undefined;

export function encoded(
  status: number,
  contentType: string,
  body: Body,
  warnings: readonly string[] = [],
): HttpResponse {
  const headers = {
    'content-type': contentType,
    'cache-control': 'no-cache, private',
  };
  return withWarnings({ status, headers, body }, warnings);
}

/** An answer with what its client is warned of. */
export const withWarnings = (response: HttpResponse, warnings: readonly string[]): HttpResponse =>
  warnings.length === 0
    ? response
    : {
        ...response,
        headers: { ...response.headers, warning: warningHeaders(warnings) },
      };

/** Where there is nothing at all, in the words of Go's own server. */
export const pageNotFound = (): HttpResponse => plainText(404, '404 page not found\n');

export const plainText = (status: number, text: string): HttpResponse => ({
  status,
  headers: {
    'content-type': 'text/plain; charset=utf-8',
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-cache, private',
  },
  body: text,
});

/** A failure that cannot be told in the form asked for is told in JSON, in lines. */
function acceptedOfFailure(accept: string): Accepted {
  try {
    return negotiate(accept, { protobuf: true });
  } catch {
    return { ...negotiate(undefined), pretty: true };
  }
}

/** The Status of a failure. What is no `StatusError` is a fault of ours: 500, its text kept out of the answer. */
export function failure(error: unknown, accept = '', warnings: readonly string[] = []): HttpResponse {
  const status: Status = StatusError.is(error)
    ? error.status
    : statusError('InternalError', 'Internal error occurred: an unexpected fault of the server; see its log').status;
  const code = status.code ?? 500;
  const response = answer(code, status, acceptedOfFailure(accept), warnings);
  const retry = status.details?.retryAfterSeconds;
  const headers = {
    ...response.headers,
    ...(retry === undefined ? {} : { 'retry-after': String(retry) }),
  };
  return { ...response, headers };
}
