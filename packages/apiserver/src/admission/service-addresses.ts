/**
 * Gives Services their cluster addresses and node ports, each to one Service only. What is taken is learnt
 * from the store and from requests under way; one API server at a time may hand out from a range.
 *
 * Invariant: an address is in `taken` from before its Service is written until its deletion has been seen.
 */
import { serviceFamilies } from '@pintle/api';
import type { Service } from '@pintle/api/core/v1';
import type { IPAddress, ServiceCIDR } from '@pintle/api/networking/v1';
import { prefixRange, type StoreBackend, type StoreEntry, type WatchSubscription } from '@pintle/contracts';
import {
  type FieldError,
  formatIp,
  integerBelow,
  invalid,
  invalidField,
  ipFamilyOf,
  type KubernetesObject,
  parseIp,
  statusError,
  type World,
} from '@pintle/machinery';
import { ObjectCache } from '../storage/object-cache.js';
import type { StoredObject } from '../storage/stored-object.js';
import { type AddressRange, addressRange, addressRanges } from './address-range.js';
import { type AdmissionPlugin, isWriteOf } from './admission.js';
import type { AllocationScope, AllocatorMetrics, RangeUse } from './allocator-metrics.js';
import { addressesPrefix, isOfService, servicesPrefix } from './service-ip-addresses.js';

export interface ServiceAddressOptions {
  /**
   * As `10.96.0.0/12`, or two of different families with a comma between. The first address of the first is for the Service
   * `kubernetes`.
   */
  readonly cidr: string;
  /** First and last node port. */
  readonly nodePorts: readonly [number, number];
}

export interface ServiceAddresses {
  readonly plugin: AdmissionPlugin;
  /** The first address of the range. */
  readonly apiServerIp: string;
  /** The ranges. */
  readonly cidrs: readonly string[];
  start(backend: StoreBackend<StoredObject>): Promise<void>;
  stop(): void;
}

/** Who asks for an address or a port. */
interface Asker {
  /** Of the Service in the store. */
  readonly key: string;
  readonly dryRun: boolean;
  /** What it has been given in this request. */
  readonly given: Set<string>;
}

/** How long an address stays reserved for a request that came to nothing. */
const reservationMs = 60_000;
const rangesPrefix = '/registry/networking.k8s.io/servicecidrs/';

type Spec = NonNullable<Service['spec']>;

/** How much of the beginning of a range is kept for those who name an address (KEPs 3070 and 3668). */
function staticBand(count: number, { step, max }: { readonly step: number; readonly max: number }): number {
  const least = 16;
  return count <= least ? 0 : Math.min(Math.max(least, Math.floor(count / step)), max);
}

