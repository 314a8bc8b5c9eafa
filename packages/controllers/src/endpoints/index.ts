/** The Endpoints controller: the older form of what EndpointSlices say, one object a Service. */
import { Endpoints, Pod, Service } from '@pintle/api/core/v1';
import type { Endpoint } from '@pintle/api/discovery/v1';
import type { ObjectKey } from '@pintle/client';
import { type Controller, controller, type ReconcileContext } from '@pintle/controller-runtime';
import { deepEqual } from '@pintle/machinery';
import type { Informers } from '@pintle/watch';
import {
  addressTypesOf,
  endpointsMayChange,
  groupEndpoints,
  headlessLabel,
  isHeadless,
  nextTriggerTimes,
  podsOf,
  repacked,
  servicesOf,
  type TriggerTimes,
  withTriggerTime,
} from '../endpoint-slice/index.js';
import { ignoreNotFound } from '../ignore-not-found.js';
import { isNamespaceEnding } from '../namespace-ending.js';
import { ObjectMemory } from '../object-memory.js';

/** Addresses of one object; more are left out and the object says so (upstream's limit). */
const addressesMax = 1000;
const overCapacity = 'endpoints.kubernetes.io/over-capacity';
const managedByLabel = 'endpoints.kubernetes.io/managed-by';
const managedBy = 'endpoint-controller';

export function endpointsController({ concurrency = 5 }: { readonly concurrency?: number } = {}): Controller {
  const triggerTimes = new ObjectMemory<TriggerTimes>();
  return controller({ name: 'endpoints', concurrency, gatherMs: 20 })
    .for(Service)
    .watches(Pod, servicesOf, { predicate: endpointsMayChange })
    .watches(Endpoints, serviceOfEndpoints)
    .reconcile((context) => reconcile(context, triggerTimes));
}

/**
 * Those that somebody makes before their Service are left for it, and those that elect a leader never get one.
 *
 * **Differs from Kubernetes**: there all Endpoints without a Service are deleted when the controller starts.
 */
const serviceOfEndpoints = ({ metadata }: Endpoints, informers: Informers): readonly ObjectKey[] => {
  const key = { name: metadata.name ?? '', namespace: metadata.namespace ?? '' };
  const isOwn = metadata.labels?.[managedByLabel] === managedBy;
  return isOwn || informers.informer(Service).lister.get(key) !== undefined ? [key] : [];
};

type Subset = NonNullable<Endpoints['subsets']>[number];

export interface SubsetPlan {
  readonly subsets: readonly Subset[];
  /** There were more addresses than one object holds. */
  readonly truncated: boolean;
}

/** The subsets of a Service's pods: by ports, the ready apart from the others. Pure. */
export function planSubsets(service: Service, pods: readonly Pod[], max = addressesMax): SubsetPlan {
  // Its addresses are of the Service's first family; a pod without any of its ports is not told of.
  const hasPorts = (service.spec?.ports?.length ?? 0) > 0;
  const found = groupEndpoints(service, pods, addressTypesOf(service)[0]).filter(
    ({ ports }) => ports.length > 0 || !hasPorts,
  );
  const groups = repacked(found).map(({ ports, endpoints }) => {
    const live = endpoints.filter(({ conditions }) => conditions?.terminating !== true || conditions.ready);
    return {
      ports,
      ready: live.filter(({ conditions }) => conditions?.ready !== false),
      notReady: live.filter(({ conditions }) => conditions?.ready === false),
    };
  });
  const sumOf = (counts: readonly number[]) => counts.reduce((sum, count) => sum + count, 0);
  // The ready go first: who is not gets what room is left.
  const readyRoom = allotted(
    groups.map(({ ready }) => ready.length),
    max,
  );
  const waitingRoom = allotted(
    groups.map(({ notReady }) => notReady.length),
    max - sumOf(readyRoom),
  );
  const total = sumOf(groups.map(({ ready, notReady }) => ready.length + notReady.length));
  const subsets = groups.map(({ ports, ...group }, index): Subset => {
    const ready = group.ready.slice(0, readyRoom[index]).map(addressOf);
    const waiting = group.notReady.slice(0, waitingRoom[index]).map(addressOf);
    return {
      ...(ready.length === 0 ? {} : { addresses: ready }),
      ...(waiting.length === 0 ? {} : { notReadyAddresses: waiting }),
      ...(ports.length === 0
        ? {}
        : {
            ports: ports.map(({ name, port = 0, protocol = 'TCP', appProtocol }) => ({
              ...(name ? { name } : {}),
              port,
              protocol,
              ...(appProtocol === undefined ? {} : { appProtocol }),
            })),
          }),
    };
  });
  return {
    subsets: subsets.filter(({ addresses, notReadyAddresses }) => addresses ?? notReadyAddresses),
    truncated: total > max,
  };
}

/** How many of each find room: all of them, or to each its part, rounded up for as long as there is room. */
function allotted(counts: readonly number[], room: number): readonly number[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total <= room) return counts;
  let left = room;
  return counts.map((count) => {
    const some = Math.min(Math.ceil((count / total) * room), left);
    left -= some;
    return some;
  });
}

const addressOf = ({ addresses, targetRef, nodeName, hostname }: Endpoint) => ({
  ip: addresses[0] ?? '',
  ...(hostname === undefined ? {} : { hostname }),
  ...(nodeName === undefined ? {} : { nodeName }),
  ...(targetRef === undefined ? {} : { targetRef }),
});

async function reconcile(
  { key, object: service, client, informers, events }: ReconcileContext<Service>,
  triggerTimes: ObjectMemory<TriggerTimes>,
): Promise<void> {
  const namespace = key.namespace ?? '';
  const present = informers.informer(Endpoints).lister.get(key);
  const memory = `${namespace}/${key.name}`;
  if (service === undefined) {
    triggerTimes.forget(informers, memory);
    if (present !== undefined) await client.delete(Endpoints, { name: key.name, namespace }).catch(ignoreNotFound);
    return;
  }
  if (service.spec?.selector === undefined || service.spec.type === 'ExternalName') return;
  const { uid } = service.metadata;
  const pods = podsOf(service, informers);
  const times = nextTriggerTimes(triggerTimes.get(informers, memory, uid), service, pods);
  triggerTimes.set(informers, memory, uid, times);
  const { subsets, truncated } = planSubsets(service, pods);
  const labels = {
    ...service.metadata.labels,
    [managedByLabel]: managedBy,
    ...(isHeadless(service) ? { [headlessLabel]: '' } : {}),
  };
  const { [overCapacity]: _before, ...others } = present?.metadata.annotations ?? {};
  const annotations = truncated ? { ...others, [overCapacity]: 'truncated' } : others;
  if (
    present !== undefined &&
    deepEqual(present.subsets ?? [], subsets) &&
    deepEqual(present.metadata.labels ?? {}, labels) &&
    deepEqual(present.metadata.annotations ?? {}, annotations)
  )
    return;
  const wish: Endpoints = {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: {
      ...(present?.metadata ?? { name: key.name, namespace }),
      labels,
      annotations: withTriggerTime(annotations, times),
    },
    ...(subsets.length === 0 ? {} : { subsets }),
  };
  await (present === undefined ? client.create(wish) : client.update(wish)).catch((error: Error) => {
    if (isNamespaceEnding(error)) return;
    const [reason, what] =
      present === undefined
        ? ['FailedToCreateEndpoint', 'create endpoint for service']
        : ['FailedToUpdateEndpoint', 'update endpoint'];
    events.record(wish, 'Warning', reason, `Failed to ${what} ${namespace}/${key.name}: ${error.message}`);
    throw error;
  });
}
