/** The Endpoints controller: the older form of what EndpointSlices say, one object a Service. */
import { Endpoints, Pod, Service } from '@pintle/api/core/v1';
import type { Endpoint } from '@pintle/api/discovery/v1';
import { type Controller, controller, type ReconcileContext } from '@pintle/controller-runtime';
import { deepEqual, StatusError } from '@pintle/machinery';
import {
  addressTypesOf,
  endpointsMayChange,
  groupEndpoints,
  headlessLabel,
  isHeadless,
  podsOf,
  servicesOf,
} from '../endpoint-slice/index.js';

/** Addresses of one object; more are left out and the object says so (upstream's limit). */
const addressesMax = 1000;
const overCapacity = 'endpoints.kubernetes.io/over-capacity';
const managedByLabel = 'endpoints.kubernetes.io/managed-by';
const managedBy = 'endpoint-controller';

export function endpointsController({ concurrency = 5 }: { readonly concurrency?: number } = {}): Controller {
  return controller({ name: 'endpoints', concurrency, gatherMs: 20 })
    .for(Service)
    .watches(Pod, servicesOf, { predicate: endpointsMayChange })
    .watches(Endpoints, ({ metadata }) => [{ name: metadata.name ?? '', namespace: metadata.namespace ?? '' }])
    .reconcile(reconcile);
}

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
  const groups = groupEndpoints(service, pods, addressTypesOf(service)[0])
    .filter(({ ports }) => ports.length > 0 || !hasPorts)
    .map(({ ports, endpoints }) => {
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

async function reconcile({ key, object: service, client, informers }: ReconcileContext<Service>): Promise<void> {
  const namespace = key.namespace ?? '';
  const present = informers.informer(Endpoints).lister.get(key);
  const gone = (error: unknown) => {
    if (!StatusError.is(error, 'NotFound') && !StatusError.is(error, 'Forbidden')) throw error;
  };
  if (service === undefined) {
    if (present !== undefined) await client.delete(Endpoints, { name: key.name, namespace }).catch(gone);
    return;
  }
  if (service.spec?.selector === undefined || service.spec.type === 'ExternalName') return;
  const { subsets, truncated } = planSubsets(service, podsOf(service, informers));
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
    metadata: { ...(present?.metadata ?? { name: key.name, namespace }), labels, annotations },
    ...(subsets.length === 0 ? {} : { subsets }),
  };
  await (present === undefined ? client.create(wish) : client.update(wish)).catch(gone);
}