export function serviceAddresses(
  world: World,
  measured: AllocatorMetrics,
  options: ServiceAddressOptions,
): ServiceAddresses {
  const own = addressRanges(options.cidr);
  const families = own.map(({ family }) => family);
  let more: ObjectCache | undefined;
  /** IPAddress objects, those that somebody else has made among them. */
  let made: ObjectCache | undefined;
  const taken = new Map<string, string>();
  const reserved = new Map<string, { readonly untilMs: number; readonly key: string }>();
  let subscription: WatchSubscription | undefined;

  const learn = (entry: StoreEntry<StoredObject>, add: boolean) => {
    const { spec } = entry.value.at(entry.modRevision) as Service;
    for (const id of claimsOf(spec)) {
      reserved.delete(id);
      if (add) taken.set(id, entry.key);
      else if (taken.get(id) === entry.key) taken.delete(id);
    }
  };
  const isFree = (id: string, asker: Asker) => {
    const reservation = reserved.get(id);
    // Who was refused may ask again, as `kubectl apply --force` does.
    if (reservation !== undefined && reservation.key !== asker.key && reservation.untilMs > world.clock.now())
      return false;
    const holder = taken.get(id);
    const noted = made?.get(id) as IPAddress | undefined;
    // Those of Services are known by the Services.
    return (holder ?? asker.key) === asker.key && (noted === undefined || isOfService(noted));
  };
  const reserve = (id: string, { key, dryRun, given }: Asker) => {
    given.add(id);
    if (!dryRun) reserved.set(id, { untilMs: world.clock.now() + reservationMs, key });
  };

  /**
   * From a random start to the first that is free, so that ranges fill without long searches. The first `band` are left to
   * those who ask for them by name, as long as there are others.
   */
  const pick = (count: number, band: number, asker: Asker, name: (index: number) => string): string | undefined => {
    const others = Math.max(0, count - band);
    const start = others === 0 ? 0 : integerBelow(world.random.stream('service-addresses'), others);
    for (let i = 0; i < count; i++) {
      const id = name(i < others ? band + ((start + i) % others) : i - others);
      if (!asker.given.has(id) && isFree(id, asker)) {
        reserve(id, asker);
        return id;
      }
    }
    return undefined;
  };

  /** The server's own first, then those of ServiceCIDRs that are ready. */
  const rangesOf = (family: string): readonly AddressRange[] => [
    ...own.filter((range) => range.family === family),
    ...([...(more?.values() ?? [])] as readonly ServiceCIDR[]).filter(isReady).flatMap(({ spec }) =>
      (spec?.cidrs ?? []).flatMap((cidr) => {
        const range = addressRange(cidr);
        return range?.family === family && !own.some((known) => known.cidr === range.cidr) ? [range] : [];
      }),
    ),
  ];

  const take = (family: string, ips: readonly string[], index: number, asker: Asker, name: string): string => {
    const asked = ips[index];
    const startMs = measured.now();
    const told = (cidr: string, scope: AllocationScope) => {
      if (!asker.dryRun) measured.address(cidr, scope, startMs);
    };
    const around = asked ? rangesOf(family).find((range) => range.contains(asked)) : undefined;
    const refuse = (detail: string) => {
      if (around !== undefined && !asker.dryRun) measured.noAddress(around.cidr, 'static');
      return invalidService(name, [invalidField('spec.clusterIPs', ips, `failed to allocate IP ${asked}: ${detail}`)]);
    };
    if (asked) {
      const id = addressClaim(asked);
      if (!isFree(id, asker)) throw refuse('provided IP is already allocated');
      if (around === undefined) throw refuse('the provided network does not match the current range');
      reserve(id, asker);
      told(around.cidr, 'static');
      return asked;
    }
    for (const range of rangesOf(family)) {
      // The very first is the API server's.
      const skipped = range === own[0] ? 1 : 0;
      const band = Math.max(0, staticBand(range.size, { step: 16, max: 256 }) - skipped);
      const found = pick(range.count - skipped, band, asker, (at) => range.at(at + skipped));
      if (found !== undefined) {
        told(range.cidr, 'dynamic');
        return found;
      }
      if (!asker.dryRun) measured.noAddress(range.cidr, 'dynamic');
    }
    throw isFull('a serviceIP');
  };

  const withAddresses = (asked: Spec, before: Spec | undefined, asker: Asker, name: string): Spec => {
    const { spec, from, errors = [] } = serviceFamilies(asked, before, families);
    if (errors.length > 0) throw invalidService(name, errors);
    if (from === undefined) return spec;
    const ips = spec.clusterIPs ?? [];
    const clusterIPs = (spec.ipFamilies ?? []).map((family, index) =>
      index < from ? ips[index]! : take(family, ips, index, asker, name),
    );
    return { ...spec, clusterIPs, clusterIP: clusterIPs[0]! };
  };

  const pickNodePort = (asker: Asker): number => {
    const [first, last] = options.nodePorts;
    const count = last - first + 1;
    const found = pick(count, staticBand(count, { step: 32, max: 128 }), asker, (offset) => portClaim(first + offset));
    if (!asker.dryRun) measured[found === undefined ? 'noPort' : 'port']('dynamic');
    if (found === undefined) throw isFull('a nodePort');
    return portOf(found);
  };

  /** A port of the nodes where a balancer asks each whether it has pods of the Service. */
  const withHealthCheckPort = (spec: Spec, before: Spec | undefined, asker: Asker): Spec =>
    spec.type !== 'LoadBalancer' || spec.externalTrafficPolicy !== 'Local' || spec.healthCheckNodePort
      ? spec
      : { ...spec, healthCheckNodePort: before?.healthCheckNodePort || pickNodePort(asker) };

  const takeNodePort = (nodePort: number, field: string, again: boolean, asker: Asker, name: string) => {
    const [first, last] = options.nodePorts;
    const refuse = (detail: string) => invalidService(name, [invalidField(field, nodePort, detail)]);
    const id = portClaim(nodePort);
    if (taken.get(id) === asker.key) return;
    // A dry run is not told of the range.
    if (!asker.dryRun && (nodePort < first || nodePort > last))
      throw refuse(`provided port is not in the valid range. The range of valid ports is ${first}-${last}`);
    const isTaken = (asker.given.has(id) && !again) || !isFree(id, asker);
    if (!asker.dryRun) measured[isTaken ? 'noPort' : 'port']('static');
    if (isTaken) throw refuse('provided port is already allocated');
    reserve(id, asker);
  };

  /** Of a new Service, one port of several protocols is one port of the nodes too. */
  const withNodePorts = (spec: Spec, isNew: boolean, asker: Asker, name: string): Spec => {
    if (spec.type !== 'NodePort' && spec.type !== 'LoadBalancer') return spec;
    const wanted = spec.type === 'NodePort' || spec.allocateLoadBalancerNodePorts !== false;
    const shared = new Map<number, number>();
    const ports = spec.ports?.map((port, index) => {
      if (!port.nodePort && !wanted) return port;
      const known = isNew ? shared.get(port.port) : undefined;
      const named = isNew
        ? spec.ports?.find((other) => other.port === port.port && other.nodePort)?.nodePort
        : undefined;
      const asked = port.nodePort || known || named;
      if (asked) takeNodePort(asked, `spec.ports[${index}].nodePort`, !isNew || asked === known, asker, name);
      const nodePort = asked || pickNodePort(asker);
      if (known === undefined) shared.set(port.port, nodePort);
      return nodePort === port.nodePort ? port : { ...port, nodePort };
    });
    return ports === undefined ? spec : { ...spec, ports };
  };

  const plugin: AdmissionPlugin = {
    name: 'ServiceAddresses',
    last: true,
    concerns: isWriteOf('', 'services'),
    mutate({ object, old, namespace, name, dryRun }) {
      const service = object as Service;
      const asker: Asker = { key: `${servicesPrefix}${namespace}/${name}`, dryRun, given: new Set() };
      const before = (old as Service | undefined)?.spec;
      const asked: Spec = service.spec ?? {};
      const addressed = withAddresses(asked, before, asker, name);
      const ported = withNodePorts(keepNodePorts(addressed, before), before === undefined, asker, name);
      return { ...service, spec: withHealthCheckPort(ported, before, asker) } as KubernetesObject;
    },
  };

  const addressUse = (): readonly RangeUse[] => {
    const ids = [...taken.keys()].filter((id) => !isPortClaim(id));
    return [...rangesOf('IPv4'), ...rangesOf('IPv6')].map(({ cidr, count, contains }) => ({
      ...{ cidr, size: count },
      allocated: ids.filter(contains).length,
    }));
  };
  measured.use(addressUse, () => {
    const [first, last] = options.nodePorts;
    return { allocated: [...taken.keys()].filter(isPortClaim).length, size: last - first + 1 };
  });

  return {
    plugin,
    apiServerIp: own[0]!.at(0),
    cidrs: own.map(({ cidr }) => cidr),
    async start(backend) {
      more = new ObjectCache(backend, rangesPrefix, world.logger);
      await more.start();
      made = new ObjectCache(backend, addressesPrefix, world.logger);
      await made.start();
      const range = prefixRange(servicesPrefix);
      const { entries, revision } = await backend.range(range);
      for (const entry of entries) learn(entry, true);
      subscription = backend.watch(
        { ...range, fromRevision: revision + 1 },
        {
          next(events) {
            for (const event of events) {
              if (event.previous !== undefined) learn(event.previous, false);
              if (event.type === 'put') learn(event.entry, true);
            }
          },
          error: (error) => world.logger.log('error', 'the watch of services for their addresses ended', { error }),
          complete: () => {},
        },
      );
    },
    stop() {
      subscription?.unsubscribe();
      more?.stop();
      made?.stop();
    },
  };
}

