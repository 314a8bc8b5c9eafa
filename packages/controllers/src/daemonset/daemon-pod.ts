/** The pods of a DaemonSet: how they are made for a node, for which node they are, and whether a node takes them. Pure. */
import type { ControllerRevision, DaemonSet } from '@pintle/api/apps/v1';
import type { Node, Pod, PodSpec, Toleration } from '@pintle/api/core/v1';
import { matchesPod, toleratesAny, untolerated } from '@pintle/api/placement';
import { podRevisionLabel } from '../history/controller-revision.js';
import { podFromTemplate } from '../pod-template.js';

export const daemonSetKind = { group: 'apps', version: 'v1', kind: 'DaemonSet' };

const generationAnnotation = 'deprecated.daemonset.template.generation';
const generationLabel = 'pod-template-generation';
const nameField = 'metadata.name';

const tolerated = (key: string, effect: Toleration['effect']): Toleration =>
  ({ key: `node.kubernetes.io/${key}`, operator: 'Exists', effect }) as Toleration;

/** Daemons stay on nodes that are ill, and run on those that take no other pods. */
const daemonTolerations: readonly Toleration[] = [
  tolerated('not-ready', 'NoExecute'),
  tolerated('unreachable', 'NoExecute'),
  tolerated('disk-pressure', 'NoSchedule'),
  tolerated('memory-pressure', 'NoSchedule'),
  tolerated('pid-pressure', 'NoSchedule'),
  tolerated('unschedulable', 'NoSchedule'),
];
const networkToleration = tolerated('network-unavailable', 'NoSchedule');

function withTolerations(spec: PodSpec): PodSpec {
  const added = spec.hostNetwork === true ? [...daemonTolerations, networkToleration] : daemonTolerations;
  const isAlike = (a: Toleration, b: Toleration) =>
    a.key === b.key && a.effect === b.effect && a.operator === b.operator && (a.value ?? '') === (b.value ?? '');
  const others = (spec.tolerations ?? []).filter((given) => !added.some((toleration) => isAlike(given, toleration)));
  return { ...spec, tolerations: [...others, ...added] };
}

/** Pins to one node. What the template asks of nodes is asked before, and not of the scheduler. */
function pinned({ affinity, ...spec }: PodSpec, nodeName: string): PodSpec {
  const terms = [{ matchFields: [{ key: nameField, operator: 'In' as const, values: [nodeName] }] }];
  const nodeAffinity = {
    ...affinity?.nodeAffinity,
    requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms },
  };
  return { ...spec, affinity: { ...affinity, nodeAffinity } };
}

/** A new pod of a set for a node. */
export function daemonPodFor(set: DaemonSet, nodeName: string, revision: ControllerRevision): Pod {
  const pod = podFromTemplate(set, daemonSetKind, set.spec?.template);
  const generation = set.metadata.annotations?.[generationAnnotation];
  const labels = {
    ...pod.metadata.labels,
    [podRevisionLabel]: hashOf(revision),
    ...(generation === undefined ? {} : { [generationLabel]: generation }),
  };
  const spec = pinned(withTolerations(pod.spec ?? { containers: [] }), nodeName);
  return { ...pod, metadata: { ...pod.metadata, labels }, spec };
}

export const hashOf = ({ metadata }: ControllerRevision): string => metadata.labels?.[podRevisionLabel] ?? '';

/** The node that a pod runs on, or is pinned to; undefined where it is neither. */
export function targetNode({ spec }: Pod): string | undefined {
  if (spec?.nodeName) return spec.nodeName;
  const terms = spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  for (const { matchFields = [] } of terms) {
    const field = matchFields.find(
      ({ key, operator, values = [] }) => key === nameField && operator === 'In' && values.length === 1,
    );
    if (field !== undefined) return field.values![0];
  }
  return undefined;
}

export interface NodeVerdict {
  readonly shouldRun: boolean;
  /** A pod that is there already may stay: the node's taints only keep new ones away. */
  readonly mayStay: boolean;
}

/** Whether the pods of a set run on a node: by its name, its labels and its taints. */
export function judgeNode(set: DaemonSet, node: Node): NodeVerdict {
  const no = { shouldRun: false, mayStay: false };
  const template = set.spec?.template.spec ?? { containers: [] };
  if (template.nodeName && template.nodeName !== node.metadata.name) return no;
  if (!matchesPod({ spec: template } as Pod, node)) return no;
  const { tolerations = [] } = withTolerations(template);
  const taints = node.spec?.taints ?? [];
  if (untolerated(taints, tolerations) === undefined) return { shouldRun: true, mayStay: true };
  const mayStay = taints.every((taint) => taint.effect !== 'NoExecute' || toleratesAny(tolerations, taint));
  return { shouldRun: false, mayStay };
}
