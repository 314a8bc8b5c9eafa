/** `namespaces/finalize`: the one way to change a namespace's own finalizers. */
import type { Namespace } from '@pintle/api/core/v1';
import { badRequest, type KubernetesObject } from '@pintle/machinery';
import { changeObject } from '../verbs/update.js';
import { isKind, type SubresourceHandler } from './subresource.js';

export const finalizeSubresource: SubresourceHandler = {
  async update({ core, context, resource, key }, body, options) {
    if (!isKind(body, 'Namespace')) throw badRequest('the body must be a Namespace');
    const wished = body as Namespace;
    const served = await changeObject(core, context, resource, {
      key,
      subresource: 'finalize',
      uid: wished.metadata?.uid,
      options,
      change(old) {
        const namespace = old as Namespace;
        const resourceVersion = wished.metadata?.resourceVersion ?? '';
        const { finalizers: _before, ...spec } = namespace.spec ?? {};
        const finalizers = wished.spec?.finalizers ?? [];
        return {
          object: {
            ...namespace,
            metadata: { ...namespace.metadata, resourceVersion },
            spec: finalizers.length === 0 ? spec : { ...spec, finalizers },
          } as KubernetesObject,
        };
      },
    });
    return served.object;
  },
};
