/** Nodes by label and name: `nodeSelector`, required and preferred node affinity, and what the profile adds. */
import type { Node, NodeAffinity, NodeSelectorTerm, Pod, PreferredSchedulingTerm } from '@pintle/api/core/v1';
import { isEmptyTerm, matchesPod, matchesTerm } from '@pintle/api/placement';
import { Action } from '../framework/cluster-event.js';
import type { FilterPlugin, PluginIdentity } from '../framework/filter-plugin.js';
import type { EnqueueExtensions, PreFilterPoint, PreScorePoint, ScorePoint, SignPoint } from '../framework/plugin.js';
import { textOf } from '../framework/signed-plugins.js';
import { skip, status } from '../framework/status.js';
import { compileLabels, compileTerm, type RowTest } from '../nodes/node-selector.js';
import type { NodeTable } from '../nodes/node-table.js';
import { normalizeScores } from './normalize-scores.js';

export interface NodeAffinityOptions {
  /** Default 2. */
  readonly weight?: number;
  /** Holds for every pod of the profile, beside its own. */
  readonly addedAffinity?: NodeAffinity;
}

const refusedByPod = status('UnschedulableAndUnresolvable', "node(s) didn't match Pod's node affinity/selector");
const refusedByProfile = status(
  'UnschedulableAndUnresolvable',
  "node(s) didn't match scheduler-enforced node affinity",
);
const conflicting = status('UnschedulableAndUnresolvable', 'pod affinity terms conflict');

const codeOfPod = 1;
const codeOfProfile = 2;

/** Keeps a pod to nodes that its selector and affinity allow, and prefers those that its preferences match. */
export function nodeAffinity(
  options: NodeAffinityOptions = {},
): PluginIdentity & PreFilterPoint & FilterPlugin & PreScorePoint & ScorePoint & SignPoint & EnqueueExtensions {
  const added = options.addedAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  const addedPreferences = usable(options.addedAffinity?.preferredDuringSchedulingIgnoredDuringExecution);
  const preferences = (pod: Pod) => {
    const own = usable(affinityOf(pod)?.preferredDuringSchedulingIgnoredDuringExecution);
    return own.length === 0 ? addedPreferences : [...addedPreferences, ...own];
  };
  return {
    name: 'NodeAffinity',
    weight: options.weight ?? 2,
    sign: ({ pod }) => `${textOf(pod.spec?.nodeSelector)} ${textOf(affinityOf(pod))}`,
    preFilter(_, { pod }) {
      const terms = requiredTerms(pod);
      if (terms === undefined && added === undefined && pod.spec?.nodeSelector === undefined) return skip;
      const nodeNames = terms && namedNodes(terms);
      if (nodeNames === undefined) return undefined;
      return nodeNames.size === 0 ? conflicting : { nodeNames };
    },
    filter(_, { pod }, { node }) {
      if (added !== undefined && !added.some((term) => matchesTerm(node, term))) return refusedByProfile;
      return matchesPod(pod, node) ? undefined : refusedByPod;
    },
    filterAll(_, { pod }, table, { rows, count, codes }) {
      const byProfile = added && anyOf(table, added);
      const terms = requiredTerms(pod);
      const byTerms = terms && anyOf(table, terms);
      const selector = pod.spec?.nodeSelector;
      const byLabels = selector && Object.keys(selector).length > 0 ? compileLabels(table, selector) : undefined;
      for (let i = 0; i < count; i++) {
        const row = rows[i]!;
        if (byProfile !== undefined && !byProfile(row)) codes[i] = codeOfProfile;
        else if (byLabels !== undefined && !byLabels(row)) codes[i] = codeOfPod;
        else if (byTerms !== undefined && !byTerms(row)) codes[i] = codeOfPod;
      }
    },
    verdict: (_state, _pod, _table, code) => (code === codeOfProfile ? refusedByProfile : refusedByPod),
    preScore: (_, { pod }) => (preferences(pod).length === 0 ? skip : undefined),
    score(_, { pod }, { node }) {
      let sum = 0;
      for (const { weight, preference } of preferences(pod)) if (matchesTerm(node, preference)) sum += weight;
      return sum;
    },
    scoreAll(_, { pod }, table, rows, count, scores) {
      scores.fill(0, 0, count);
      for (const { weight, preference } of preferences(pod)) {
        const matches = compileTerm(table, preference);
        for (let i = 0; i < count; i++) if (matches(rows[i]!)) scores[i]! += weight;
      }
    },
    normalizeScores: (_, _pod, _table, _rows, count, scores) => normalizeScores(scores, count, { reverse: false }),
    eventsToRegister: () => [
      {
        resource: 'Node',
        action: Action.Add | Action.UpdateNodeLabel,
        hint(pod, before, after) {
          const matches = (node: Node) =>
            (added === undefined || added.some((term) => matchesTerm(node, term))) && matchesPod(pod, node);
          if (after === undefined || !matches(after as Node)) return 'Skip';
          return before === undefined || !matches(before as Node) ? 'Queue' : 'Skip';
        },
      },
    ],
  };
}

const affinityOf = ({ spec }: Pod): NodeAffinity | undefined => spec?.affinity?.nodeAffinity;

function requiredTerms(pod: Pod): readonly NodeSelectorTerm[] | undefined {
  return affinityOf(pod)?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
}

function anyOf(table: NodeTable, terms: readonly NodeSelectorTerm[]): RowTest {
  const tests = terms.map((term) => compileTerm(table, term));
  return tests.length === 1 ? tests[0]! : (row) => tests.some((test) => test(row));
}

function usable(terms: readonly PreferredSchedulingTerm[] | undefined): readonly PreferredSchedulingTerm[] {
  return (terms ?? []).filter(({ weight, preference }) => weight !== 0 && !isEmptyTerm(preference));
}

/** The nodes that the terms name, where every term names some; terms are alternatives, fields of one add up. */
function namedNodes(terms: readonly NodeSelectorTerm[]): ReadonlySet<string> | undefined {
  const names = new Set<string>();
  for (const { matchFields = [] } of terms) {
    const lists = matchFields
      .filter(({ key, operator }) => key === 'metadata.name' && operator === 'In')
      .map(({ values = [] }) => values);
    if (lists.length === 0) return undefined;
    for (const name of lists[0]!) if (lists.every((list) => list.includes(name))) names.add(name);
  }
  return terms.length === 0 ? undefined : names;
}
