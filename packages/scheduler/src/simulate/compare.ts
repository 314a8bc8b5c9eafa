/** Two policies on one trace, side by side. `formatComparison` prints it, `comparisonReport` draws it. */
import type { Profile } from '../framework/profile.js';
import { type PolicyMetrics, policyMetrics } from './policy-metrics.js';
import { type ReplayResult, replay } from './replay.js';
import type { Trace } from './trace.js';

export interface CompareOptions {
  /** What to call the two. Default `A` and `B`. */
  readonly names?: readonly [string, string];
  /** Breaks ties, for both. Default 1. */
  readonly seed?: number;
}

export interface PolicyOutcome {
  readonly name: string;
  readonly metrics: PolicyMetrics;
  readonly result: ReplayResult;
}

export interface Comparison {
  readonly a: PolicyOutcome;
  readonly b: PolicyOutcome;
  /** Pods that have another node with `b` than with `a`; no node where they were not placed. */
  readonly moved: readonly { readonly pod: string; readonly from?: string; readonly to?: string }[];
}

/** Replays the trace with each policy: placements, utilisation, fragmentation, spread, preemptions, time pending. */
export function compare(
  a: Profile | readonly Profile[],
  b: Profile | readonly Profile[],
  trace: Trace,
  { names = ['A', 'B'], seed = 1 }: CompareOptions = {},
): Comparison {
  const outcomeOf = (name: string, policy: Profile | readonly Profile[]): PolicyOutcome => {
    const result = replay({ policy, trace, seed });
    return { name, metrics: policyMetrics(result), result };
  };
  const [one, other] = [outcomeOf(names[0], a), outcomeOf(names[1], b)];
  const nodeWithB = new Map(other.result.histories.map(({ pod, nodeName }) => [pod, nodeName]));
  const moved = one.result.histories.flatMap(({ pod, nodeName }) => {
    const to = nodeWithB.get(pod);
    if (to === nodeName) return [];
    return [{ pod, ...(nodeName === undefined ? {} : { from: nodeName }), ...(to === undefined ? {} : { to }) }];
  });
  return { a: one, b: other, moved };
}

/** One line of the comparison: what is measured, and its text for each policy. */
export interface ComparisonRow {
  readonly what: string;
  readonly a: string;
  readonly b: string;
}

export function comparisonRows({ a, b, moved }: Comparison): readonly ComparisonRow[] {
  const row = (what: string, of: (metrics: PolicyMetrics) => string): ComparisonRow => ({
    what,
    a: of(a.metrics),
    b: of(b.metrics),
  });
  const resources = Object.keys(a.metrics.utilisation);
  return [
    row('pods placed', ({ placed, pods }) => `${placed} of ${pods}`),
    row('pods pending at the end', ({ pending }) => String(pending)),
    row('pods preempted', ({ preempted }) => String(preempted)),
    { what: 'pods on another node', a: '', b: String(moved.length) },
    ...(['p50', 'p90', 'p99', 'max'] as const).map((quantile) =>
      row(`time pending, ${quantile}`, ({ pendingMs }) => formatSpan(pendingMs[quantile])),
    ),
    ...resources.map((name) => row(`${name} in use, mean`, ({ utilisation }) => percent(utilisation[name]!))),
    row('at the busiest moment', ({ busiest }) => formatSpan(busiest.atMs)),
    row('  nodes in use', ({ busiest }) => `${busiest.nodesUsed} of ${busiest.nodes.length}`),
    ...resources.flatMap((name) => [
      row(`  ${name} in use`, ({ busiest }) => percent(busiest.utilisation[name]!)),
      row(`  ${name} in use, of nodes in use`, ({ busiest }) => percent(busiest.utilisationOfUsed[name]!)),
      row(`  ${name} imbalance`, ({ busiest }) => percent(busiest.imbalance[name]!)),
    ]),
    row('  fragmentation', ({ busiest }) => percent(busiest.fragmentation)),
    row('  largest part of a workload on one node', ({ busiest }) => percent(busiest.together.node)),
    ...(a.metrics.busiest.nodes.some(({ zone }) => zone !== '')
      ? [row('  largest part of a workload in one zone', ({ busiest }) => percent(busiest.together.zone))]
      : []),
  ];
}

/** As a table for people. */
export function formatComparison(comparison: Comparison): string {
  const rows = [{ what: '', a: comparison.a.name, b: comparison.b.name }, ...comparisonRows(comparison)];
  const width = (column: keyof ComparisonRow) => Math.max(...rows.map((row) => row[column].length));
  const [what, a, b] = [width('what'), width('a'), width('b')];
  return rows.map((row) => `${row.what.padEnd(what)}  ${row.a.padStart(a)}  ${row.b.padStart(b)}`.trimEnd()).join('\n');
}

const percent = (share: number) => `${(share * 100).toFixed(1)} %`;

/** A span of time as people read it. */
export function formatSpan(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  if (ms < 3_600_000) return `${(ms / 60_000).toFixed(1)} min`;
  return `${(ms / 3_600_000).toFixed(1)} h`;
}
