/**
 * Which zones an endpoint is for, so that traffic stays near. Pure; follows topologycache and trafficdist of
 * k8s.io/endpointslice.
 */
import type { Node, Service } from '@pintle/api/core/v1';
import type { Endpoint } from '@pintle/api/discovery/v1';
import { parseQuantity, quantityMilliValue } from '@pintle/machinery';

/** How much more than its share a zone may have to carry. */
const overloadThreshold = 0.2;
const controlPlaneLabels = ['node-role.kubernetes.io/control-plane', 'node-role.kubernetes.io/master'];
const zoneLabel = 'topology.kubernetes.io/zone';

export type HintPolicy = 'none' | 'same-zone' | 'by-capacity';

/** What a Service asks for; its annotation goes before its field. */
export function hintPolicyOf({ metadata, spec }: Service): HintPolicy {
  const { annotations = {} } = metadata;
  const mode =
    annotations['service.kubernetes.io/topology-mode'] ?? annotations['service.kubernetes.io/topology-aware-hints'];
  if (mode === 'Auto' || mode === 'auto') return 'by-capacity';
  return spec?.trafficDistribution === 'PreferClose' || spec?.trafficDistribution === 'PreferSameZone'
    ? 'same-zone'
    : 'none';
}

export type Ratios = ReadonlyMap<string, number>;

/** Each zone's part of the CPUs of nodes that are ready. Undefined: some node does not say, or there is one zone only. */
export function cpuRatios(nodes: readonly Node[]): Ratios | undefined {
  const byZone = new Map<string, number>();
  for (const { metadata, status } of nodes) {
    if (controlPlaneLabels.some((label) => metadata.labels?.[label] !== undefined)) continue;
    if (!status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True')) continue;
    const zone = metadata.labels?.[zoneLabel];
    const cpu = quantityMilliValue(parseQuantity(status.allocatable?.['cpu'] ?? '0'));
    if (!zone || cpu === 0) return undefined;
    byZone.set(zone, (byZone.get(zone) ?? 0) + cpu);
  }
  const total = [...byZone.values()].reduce((sum, cpu) => sum + cpu, 0);
  if (byZone.size < 2 || total === 0) return undefined;
  return new Map([...byZone].map(([zone, cpu]) => [zone, cpu / total]));
}

export interface Allocation {
  readonly minimum: number;
  readonly maximum: number;
  readonly desired: number;
}

/** How many endpoints each zone is to have; a text where that cannot be, and why. */
export function planAllocations(ratios: Ratios | undefined, count: number): ReadonlyMap<string, Allocation> | string {
  if (ratios === undefined)
    return 'Insufficient Node information: allocatable CPU or zone not specified on one or more nodes';
  const figures = `(${count} endpoints, ${ratios.size} zones)`;
  if (ratios.size > count) return `Insufficient number of endpoints ${figures}`;
  const minimums = new Map<string, number>();
  for (const [zone, ratio] of ratios) minimums.set(zone, Math.ceil((ratio * count) / (1 + overloadThreshold)));
  const total = [...minimums.values()].reduce((sum, minimum) => sum + minimum, 0);
  if (total > count)
    return `Unable to allocate minimum required endpoints to each zone without exceeding overload threshold ${figures}`;
  return new Map(
    [...minimums].map(([zone, minimum]) => [
      zone,
      { minimum, maximum: minimum + count - total, desired: Math.max((ratios.get(zone) ?? 0) * count, minimum) },
    ]),
  );
}

type Counts = ReadonlyMap<string, number>;

/** Whole endpoints that zones with too many give to zones with too few. */
export function planTransfers(
  allocations: ReadonlyMap<string, Pick<Allocation, 'desired'>>,
  allocated: Counts,
): { readonly giving: Counts; readonly receiving: Counts } {
  const [over, under] = [new Map<string, number>(), new Map<string, number>()];
  for (const [zone, { desired }] of allocations) {
    const surplus = (allocated.get(zone) ?? 0) - desired;
    if (surplus > 0) over.set(zone, surplus);
    else if (surplus < 0) under.set(zone, -surplus);
  }
  const most = (amounts: Counts): readonly [string, number] =>
    [...amounts].reduce((best, each) => (each[1] > best[1] ? each : best), ['', 0] as readonly [string, number]);
  const [giving, receiving] = [new Map<string, number>(), new Map<string, number>()];
  for (;;) {
    const [[giver, surplus], [taker, lack]] = [most(over), most(under)];
    // For less than half an endpoint nothing moves, nor where neither has or lacks a whole one.
    if (giver === '' || taker === '' || Math.max(surplus, lack) < 1 || Math.min(surplus, lack) < 0.5)
      return { giving, receiving };
    giving.set(giver, (giving.get(giver) ?? 0) + 1);
    over.set(giver, surplus - 1);
    receiving.set(taker, (receiving.get(taker) ?? 0) + 1);
    under.set(taker, lack - 1);
  }
}

const isReady = ({ conditions }: Endpoint) => conditions?.ready === true;
const withHint = (endpoint: Endpoint, zone: string | undefined): Endpoint => {
  const { hints: _hints, ...bare } = endpoint;
  return zone === undefined ? bare : { ...bare, hints: { forZones: [{ name: zone }] } };
};

/** Those of each zone are for that zone. */
export const sameZoneHints = (endpoints: readonly Endpoint[]): readonly Endpoint[] =>
  endpoints.map((endpoint) => withHint(endpoint, isReady(endpoint) ? endpoint.zone : undefined));

export const withoutHints = (endpoints: readonly Endpoint[]): readonly Endpoint[] =>
  endpoints.map((endpoint) => (endpoint.hints === undefined ? endpoint : withHint(endpoint, undefined)));

/**
 * So that each zone has endpoints by its part of the CPUs: first those of its own, then what others have too many of.
 * A text where hints would do harm, and why.
 */
export function capacityHints(
  slices: readonly (readonly Endpoint[])[],
  ratios: Ratios | undefined,
): readonly (readonly Endpoint[])[] | string {
  const ready = slices.flat().filter(isReady);
  const allocations = planAllocations(ratios, ready.length);
  if (typeof allocations === 'string') return allocations;
  if (ready.some(({ zone }) => !zone)) return 'One or more endpoints do not have a zone specified';
  const allocated = new Map<string, number>();
  for (const { zone = '' } of ready) allocated.set(zone, (allocated.get(zone) ?? 0) + 1);
  const { giving, receiving } = planTransfers(allocations, allocated);
  const [toGive, toReceive] = [new Map(giving), new Map(receiving)];
  const zoneFor = (own: string): string => {
    const left = toGive.get(own) ?? 0;
    if (left === 0) return own;
    const taker = [...toReceive].find(([, lack]) => lack > 0)?.[0];
    if (taker === undefined) return own;
    toGive.set(own, left - 1);
    toReceive.set(taker, toReceive.get(taker)! - 1);
    return taker;
  };
  return slices.map((endpoints) =>
    endpoints.map((endpoint) => withHint(endpoint, isReady(endpoint) ? zoneFor(endpoint.zone ?? '') : undefined)),
  );
}
