/** Admission of what is asked of a subresource in an object of its own kind: an eviction, a token, the options of an exec. */
import type { KubernetesObject } from '@pintle/machinery';
import { type AdmissionRequest, admitMutating, admitValidating } from '../admission/admission.js';
import type { SubresourceRequest } from './subresource.js';

/** The object to go on with. Errors: `StatusError`, which refuses the request. */
export async function admitted<T extends object>(
  { core, context, resource, key }: SubresourceRequest,
  operation: 'CREATE' | 'CONNECT',
  subresource: string,
  object: T,
  dryRun = false,
): Promise<T> {
  const request: AdmissionRequest = {
    operation,
    resource,
    subresource,
    ...key,
    object: object as unknown as KubernetesObject,
    user: context.user,
    dryRun,
    warn: (text) => context.warn(text),
    ...(context.annotate === undefined ? {} : { annotate: context.annotate }),
  };
  const changed = (await admitMutating(core.admission, request))!;
  await admitValidating(core.admission, { ...request, object: changed });
  return changed as unknown as T;
}
