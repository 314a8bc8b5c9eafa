/**
 * The checks of an API server: its store, what it does on its start, and whether it ends.
 *
 * **Differs from Kubernetes**: there are fewer steps of the start to tell of.
 */
import type { StoreBackend } from '@pintle/contracts';
import type { StoredObject } from '../storage/stored-object.js';
import type { HealthCheck } from './health-checks.js';

/** What a server does before it is ready, by the names that kube-apiserver has for it. */
export type StartStep =
  | 'generic-apiserver-start-informers'
  | 'crd-informer-synced'
  | 'rbac/bootstrap-roles'
  | 'scheduling/bootstrap-system-priority-classes'
  | 'start-kube-apiserver-identity-lease-controller'
  | 'start-kube-apiserver-identity-lease-garbage-collector'
  | 'start-system-namespaces-controller';

export interface ServerChecks {
  readonly checks: readonly HealthCheck[];
  done(...steps: readonly StartStep[]): void;
  /** From now on the server is not ready. */
  shutDown(): void;
}

export function serverChecks(
  backend: StoreBackend<StoredObject>,
  steps: readonly StartStep[],
  more: readonly HealthCheck[],
): ServerChecks {
  const finished = new Set<string>();
  const state = { ending: false };
  const well = () => {};
  /** A server that ends closes the store that is its own. */
  const readStore = async () => {
    if (!state.ending) await backend.range({ start: '/registry/health', limit: 1 });
  };
  return {
    done(...names) {
      for (const name of names) finished.add(name);
    },
    shutDown() {
      state.ending = true;
    },
    checks: [
      { name: 'ping', check: well },
      { name: 'log', check: well },
      { name: 'etcd', check: readStore },
      { name: 'etcd-readiness', endpoints: ['readyz'], check: readStore },
      {
        name: 'informer-sync',
        endpoints: ['readyz'],
        check() {
          if (!finished.has('generic-apiserver-start-informers')) throw new Error('not all informers have synced');
        },
      },
      ...steps.map(
        (step): HealthCheck => ({
          name: `poststarthook/${step}`,
          check() {
            if (!finished.has(step)) throw new Error('not finished');
          },
        }),
      ),
      ...more,
      {
        name: 'shutdown',
        endpoints: ['readyz'],
        check() {
          if (state.ending) throw new Error('process is shutting down');
        },
      },
    ],
  };
}
