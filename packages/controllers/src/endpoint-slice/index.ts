/** The EndpointSlice controller: the pods behind every Service with a selector. */
import { Node, Pod, Service } from '@pintle/api/core/v1';
import { EndpointSlice } from '@pintle/api/discovery/v1';
import type { ObjectKey } from '@pintle/client';
import { type Controller, controller, type ReconcileContext } from '@pintle/controller-runtime';
import { controllerReference, deepEqual, isConditionTrue } from '@pintle/machinery';
import type { Informers } from '@pintle/watch';
import { ignoreNotFound } from '../ignore-not-found.js';
import { isNamespaceEnding } from '../namespace-ending.js';
import { ObjectMemory } from '../object-memory.js';
import { podsOnNode } from '../pods-on-node.js';
import {
  type AddressType,
  addressTypesOf,
  groupEndpoints,
  isManaged,
  type PortGroup,
  serviceNameLabel,
  sliceLabels,
  type ZoneOf,
} from './plan-endpoints.js';
import { capacityHints, cpuRatios, hintPolicyOf, sameZoneHints, withoutHints } from './plan-hints.js';
import { endpointsMax, planSlices, type SlicePlan } from './plan-slices.js';
import { endpointsMayChange, podsOf, servicesOf, zoneLabel } from './selected-pods.js';
import { nextTriggerTimes, type TriggerTimes, withTriggerTime } from './trigger-time.js';

export * from './plan-endpoints.js';
export { type HintPolicy, hintPolicyOf } from './plan-hints.js';
export * from './plan-slices.js';
export { repacked } from './repacked.js';
export { endpointsMayChange, podsOf, servicesOf } from './selected-pods.js';
export { nextTriggerTimes, type TriggerTimes, withTriggerTime } from './trigger-time.js';

export interface EndpointSliceControllerOptions {
  readonly concurrency?: number;
  /** Endpoints of one slice. Default 100. */
  readonly endpointsMax?: number;
}

export function endpointSliceController(options: EndpointSliceControllerOptions = {}): Controller {
  const { concurrency = 5, endpointsMax: max = endpointsMax } = options;
  const memories: Memories = { hinted: new ObjectMemory(), triggerTimes: new ObjectMemory() };
  return controller({ name: 'endpointslice', component: 'endpoint-slice-controller', concurrency, gatherMs: 20 })
    .for(Service)
    .watches(Pod, servicesOf, { predicate: endpointsMayChange })
    .watches(EndpointSlice, ({ metadata }) => {
      const name = metadata.labels?.[serviceNameLabel];
      return name === undefined ? [] : [{ name, namespace: metadata.namespace ?? '' }];
    })
    .watches(Node, servicesOfNode, {
      predicate: (event) =>
        event.type !== 'updated' ||
        isReady(event.old) !== isReady(event.object) ||
        event.old.metadata.labels?.[zoneLabel] !== event.object.metadata.labels?.[zoneLabel],
    })
    .reconcile((context) => reconcile(context, max, memories));
}

interface Memories {
  /** The address types of a Service whose last hints by capacity could be given. */
  readonly hinted: ObjectMemory<ReadonlySet<AddressType>>;
  readonly triggerTimes: ObjectMemory<TriggerTimes>;
}

const isReady = ({ status }: Node) => isConditionTrue(status?.conditions, 'Ready');

/** Those of pods on the node, and those whose hints depend on how much all nodes can do. */
const servicesOfNode = ({ metadata }: Node, informers: Informers): readonly ObjectKey[] => [
  ...podsOnNode(metadata.name ?? '', informers).flatMap((pod) => servicesOf(pod, informers)),
  ...informers
    .informer(Service)
    .lister.list()
    .filter((service) => hintPolicyOf(service) === 'by-capacity')
    .map((service) => ({ name: service.metadata.name ?? '', namespace: service.metadata.namespace ?? '' })),
];

async function reconcile(
  context: ReconcileContext<Service>,
  max: number,
  { hinted, triggerTimes }: Memories,
): Promise<void> {
  const { key, object: service, informers, events } = context;
  const serviceKey = `${key.namespace}/${key.name}`;
  if (service === undefined) {
    triggerTimes.forget(informers, serviceKey);
    hinted.forget(informers, serviceKey);
  }
  // A Service that is gone takes its slices with it, by ownership.
  if (service?.spec?.selector === undefined || service.spec.type === 'ExternalName') return;
  const { name = '', namespace = '', uid } = service.metadata;
  const present = informers
    .informer(EndpointSlice)
    .lister.list({ namespace })
    .filter(
      (slice) =>
        slice.metadata.labels?.[serviceNameLabel] === name &&
        isManaged(slice) &&
        slice.metadata.deletionTimestamp === undefined,
    );
  const pods = podsOf(service, informers);
  const times = nextTriggerTimes(triggerTimes.get(informers, serviceKey, uid), service, pods);
  triggerTimes.set(informers, serviceKey, uid, times);
  const nodes = informers.informer(Node).lister;
  const zoneOf: ZoneOf = (nodeName) => {
    const node = nodes.get({ name: nodeName });
    if (node === undefined) return undefined;
    const zone = node.metadata.labels?.[zoneLabel];
    return zone === undefined ? {} : { zone };
  };
  const labels = sliceLabels(service);
  const labelsChanged = ({ metadata }: EndpointSlice) => !deepEqual(metadata.labels, labels);
  const types = addressTypesOf(service);
  const work = types.flatMap((type) => {
    const own = present.filter((slice) => slice.addressType === type && isOwnedBy(slice, service));
    const plan = planSlices(groupEndpoints(service, pods, type, zoneOf), own, { max, labelsChanged });
    const metadata = { labels, times };
    return carryOut(context, service, type, metadata, withHints(context, service, type, plan, hinted));
  });
  // Those of an earlier Service of this name go with it: whoever is given them would lose them.
  const foreign = present.filter(
    (slice) => !types.includes(slice.addressType as AddressType) || !isOwnedBy(slice, service),
  );
  const results = await Promise.allSettled([...work, ...foreign.map((slice) => remove(context, slice))]);
  for (const result of results) {
    if (result.status === 'fulfilled' || isNamespaceEnding(result.reason)) continue;
    const message = `Error updating Endpoint Slices for Service ${namespace}/${name}: ${(result.reason as Error).message}`;
    events.record(service, 'Warning', 'FailedToUpdateEndpointSlices', message);
    throw result.reason;
  }
}

