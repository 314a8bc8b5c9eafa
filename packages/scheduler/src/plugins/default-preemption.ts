/** Makes room for a pod that fits nowhere, where pods of lower priority have it. */
import { PodDisruptionBudget } from '@pintle/api/policy/v1';
import type { CycleState } from '../framework/cycle-state.js';
import type { PluginIdentity } from '../framework/filter-plugin.js';
import { reasonsMessage } from '../framework/fit-error.js';
import type { NodeStatuses } from '../framework/node-statuses.js';
import type {
  EnqueueExtensions,
  PostFilterPoint,
  PostFilterResult,
  PreEnqueuePoint,
  SchedulerHandle,
} from '../framework/plugin.js';
import { InvalidProfileError } from '../framework/profile.js';
import { status } from '../framework/status.js';
import type { PodInfo } from '../nodes/pod-info.js';
import { type Candidate, type Choice, chooseCandidate } from '../preemption/candidate.js';
import { selectVictims } from '../preemption/select-victims.js';

export interface DefaultPreemptionOptions {
  /** The least share of the nodes to try, in percent. Default 10. */
  readonly minCandidateNodesPercentage?: number;
  /** The least number of nodes to try, if there are as many. Default 100. */
  readonly minCandidateNodesAbsolute?: number;
}

const waitsForVictims = status(
  'UnschedulableAndUnresolvable',
  'waiting for the preemption for this pod to be finished',
);
/** Of extenders: what they keep the pod from is not theirs to take back. */
const noneAgreed: PostFilterResult = {
  status: status('Unschedulable', 'preemption: no candidate node for preemption'),
};
const notHelpful = 'Preemption is not helpful for scheduling';

/** What preemption found for one pod: the candidates and why they lost, or why each node is none. */
export interface PreemptionFindings {
  readonly candidates: readonly Candidate[];
  readonly choice?: Choice;
  /** How many nodes gave each reason, where there is no candidate. */
  readonly reasons: ReadonlyMap<string, number>;
  /** What failed while nodes were tried. */
  readonly errors: ReadonlySet<string>;
}

/** Errors: `InvalidProfileError` where both minimums are 0, or one is out of range. */
export function defaultPreemption(
  options: DefaultPreemptionOptions = {},
): PluginIdentity & PreEnqueuePoint & PostFilterPoint & EnqueueExtensions {
  const { minCandidateNodesPercentage = 10, minCandidateNodesAbsolute = 100 } = options;
  if (!(minCandidateNodesPercentage >= 0 && minCandidateNodesPercentage <= 100))
    throw new InvalidProfileError('minCandidateNodesPercentage', 'must be from 0 to 100');
  if (!(minCandidateNodesAbsolute >= 0))
    throw new InvalidProfileError('minCandidateNodesAbsolute', 'must be 0 or more');
  if (minCandidateNodesPercentage === 0 && minCandidateNodesAbsolute === 0)
    throw new InvalidProfileError('minCandidateNodesAbsolute', 'must not be 0 where minCandidateNodesPercentage is');
  const wanted = (nodes: number) =>
    Math.min(nodes, Math.max(Math.trunc((nodes * minCandidateNodesPercentage) / 100), minCandidateNodesAbsolute));
  /** Uids of pods whose victims are being deleted: not all of them, so that the last one's end wakes the pod. */
  const running = new Set<string>();
  const preempt = (pod: PodInfo, { chosen: { nodeName, victims } }: Choice, handle: SchedulerHandle) => {
    // Without a client they are gone at once.
    if (handle.client !== undefined) running.add(pod.uid);
    handle.preempt(pod, nodeName, victims, () => running.delete(pod.uid));
    return { status: status('Success'), nominating: { nodeName } };
  };
  return {
    name: 'DefaultPreemption',
    reads: [PodDisruptionBudget],
    preEnqueue: ({ uid }) => (running.has(uid) ? waitsForVictims : undefined),
    postFilter(state, pod, statuses, handle) {
      const refusal = notEligible(pod, statuses, handle);
      if (refusal !== undefined) return { status: status('Unschedulable', `preemption: ${refusal}`) };
      const findings = findCandidates(state, pod, statuses, handle, wanted);
      return findings.choice === undefined ? nowhere(findings, handle) : preempt(pod, findings.choice, handle);
    },
    async postFilterWith(state, pod, statuses, handle, extenders) {
      const refusal = notEligible(pod, statuses, handle);
      if (refusal !== undefined) return { status: status('Unschedulable', `preemption: ${refusal}`) };
      const findings = findCandidates(state, pod, statuses, handle, wanted);
      if (findings.candidates.length === 0) return nowhere(findings, handle);
      const agreed = await extenders.preempt(pod, findings.candidates);
      if ('code' in agreed) return { status: agreed };
      const choice = chooseCandidate(agreed);
      return choice === undefined ? noneAgreed : preempt(pod, choice, handle);
    },
    // What helps is told to the plugins that refused the pod before.
    eventsToRegister: () => [],
  };
}

