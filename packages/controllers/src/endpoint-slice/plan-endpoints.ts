/** Which pods stand behind a Service, as endpoints by the ports that they have in common. Pure. */
import type { Pod, Service } from '@pintle/api/core/v1';
import type { Endpoint, EndpointPort, EndpointSlice } from '@pintle/api/discovery/v1';
import { canonicalJson, isIPv4, isIPv6 } from '@pintle/machinery';
import { isPodReady, isPodTerminal } from '../pod-facts.js';

export const serviceNameLabel = 'kubernetes.io/service-name';
export const managedByLabel = 'endpointslice.kubernetes.io/managed-by';
export const managedBy = 'endpointslice-controller.k8s.io';
export const headlessLabel = 'service.kubernetes.io/headless';

export type AddressType = 'IPv4' | 'IPv6';

export interface PortGroup {
  readonly ports: readonly EndpointPort[];
  readonly endpoints: readonly Endpoint[];
}

/** What is to be known of a pod's node; undefined: there is no such node. */
export type ZoneOf = (nodeName: string) => { readonly zone?: string } | undefined;

/** The families that a Service has addresses of. */
export function addressTypesOf({ spec }: Service): readonly AddressType[] {
  if (spec?.ipFamilies !== undefined && spec.ipFamilies.length > 0) return spec.ipFamilies as readonly AddressType[];
  return [spec?.clusterIP !== undefined && isIPv6(spec.clusterIP) ? 'IPv6' : 'IPv4'];
}

export const isHeadless = ({ spec }: Service): boolean => !spec?.clusterIP || spec.clusterIP === 'None';

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

/** The Service's ports that a pod has. */
export const portsOf = (service: Service, pod: Pod): readonly EndpointPort[] =>
  (service.spec?.ports ?? []).flatMap((port): EndpointPort[] => {
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

/** A pod's addresses of one family. */
export function addressesOf({ status }: Pod, type: AddressType): readonly string[] {
  const isOfType = type === 'IPv6' ? isIPv6 : isIPv4;
  const all = status?.podIPs?.map(({ ip }) => ip) ?? (status?.podIP ? [status.podIP] : []);
  return all.filter((ip): ip is string => ip !== undefined && isOfType(ip));
}

/**
 * Pods with an address that have not ended, by their ports. One whose node is gone is left out, unless its Service
 * wants even those that are not ready.
 */
export function groupEndpoints(
  service: Service,
  pods: readonly Pod[],
  type: AddressType = 'IPv4',
  zoneOf: ZoneOf = () => ({}),
): readonly PortGroup[] {
  const groups = new Map<string, { ports: readonly EndpointPort[]; endpoints: Endpoint[] }>();
  for (const pod of pods) {
    const addresses = addressesOf(pod, type);
    if (addresses.length === 0 || isPodTerminal(pod)) continue;
    const node = pod.spec?.nodeName ? zoneOf(pod.spec.nodeName) : {};
    if (node === undefined && !service.spec?.publishNotReadyAddresses) continue;
    const ports = portsOf(service, pod);
    const id = canonicalJson(ports);
    const group = groups.get(id) ?? { ports, endpoints: [] };
    group.endpoints.push(endpointOf(service, pod, addresses, node?.zone));
    groups.set(id, group);
  }
  return [...groups.values()];
}

function endpointOf(service: Service, pod: Pod, addresses: readonly string[], zone: string | undefined): Endpoint {
  const terminating = pod.metadata.deletionTimestamp !== undefined;
  const serving = isPodReady(pod);
  const { name = '', namespace = '', uid = '' } = pod.metadata;
  const { nodeName, hostname, subdomain } = pod.spec ?? {};
  return {
    addresses,
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

/** The labels of a Service's slices: its own, but for those that say whose they are. */
export function sliceLabels(service: Service): Readonly<Record<string, string>> {
  const {
    [serviceNameLabel]: _name,
    [managedByLabel]: _by,
    [headlessLabel]: _headless,
    ...labels
  } = service.metadata.labels ?? {};
  return {
    ...labels,
    [serviceNameLabel]: service.metadata.name ?? '',
    [managedByLabel]: managedBy,
    ...(isHeadless(service) ? { [headlessLabel]: '' } : {}),
  };
}

/** Whether a slice is this controller's; others leave theirs beside it. */
export const isManaged = ({ metadata }: EndpointSlice): boolean => metadata.labels?.[managedByLabel] === managedBy;
