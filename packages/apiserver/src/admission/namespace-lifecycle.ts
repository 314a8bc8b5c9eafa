/** NamespaceLifecycle: objects live only in namespaces that exist and are not going; three namespaces stay. */
import type { Namespace } from '@pintle/api/core/v1';
import { forbidden, notFound, statusError } from '@pintle/machinery';
import { type ApiCore, storedObjectOf } from '../verbs/api-core.js';
import { findEntry } from '../verbs/read.js';
import type { AdmissionPlugin } from './admission.js';

const immortal = new Set(['default', 'kube-system', 'kube-public']);

export function namespaceLifecycle(core: () => ApiCore): AdmissionPlugin {
  return {
    name: 'NamespaceLifecycle',
    handles({ operation, resource, namespace }) {
      const ofNamespaces = resource.kind.group === '' && resource.kind.plural === 'namespaces';
      return ofNamespaces ? operation === 'DELETE' : operation === 'CREATE' && namespace !== undefined;
    },
    async validate({ operation, resource, namespace, name }) {
      if (operation === 'DELETE') {
        if (immortal.has(name)) throw forbidden(resource.kind, name, 'this namespace may not be deleted');
        return;
      }
      const namespaces = core().registry.byResource('v1', 'namespaces');
      if (namespaces === undefined || namespace === undefined) return;
      const entry = await findEntry(core(), namespaces, { name: namespace });
      if (entry === undefined) throw notFound(namespaces.kind, namespace);
      const found = storedObjectOf(entry) as Namespace;
      if (found.metadata.deletionTimestamp === undefined) return;
      const refusal = forbidden(
        resource.kind,
        name,
        `unable to create new content in namespace ${namespace} because it is being terminated`,
      );
      throw statusError('Forbidden', refusal.message, {
        details: {
          ...refusal.status.details,
          causes: [
            {
              reason: 'NamespaceTerminating',
              message: `namespace ${namespace} is being terminated`,
              field: 'metadata.namespace',
            },
          ],
        },
      });
    },
  };
}
