/**
 * What there is of a kind whose definition goes, deleted where it is stored: whether any version of it is served does not
 * matter, and nobody is asked for leave.
 */
import { AdmissionChain } from '../admission/admission-chain.js';
import { serverItself } from '../registry/request-context.js';
import type { Resource } from '../registry/resource.js';
import { ObjectCache } from '../storage/object-cache.js';
import type { ApiCore } from '../verbs/api-core.js';
import { deleteCollection } from '../verbs/delete.js';

/** `resource` is of the stored version. Resolves when nothing is left, or the signal ends it; objects go when their finalizers have. */
export async function emptyKind(core: ApiCore, resource: Resource, signal: AbortSignal): Promise<void> {
  await deleteCollection({ ...core, admission: new AdmissionChain([]) }, serverItself, resource, {});
  await new Promise<void>((resolve, reject) => {
    let isRead = false;
    const end = () => {
      left.stop();
      signal.removeEventListener('abort', end);
      resolve();
    };
    const left = new ObjectCache(core.backend, resource.prefix, core.world.logger, () => {
      if (isRead && left.size === 0) end();
    });
    signal.addEventListener('abort', end);
    left.start().then(() => {
      isRead = true;
      if (left.size === 0 || signal.aborted) end();
    }, reject);
  });
}
