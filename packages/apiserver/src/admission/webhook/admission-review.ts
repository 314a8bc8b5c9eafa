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

/** The versions of reviews that there are. */
export type ReviewVersion = 'v1' | 'v1beta1';

/** The first of those that the webhook understands. */
export const reviewVersionOf = (understood: readonly string[] | undefined): ReviewVersion =>
  understood?.find((version) => version === 'v1' || version === 'v1beta1') === 'v1beta1' ? 'v1beta1' : 'v1';

export function reviewOf(
  request: AdmissionRequest,
  uid: string,
  version: ReviewVersion,
): Readonly<Record<string, unknown>> {
  const { object, oldObject } = objectsOf(request);
  return {
    apiVersion: `admission.k8s.io/${version}`,
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

/** What a webhook answers is no answer to the review. */
export class ReviewError extends Error {
  readonly code = 'PINTLE_WEBHOOK_REVIEW';
}

/** Errors: `ReviewError`. In v1beta1 nobody asks for the review's own uid. */
export function answerOf(review: unknown, uid: string, version: ReviewVersion): ReviewAnswer {
  const { apiVersion, kind, response } = (review ?? {}) as {
    readonly apiVersion?: unknown;
    readonly kind?: unknown;
    readonly response?: Readonly<Record<string, unknown>>;
  };
  const isOld = version === 'v1beta1';
  if (!isOld && (kind !== 'AdmissionReview' || apiVersion !== 'admission.k8s.io/v1'))
    throw new ReviewError(
      `expected webhook response of admission.k8s.io/v1, Kind=AdmissionReview, got ${String(apiVersion ?? '')}, Kind=${String(kind ?? '')}`,
    );
  if (typeof response !== 'object' || response === null) throw new ReviewError('webhook response was absent');
  if (!isOld && response['uid'] !== uid)
    throw new ReviewError(`expected response.uid=${JSON.stringify(uid)}, got ${JSON.stringify(response['uid'] ?? '')}`);
  const warnings = Array.isArray(response['warnings'])
    ? response['warnings'].filter((text) => typeof text === 'string')
    : [];
  return {
    allowed: response['allowed'] === true,
    status: (response['status'] ?? {}) as Partial<Status>,
    patch: patchOf(isOld ? { patchType: 'JSONPatch', ...response } : response),
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
  const isPatched = patch !== undefined && patch !== null && patch !== '';
  if (isPatched && !patchType) throw new ReviewError('webhook returned response.patch but not response.patchType');
  if (!isPatched) return undefined;
  if (patchType !== 'JSONPatch') throw new ReviewError(`unsupported patch type ${JSON.stringify(patchType)}`);
  let operations: unknown;
  try {
    const bytes = Uint8Array.from(atob(String(patch)), (character) => character.charCodeAt(0));
    operations = JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new ReviewError('response.patch is no JSON in base64', { cause });
  }
  if (!Array.isArray(operations)) throw new ReviewError('response.patch is no JSON Patch');
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
