/** The roles and bindings that the store holds, kept at hand; bindings by whom they name. */
import type { ClusterRole, ClusterRoleBinding, Role, RoleBinding } from '@pintle/api/rbac/v1';
import type { StoreBackend } from '@pintle/contracts';
import type { KubernetesObject, Logger } from '@pintle/machinery';
import { type CacheChange, ObjectCache } from '../storage/object-cache.js';
import type { StoredObject } from '../storage/stored-object.js';
import { type RoleSource, subjectKey } from './rbac.js';

export interface StoredRoles extends RoleSource {
  start(): Promise<void>;
  stop(): void;
}

const prefix = (plural: string) => `/registry/rbac.authorization.k8s.io/${plural}/`;

/** `onChange` is called after every change of a role or a binding. */
export function storedRoles(
  backend: StoreBackend<StoredObject>,
  logger: Logger,
  onChange: () => void = () => {},
): StoredRoles {
  const clusterBindings = bySubject<ClusterRoleBinding>();
  const bindings = new Map<string, BySubject<RoleBinding>>();
  const inNamespace = (namespace: string) => {
    let found = bindings.get(namespace);
    if (found === undefined) {
      found = bySubject<RoleBinding>();
      bindings.set(namespace, found);
    }
    return found;
  };
  const namespaceOf = ({ object, previous }: CacheChange) => (object ?? previous)?.metadata.namespace ?? '';
  const caches = {
    roles: new ObjectCache(backend, prefix('roles'), logger, onChange),
    clusterRoles: new ObjectCache(backend, prefix('clusterroles'), logger, onChange),
    roleBindings: new ObjectCache(backend, prefix('rolebindings'), logger, (change) => {
      inNamespace(namespaceOf(change)).set(change);
      onChange();
    }),
    clusterRoleBindings: new ObjectCache(backend, prefix('clusterrolebindings'), logger, (change) => {
      clusterBindings.set(change);
      onChange();
    }),
  };
  return {
    role: (namespace, name) => caches.roles.get(`${namespace}/${name}`) as Role | undefined,
    clusterRole: (name) => caches.clusterRoles.get(name) as ClusterRole | undefined,
    roleBindings: (namespace, subjects) => bindings.get(namespace)?.of(subjects) ?? [],
    clusterRoleBindings: (subjects) => clusterBindings.of(subjects),
    async start() {
      await Promise.all(Object.values(caches).map((cache) => cache.start()));
    },
    stop() {
      for (const cache of Object.values(caches)) cache.stop();
    },
  };
}

interface BySubject<B> {
  set(change: CacheChange): void;
  of(subjects: readonly string[]): readonly B[];
}

type Binding = KubernetesObject & Pick<RoleBinding, 'subjects'>;

/** Bindings by each of their subjects: a user is in few of them, and they are many. */
function bySubject<B extends Binding>(): BySubject<B> {
  const index = new Map<string, Map<string, B>>();
  const keysOf = (binding: Binding) =>
    new Set((binding.subjects ?? []).flatMap((subject) => subjectKey(subject, binding.metadata.namespace ?? '') ?? []));
  return {
    set({ key, object, previous }) {
      for (const subject of previous === undefined ? [] : keysOf(previous as B)) {
        const named = index.get(subject);
        named?.delete(key);
        if (named?.size === 0) index.delete(subject);
      }
      for (const subject of object === undefined ? [] : keysOf(object as B)) {
        const named = index.get(subject) ?? new Map<string, B>();
        index.set(subject, named.set(key, object as B));
      }
    },
    of(subjects) {
      const found: B[] = [];
      for (const subject of subjects) {
        const named = index.get(subject);
        if (named !== undefined) for (const binding of named.values()) found.push(binding);
      }
      return found;
    },
  };
}
