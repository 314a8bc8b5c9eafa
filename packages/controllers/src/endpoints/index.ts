/** The Endpoints controller: the older form of what EndpointSlices say, one object a Service. */
import { Endpoints, Pod, Service } from '@pintle/api/core/v1';
import { type Controller, controller, type ReconcileContext } from '@pintle/controller-runtime';
import { deepEqual, StatusError } from '@pintle/machinery';
import { groupEndpoints, podsOf, servicesOf } from '../endpoint-slice/index.js';

/** Addresses of one object; more are left out and the object says so (upstream's limit). */
const addressesMax = 1000;
const overCapacity = 'endpoints.kubernetes.io/over-capacity';

export function endpointsController({ concurrency = 5 }: { readonly concurrency?: number } = {}): Controller {
  return controller({ name: 'endpoints', concurrency, gatherMs: 20 })
    .for(Service)
    .watches(Pod, servicesOf)
    .watches(Endpoints, ({ metadata }) => [{ name: metadata.name ?? '', namespace: metadata.namespace ?? '' }])
    .reconcile(reconcile);
}

type Subset = NonNullable<Endpoints['subsets']>[number];

/** The subsets of a Service's pods: by ports, the ready apart from the others. Pure. */
export function planSubsets(service: Service, pods: readonly Pod[]): readonly Subset[] {
  return groupEndpoints(service, pods)
    .map(({ ports, endpoints }): Subset => {
      const address = ({ addresses, targetRef, nodeName, hostname }: (typeof endpoints)[number]) => ({
        ip: addresses[0] ?? '',
        ...(hostname === undefined ? {} : { hostname }),
        ...(nodeName === undefined ? {} : { nodeName }),
        ...(targetRef === undefined ? {} : { targetRef }),
      });
      const live = endpoints.filter(({ conditions }) => conditions?.terminating !== true);
      const ready = live
        .filter(({ conditions }) => conditions?.ready !== false)
        .map(address)
        .slice(0, addressesMax);
      const notReady = live
        .filter(({ conditions }) => conditions?.ready === false)
        .map(address)
        .slice(0, addressesMax - ready.length);
      return {
        ...(ready.length === 0 ? {} : { addresses: ready }),
        ...(notReady.length === 0 ? {} : { notReadyAddresses: notReady }),
        ports: ports.map(({ name, port = 0, protocol = 'TCP' }) => ({ ...(name ? { name } : {}), port, protocol })),
      };
    })
    .filter(({ addresses, notReadyAddresses }) => addresses !== undefined || notReadyAddresses !== undefined);
}

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
  const pods = podsOf(service, informers);
  const subsets = planSubsets(service, pods);
  const labels = {
    ...service.metadata.labels,
    ...(service.spec.clusterIP === 'None' ? { 'service.kubernetes.io/headless': '' } : {}),
  };
  const annotations = pods.length > addressesMax ? { [overCapacity]: 'truncated' } : undefined;
  if (
    present !== undefined &&
    deepEqual(present.subsets ?? [], subsets) &&
    deepEqual(present.metadata.labels ?? {}, labels)
  )
    return;
  const wish: Endpoints = {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: {
      ...(present?.metadata ?? { name: key.name, namespace }),
      labels,
      ...(annotations === undefined ? {} : { annotations }),
    },
    ...(subsets.length === 0 ? {} : { subsets }),
  };
  await (present === undefined ? client.create(wish) : client.update(wish)).catch(gone);
}
