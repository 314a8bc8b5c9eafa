/**
 * EndpointSlice mirroring: Endpoints that people keep for a Service without a selector become slices, so that whoever
 * follows slices sees them.
 */
import { Endpoints, Service } from '@pintle/api/core/v1';
import { type Endpoint, EndpointSlice } from '@pintle/api/discovery/v1';
import { type Controller, controller, type ReconcileContext } from '@pintle/controller-runtime';
import { controllerReference, deepEqual, isIPv6, StatusError } from '@pintle/machinery';
import { managedByLabel, type PortGroup, planSlices, repacked, serviceNameLabel } from '../endpoint-slice/index.js';
import { ignoreNotFound } from '../ignore-not-found.js';

export const mirroringManager = 'endpointslicemirroring-controller.k8s.io';
/** Addresses of one subset that are mirrored; more are left out, and an Event says so (upstream's default). */
const addressesMax = 1_000;
const skipLabel = 'endpointslice.kubernetes.io/skip-mirror';
/** What is said of the Endpoints, and would be wrong of a slice. */
const notMirrored = [
  'endpoints.kubernetes.io/last-change-trigger-time',
  'kubectl.kubernetes.io/last-applied-configuration',
];
const leaderAnnotation = 'control-plane.alpha.kubernetes.io/leader';

export function endpointSliceMirroringController({
  concurrency = 5,
}: {
  readonly concurrency?: number;
} = {}): Controller {
  return controller({ name: 'endpointslice-mirroring', component: 'endpoint-slice-mirroring-controller', concurrency })
    .for(Endpoints)
    .watches(Service, ({ metadata }) => [{ name: metadata.name ?? '', namespace: metadata.namespace ?? '' }])
    .watches(EndpointSlice, ({ metadata }) => {
      const name = metadata.labels?.[serviceNameLabel];
      return name === undefined || metadata.labels?.[managedByLabel] !== mirroringManager
        ? []
        : [{ name, namespace: metadata.namespace ?? '' }];
    })
    .reconcile(reconcile);
}

/** Whether somebody keeps these Endpoints for a Service by hand. Pure. */
export function isMirrored({ metadata }: Endpoints, service: Service | undefined): boolean {
  if (service === undefined || (service.spec?.selector !== undefined && Object.keys(service.spec.selector).length > 0))
    return false;
  return metadata.labels?.[skipLabel] !== 'true' && metadata.annotations?.[leaderAnnotation] === undefined;
}

type Subset = NonNullable<Endpoints['subsets']>[number];
type Address = NonNullable<Subset['addresses']>[number];

export interface MirrorPlan {
  readonly groups: Readonly<Record<'IPv4' | 'IPv6', readonly PortGroup[]>>;
  /** Addresses that were left out. */
  readonly skipped: number;
}

/** The endpoints of each subset, by address family, when ports and addresses stand in one form. Pure. */
export function planMirror({ subsets = [] }: Endpoints, max = addressesMax): MirrorPlan {
  let skipped = 0;
  const groups = { IPv4: new Map<string, MutableGroup>(), IPv6: new Map<string, MutableGroup>() };
  for (const { ports, endpoints } of repacked(subsets.map(groupOf))) {
    // The ready go first: who is not gets what room is left.
    const isReady = ({ conditions }: Endpoint) => conditions?.ready === true;
    const all = [...endpoints.filter(isReady), ...endpoints.filter((each) => !isReady(each))];
    skipped += Math.max(0, all.length - max);
    for (const endpoint of all.slice(0, max)) {
      const byPorts = groups[isIPv6(endpoint.addresses[0] ?? '') ? 'IPv6' : 'IPv4'];
      const id = JSON.stringify(ports);
      const group = byPorts.get(id) ?? { ports, endpoints: [] };
      group.endpoints.push(endpoint);
      byPorts.set(id, group);
    }
  }
  return { groups: { IPv4: [...groups.IPv4.values()], IPv6: [...groups.IPv6.values()] }, skipped };
}

interface MutableGroup extends PortGroup {
  readonly endpoints: Endpoint[];
}

const groupOf = ({ addresses = [], notReadyAddresses = [], ports = [] }: Subset): PortGroup => ({
  ports: ports.map(({ name = '', port, protocol = 'TCP', appProtocol }) => ({
    name,
    port,
    protocol,
    ...(appProtocol === undefined ? {} : { appProtocol }),
  })),
  endpoints: [
    ...addresses.map((address) => endpointOf(address, true)),
    ...notReadyAddresses.map((address) => endpointOf(address, false)),
  ],
});

const endpointOf = ({ ip, hostname, nodeName, targetRef }: Address, ready: boolean): Endpoint => ({
  addresses: [ip],
  conditions: { ready },
  ...(hostname ? { hostname } : {}),
  ...(nodeName ? { nodeName } : {}),
  ...(targetRef === undefined ? {} : { targetRef }),
});

async function reconcile({ key, object, client, informers, events }: ReconcileContext<Endpoints>): Promise<void> {
  const namespace = key.namespace ?? '';
  const own = informers
    .informer(EndpointSlice)
    .lister.list({ namespace })
    .filter(
      ({ metadata }) =>
        metadata.labels?.[serviceNameLabel] === key.name && metadata.labels[managedByLabel] === mirroringManager,
    );
  const remove = ({ metadata: { name = '' } }: EndpointSlice) =>
    client.delete(EndpointSlice, { name, namespace }).catch(ignoreNotFound);
  const service = informers.informer(Service).lister.get(key);
  if (object === undefined || object.metadata.deletionTimestamp !== undefined || !isMirrored(object, service)) {
    await Promise.all(own.map(remove));
    return;
  }
  const { groups, skipped } = planMirror(object);
  if (skipped > 0)
    events.record(
      object,
      'Warning',
      'TooManyAddressesToMirror',
      `A max of ${addressesMax} addresses can be mirrored to EndpointSlices per Endpoints subset. ${skipped} addresses were skipped`,
    );
  const labels = { ...object.metadata.labels, [serviceNameLabel]: key.name, [managedByLabel]: mirroringManager };
  const annotations = Object.fromEntries(
    Object.entries(object.metadata.annotations ?? {}).filter(([name]) => !notMirrored.includes(name)),
  );
  const metadataChanged = ({ metadata }: EndpointSlice) =>
    !deepEqual(metadata.labels, labels) || !deepEqual(metadata.annotations ?? {}, annotations);
  const work = (['IPv4', 'IPv6'] as const).flatMap((addressType) => {
    const present = own.filter((slice) => slice.addressType === addressType);
    if (groups[addressType].length === 0) return present.map(remove);
    const plan = planSlices(groups[addressType], present, { max: addressesMax, labelsChanged: metadataChanged });
    return [
      ...plan.create.map(({ ports, endpoints }) =>
        client.create<EndpointSlice>({
          apiVersion: 'discovery.k8s.io/v1',
          kind: 'EndpointSlice',
          metadata: {
            generateName: `${key.name}-`,
            namespace,
            labels,
            annotations,
            ownerReferences: [controllerReference(object, Endpoints)],
          },
          addressType,
          endpoints,
          ports,
        }),
      ),
      ...plan.update.map(({ slice, group }) =>
        client.update<EndpointSlice>({
          ...slice,
          metadata: { ...slice.metadata, labels, annotations },
          endpoints: group.endpoints,
          ports: group.ports,
        }),
      ),
      ...plan.remove.map(remove),
    ];
  });
  await Promise.all(work).catch((error: unknown) => {
    // In a namespace that is going there is nothing to keep.
    if (!StatusError.is(error, 'Forbidden')) throw error;
  });
}
