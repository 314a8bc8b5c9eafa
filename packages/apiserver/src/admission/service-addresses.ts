/**
 * Gives Services their cluster addresses and node ports, each to one Service only. What is taken is learnt
 * from the store and from requests under way; one API server at a time may hand out from a range.
 *
 * Invariant: an address is in `taken` from before its Service is written until its deletion has been seen.
 */
import type { Service } from '@pintle/api/core/v1';
import { prefixRange, type StoreBackend, type StoreEntry, type WatchSubscription } from '@pintle/contracts';
import {
  deepEqual,
  type FieldError,
  integerBelow,
  invalid,
  invalidField,
  isIPv4,
  type KubernetesObject,
  statusError,
  type World,
} from '@pintle/machinery';
import type { StoredObject } from '../storage/stored-object.js';
import type { AdmissionPlugin } from './admission.js';

export interface ServiceAddressOptions {
  /** IPv4, as `10.96.0.0/12`. Its first address is for the Service `kubernetes`. */
  readonly cidr: string;
  /** First and last node port. */
  readonly nodePorts: readonly [number, number];
}

export interface ServiceAddresses {
  readonly plugin: AdmissionPlugin;
  /** The first address of the range. */
  readonly apiServerIp: string;
  start(backend: StoreBackend<StoredObject>): Promise<void>;
  stop(): void;
}

/** How long an address stays reserved for a request that came to nothing. */
const reservationMs = 60_000;
const servicesPrefix = '/registry/core/services/';

type Spec = NonNullable<Service['spec']>;

/** How much of the beginning of a range is kept for those who name an address (KEPs 3070 and 3668). */
function staticBand(count: number, { step, max }: { readonly step: number; readonly max: number }): number {
  const least = 16;
  return count <= least ? 0 : Math.min(Math.max(least, Math.floor(count / step)), max);
}

