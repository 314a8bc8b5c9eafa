/** The questions and answers of webhooks (`admission.k8s.io/v1` AdmissionReview). */
import { type KubernetesObject, type Status, type StatusReason, statusError } from '@pintle/machinery';
import type { AdmissionRequest } from '../admission.js';
import { objectsOf, requestOf } from '../policy/policy-language.js';

export interface ReviewAnswer {
  readonly allowed: boolean;
  readonly status: Partial<Status>;
  readonly patch: readonly unknown[] | undefined;
  readonly warnings: readonly string[];
  /** Noted in the audit of the request, under the webhook's name. */
  readonly auditAnnotations: Readonly<Record<string, string>>;
}

export function reviewOf(request: AdmissionRequest, uid: string): Readonly<Record<string, unknown>> {
  const { object, oldObject } = objectsOf(request);
  return {
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    request: {
      uid,
      ...requestOf(request),
      object: object ?? null,
      oldObject: oldObject ?? null,
      options: optionsOf(request),
    },
  };
}

const optionKinds = { CREATE: 'CreateOptions', UPDATE: 'UpdateOptions', DELETE: 'DeleteOptions', CONNECT: undefined };

function optionsOf({ operation, dryRun }: AdmissionRequest): unknown {
  const kind = optionKinds[operation];
  if (kind === undefined) return null;
  return { apiVersion: 'meta.k8s.io/v1', kind, ...(dryRun ? { dryRun: ['All'] } : {}) };
}

/** Errors: `Error` with what is wrong with the answer. */
export function answerOf(review: unknown, uid: string): ReviewAnswer {
  const { apiVersion, kind, response } = (review ?? {}) as {
    readonly apiVersion?: unknown;
    readonly kind?: unknown;
    readonly response?: Readonly<Record<string, unknown>>;
  };
  if (kind !== 'AdmissionReview' || apiVersion !== 'admission.k8s.io/v1')
    throw new Error(
      `expected response.kind admission.k8s.io/v1, Kind=AdmissionReview, got ${String(apiVersion)}, Kind=${String(kind)}`,
    );
  if (typeof response !== 'object' || response === null) throw new Error('webhook response was absent');
  if (response['uid'] !== uid)
    throw new Error(`expected response.uid=${JSON.stringify(uid)}, got ${JSON.stringify(response['uid'] ?? '')}`);
  if (typeof response['allowed'] !== 'boolean') throw new Error('response.allowed must be true or false');
  const warnings = Array.isArray(response['warnings'])
    ? response['warnings'].filter((text) => typeof text === 'string')
    : [];
  return {
    allowed: response['allowed'],
    status: (response['status'] ?? {}) as Partial<Status>,
    patch: patchOf(response),
    warnings,
    auditAnnotations: textsOf(response['auditAnnotations']),
  };
}

const textsOf = (value: unknown): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(typeof value === 'object' && value !== null ? value : {}).flatMap(([key, text]) =>
      typeof text === 'string' ? [[key, text]] : [],
    ),
  );

function patchOf({ patch, patchType }: Readonly<Record<string, unknown>>): readonly unknown[] | undefined {
  if (patch === undefined || patch === null || patch === '') return undefined;
  if (patchType !== 'JSONPatch')
    throw new Error(`webhook returned response.patchType ${JSON.stringify(patchType ?? '')}, want "JSONPatch"`);
  const operations: unknown = JSON.parse(
    new TextDecoder().decode(Uint8Array.from(atob(String(patch)), (character) => character.charCodeAt(0))),
  );
  if (!Array.isArray(operations)) throw new Error('response.patch is no JSON Patch');
  return operations;
}

/** Errors: `StatusError` with the words of the webhook, 400 where it names no code. */
export function denied(webhook: string, { message, reason, code, details }: Partial<Status>) {
  const by = `admission webhook ${JSON.stringify(webhook)} denied the request`;
  const text = message ? `${by}: ${message}` : reason ? `${by}: ${reason}` : `${by} without explanation`;
  return statusError((reason ?? '') as StatusReason, text, {
    code: code !== undefined && code >= 400 ? code : 400,
    ...(details === undefined ? {} : { details }),
  });
}

/** Not an object any more: what a patch made is refused. */
export const isObject = (value: unknown): value is KubernetesObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