/** An update that leaves node ports out keeps those of the same port and protocol. */
function keepNodePorts(spec: Spec, before: Spec | undefined): Spec {
  if (
    before?.ports === undefined ||
    spec.ports === undefined ||
    (spec.type !== 'NodePort' && spec.type !== 'LoadBalancer')
  )
    return spec;
  const ports = spec.ports.map((port) => {
    if (port.nodePort) return port;
    const nodePort = before.ports?.find(
      (other) => other.port === port.port && other.protocol === port.protocol,
    )?.nodePort;
    return nodePort ? { ...port, nodePort } : port;
  });
  return { ...spec, ports };
}

const portOf = (claim: string) => Number(claim.slice(claim.indexOf(':') + 1));
const portClaimPrefix = 'port:';
const isPortClaim = (claim: string) => claim.startsWith(portClaimPrefix);
/** Whatever its protocol: a port is one Service's. */
const portClaim = (port: number) => `${portClaimPrefix}${port}`;

function claimsOf(spec: Spec | undefined): readonly string[] {
  const claims: string[] = [];
  for (const ip of spec?.clusterIPs ?? []) if (ip !== 'None') claims.push(addressClaim(ip));
  if (spec?.healthCheckNodePort) claims.push(portClaim(spec.healthCheckNodePort));
  for (const { nodePort } of spec?.ports ?? []) if (nodePort) claims.push(portClaim(nodePort));
  return claims;
}

const isFull = (what: string) =>
  statusError('InternalError', `Internal error occurred: failed to allocate ${what}: range is full`);

/** One that nobody has looked at yet counts, as upstream. */
const isReady = ({ metadata, status }: ServiceCIDR) =>
  metadata.deletionTimestamp === undefined &&
  (status?.conditions?.find(({ type }) => type === 'Ready')?.status ?? 'True') === 'True';

const invalidService = (name: string, errors: readonly FieldError[]) =>
  invalid({ group: '', kind: 'Service' }, name, errors);

/** However an address is written. */
function addressClaim(ip: string): string {
  const [family, address] = [ipFamilyOf(ip), parseIp(ip)];
  return family === undefined || address === undefined ? ip : formatIp(family, address);
}