function nowhere({ reasons, errors }: PreemptionFindings, { table }: SchedulerHandle): PostFilterResult {
  if (errors.size > 0) {
    const all = [...errors];
    return { status: status('Error', `preemption: ${all.length === 1 ? all[0] : `[${all.join(', ')}]`}`) };
  }
  const message = reasonsMessage(reasons, table.size);
  return { status: status('Unschedulable', `preemption: ${message}`), nominating: { nodeName: '' } };
}

/** Why the pod may not preempt; undefined where it may. */
function notEligible(pod: PodInfo, statuses: NodeStatuses, { table, nominatedNode }: SchedulerHandle) {
  if (pod.pod.spec?.preemptionPolicy === 'Never') return 'not eligible due to preemptionPolicy=Never.';
  const nominated = nominatedNode(pod) ?? pod.pod.status?.nominatedNodeName;
  const row = nominated ? table.rowOf(nominated) : undefined;
  if (row === undefined || statuses.get(nominated!).code === 'UnschedulableAndUnresolvable') return undefined;
  const leaving = table.podsAt(row).some((other) => other.priority < pod.priority && isBeingPreempted(other));
  return leaving ? 'not eligible due to a terminating pod on the nominated node.' : undefined;
}

function isBeingPreempted({ pod }: PodInfo): boolean {
  if (pod.metadata.deletionTimestamp === undefined) return false;
  return (
    pod.status?.conditions?.some(
      ({ type, status: value, reason }) =>
        type === 'DisruptionTarget' && value === 'True' && reason === 'PreemptionByScheduler',
    ) ?? false
  );
}

/** Tries nodes, beginning at a random one, until there are as many candidates as `wanted` says of so many nodes. */
export function findCandidates(
  state: CycleState,
  pod: PodInfo,
  statuses: NodeStatuses,
  handle: SchedulerHandle,
  wanted: (nodes: number) => number,
): PreemptionFindings {
  const { table, random } = handle;
  const rows = statuses.rowsOf('Unschedulable');
  const reasons = new Map<string, number>();
  const count = (reason: string, nodes: number) => reasons.set(reason, (reasons.get(reason) ?? 0) + nodes);
  if (table.size > rows.length) count(notHelpful, table.size - rows.length);
  const errors = new Set<string>();
  const candidates: Candidate[] = [];
  let unviolating = 0;
  const enough = wanted(rows.length);
  const offset = rows.length === 0 ? 0 : Math.floor(random.next() * rows.length);
  for (let i = 0; i < rows.length; i++) {
    const found = selectVictims(state, pod, table.info(rows[(offset + i) % rows.length]!), handle);
    if ('code' in found) {
      for (const reason of found.reasons) {
        count(reason, 1);
        if (found.code === 'Error') errors.add(reason);
      }
      continue;
    }
    candidates.push(found);
    if (found.violations === 0) unviolating++;
    if (unviolating > 0 && candidates.length >= enough) break;
  }
  const choice = chooseCandidate(candidates);
  return { candidates, reasons, errors, ...(choice === undefined ? {} : { choice }) };
}
