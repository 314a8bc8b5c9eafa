/** Spreads pods over the domains of a topology: as a rule (`DoNotSchedule`) and as a wish (`ScheduleAnyway`). */
import { Action } from '../framework/cluster-event.js';
import { stateKey } from '../framework/cycle-state.js';
import type { FilterPlugin, PluginIdentity } from '../framework/filter-plugin.js';
import type { EnqueueExtensions, PreFilterPoint, PreScorePoint, ScorePoint } from '../framework/plugin.js';
import { scoreMax } from '../framework/scores.js';
import { skip, status } from '../framework/status.js';
import type { NodeTable } from '../nodes/node-table.js';
import type { PodInfo } from '../nodes/pod-info.js';
import { ownerKinds } from './owner-selector.js';
import {
  type ConstraintDefaults,
  type DefaultConstraint,
  meansSelf,
  spreadConstraints,
  systemDefaultConstraints,
} from './spread-constraints.js';
import { spreadHints } from './spread-hints.js';
import { fewest, type SpreadCounts, type SpreadEntry, SpreadIndex } from './spread-index.js';

export interface PodTopologySpreadOptions {
  /** Default 2. */
  readonly weight?: number;
  /** For pods without constraints, by the selector of their owner and Services. Default: those of kube-scheduler. */
  readonly defaultConstraints?: readonly DefaultConstraint[];
}

const hostname = 'kubernetes.io/hostname';
const skewed = status('Unschedulable', "node(s) didn't match pod topology spread constraints");
const unlabelled = status(
  'UnschedulableAndUnresolvable',
  "node(s) didn't match pod topology spread constraints (missing required label)",
);
const codeOfSkew = 1;
const codeOfLabel = 2;

interface Soft {
  readonly entry: SpreadEntry;
  /** Of each constraint: the logarithm of its domains. */
  readonly weights: readonly number[];
  readonly requireAll: boolean;
}

const hardKey = stateKey<SpreadEntry>('PodTopologySpread/filter');
const softKey = stateKey<Soft>('PodTopologySpread/score');

export function podTopologySpread(
  options: PodTopologySpreadOptions = {},
): PluginIdentity & PreFilterPoint & FilterPlugin & PreScorePoint & ScorePoint & EnqueueExtensions {
  const { weight = 2, defaultConstraints } = options;
  const defaults: ConstraintDefaults = {
    constraints: defaultConstraints ?? systemDefaultConstraints,
    ofSystem: defaultConstraints === undefined,
  };
  const hard = (pod: PodInfo, table: NodeTable): SpreadEntry | undefined => {
    const given = spreadConstraints(pod, table.objects, 'DoNotSchedule', defaults);
    return given.constraints.length === 0 ? undefined : SpreadIndex.of(table).entry(pod, given);
  };
  const soft = (pod: PodInfo, table: NodeTable, rows: Int32Array, count: number): Soft | undefined => {
    const given = spreadConstraints(pod, table.objects, 'ScheduleAnyway', defaults);
    if (given.constraints.length === 0) return undefined;
    const entry = SpreadIndex.of(table).entry(pod, given);
    return { entry, weights: domainWeights(entry, rows, count, given.requireAll), requireAll: given.requireAll };
  };
  const hints = spreadHints((pod, objects) => {
    const { namespace = '' } = pod.metadata;
    return spreadConstraints({ pod, namespace }, objects, 'DoNotSchedule', defaults).constraints;
  });
  return {
    name: 'PodTopologySpread',
    weight,
    reads: ownerKinds,
    preFilter(state, pod, table) {
      const entry = hard(pod, table);
      if (entry === undefined) return skip;
      state.write(hardKey, entry);
      return undefined;
    },
    filter(state, pod, { table, row }) {
      const entry = state.read(hardKey) ?? hard(pod, table);
      if (entry === undefined) return undefined;
      const code = judge(entry.counts, boundsOf(entry, pod), row);
      return code === 0 ? undefined : code === codeOfSkew ? skewed : unlabelled;
    },
    filterAll(state, pod, table, { rows, count, codes }) {
      const entry = state.read(hardKey) ?? hard(pod, table);
      if (entry === undefined) return;
      const bounds = boundsOf(entry, pod);
      for (let i = 0; i < count; i++) codes[i] = judge(entry.counts, bounds, rows[i]!);
    },
    verdict: (_state, _pod, _table, code) => (code === codeOfSkew ? skewed : unlabelled),
    preScore(state, pod, table, rows, count) {
      const found = soft(pod, table, rows, count);
      if (found === undefined) return skip;
      state.write(softKey, found);
      return undefined;
    },
    score(state, _pod, { row }) {
      const found = state.read(softKey);
      return found === undefined ? 0 : scoreOf(found, row);
    },
    scoreAll(state, _pod, _table, rows, count, scores) {
      const found = state.read(softKey);
      if (found === undefined) scores.fill(0, 0, count);
      else scoreInto(found, rows, count, scores);
    },
    normalizeScores(state, _pod, _table, rows, count, scores) {
      const found = state.read(softKey);
      if (found === undefined) return;
      const { entry, requireAll } = found;
      let [lowest, highest] = [Number.POSITIVE_INFINITY, 0];
      for (let i = 0; i < count; i++) {
        if (requireAll && lacksLabel(entry, rows[i]!)) continue;
        if (scores[i]! < lowest) lowest = scores[i]!;
        if (scores[i]! > highest) highest = scores[i]!;
      }
      for (let i = 0; i < count; i++) {
        if (requireAll && lacksLabel(entry, rows[i]!)) scores[i] = 0;
        else scores[i] = highest === 0 ? scoreMax : Math.trunc((scoreMax * (highest + lowest - scores[i]!)) / highest);
      }
    },
    eventsToRegister: () => [
      { resource: 'AssignedPod', action: Action.Add | Action.Delete | Action.UpdatePodLabel, hint: hints.ofPod },
      {
        resource: 'TargetPod',
        action: Action.UpdatePodLabel | Action.UpdatePodToleration,
        hint: hints.ofPod,
      },
      {
        resource: 'Node',
        action: Action.Add | Action.Delete | Action.UpdateNodeLabel | Action.UpdateNodeTaint,
        hint: hints.ofNode,
      },
    ],
  };
}

