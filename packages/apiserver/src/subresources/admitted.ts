/** Admission of what is asked of a subresource in an object of its own kind: an eviction, a token, the options of an exec. */
import { type KubernetesObject, onceForEach } from '@pintle/machinery';
import { Admission, AdmissionChain } from '../admission/admission-chain.js';
import type { ApiCore } from '../verbs/api-core.js';
import type { SubresourceRequest } from './subresource.js';

/** The object to go on with; `check` sees it once it is mutated, before anybody validates. Errors: `StatusError`, which refuses the request. */
export async function admitted<T extends object>(
  { core, context, resource, key }: SubresourceRequest,
  operation: 'CREATE' | 'CONNECT',
  subresource: string | undefined,
  object: T,
  dryRun = false,
  check?: (object: T) => void,
): Promise<T> {
  const admission = new Admission(core.admission, context, { operation, resource, subresource, ...key, dryRun });
  const changed = await admission.mutate(object as unknown as KubernetesObject);
  check?.(changed as unknown as T);
  await admission.validate(changed);
  return changed as unknown as T;
}

/** Where it is sent to, it is. */
export const placed = <T extends KubernetesObject>(object: T, { namespace }: SubresourceRequest['key']): T =>
  namespace === undefined || object.metadata?.namespace
    ? object
    : { ...object, metadata: { ...object.metadata, namespace } };

/** For what such an object leads to: its admission was all, and nobody is asked about the pod that it changes. */
export const pastAdmission = onceForEach((core: ApiCore): ApiCore => ({ ...core, admission: new AdmissionChain([]) }));
