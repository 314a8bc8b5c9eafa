/** The EndpointSlice controller: the pods behind every Service with a selector. */
import { Node, Pod, Service } from '@pintle/api/core/v1';
import { EndpointSlice } from '@pintle/api/discovery/v1';
import { type Controller, controller, type ReconcileContext } from '@pintle/controller-runtime';
import { controllerReference, StatusError } from '@pintle/machinery';
import type { Informers } from '@pintle/watch';
import {
  groupEndpoints,
  managedBy,
  managedByLabel,
  type PortGroup,
  planSlices,
  serviceNameLabel,
} from './plan-endpoints.js';

export * from './plan-endpoints.js';

const zoneLabel = 'topology.kubernetes.io/zone';

/** The Services whose selector fits the pod. */
export function servicesOf(
  pod: Pod,
  informers: Informers,
): readonly { readonly name: string; readonly namespace: string }[] {
  const labels = pod.metadata.labels ?? {};
  return informers
    .informer(Service)
    .lister.list({ namespace: pod.metadata.namespace ?? '' })
    .filter(({ spec }) => spec?.selector !== undefined && matches(spec.selector, labels))
    .map(({ metadata }) => ({ name: metadata.name ?? '', namespace: metadata.namespace ?? '' }));
}

export const matches = (
  selector: Readonly<Record<string, string>>,
  labels: Readonly<Record<string, string>>,
): boolean => {
  const entries = Object.entries(selector);
  return entries.length > 0 && entries.every(([key, value]) => labels[key] === value);
};

/** The pods that a Service selects. */
export function podsOf(service: Service, informers: Informers): readonly Pod[] {
  const selector = service.spec?.selector;
  if (selector === undefined) return [];
  return informers
    .informer(Pod)
    .lister.list({ namespace: service.metadata.namespace ?? '' })
    .filter(({ metadata }) => matches(selector, metadata.labels ?? {}));
}

export function endpointSliceController({ concurrency = 5 }: { readonly concurrency?: number } = {}): Controller {
  return controller({ name: 'endpointslice', concurrency, gatherMs: 20 })
    .for(Service)
    .watches(Pod, servicesOf)
    .watches(EndpointSlice, ({ metadata }) => {
      const name = metadata.labels?.[serviceNameLabel];
      return name === undefined ? [] : [{ name, namespace: metadata.namespace ?? '' }];
    })
    .reconcile(reconcile);
}

const kind = { group: '', version: 'v1', kind: 'Service' };

async function reconcile({ object: service, client, informers }: ReconcileContext<Service>): Promise<void> {
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
      ({ metadata }) =>
        metadata.labels?.[serviceNameLabel] === name &&
        metadata.labels[managedByLabel] === managedBy &&
        metadata.deletionTimestamp === undefined,
    );
  const zoneOf = (nodeName: string) =>
    informers.informer(Node).lister.get({ name: nodeName })?.metadata.labels?.[zoneLabel];
  const groups = groupEndpoints(service, podsOf(service, informers), zoneOf);
  // A Service without pods has one slice all the same, so that clients see that it is known.
  const plan = planSlices(groups.length > 0 ? groups : [{ ports: [], endpoints: [] }], present);
  const needsEmpty = groups.length === 0 && present.length === 0;
  const gone = (error: unknown) => {
    if (!StatusError.is(error, 'NotFound')) throw error;
  };
  await Promise.all([
    ...[...plan.create, ...(needsEmpty ? [{ ports: [], endpoints: [] }] : [])].map((group) =>
      client.create(sliceOf(service, group)),
    ),
    ...plan.update.map(({ slice, group }) =>
      client.update({ ...slice, endpoints: group.endpoints, ports: group.ports } as EndpointSlice),
    ),
    ...plan.remove.map(({ metadata }) =>
      client.delete(EndpointSlice, { name: metadata.name ?? '', namespace }).catch(gone),
    ),
  ]).catch((error: unknown) => {
    // In a namespace that is going there is nothing to keep.
    if (!StatusError.is(error, 'Forbidden')) throw error;
  });
}

function sliceOf(service: Service, { ports, endpoints }: PortGroup): EndpointSlice {
  const { name = '', namespace = '', labels } = service.metadata;
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      generateName: `${name}-`,
      namespace,
      labels: {
        ...labels,
        [serviceNameLabel]: name,
        [managedByLabel]: managedBy,
        ...(service.spec?.clusterIP === 'None' ? { 'service.kubernetes.io/headless': '' } : {}),
      },
      ownerReferences: [controllerReference(service, kind)],
    },
    addressType: 'IPv4',
    endpoints,
    ports,
  };
}
