/**
 * From Services and their EndpointSlices to the routes that a dataplane carries: what should answer where, as
 * data. Pure; `service-proxy.ts` feeds it, a `ServiceDataplane` carries it out.
 */
import type { Service } from '@pintle/api/core/v1';
import type { EndpointSlice } from '@pintle/api/discovery/v1';
import type { Backend, Protocol, ServiceRoute } from '@pintle/contracts';
import { ipFamilyOf } from '@pintle/machinery';

export interface RouteOptions {
  /** Addresses of this node, on which node ports answer. */
  readonly nodeIps: readonly string[];
  /** Whether a client of one IP family may be led to a backend of the other, where its own has none. Default false. */
  readonly bridgesFamilies?: boolean;
}

const serviceNameLabel = 'kubernetes.io/service-name';
/** `sessionAffinityConfig.clientIP.timeoutSeconds` unless given (core/v1). */
const affinitySecondsDefault = 10_800;

type ServicePort = NonNullable<NonNullable<Service['spec']>['ports']>[number];

/** The routes of all Services that have an address of their own, in a stable order. */
export function planRoutes(
  services: readonly Service[],
  slices: readonly EndpointSlice[],
  options: RouteOptions,
): readonly ServiceRoute[] {
  const slicesOf = new Map<string, EndpointSlice[]>();
  for (const slice of slices) {
    const service = slice.metadata.labels?.[serviceNameLabel];
    if (service === undefined || slice.addressType === 'FQDN') continue;
    const key = `${slice.metadata.namespace}/${service}`;
    const found = slicesOf.get(key);
    if (found === undefined) slicesOf.set(key, [slice]);
    else found.push(slice);
  }
  return services.flatMap((service) =>
    routesOf(service, slicesOf.get(`${service.metadata.namespace}/${service.metadata.name}`) ?? [], options),
  );
}

function routesOf(
  service: Service,
  slices: readonly EndpointSlice[],
  { nodeIps, bridgesFamilies = false }: RouteOptions,
): readonly ServiceRoute[] {
  const { spec } = service;
  if (
    spec?.clusterIP === undefined ||
    spec.clusterIP === '' ||
    spec.clusterIP === 'None' ||
    spec.type === 'ExternalName'
  )
    return [];
  const affinity =
    spec.sessionAffinity === 'ClientIP'
      ? { sessionAffinitySeconds: spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? affinitySecondsDefault }
      : {};
  const clusterIps = spec.clusterIPs ?? [spec.clusterIP];
  const families = new Set(clusterIps.map(ipFamilyOf));
  const ofItsFamilies = (ips: readonly string[] = []) => ips.filter((ip) => families.has(ipFamilyOf(ip)));
  return (spec.ports ?? []).flatMap((port) => {
    const name = `${service.metadata.namespace}/${service.metadata.name}:${port.name ?? ''}`;
    const protocol = (port.protocol ?? 'TCP') as Protocol;
    const route = (ip: string, at: number): ServiceRoute => {
      const isOwn = ({ addressType }: EndpointSlice) => addressType === ipFamilyOf(ip);
      const own = backendsOf(slices.filter(isOwn), port);
      const backends = own.length === 0 && bridgesFamilies ? backendsOf(slices, port) : own;
      return { name, ip, port: at, protocol, backends, ...affinity };
    };
    return [
      ...clusterIps.map((ip) => route(ip, port.port)),
      ...ofItsFamilies(spec.externalIPs).map((ip) => route(ip, port.port)),
      ...(port.nodePort ? ofItsFamilies(nodeIps).map((ip) => route(ip, port.nodePort!)) : []),
    ];
  });
}

/** Ready endpoints; where there is none, those that still serve while they terminate (KEP-1669). */
function backendsOf(slices: readonly EndpointSlice[], port: ServicePort): readonly Backend[] {
  const found = new Map<string, Backend>();
  for (const slice of slices) {
    const target = slice.ports?.find(
      (candidate) =>
        (candidate.name ?? '') === (port.name ?? '') && (candidate.protocol ?? 'TCP') === (port.protocol ?? 'TCP'),
    )?.port;
    if (target === undefined) continue;
    for (const { addresses, conditions, nodeName } of slice.endpoints ?? []) {
      const ready = conditions?.ready !== false;
      const draining = conditions?.serving !== false && conditions?.terminating === true;
      if (!ready && !draining) continue;
      for (const ip of addresses) {
        found.set(`${ip}:${target}`, {
          ip,
          port: target,
          state: ready ? 'ready' : 'terminating',
          ...(nodeName === undefined ? {} : { nodeName }),
        });
      }
    }
  }
  return [...found.values()].sort((a, b) => (a.ip < b.ip ? -1 : a.ip > b.ip ? 1 : a.port - b.port));
}
