/** `namespaces/finalize`: the one way to change a namespace's own finalizers. */
import { finalizedErrors, withNameLabel } from '@pintle/api';
import type { Namespace } from '@pintle/api/core/v1';
import { invalid, type KubernetesObject } from '@pintle/machinery';
import { changeObject } from '../verbs/update.js';
import { finalizedKind, updatedPart } from './part-body.js';
import type { SubresourceHandler } from './subresource.js';

export const finalizeSubresource: SubresourceHandler = {
  body: finalizedKind.kind,
  async update(request, body, options) {
    const { core, context, resource, key } = request;
    const wished = updatedPart<KubernetesObject & Namespace>(request, finalizedKind, body, options);
    const served = await changeObject(core, context, resource, {
      key,
      subresource: 'finalize',
      uid: wished.metadata.uid,
      options,
      change(old) {
        // Of a version that is gone nothing else is told.
        const { resourceVersion = '' } = wished.metadata;
        const isOfIt = ['', '0', old.metadata.resourceVersion].includes(resourceVersion);
        const faults = isOfIt ? finalizedErrors(wished) : [];
        if (faults.length > 0) throw invalid(resource.kind, key.name, faults);
        // All that is put counts but the status.
        const { status } = old as Namespace;
        return { object: { ...withNameLabel(wished), status } as KubernetesObject };
      },
    });
    return served.object;
  },
};
