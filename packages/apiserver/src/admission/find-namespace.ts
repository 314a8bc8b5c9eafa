/** A namespace as plug-ins ask for it: from memory, and where that knows none, from the store, as the cache may be late. */
import type { Namespace } from '@pintle/api/core/v1';
import { type ApiCore, storedObjectOf } from '../verbs/api-core.js';
import { findEntry } from '../verbs/read.js';
import type { AdmissionRequest } from './admission.js';
import type { AdmissionCaches } from './admission-caches.js';

type NamespaceFinder = (name: string) => Namespace | Promise<Namespace | undefined>;

/** What `then` makes of a request's namespace, at once where it is in memory. */
export type WithNamespace = <R>(
  request: AdmissionRequest,
  then: (namespace: Namespace | undefined) => R,
) => R | Promise<R>;

export function withNamespace(core: () => ApiCore, caches: AdmissionCaches): WithNamespace {
  const find = namespaceFinder(core, caches);
  return ({ namespace = '' }, then) => {
    const found = find(namespace);
    return found instanceof Promise ? found.then(then) : then(found);
  };
}

export function namespaceFinder(core: () => ApiCore, { namespaces }: AdmissionCaches): NamespaceFinder {
  const lookUp = async (name: string) => {
    const resource = core().registry.byResource('v1', 'namespaces');
    const entry = resource === undefined ? undefined : await findEntry(core(), resource, { name });
    return entry === undefined ? undefined : (storedObjectOf(resource, entry) as Namespace);
  };
  return (name) => (namespaces.get(name) as Namespace | undefined) ?? lookUp(name);
}
