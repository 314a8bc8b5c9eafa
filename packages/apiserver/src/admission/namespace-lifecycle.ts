/** NamespaceLifecycle: objects live only in namespaces that exist and are not going; three namespaces stay. */
import type { Namespace } from '@pintle/api/core/v1';
import { forbidden, type KubernetesObject, notFound, statusError } from '@pintle/machinery';
import type { Resource } from '../registry/resource.js';
import type { ApiCore } from '../verbs/api-core.js';
import { type AdmissionPlugin, type AdmissionRequest, refusedRequest } from './admission.js';
import type { AdmissionCaches } from './admission-caches.js';
import { namespaceFinder } from './find-namespace.js';

const isNamespaces = ({ kind }: Resource) => kind.group === '' && kind.plural === 'namespaces';

const immortal = new Set(['default', 'kube-system', 'kube-public']);

export function namespaceLifecycle(core: () => ApiCore, caches: AdmissionCaches): AdmissionPlugin {
  const find = namespaceFinder(core, caches);
  const active = (found: Namespace, request: AdmissionRequest, object: KubernetesObject) => {
    const { namespace } = request;
    if (found.metadata.deletionTimestamp === undefined) return object;
    const refused = refusedRequest(
      request,
      `unable to create new content in namespace ${namespace} because it is being terminated`,
    );
    throw statusError('Forbidden', refused.message, {
      details: {
        ...refused.status.details,
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
  return {
    name: 'NamespaceLifecycle',
    concerns: ({ operation, resource }) => operation === (isNamespaces(resource) ? 'DELETE' : 'CREATE'),
    handles: ({ resource, namespace }) => isNamespaces(resource) || namespace !== undefined,
    // Before anybody else: what others look for in the namespace is not there either.
    mutate(request) {
      const { object, namespace = '' } = request;
      const found = find(namespace);
      if (!(found instanceof Promise)) return active(found, request, object!);
      return found.then((later) => {
        if (later !== undefined) return active(later, request, object!);
        const resource = core().registry.byResource('v1', 'namespaces');
        if (resource === undefined) return object!;
        throw notFound(resource.kind, namespace);
      });
    },
    validate({ operation, resource, name }) {
      if (operation === 'DELETE' && immortal.has(name))
        throw forbidden(resource.kind, name, 'this namespace may not be deleted');
    },
  };
}
