/** NamespaceLifecycle: objects live only in namespaces that exist and are not going; three namespaces stay. */
import type { Namespace } from '@pintle/api/core/v1';
import { forbidden, notFound, statusError } from '@pintle/machinery';
import type { Resource } from '../registry/resource.js';
import { type ApiCore, storedObjectOf } from '../verbs/api-core.js';
import { findEntry } from '../verbs/read.js';
import type { AdmissionPlugin, AdmissionRequest } from './admission.js';
import type { AdmissionCaches } from './admission-caches.js';

const isNamespaces = ({ kind }: Resource) => kind.group === '' && kind.plural === 'namespaces';

const immortal = new Set(['default', 'kube-system', 'kube-public']);

export function namespaceLifecycle(core: () => ApiCore, { namespaces }: AdmissionCaches): AdmissionPlugin {
  const requireActive = (found: Namespace, { resource, namespace, name }: AdmissionRequest) => {
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
  };
  const lookAndRequireActive = async (request: AdmissionRequest) => {
    const { namespace = '' } = request;
    const resource = core().registry.byResource('v1', 'namespaces');
    if (resource === undefined) return;
    const entry = await findEntry(core(), resource, { name: namespace });
    if (entry === undefined) throw notFound(resource.kind, namespace);
    requireActive(storedObjectOf(entry) as Namespace, request);
  };
  return {
    name: 'NamespaceLifecycle',
    concerns: ({ operation, resource }) => operation === (isNamespaces(resource) ? 'DELETE' : 'CREATE'),
    handles: ({ resource, namespace }) => isNamespaces(resource) || namespace !== undefined,
    // Before anybody else: what others look for in the namespace is not there either.
    mutate(request) {
      const { object, namespace = '' } = request;
      const known = namespaces.get(namespace) as Namespace | undefined;
      if (known === undefined) return lookAndRequireActive(request).then(() => object!);
      requireActive(known, request);
      return object!;
    },
    validate({ operation, resource, name }) {
      if (operation === 'DELETE' && immortal.has(name))
        throw forbidden(resource.kind, name, 'this namespace may not be deleted');
    },
  };
}
