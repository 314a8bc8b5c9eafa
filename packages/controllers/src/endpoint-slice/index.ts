/** The EndpointSlice controller: the pods behind every Service with a selector. */
import { Node, Pod, Service } from '@pintle/api/core/v1';
import { EndpointSlice } from '@pintle/api/discovery/v1';
import type { ObjectKey } from '@pintle/client';
import { type Controller, controller, type ReconcileContext } from '@pintle/controller-runtime';
import { controllerReference, deepEqual, isConditionTrue, StatusError } from '@pintle/machinery';
import type { Informers } from '@pintle/watch';
import { ignoreNotFound } from '../ignore-not-found.js';
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

export * from './plan-endpoints.js';
export { type HintPolicy, hintPolicyOf } from './plan-hints.js';
export * from './plan-slices.js';
export { endpointsMayChange, podsOf, servicesOf } from './selected-pods.js';

export interface EndpointSliceControllerOptions {
  readonly concurrency?: number;
  /** Endpoints of one slice. Default 100. */
  readonly endpointsMax?: number;
}

export function endpointSliceController(options: EndpointSliceControllerOptions = {}): Controller {
  const { concurrency = 5, endpointsMax: max = endpointsMax } = options;
  const hinted = new ObjectMemory<boolean>();
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
    .reconcile((context) => reconcile(context, max, hinted));
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
  hinted: ObjectMemory<boolean>,
): Promise<void> {
  const { object: service, informers } = context;
  // A Service that is gone takes its slices with it, by ownership.
  if (
    service?.spec?.selector === undefined ||
    service.spec.type === 'ExternalName' ||
    service.metadata.deletionTimestamp !== undefined
  )
    return;
  const { name = '', namespace = '' } = service.metadata;
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
    const own = present.filter(({ addressType }) => addressType === type);
    const plan = planSlices(groupEndpoints(service, pods, type, zoneOf), own, { max, labelsChanged });
    return carryOut(context, service, type, labels, withHints(context, service, type, plan, hinted));
  });
  const foreign = present.filter(({ addressType }) => !types.includes(addressType as AddressType));
  const results = await Promise.allSettled([...work, ...foreign.map((slice) => remove(context, slice))]);
  for (const result of results) {
    // In a namespace that is going there is nothing to keep.
    if (result.status === 'rejected' && !StatusError.is(result.reason, 'Forbidden')) throw result.reason;
  }
}

/** The plan with the zones that its endpoints are for; slices whose hints change are written, too. */
function withHints(
  { informers, events, key }: ReconcileContext<Service>,
  service: Service,
  type: AddressType,
  plan: SlicePlan,
  hinted: ObjectMemory<boolean>,
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
  let next = lists.map(policy === 'same-zone' ? sameZoneHints : withoutHints);
  if (policy === 'by-capacity') {
    const planned = capacityHints(lists, cpuRatios(informers.informer(Node).lister.list()));
    const memory = `${key.namespace}/${key.name} ${type}`;
    const before = hinted.get(informers, memory, service.metadata.uid);
    const enabled = typeof planned !== 'string';
    if (enabled) next = planned.map((endpoints) => [...endpoints]);
    if (before !== enabled) {
      hinted.set(informers, memory, service.metadata.uid, enabled);
      if (enabled)
        events.record(
          service,
          'Normal',
          'TopologyAwareHintsEnabled',
          `Topology Aware Hints has been enabled, addressType: ${type}`,
        );
      else events.record(service, 'Warning', 'TopologyAwareHintsDisabled', `${planned}, addressType: ${type}`);
    }
  }
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

function carryOut(
  context: ReconcileContext<Service>,
  service: Service,
  type: AddressType,
  labels: Readonly<Record<string, string>>,
  plan: SlicePlan,
): readonly Promise<unknown>[] {
  const { client } = context;
  return [
    ...plan.create.map((group) => client.create(sliceOf(service, type, labels, group))),
    ...plan.update.map(({ slice, group }) =>
      client.update({
        ...slice,
        metadata: { ...slice.metadata, labels },
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
  labels: Readonly<Record<string, string>>,
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
      ownerReferences: [controllerReference(service, Service)],
    },
    addressType,
    endpoints,
    ports,
  };
}
