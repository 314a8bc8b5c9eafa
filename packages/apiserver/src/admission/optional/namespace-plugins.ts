/**
 * NamespaceAutoProvision makes the namespaces that objects are created in, and NamespaceExists refuses requests in those
 * that are not there. Both are older ways, which NamespaceLifecycle has taken the place of.
 */
import type { Namespace } from '@pintle/api/core/v1';
import { notFound, StatusError } from '@pintle/machinery';
import { serverItself } from '../../registry/request-context.js';
import type { ApiCore } from '../../verbs/api-core.js';
import { createObject } from '../../verbs/create.js';
import { type AdmissionPlugin, type AdmissionRequest, type RequestKind, refusedRequest } from '../admission.js';
import type { AdmissionCaches } from '../admission-caches.js';
import { withNamespace } from '../find-namespace.js';

const isNamespace = ({ resource: { kind } }: RequestKind) => kind.group === '' && kind.plural === 'namespaces';
const isInNamespace = ({ namespace }: AdmissionRequest) => namespace !== undefined;

export function namespaceAutoProvision(core: () => ApiCore, { namespaces }: AdmissionCaches): AdmissionPlugin {
  const provide = async (request: AdmissionRequest) => {
    const { namespace: name = '' } = request;
    const kind = core().registry.byResource('v1', 'namespaces')!;
    const made = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } } as Namespace;
    try {
      await createObject(core(), serverItself, kind, { name }, made);
    } catch (error) {
      if (StatusError.is(error, 'AlreadyExists')) return;
      if (StatusError.is(error, 'Forbidden')) throw error;
      throw refusedRequest(request, (error as Error).message);
    }
  };
  return {
    name: 'NamespaceAutoProvision',
    concerns: (request) => request.operation === 'CREATE' && !isNamespace(request),
    handles: (request) => isInNamespace(request) && !request.dryRun && namespaces.get(request.namespace!) === undefined,
    mutate: (request) => provide(request).then(() => request.object!),
  };
}

export function namespaceExists(core: () => ApiCore, caches: AdmissionCaches): AdmissionPlugin {
  const inNamespace = withNamespace(core, caches);
  return {
    name: 'NamespaceExists',
    concerns: (request) => request.operation !== 'CONNECT' && !isNamespace(request),
    handles: isInNamespace,
    validate: (request) =>
      inNamespace(request, (namespace) => {
        if (namespace === undefined) throw notFound({ group: '', plural: 'namespaces' }, request.namespace!);
      }),
  };
}
