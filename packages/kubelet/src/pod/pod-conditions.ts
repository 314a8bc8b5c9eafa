/** The conditions of a pod that its kubelet owns, in kubelet's words. Pure. Those of others are kept. */
import type { ContainerStatus, Pod, PodCondition, PodSpec } from '@pintle/api/core/v1';
import { findCondition, formatTime } from '@pintle/machinery';
import { initContainersOf, isSidecar } from './pod-names.js';
import type { Phase } from './pod-phase.js';

export interface ConditionFacts {
  readonly pod: Pod;
  readonly phase: Phase;
  readonly sandboxReady: boolean;
  readonly containerStatuses: readonly ContainerStatus[];
  readonly initContainerStatuses: readonly ContainerStatus[];
  readonly nowMs: number;
}

type Draft = Pick<PodCondition, 'type' | 'status' | 'reason' | 'message'>;

const owned = ['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady'];

export function conditionsOf(facts: ConditionFacts): readonly PodCondition[] {
  const { pod, nowMs } = facts;
  const old = pod.status?.conditions ?? [];
  const containersReady = containersReadyOf(facts);
  const drafts: Draft[] = [
    { type: 'PodReadyToStartContainers', status: facts.sandboxReady ? 'True' : 'False' },
    initializedOf(facts),
    readyOf(facts, containersReady),
    containersReady,
  ];
  const kept = old.filter(({ type }) => !owned.includes(type));
  if (!kept.some(({ type }) => type === 'PodScheduled')) {
    kept.push({ type: 'PodScheduled', status: 'True', lastTransitionTime: formatTime(nowMs) });
  }
  return [...drafts.map((draft) => withTransition(draft, old, nowMs)), ...kept];
}

function withTransition(draft: Draft, old: readonly PodCondition[], nowMs: number): PodCondition {
  const before = findCondition(old, draft.type);
  const same = before !== undefined && before.status === draft.status && before.lastTransitionTime !== undefined;
  return {
    type: draft.type,
    status: draft.status,
    lastTransitionTime: same ? before.lastTransitionTime! : formatTime(nowMs),
    ...(draft.reason === undefined ? {} : { reason: draft.reason }),
    ...(draft.message === undefined ? {} : { message: draft.message }),
  };
}

function initializedOf({ pod, phase, initContainerStatuses, containerStatuses }: ConditionFacts): Draft {
  const type = 'Initialized';
  const spec = pod.spec!;
  const appsBegan = containerStatuses.some(
    ({ state, lastState }) =>
      state?.running !== undefined || state?.terminated !== undefined || lastState?.terminated !== undefined,
  );
  const incomplete = initContainersOf(spec).filter((container) => {
    const status = initContainerStatuses.find(({ name }) => name === container.name);
    if (isSidecar(container)) return status?.started !== true && !appsBegan;
    return status?.ready !== true && !appsBegan;
  });
  if (phase === 'Succeeded') return { type, status: 'True', reason: 'PodCompleted' };
  if (incomplete.length === 0) return { type, status: 'True' };
  return {
    type,
    status: 'False',
    reason: 'ContainersNotInitialized',
    message: `containers with incomplete status: ${names(incomplete)}`,
  };
}

function containersReadyOf({ pod, phase, containerStatuses, initContainerStatuses }: ConditionFacts): Draft {
  const type = 'ContainersReady';
  if (phase === 'Succeeded') return { type, status: 'False', reason: 'PodCompleted' };
  if (phase === 'Failed') return { type, status: 'False', reason: 'PodFailed' };
  const unready = countedContainers(pod.spec!).filter(
    ({ name }) =>
      [...initContainerStatuses, ...containerStatuses].find((status) => status.name === name)?.ready !== true,
  );
  if (unready.length === 0) return { type, status: 'True' };
  return {
    type,
    status: 'False',
    reason: 'ContainersNotReady',
    message: `containers with unready status: ${names(unready)}`,
  };
}

function readyOf({ pod }: ConditionFacts, containersReady: Draft): Draft {
  const type = 'Ready';
  if (containersReady.status !== 'True') return { ...containersReady, type };
  const faults: string[] = [];
  for (const { conditionType } of pod.spec?.readinessGates ?? []) {
    const condition = pod.status?.conditions?.find((one) => one.type === conditionType);
    if (condition === undefined)
      faults.push(`corresponding condition of pod readiness gate "${conditionType}" does not exist.`);
    else if (condition.status !== 'True')
      faults.push(`the status of pod readiness gate "${conditionType}" is not "True", but ${condition.status}`);
  }
  if (faults.length === 0) return { type, status: 'True' };
  return {
    type,
    status: 'False',
    reason: 'ReadinessGatesNotReady',
    message: faults.length === 1 ? faults[0]! : `[${faults.join(', ')}]`,
  };
}

/** The containers whose readiness is the pod's: sidecars and app containers. */
const countedContainers = (spec: PodSpec) => [...initContainersOf(spec).filter(isSidecar), ...spec.containers];

const names = (containers: readonly { readonly name: string }[]) => `[${containers.map(({ name }) => name).join(' ')}]`;
