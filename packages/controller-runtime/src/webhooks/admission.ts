/** Admission webhooks: what objects are changed to, and which are refused, before they are stored. */
import { jsonPatchBetween, type KubernetesObject, stringifyJson, toBase64 } from '@pintle/machinery';
import { requestOf, type WebhookEndpoint } from './endpoint.js';

export interface AdmissionRequest<T extends KubernetesObject> {
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';
  /** Null when it is deleted. */
  readonly object: T | null;
  readonly oldObject: T | null;
  readonly name?: string;
  readonly namespace?: string;
  readonly subResource?: string;
  readonly userInfo: { readonly username?: string; readonly groups?: readonly string[] };
  readonly dryRun?: boolean;
}

export interface AdmissionHandlers<T extends KubernetesObject> {
  /** The object as it is to be: changed copies, and never the object itself. Called where there is one. */
  mutate?(object: T, request: AdmissionRequest<T>): T | Promise<T>;
  /** What is wrong, in sentences for who asked; none where it may be. Sees what `mutate` made of it. */
  validate?(request: AdmissionRequest<T>): readonly string[] | Promise<readonly string[]>;
  /** Told to who asked, without refusing. */
  warnings?(request: AdmissionRequest<T>): readonly string[] | Promise<readonly string[]>;
}

const apiVersion = 'admission.k8s.io/v1';

/** A handler that throws refuses, with its message and code 500: what is not known to be right is not let in. */
export function admission<T extends KubernetesObject>(handlers: AdmissionHandlers<T>): WebhookEndpoint {
  const answer = async (asked: AdmissionRequest<T>): Promise<object> => {
    const { object } = asked;
    const mutated = object === null ? null : ((await handlers.mutate?.(object, asked)) ?? object);
    const request = { ...asked, object: mutated };
    const warnings = (await handlers.warnings?.(request)) ?? [];
    const wrong = (await handlers.validate?.(request)) ?? [];
    const told = warnings.length === 0 ? {} : { warnings };
    if (wrong.length > 0)
      return { allowed: false, status: { code: 403, reason: 'Forbidden', message: wrong.join('; ') }, ...told };
    if (object === null || mutated === object) return { allowed: true, ...told };
    const patch = toBase64(new TextEncoder().encode(stringifyJson(jsonPatchBetween(object, mutated!))));
    return { allowed: true, patchType: 'JSONPatch', patch, ...told };
  };
  return async (review) => {
    const { uid, ...request } = requestOf<AdmissionRequest<T>>(review, apiVersion, 'AdmissionReview');
    const response = await answer(request as unknown as AdmissionRequest<T>).catch((error: unknown) => ({
      allowed: false,
      status: { code: 500, reason: 'InternalError', message: error instanceof Error ? error.message : String(error) },
    }));
    return { apiVersion, kind: 'AdmissionReview', response: { uid, ...response } };
  };
}