/** The most pods that a domain may have to take this one, by constraint. */
function boundsOf({ counts }: SpreadEntry, pod: PodInfo): readonly number[] {
  return counts.map((each) => each.constraint.maxSkew + fewest(each) - (meansSelf(each.constraint, pod) ? 1 : 0));
}

function judge(counts: readonly SpreadCounts[], bounds: readonly number[], row: number): number {
  for (let at = 0; at < counts.length; at++) {
    const { ids, pods } = counts[at]!;
    const id = ids[row]!;
    if (id === 0) return codeOfLabel;
    if (pods[id]! > bounds[at]!) return codeOfSkew;
  }
  return 0;
}

/** Where all labels are required, a node without one of them has no say. */
const lacksLabel = ({ counts }: SpreadEntry, row: number): boolean => counts.some(({ ids }) => ids[row] === 0);

/** More domains make a pod more or less in one of them weigh more. */
function domainWeights(entry: SpreadEntry, rows: Int32Array, count: number, requireAll: boolean): readonly number[] {
  return entry.counts.map(({ constraint, ids, pods }) => {
    const isOfHosts = constraint.topologyKey === hostname;
    const seen = new Uint8Array(isOfHosts ? 0 : pods.length);
    let domains = 0;
    for (let i = 0; i < count; i++) {
      const row = rows[i]!;
      if (requireAll && lacksLabel(entry, row)) continue;
      if (!isOfHosts && seen[ids[row]!]! === 1) continue;
      if (!isOfHosts) seen[ids[row]!] = 1;
      domains++;
    }
    return Math.log(domains + 2);
  });
}

function scoreOf({ entry, weights, requireAll }: Soft, row: number): number {
  if (requireAll && lacksLabel(entry, row)) return 0;
  return Math.round(weights.reduce((sum, weight, at) => sum + shareOf(entry.counts[at]!, weight, row), 0));
}

/** What `scoreOf` gives for each row, one constraint after the other. */
function scoreInto({ entry, weights, requireAll }: Soft, rows: Int32Array, count: number, scores: Float64Array): void {
  scores.fill(0, 0, count);
  for (let at = 0; at < weights.length; at++) {
    const [counts, weight] = [entry.counts[at]!, weights[at]!];
    for (let i = 0; i < count; i++) scores[i]! += shareOf(counts, weight, rows[i]!);
  }
  for (let i = 0; i < count; i++) scores[i] = requireAll && lacksLabel(entry, rows[i]!) ? 0 : Math.round(scores[i]!);
}

/** What one constraint adds to the score of a node. */
function shareOf({ ids, pods, onNode, constraint }: SpreadCounts, weight: number, row: number): number {
  const id = ids[row]!;
  if (id === 0) return 0;
  const found = constraint.topologyKey === hostname ? onNode[row]! : pods[id]!;
  return found * weight + (constraint.maxSkew - 1);
}
