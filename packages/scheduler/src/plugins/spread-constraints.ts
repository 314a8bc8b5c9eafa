/** Constraints of topology spread, read once: of the pod itself, or those that hold for pods without any. */
import type { Pod, TopologySpreadConstraint } from '@pintle/api/core/v1';
import { type CompiledLabelSelector, type LabelSelector, labelSelectorMatcher } from '@pintle/machinery';
import type { ClusterObjects } from '../nodes/cluster-objects.js';
import type { PodInfo } from '../nodes/pod-info.js';
import { ownerSelector } from './owner-selector.js';

export interface SpreadConstraint {
  readonly topologyKey: string;
  readonly maxSkew: number;
  readonly minDomains: number;
  readonly selector: CompiledLabelSelector;
  /** Equal for selectors that mean the same pods. */
  readonly selectorText: string;
  /** Whether only nodes count that the pod's own selector and node affinity allow. */
  readonly honorAffinity: boolean;
  /** Whether only nodes count whose taints the pod tolerates. */
  readonly honorTaints: boolean;
}

export interface SpreadConstraints {
  readonly constraints: readonly SpreadConstraint[];
  /** Only nodes with the labels of all constraints count; not so for those of the system. */
  readonly requireAll: boolean;
}

export type DefaultConstraint = Pick<TopologySpreadConstraint, 'maxSkew' | 'topologyKey' | 'whenUnsatisfiable'>;

/** What kube-scheduler spreads by where nobody says otherwise. */
export const systemDefaultConstraints: readonly DefaultConstraint[] = [
  { topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'ScheduleAnyway', maxSkew: 3 },
  { topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'ScheduleAnyway', maxSkew: 5 },
];

export interface ConstraintDefaults {
  readonly constraints: readonly DefaultConstraint[];
  readonly ofSystem: boolean;
}

type Action = 'DoNotSchedule' | 'ScheduleAnyway';

const none: SpreadConstraints = { constraints: [], requireAll: true };

/** Of one action. The pod's own come first; with none at all the defaults, by what its owner and Services select. */
export function spreadConstraints(
  pod: Pick<PodInfo, 'pod' | 'namespace'>,
  objects: ClusterObjects,
  action: Action,
  defaults: ConstraintDefaults,
): SpreadConstraints {
  const own = pod.pod.spec?.topologySpreadConstraints;
  if (own?.length) {
    // What is read of labels is of this pod alone.
    if (own.some(({ matchLabelKeys }) => matchLabelKeys?.length)) return ownConstraints(own, action, pod.pod);
    let known = read.get(own);
    if (known === undefined) read.set(own, (known = new Map()));
    let found = known.get(action);
    if (found === undefined) known.set(action, (found = ownConstraints(own, action, pod.pod)));
    return found;
  }
  const wanted = defaults.constraints.filter(({ whenUnsatisfiable }) => whenUnsatisfiable === action);
  if (wanted.length === 0) return none;
  const labelSelector = ownerSelector(pod, objects);
  if (labelSelector === undefined) return none;
  return {
    constraints: wanted.map((constraint) =>
      constraintOf({ ...constraint, labelSelector } as TopologySpreadConstraint, pod.pod),
    ),
    requireAll: !defaults.ofSystem,
  };
}

/** By the list: versions of one pod, and pods of one template, share it. */
const read = new WeakMap<object, Map<Action, SpreadConstraints>>();

function ownConstraints(own: readonly TopologySpreadConstraint[], action: Action, pod: Pod): SpreadConstraints {
  const constraints = own.filter(({ whenUnsatisfiable }) => whenUnsatisfiable === action);
  if (constraints.length === 0) return none;
  return { constraints: constraints.map((constraint) => constraintOf(constraint, pod)), requireAll: true };
}

function constraintOf(constraint: TopologySpreadConstraint, pod: Pod): SpreadConstraint {
  const { topologyKey, maxSkew, minDomains, nodeAffinityPolicy, nodeTaintsPolicy } = constraint;
  const selected = withLabelKeys(constraint, pod);
  return {
    topologyKey,
    maxSkew,
    minDomains: minDomains ?? 1,
    selector: labelSelectorMatcher(selected),
    selectorText: JSON.stringify(selected ?? null),
    honorAffinity: nodeAffinityPolicy !== 'Ignore',
    honorTaints: nodeTaintsPolicy === 'Honor',
  };
}

/** The selector, narrowed to pods that have the same values of `matchLabelKeys` as this one. */
function withLabelKeys(
  { labelSelector, matchLabelKeys }: TopologySpreadConstraint,
  { metadata }: Pod,
): LabelSelector | undefined {
  if (!matchLabelKeys?.length || !labelSelector) return labelSelector as LabelSelector | undefined;
  const labels = metadata.labels ?? {};
  const same = matchLabelKeys
    .filter((key) => Object.hasOwn(labels, key))
    .map((key) => ({ key, operator: 'In' as const, values: [labels[key]!] }));
  return { ...labelSelector, matchExpressions: [...(labelSelector.matchExpressions ?? []), ...same] } as LabelSelector;
}

/** Whether a selector means the pod that carries it. */
export const meansSelf = ({ selector }: SpreadConstraint, { pod }: PodInfo): boolean =>
  selector.matches(pod.metadata.labels ?? {});
