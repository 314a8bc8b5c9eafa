/** Which pods stand behind a Service, as endpoints by the ports that they have in common. Pure. */
import type { Pod, Service } from '@pintle/api/core/v1';
import type { Endpoint, EndpointPort, EndpointSlice } from '@pintle/api/discovery/v1';
import { canonicalJson, deepEqual } from '@pintle/machinery';
import { isPodReady, isPodTerminal } from '../pod-facts.js';

/** Endpoints of one slice (upstream's default). */
export const endpointsMax = 100;

export const serviceNameLabel = 'kubernetes.io/service-name';
export const managedByLabel = 'endpointslice.kubernetes.io/managed-by';
export const managedBy = 'endpointslice-controller.k8s.io';

export interface PortGroup {
  readonly ports: readonly EndpointPort[];
  readonly endpoints: readonly Endpoint[];
}

/** The number of a Service's target port on a pod; undefined where the pod has none of that name. */
export function targetPortOf(
  pod: Pod,
  port: NonNullable<NonNullable<Service['spec']>['ports']>[number],
): number | undefined {
  const { targetPort = port.port, protocol = 'TCP' } = port;
  if (typeof targetPort === 'number') return targetPort;
  for (const { ports } of [
    ...(pod.spec?.containers ?? []),
    ...(pod.spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always'),
  ]) {
    const found = ports?.find(({ name, protocol: own = 'TCP' }) => name === targetPort && own === protocol);
    if (found !== undefined) return found.containerPort;
  }
  return undefined;
}

/** Pods with an address that have not ended, grouped by their ports. */
export function groupEndpoints(
  service: Service,
  pods: readonly Pod[],
  zoneOf: (nodeName: string) => string | undefined = () => undefined,
): readonly PortGroup[] {
  const groups = new Map<string, { ports: readonly EndpointPort[]; endpoints: Endpoint[] }>();
  for (const pod of pods) {
    const ip = pod.status?.podIP;
    if (!ip || isPodTerminal(pod)) continue;
    const ports = (service.spec?.ports ?? []).flatMap((port): EndpointPort[] => {
      const number = targetPortOf(pod, port);
      if (number === undefined) return [];
      return [
        {
          name: port.name ?? '',
          port: number,
          protocol: port.protocol ?? 'TCP',
          ...(port.appProtocol === undefined ? {} : { appProtocol: port.appProtocol }),
        },
      ];
    });
    if (ports.length === 0 && (service.spec?.ports?.length ?? 0) > 0) continue;
    const id = canonicalJson(ports);
    const group = groups.get(id) ?? { ports, endpoints: [] };
    group.endpoints.push(endpointOf(service, pod, ip, zoneOf));
    groups.set(id, group);
  }
  return [...groups.values()];
}

function endpointOf(
  service: Service,
  pod: Pod,
  ip: string,
  zoneOf: (nodeName: string) => string | undefined,
): Endpoint {
  const terminating = pod.metadata.deletionTimestamp !== undefined;
  const serving = isPodReady(pod);
  const { name = '', namespace = '', uid = '' } = pod.metadata;
  const { nodeName, hostname, subdomain } = pod.spec ?? {};
  const zone = nodeName === undefined ? undefined : zoneOf(nodeName);
  return {
    addresses: [ip],
    conditions: {
      ready: service.spec?.publishNotReadyAddresses === true || (serving && !terminating),
      serving,
      terminating,
    },
    targetRef: { kind: 'Pod', namespace, name, uid },
    ...(nodeName === undefined ? {} : { nodeName }),
    ...(zone === undefined ? {} : { zone }),
    ...(hostname !== undefined && subdomain === service.metadata.name ? { hostname } : {}),
  };
}

export interface SlicePlan {
  readonly create: readonly PortGroup[];
  readonly update: readonly { readonly slice: EndpointSlice; readonly group: PortGroup }[];
  readonly remove: readonly EndpointSlice[];
}

const idOf = ({ targetRef, addresses }: Endpoint) => targetRef?.uid ?? addresses[0] ?? '';

/** As few changes as can be: endpoints stay in the slice that they are in, new ones fill what has room. */
export function planSlices(groups: readonly PortGroup[], present: readonly EndpointSlice[]): SlicePlan {
  const left = new Set(present);
  const create: PortGroup[] = [];
  const update: { slice: EndpointSlice; group: PortGroup }[] = [];
  for (const { ports, endpoints } of groups) {
    const wanted = new Map(endpoints.map((endpoint) => [idOf(endpoint), endpoint]));
    const slices = present.filter((slice) => sameJson(slice.ports ?? [], ports));
    const contents = slices.map((slice) => {
      left.delete(slice);
      const kept = (slice.endpoints ?? []).flatMap((endpoint) => {
        const next = wanted.get(idOf(endpoint));
        wanted.delete(idOf(endpoint));
        return next === undefined ? [] : [next];
      });
      return { slice, kept };
    });
    const fresh = [...wanted.values()];
    for (const content of contents)
      content.kept.push(...fresh.splice(0, Math.max(0, endpointsMax - content.kept.length)));
    for (const { slice, kept } of contents) {
      if (kept.length === 0 && contents.length > 1) left.add(slice);
      else if (!deepEqual(kept, slice.endpoints ?? [])) update.push({ slice, group: { ports, endpoints: kept } });
    }
    while (fresh.length > 0) create.push({ ports, endpoints: fresh.splice(0, endpointsMax) });
  }
  return { create, update, remove: [...left] };
}

const sameJson = (a: unknown, b: unknown) => canonicalJson(a) === canonicalJson(b);
