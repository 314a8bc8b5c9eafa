/**
 * What admission asks of the store for nearly every write, kept in memory: answered without waiting. A cache may be
 * a moment behind the writes of another server; who finds nothing in it looks into the store.
 */
import type { StoreBackend } from '@pintle/contracts';
import type { Logger } from '@pintle/machinery';
import { ObjectCache } from '../storage/object-cache.js';
import type { StoredObject } from '../storage/stored-object.js';

export interface AdmissionCaches {
  readonly namespaces: ObjectCache;
  readonly serviceAccounts: ObjectCache;
  readonly priorityClasses: ObjectCache;
  readonly storageClasses: ObjectCache;
  readonly runtimeClasses: ObjectCache;
  readonly ingressClasses: ObjectCache;
  readonly limitRanges: ObjectCache;
  readonly resourceQuotas: ObjectCache;
  readonly validatingPolicies: ObjectCache;
  readonly validatingPolicyBindings: ObjectCache;
  readonly validatingWebhooks: ObjectCache;
  readonly mutatingWebhooks: ObjectCache;
  readonly mutatingPolicies: ObjectCache;
  readonly mutatingPolicyBindings: ObjectCache;
  readonly services: ObjectCache;
  start(): Promise<void>;
  stop(): void;
}

const guards = '/registry/admissionregistration.k8s.io/';

export function admissionCaches(backend: StoreBackend<StoredObject>, logger: Logger): AdmissionCaches {
  const caches = {
    namespaces: new ObjectCache(backend, '/registry/core/namespaces/', logger),
    serviceAccounts: new ObjectCache(backend, '/registry/core/serviceaccounts/', logger),
    limitRanges: new ObjectCache(backend, '/registry/core/limitranges/', logger),
    resourceQuotas: new ObjectCache(backend, '/registry/core/resourcequotas/', logger),
    priorityClasses: new ObjectCache(backend, '/registry/scheduling.k8s.io/priorityclasses/', logger),
    storageClasses: new ObjectCache(backend, '/registry/storage.k8s.io/storageclasses/', logger),
    runtimeClasses: new ObjectCache(backend, '/registry/node.k8s.io/runtimeclasses/', logger),
    ingressClasses: new ObjectCache(backend, '/registry/networking.k8s.io/ingressclasses/', logger),
    validatingPolicies: new ObjectCache(backend, `${guards}validatingadmissionpolicies/`, logger),
    validatingPolicyBindings: new ObjectCache(backend, `${guards}validatingadmissionpolicybindings/`, logger),
    validatingWebhooks: new ObjectCache(backend, `${guards}validatingwebhookconfigurations/`, logger),
    mutatingWebhooks: new ObjectCache(backend, `${guards}mutatingwebhookconfigurations/`, logger),
    mutatingPolicies: new ObjectCache(backend, `${guards}mutatingadmissionpolicies/`, logger),
    mutatingPolicyBindings: new ObjectCache(backend, `${guards}mutatingadmissionpolicybindings/`, logger),
    services: new ObjectCache(backend, '/registry/core/services/', logger),
  };
  return {
    ...caches,
    async start() {
      for (const cache of Object.values(caches)) await cache.start();
    },
    stop() {
      for (const cache of Object.values(caches)) cache.stop();
    },
  };
}
