import type { Node, Pod, Taint, Toleration } from '@pintle/api/core/v1';
import { toleratesAny, untolerated } from '@pintle/api/placement';
import { Action } from '../framework/cluster-event.js';
import type { FilterPlugin, PluginIdentity } from '../framework/filter-plugin.js';
import type { EnqueueExtensions, ScorePoint, SignPoint } from '../framework/plugin.js';
import { scoreMax } from '../framework/scores.js';
import { textOf } from '../framework/signed-plugins.js';
import { type Status, status } from '../framework/status.js';
import { normalizeScores } from './normalize-scores.js';

const noTolerations: readonly Toleration[] = [];

/**
 * Keeps pods off nodes with a NoSchedule or NoExecute taint that they do not tolerate, and prefers nodes with
 * fewer untolerated PreferNoSchedule taints. Nodes of equal taints are judged once.
 */
export function taintToleration(
  options: { readonly weight?: number } = {},
): PluginIdentity & FilterPlugin & ScorePoint & SignPoint & EnqueueExtensions {
  return {
    name: 'TaintToleration',
    weight: options.weight ?? 3,
    sign: ({ pod }) => textOf(pod.spec?.tolerations),
    uniformScore: (_state, _pod, { taintSets }) => (taintSets.size === 0 ? scoreMax : undefined),
    filter(_, { pod }, node) {
      const taint = untolerated(node.taints, pod.spec?.tolerations ?? noTolerations);
      return taint && refused(taint);
    },
    filterAll(_, { pod }, table, { rows, count, codes }) {
      if (table.taintSets.size === 0) return;
      const tolerations = pod.spec?.tolerations ?? noTolerations;
      const { taintSet, taintSets } = table;
      const judged = new Map<number, number>([[0, 0]]);
      for (let i = 0; i < count; i++) {
        const set = taintSet[rows[i]!]!;
        if (set === 0) continue;
        let code = judged.get(set);
        if (code === undefined) {
          code = untolerated(taintSets.value(set)!, tolerations) === undefined ? 0 : set;
          judged.set(set, code);
        }
        codes[i] = code;
      }
    },
    verdict: (_, { pod }, table, code) =>
      refused(untolerated(table.taintSets.value(code)!, pod.spec?.tolerations ?? noTolerations)!),
    score: (_, { pod }, node) => unwelcome(node.taints, softTolerations(pod)),
    scoreAll(_, { pod }, { taintSet, taintSets }, rows, count, scores) {
      if (taintSets.size === 0) {
        scores.fill(0, 0, count);
        return;
      }
      const tolerations = softTolerations(pod);
      const judged = new Map<number, number>();
      for (let i = 0; i < count; i++) {
        const set = taintSet[rows[i]!]!;
        if (set === 0) {
          scores[i] = 0;
          continue;
        }
        let score = judged.get(set);
        if (score === undefined) judged.set(set, (score = unwelcome(taintSets.value(set)!, tolerations)));
        scores[i] = score;
      }
    },
    normalizeScores: (_, _pod, _table, _rows, count, scores) => normalizeScores(scores, count, { reverse: true }),
    eventsToRegister: () => [
      { resource: 'Node', action: Action.Add | Action.UpdateNodeTaint, hint: hintOfNode },
      {
        resource: 'TargetPod',
        action: Action.UpdatePodToleration,
        // A pod's tolerations can only be added to: each addition may help.
        hint: (pod, _, after) => (after?.metadata.uid === pod.metadata.uid ? 'Queue' : 'Skip'),
      },
    ],
  };
}

function refused({ key, value = '' }: Taint): Status {
  return status('UnschedulableAndUnresolvable', `node(s) had untolerated taint {${key}: ${value}}`);
}

/** Those tolerations that speak of PreferNoSchedule. */
function softTolerations({ spec }: Pod): readonly Toleration[] {
  return spec?.tolerations?.filter(({ effect }) => !effect || effect === 'PreferNoSchedule') ?? noTolerations;
}

function unwelcome(taints: readonly Taint[], tolerations: readonly Toleration[]): number {
  let count = 0;
  for (const taint of taints) {
    if (taint.effect === 'PreferNoSchedule' && !toleratesAny(tolerations, taint)) count++;
  }
  return count;
}

function hintOfNode(pod: Pod, before: object | undefined, after: object | undefined) {
  const [was, is] = [before as Node | undefined, after as Node | undefined];
  const tolerations = pod.spec?.tolerations ?? noTolerations;
  if (is === undefined || untolerated(is.spec?.taints ?? [], tolerations) !== undefined) return 'Skip';
  return was === undefined || untolerated(was.spec?.taints ?? [], tolerations) !== undefined ? 'Queue' : 'Skip';
}
