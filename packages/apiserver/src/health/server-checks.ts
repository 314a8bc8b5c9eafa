/**
 * The checks of an API server: its store, what it does on its start, and whether it ends.
 *
 * **Differs from Kubernetes**: of the steps of the start there is none for the election of leaders by candidates, which no
 * part of this server does.
 */
import type { StoreBackend } from '@pintle/contracts';
import type { StoredObject } from '../storage/stored-object.js';
import type { HealthCheck } from './health-checks.js';

/** What some servers have and others have not. */
export type ServerPart = 'roles' | 'flows' | 'port' | 'aggregation' | 'identity' | 'tokens';

/** What a server does before it is ready, in kube-apiserver's order and by its names; with the part that does it, where not all have it. */
const startSteps = {
  'start-apiserver-admission-initializer': undefined,
  'generic-apiserver-start-informers': undefined,
  'priority-and-fairness-config-consumer': 'flows',
  'priority-and-fairness-filter': 'flows',
  'storage-object-count-tracker-hook': 'flows',
  'start-apiextensions-informers': undefined,
  'start-apiextensions-controllers': undefined,
  'crd-informer-synced': undefined,
  'start-system-namespaces-controller': undefined,
  'start-cluster-authentication-info-controller': 'aggregation',
  'start-kube-apiserver-identity-lease-controller': 'identity',
  'start-kube-apiserver-identity-lease-garbage-collector': 'identity',
  'start-legacy-token-tracking-controller': 'tokens',
  'start-service-ip-repair-controllers': 'port',
  'rbac/bootstrap-roles': 'roles',
  'scheduling/bootstrap-system-priority-classes': undefined,
  'priority-and-fairness-config-producer': 'flows',
  'bootstrap-controller': 'port',
  'start-kubernetes-service-cidr-controller': 'port',
  'start-kube-aggregator-informers': 'aggregation',
  'apiservice-status-local-available-controller': 'aggregation',
  'apiservice-status-remote-available-controller': 'aggregation',
  'apiservice-registration-controller': 'aggregation',
  'apiservice-discovery-controller': 'aggregation',
  'kube-apiserver-autoregistration': 'aggregation',
  'autoregister-completion': 'aggregation',
  'apiservice-openapi-controller': 'aggregation',
  'apiservice-openapiv3-controller': 'aggregation',
} as const satisfies Readonly<Record<string, ServerPart | undefined>>;

export type StartStep = keyof typeof startSteps;

const stepEntries = Object.entries(startSteps) as [StartStep, ServerPart | undefined][];

/** Has a check of its own name, and not one of a hook. */
const plainStep: StartStep = 'autoregister-completion';

export interface ServerChecks {
  readonly checks: readonly HealthCheck[];
  done(...steps: readonly StartStep[]): void;
  /** All steps of a part. */
  donePart(part: ServerPart): void;
  /** From now on the server is not ready. */
  shutDown(): void;
}

export function serverChecks(
  backend: StoreBackend<StoredObject>,
  parts: readonly ServerPart[],
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
    donePart(part) {
      for (const [step, partOf] of stepEntries) if (partOf === part) finished.add(step);
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
      ...stepEntries
        .filter(([, part]) => part === undefined || parts.includes(part))
        .map(
          ([step]): HealthCheck => ({
            name: step === plainStep ? step : `poststarthook/${step}`,
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
