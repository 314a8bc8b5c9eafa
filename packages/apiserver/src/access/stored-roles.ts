/** The roles and bindings that the store holds, kept at hand. */
import type { ClusterRole, ClusterRoleBinding, Role, RoleBinding } from '@pintle/api/rbac/v1';
import type { StoreBackend } from '@pintle/contracts';
import type { Logger } from '@pintle/machinery';
import { ObjectCache } from '../storage/object-cache.js';
import type { StoredObject } from '../storage/stored-object.js';
import type { RoleSource } from './rbac.js';

export interface StoredRoles extends RoleSource {
  start(): Promise<void>;
  stop(): void;
}

const prefix = (plural: string) => `/registry/rbac.authorization.k8s.io/${plural}/`;

export function storedRoles(backend: StoreBackend<StoredObject>, logger: Logger): StoredRoles {
  const caches = {
    roles: new ObjectCache(backend, prefix('roles'), logger),
    roleBindings: new ObjectCache(backend, prefix('rolebindings'), logger),
    clusterRoles: new ObjectCache(backend, prefix('clusterroles'), logger),
    clusterRoleBindings: new ObjectCache(backend, prefix('clusterrolebindings'), logger),
  };
  return {
    role: (namespace, name) => caches.roles.get(`${namespace}/${name}`) as Role | undefined,
    clusterRole: (name) => caches.clusterRoles.get(name) as ClusterRole | undefined,
    *roleBindings(namespace) {
      for (const binding of caches.roleBindings.values())
        if (binding.metadata.namespace === namespace) yield binding as RoleBinding;
    },
    clusterRoleBindings: () => caches.clusterRoleBindings.values() as IterableIterator<ClusterRoleBinding>,
    async start() {
      await Promise.all(Object.values(caches).map((cache) => cache.start()));
    },
    stop() {
      for (const cache of Object.values(caches)) cache.stop();
    },
  };
}