const isOwnedBy = ({ metadata }: EndpointSlice, service: Service): boolean =>
  metadata.ownerReferences?.some(({ kind, uid }) => kind === 'Service' && uid === service.metadata.uid) ?? false;

/** The plan with the zones that its endpoints are for; slices whose hints change are written, too. */
function withHints(
  context: ReconcileContext<Service>,
  service: Service,
  type: AddressType,
  plan: SlicePlan,
  hinted: Memories['hinted'],
): SlicePlan {
  const all = [
    ...plan.create.map((group) => ({ group, slice: undefined, kept: false })),
    ...plan.update.map(({ slice, group }) => ({ group, slice, kept: false })),
    ...plan.keep.map((slice) => ({
      group: { ports: slice.ports ?? [], endpoints: slice.endpoints ?? [] },
      slice,
      kept: true,
    })),
  ];
  const lists = all.map(({ group }) => group.endpoints);
  const policy = hintPolicyOf(service);
  const planned =
    policy === 'by-capacity' && capacityHints(lists, cpuRatios(context.informers.informer(Node).lister.list()));
  tellOfHints(context, service, type, planned, hinted);
  const next =
    planned === false || typeof planned === 'string'
      ? lists.map(policy === 'same-zone' ? sameZoneHints : withoutHints)
      : planned;
  const groups = all.map(({ slice, group, kept }, index) => ({
    slice,
    kept: kept && deepEqual(next[index], group.endpoints),
    group: { ports: group.ports, endpoints: next[index]! },
  }));
  return {
    create: groups.flatMap(({ slice, group }) => (slice === undefined ? [group] : [])),
    update: groups.flatMap(({ slice, group, kept }) => (slice === undefined || kept ? [] : [{ slice, group }])),
    remove: plan.remove,
    keep: groups.flatMap(({ slice, kept }) => (slice !== undefined && kept ? [slice] : [])),
  };
}

/** That there are hints by capacity is told once for all address types; that there are none, and why, whenever that is found. */
function tellOfHints(
  { informers, events, key }: ReconcileContext<Service>,
  service: Service,
  type: AddressType,
  /** Why there can be none; false: none are wanted. */
  planned: ReturnType<typeof capacityHints> | false,
  hinted: Memories['hinted'],
): void {
  const serviceKey = `${key.namespace}/${key.name}`;
  const { uid } = service.metadata;
  const before = hinted.get(informers, serviceKey, uid) ?? new Set();
  const are = planned !== false && typeof planned !== 'string';
  const tell = (kind: 'Normal' | 'Warning', state: 'Enabled' | 'Disabled', words: string) =>
    events.record(service, kind, `TopologyAwareHints${state}`, `${words}, addressType: ${type}`);
  if (typeof planned === 'string') tell('Warning', 'Disabled', planned);
  else if (are && before.size === 0) tell('Normal', 'Enabled', 'Topology Aware Hints has been enabled');
  else if (!are && before.size > 0) tell('Warning', 'Disabled', 'Topology Aware Hints has been disabled');
  if (are !== before.has(type)) {
    const others = [...before].filter((other) => other !== type);
    hinted.set(informers, serviceKey, uid, new Set(are ? [...others, type] : others));
  }
}

/** What all slices of a Service say of themselves alike. */
interface SliceMetadata {
  readonly labels: Readonly<Record<string, string>>;
  readonly times: TriggerTimes;
}

function carryOut(
  context: ReconcileContext<Service>,
  service: Service,
  type: AddressType,
  { labels, times }: SliceMetadata,
  plan: SlicePlan,
): readonly Promise<unknown>[] {
  const { client } = context;
  // What is made while the collector takes away would be a race with it.
  const create = service.metadata.deletionTimestamp === undefined ? plan.create : [];
  return [
    ...create.map((group) => client.create(sliceOf(service, type, { labels, times }, group))),
    ...plan.update.map(({ slice, group }) =>
      client.update({
        ...slice,
        metadata: { ...slice.metadata, labels, annotations: withTriggerTime(slice.metadata.annotations, times) },
        endpoints: group.endpoints,
        ports: group.ports,
      } as EndpointSlice),
    ),
    ...plan.remove.map((slice) => remove(context, slice)),
  ];
}

const remove = ({ client }: ReconcileContext<Service>, { metadata: { name = '', namespace = '' } }: EndpointSlice) =>
  client.delete(EndpointSlice, { name, namespace }).catch(ignoreNotFound);

function sliceOf(
  service: Service,
  addressType: AddressType,
  { labels, times }: SliceMetadata,
  { ports, endpoints }: PortGroup,
): EndpointSlice {
  const { name = '', namespace = '' } = service.metadata;
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      generateName: `${name}-`,
      namespace,
      labels,
      annotations: withTriggerTime({}, times),
      ownerReferences: [controllerReference(service, Service)],
    },
    addressType,
    endpoints,
    ports,
  };
}