export function serviceAddresses(world: World, options: ServiceAddressOptions): ServiceAddresses {
  const { base, size } = parseCidr(options.cidr);
  const taken = new Map<string, string>();
  const reserved = new Map<string, { readonly untilMs: number; readonly owner: string }>();
  let subscription: WatchSubscription | undefined;

  const learn = (entry: StoreEntry<StoredObject>, add: boolean) => {
    const { spec } = entry.value.at(entry.modRevision) as Service;
    for (const id of claimsOf(spec)) {
      reserved.delete(id);
      if (add) taken.set(id, entry.key);
      else if (taken.get(id) === entry.key) taken.delete(id);
    }
  };
  const isFree = (id: string, owner: string) => {
    const reservation = reserved.get(id);
    // Who was refused may ask again, as `kubectl apply --force` does.
    if (reservation !== undefined && reservation.owner !== owner && reservation.untilMs > world.clock.now())
      return false;
    const holder = taken.get(id);
    return holder === undefined || holder === owner;
  };
  const reserve = (id: string, owner: string) =>
    reserved.set(id, { untilMs: world.clock.now() + reservationMs, owner });

  /**
   * From a random start to the first that is free, so that ranges fill without long searches. The first `band` are left to
   * those who ask for them by name, as long as there are others.
   */
  const pick = (count: number, band: number, owner: string, name: (index: number) => string): string | undefined => {
    const others = Math.max(0, count - band);
    const start = others === 0 ? 0 : integerBelow(world.random.stream('service-addresses'), others);
    for (let i = 0; i < count; i++) {
      const id = name(i < others ? band + ((start + i) % others) : i - others);
      if (isFree(id, owner)) {
        reserve(id, owner);
        return id;
      }
    }
    return undefined;
  };

  const clusterIpFor = (spec: Spec, owner: string, name: string): string => {
    const asked = spec.clusterIP;
    if (asked) {
      if (!isFree(asked, owner))
        throw invalidService(name, {
          type: 'FieldValueInvalid',
          field: 'spec.clusterIPs',
          badValue: [asked],
          detail: `failed to allocate IP ${asked}: provided IP is already allocated`,
        });
      const offset = toNumber(asked) - base;
      if (!(offset > 0 && offset < size - 1)) {
        throw invalidService(name, {
          type: 'FieldValueInvalid',
          field: 'spec.clusterIPs',
          badValue: [asked],
          detail: `failed to allocate IP ${asked}: the provided IP is not in the valid range. The range of valid IPs is ${options.cidr}`,
        });
      }
      reserve(asked, owner);
      return asked;
    }
    // The first address of the range is the API server's, and the last is the broadcast address.
    const found = pick(size - 3, staticBand(size - 2, { step: 16, max: 256 }) - 1, owner, (index) =>
      toText(base + 2 + index),
    );
    if (found === undefined)
      throw statusError('InternalError', `failed to allocate a serviceIP: range ${options.cidr} is full`);
    return found;
  };

  /** What is asked for wrongly stays as it is: the validation tells of it. */
  const withClusterIp = (asked: Spec, before: Spec | undefined, owner: string, name: string): Spec => {
    refuseOtherFamilies(asked, name);
    const old = before !== undefined && before.type !== 'ExternalName' ? before : undefined;
    const first = asked.clusterIP || asked.clusterIPs?.[0];
    const isOwn = first === 'None' || (first !== undefined && first === old?.clusterIP);
    const wrong = first !== undefined && first !== 'None' && !isIPv4(first);
    const clusterIP = first
      ? isOwn || wrong
        ? first
        : clusterIpFor(asked, owner, name)
      : (old?.clusterIP ?? clusterIpFor(asked, owner, name));
    // A client of old says one address alone; a list that was not touched goes with it.
    const untouched =
      asked.clusterIPs === undefined || (old !== undefined && deepEqual(asked.clusterIPs, old.clusterIPs));
    return {
      ...asked,
      clusterIP: asked.clusterIP || (asked.clusterIPs === undefined || untouched ? clusterIP : ''),
      clusterIPs: untouched ? [clusterIP] : asked.clusterIPs!,
      ipFamilies: asked.ipFamilies ?? ['IPv4'],
      ipFamilyPolicy: asked.ipFamilyPolicy ?? 'SingleStack',
    };
  };

  const refuseOtherFamilies = ({ ipFamilies = [], ipFamilyPolicy }: Spec, name: string) => {
    const other = ipFamilies.indexOf('IPv6');
    if (ipFamilyPolicy === 'RequireDualStack')
      throw invalidService(
        name,
        invalidField('spec.ipFamilyPolicy', ipFamilyPolicy, 'this cluster is not configured for dual-stack services'),
      );
    if (other >= 0)
      throw invalidService(name, invalidField(`spec.ipFamilies[${other}]`, 'IPv6', 'not configured on this cluster'));
  };

  const pickNodePort = (owner: string, protocol: string | undefined): string | undefined => {
    const [first, last] = options.nodePorts;
    const count = last - first + 1;
    return pick(count, staticBand(count, { step: 32, max: 128 }), owner, (offset) =>
      portClaim(protocol, first + offset),
    );
  };

  /** A port of the nodes where a balancer asks each whether it has pods of the Service. */
  const withHealthCheckPort = (spec: Spec, before: Spec | undefined, owner: string): Spec => {
    if (spec.type !== 'LoadBalancer' || spec.externalTrafficPolicy !== 'Local' || spec.healthCheckNodePort) return spec;
    const [first, last] = options.nodePorts;
    if (before?.healthCheckNodePort) return { ...spec, healthCheckNodePort: before.healthCheckNodePort };
    const found = pickNodePort(owner, 'TCP');
    if (found === undefined)
      throw statusError('InternalError', `failed to allocate a nodePort: range ${first}-${last} is full`);
    return { ...spec, healthCheckNodePort: portOf(found) };
  };

  const withNodePorts = (spec: Spec, owner: string, name: string): Spec => {
    const wanted =
      spec.type === 'NodePort' || (spec.type === 'LoadBalancer' && spec.allocateLoadBalancerNodePorts !== false);
    const [first, last] = options.nodePorts;
    const ports = spec.ports?.map((port, index) => {
      const { nodePort } = port;
      if (nodePort) {
        const id = portClaim(port.protocol, nodePort);
        const field = `spec.ports[${index}].nodePort`;
        if (nodePort < first || nodePort > last)
          throw invalidService(name, {
            type: 'FieldValueInvalid',
            field,
            badValue: nodePort,
            detail: `provided port is not in the valid range. The range of valid ports is ${first}-${last}`,
          });
        if (!isFree(id, owner))
          throw invalidService(name, {
            type: 'FieldValueInvalid',
            field,
            badValue: nodePort,
            detail: 'provided port is already allocated',
          });
        reserve(id, owner);
        return port;
      }
      if (!wanted) return port;
      const found = pickNodePort(owner, port.protocol);
      if (found === undefined)
        throw statusError('InternalError', `failed to allocate a nodePort: range ${first}-${last} is full`);
      return { ...port, nodePort: portOf(found) };
    });
    return ports === undefined ? spec : { ...spec, ports };
  };

  const plugin: AdmissionPlugin = {
    name: 'ServiceAddresses',
    concerns: ({ operation, resource, subresource }) =>
      (operation === 'CREATE' || operation === 'UPDATE') &&
      subresource === undefined &&
      resource.kind.group === '' &&
      resource.kind.plural === 'services',
    mutate({ object, old, namespace, name }) {
      const service = object as Service;
      const owner = `${servicesPrefix}${namespace}/${name}`;
      const before = (old as Service | undefined)?.spec;
      const asked: Spec = service.spec ?? {};
      const addressed = asked.type === 'ExternalName' ? asked : withClusterIp(asked, before, owner, name);
      const ported = withNodePorts(keepNodePorts(addressed, before), owner, name);
      return { ...service, spec: withHealthCheckPort(ported, before, owner) } as KubernetesObject;
    },
  };

  return {
    plugin,
    apiServerIp: toText(base + 1),
    async start(backend) {
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
    stop: () => subscription?.unsubscribe(),
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
const portClaim = (protocol: string | undefined, port: number) => `${protocol ?? 'TCP'}:${port}`;

function claimsOf(spec: Spec | undefined): readonly string[] {
  const claims: string[] = [];
  if (spec?.clusterIP && spec.clusterIP !== 'None') claims.push(spec.clusterIP);
  if (spec?.healthCheckNodePort) claims.push(portClaim('TCP', spec.healthCheckNodePort));
  for (const { nodePort, protocol } of spec?.ports ?? []) if (nodePort) claims.push(portClaim(protocol, nodePort));
  return claims;
}

const invalidService = (name: string, error: FieldError) => invalid({ group: '', kind: 'Service' }, name, [error]);

function parseCidr(cidr: string): { base: number; size: number } {
  const match = /^(\d+\.\d+\.\d+\.\d+)\/(\d+)$/.exec(cidr);
  const bits = Number(match?.[2]);
  if (match === null || !(bits >= 8 && bits <= 28))
    throw new RangeError(`the service range must be an IPv4 CIDR of /8 to /28, not ${JSON.stringify(cidr)}`);
  const size = 2 ** (32 - bits);
  const address = toNumber(match[1]!);
  return { base: address - (address % size), size };
}

function toNumber(ip: string): number {
  return ip.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

function toText(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
}
