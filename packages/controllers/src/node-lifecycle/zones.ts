/**
 * How fast nodes that are not ready lose their pods, by the state of their zone: where many fail at once, the fault
 * is likely not theirs. Pure; upstream's figures.
 */
import type { Node } from '@pintle/api/core/v1';
import { readinessOf } from './plan-taints.js';

export type ZoneState = 'Normal' | 'PartialDisruption' | 'FullDisruption';

export interface ZoneRates {
  /** Nodes a second that begin to lose their pods. Default 0.1. */
  readonly nodesPerSecond: number;
  /** The same in a large zone much of which is not ready. Default 0.01. */
  readonly secondaryNodesPerSecond: number;
  /** The part of a zone from which on much of it is not ready. Default 0.55. */
  readonly unhealthyThreshold: number;
  /** A zone of more nodes is large. Default 50. */
  readonly largeZoneNodes: number;
}

export const zoneRates: ZoneRates = {
  nodesPerSecond: 0.1,
  secondaryNodesPerSecond: 0.01,
  unhealthyThreshold: 0.55,
  largeZoneNodes: 50,
};

const labelOf = ({ metadata: { labels = {} } }: Node, ...names: readonly string[]) =>
  names.map((name) => labels[name]).find((value) => value !== undefined) ?? '';

/** Region and zone; empty for a node that has neither. */
export function zoneOf(node: Node): string {
  const region = labelOf(node, 'topology.kubernetes.io/region', 'failure-domain.beta.kubernetes.io/region');
  const zone = labelOf(node, 'topology.kubernetes.io/zone', 'failure-domain.beta.kubernetes.io/zone');
  return region === '' && zone === '' ? '' : `${region}:\0:${zone}`;
}

export function zoneState(
  { ready, notReady }: { readonly ready: number; readonly notReady: number },
  { unhealthyThreshold }: Pick<ZoneRates, 'unhealthyThreshold'> = zoneRates,
): ZoneState {
  if (ready === 0 && notReady > 0) return 'FullDisruption';
  return notReady > 2 && notReady / (notReady + ready) >= unhealthyThreshold ? 'PartialDisruption' : 'Normal';
}

/** Nodes a second that may begin to lose their pods. */
export function evictionRate(state: ZoneState, zoneNodes: number, rates: ZoneRates = zoneRates): number {
  if (state !== 'PartialDisruption') return rates.nodesPerSecond;
  return zoneNodes > rates.largeZoneNodes ? rates.secondaryNodesPerSecond : 0;
}

/** Nodes with it say nothing of their zone. */
const excludedLabel = 'node.kubernetes.io/exclude-disruption';

export interface ZonePlan {
  /** Nodes a second, by zone. */
  readonly rates: ReadonlyMap<string, number>;
  /** Every zone is lost: likely it is this controller that sees nothing, and nobody loses pods. */
  readonly blind: boolean;
}

export function planZones(nodes: readonly Node[], rates: ZoneRates = zoneRates): ZonePlan {
  const counts = new Map<string, { ready: number; notReady: number }>();
  for (const node of nodes) {
    if (node.metadata.labels?.[excludedLabel] !== undefined) continue;
    const zone = zoneOf(node);
    const count = counts.get(zone) ?? { ready: 0, notReady: 0 };
    if (readinessOf(node) === 'True') count.ready++;
    else count.notReady++;
    counts.set(zone, count);
  }
  const states = [...counts].map(([zone, count]) => ({ zone, count, state: zoneState(count, rates) }));
  return {
    rates: new Map(
      states.map(({ zone, count, state }) => [zone, evictionRate(state, count.ready + count.notReady, rates)]),
    ),
    blind: states.length > 0 && states.every(({ state }) => state === 'FullDisruption'),
  };
}

export type Turn = { readonly now: true } | { readonly now: false; readonly inMs: number };

/** How soon a zone that stands still is looked at again. */
const standstillMs = 5_000;

/** A node's turn in its zone, one after another at the zone's rate. `lastMs`: when the last node had its turn. */
export function turnOf(rate: number, lastMs: number | undefined, nowMs: number): Turn {
  if (rate === 0) return { now: false, inMs: standstillMs };
  const nextMs = lastMs === undefined ? nowMs : lastMs + 1000 / rate;
  return nextMs <= nowMs ? { now: true } : { now: false, inMs: nextMs - nowMs };
}
