/** The questions and answers of webhooks (`admission.k8s.io/v1` AdmissionReview). */
import {
  base64Words,
  fromBase64,
  isFields,
  parseJson,
  type Status,
  type StatusReason,
  statusError,
  syntaxWords,
  unmarshalWords,
} from '@pintle/machinery';
import type { AdmissionRequest } from '../admission.js';
import { internalFailure } from '../plain-failure.js';
import { objectsOf, requestOf } from '../policy/policy-language.js';
import { WebhookAnswerError } from './webhook-caller.js';

export interface ReviewAnswer {
  readonly allowed: boolean;
  readonly status: Partial<Status>;
  readonly patch?: WebhookPatch;
  readonly warnings: readonly string[];
  /** Noted in the audit of the request, under the webhook's name. */
  readonly auditAnnotations: Readonly<Record<string, string>>;
}

export interface WebhookPatch {
  readonly bytes: Uint8Array;
  readonly type: string;
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
    },
  };
}

/** What a webhook answers is no answer to the review. */
export class ReviewError extends Error {
  readonly code = 'PINTLE_WEBHOOK_REVIEW';
}

/** As Go writes a kind with its version. */
export function kindText(apiVersion: unknown, kind: unknown): string {
  const version = String(apiVersion ?? '');
  return `${version.includes('/') ? version : `/${version}`}, Kind=${String(kind ?? '')}`;
}

export interface Asked {
  /** The review's own. */
  readonly uid: string;
  readonly version: ReviewVersion;
  /** Only who changes objects may send patches. */
  readonly mayPatch: boolean;
}

/** Errors: `ReviewError`. In v1beta1 nobody asks for the review's own uid. */
export function answerOf(review: unknown, { uid, version, mayPatch }: Asked): ReviewAnswer {
  const { apiVersion, kind, response } = (review ?? {}) as {
    readonly apiVersion?: unknown;
    readonly kind?: unknown;
    readonly response?: Readonly<Record<string, unknown>>;
  };
  const isOld = version === 'v1beta1';
  if (typeof response !== 'object' || response === null) throw new ReviewError('webhook response was absent');
  if (!isOld && response['uid'] !== uid)
    throw new ReviewError(`expected response.uid=${JSON.stringify(uid)}, got ${JSON.stringify(response['uid'] ?? '')}`);
  const [wanted, got] = [kindText('admission.k8s.io/v1', 'AdmissionReview'), kindText(apiVersion, kind)];
  if (!isOld && got !== wanted) throw new ReviewError(`expected webhook response of ${wanted}, got ${got}`);
  const { patch, patchType = null } = response;
  const bytes = bytesOf(patch);
  if (!isOld) {
    const fault = patchFault(bytes.length > 0, patchType, mayPatch);
    if (fault !== undefined) throw new ReviewError(fault);
  }
  const warnings = Array.isArray(response['warnings'])
    ? response['warnings'].filter((text) => typeof text === 'string')
    : [];
  return {
    allowed: response['allowed'] === true,
    status: (response['status'] ?? {}) as Partial<Status>,
    ...(mayPatch && bytes.length > 0 ? { patch: { bytes, type: isOld ? 'JSONPatch' : String(patchType) } } : {}),
    warnings,
    auditAnnotations: textsOf(response['auditAnnotations']),
  };
}

function patchFault(isPatched: boolean, type: unknown, mayPatch: boolean): string | undefined {
  if (!mayPatch) {
    if (isPatched) return 'validating webhook may not return response.patch';
    return type === null ? undefined : 'validating webhook may not return response.patchType';
  }
  if (isPatched && type === null) return 'webhook returned response.patch but not response.patchType';
  if (!isPatched && type !== null) return 'webhook returned response.patchType but not response.patch';
  return type === '' ? 'webhook returned invalid response.patchType of ""' : undefined;
}

/** Errors: `WebhookAnswerError`, as of an answer that cannot be read at all. */
function bytesOf(patch: unknown): Uint8Array {
  if (typeof patch !== 'string' || patch === '') return new Uint8Array();
  try {
    return fromBase64(patch);
  } catch (cause) {
    throw new WebhookAnswerError(base64Words(patch), { cause });
  }
}

/** Errors: `StatusError` InternalError for what is no patch, whatever is to be done where a webhook fails. */
export function operationsOf({ bytes }: WebhookPatch): readonly unknown[] {
  const text = new TextDecoder().decode(bytes);
  let operations: unknown;
  try {
    operations = parseJson(text);
  } catch (cause) {
    throw internalFailure(syntaxWords(text), cause);
  }
  if (operations === null) return [];
  if (!Array.isArray(operations)) throw internalFailure(unmarshalWords(operations, 'jsonpatch.Patch'));
  const other: unknown = operations.find((operation) => operation !== null && !isFields(operation));
  if (other !== undefined) throw internalFailure(unmarshalWords(other, 'jsonpatch.Operation'));
  return operations;
}

const textsOf = (value: unknown): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(typeof value === 'object' && value !== null ? value : {}).flatMap(([key, text]) =>
      typeof text === 'string' ? [[key, text]] : [],
    ),
  );

/** Errors: `StatusError` with the words of the webhook, 400 where it names no code. */
export function denied(webhook: string, { message, reason, code, details }: Partial<Status>) {
  const by = `admission webhook ${JSON.stringify(webhook)} denied the request`;
  const text = message ? `${by}: ${message}` : reason ? `${by}: ${reason}` : `${by} without explanation`;
  return statusError((reason ?? '') as StatusReason, text, {
    code: code !== undefined && code >= 400 ? code : 400,
    ...(details === undefined ? {} : { details }),
  });
}
