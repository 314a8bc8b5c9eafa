/** The single changes that `remedies()` tries: which one answers which plugin's refusal, and what it makes of the world. */
import type { Node, Pod, Taint } from '@pintle/api/core/v1';
import { toleratesAny } from '@pintle/api/placement';
import { HostPorts } from '../nodes/host-ports.js';
import { podInfo, podKey } from '../nodes/pod-info.js';
import { affinityTerms, meansPod } from '../plugins/affinity-terms.js';
import type { FilterVerdict } from './explain.js';
import { type LowerRequest, lowerRequests, withLowerRequest } from './remedy-requests.js';
import type { ScheduleInput } from './schedule-result.js';
import { tableOf } from './simulation.js';

export type Change =
  | LowerRequest
  | { readonly type: 'removeTaint'; readonly node: string; readonly taint: Taint }
  | { readonly type: 'uncordon'; readonly node: string }
  | { readonly type: 'labelNode'; readonly node: string; readonly labels: Readonly<Record<string, string>> }
  /** Pods that hold host ports that the pod asks for, or will not have it near them. */
  | { readonly type: 'removePods'; readonly node: string; readonly pods: readonly string[] }
  /** A required rule of the pod becomes none. */
  | { readonly type: 'dropRule'; readonly rule: Rule }
  /** A node more, empty, of the capacity, labels and taints of this one; of some resources it has `more`. */
  | { readonly type: 'addNode'; readonly like: string; readonly more?: Readonly<Record<string, string>> };

export type Rule = 'schedulingGates' | 'podAffinity' | 'podAntiAffinity' | 'topologySpread';

/** What there was when the result was made: the pod, and everything else where it then was. */
export interface Situation {
  readonly pod: Pod;
  readonly nodes: readonly Node[];
  /** On their nodes. */
  readonly others: readonly Pod[];
  readonly input: ScheduleInput;
}

const none: readonly Change[] = [];

type Answer = (now: Situation, node: Node, reasons: readonly string[]) => readonly Change[];

const answers: Readonly<Record<string, Answer>> = {
  NodeUnschedulable: (_, node) => [{ type: 'uncordon', node: nameOf(node) }],
  TaintToleration: ({ pod }, node) =>
    (node.spec?.taints ?? [])
      .filter(({ effect }) => effect === 'NoSchedule' || effect === 'NoExecute')
      .filter((taint) => !toleratesAny(pod.spec?.tolerations ?? [], taint))
      .map((taint) => ({ type: 'removeTaint', node: nameOf(node), taint })),
  NodeResourcesFit: ({ pod, nodes, others, input }, node, reasons) =>
    lowerRequests(pod, tableOf(nodes, others, input.objects).find(nameOf(node))!, reasons),
  NodeAffinity: labelsFor,
  NodePorts: portHolders,
  PodTopologySpread: () => [{ type: 'dropRule', rule: 'topologySpread' }],
  InterPodAffinity: (now, node, reasons) =>
    reasons.flatMap((reason): readonly Change[] => {
      if (reason.includes('existing pods')) return removalOf(now, keepingAway(now, node));
      return [{ type: 'dropRule', rule: reason.includes('anti-affinity') ? 'podAntiAffinity' : 'podAffinity' }];
    }),
};

/** What answers the refusal, for this node; empty where no change is known. */
export function changeFor({ plugin, reasons }: FilterVerdict, now: Situation, node: Node): readonly Change[] {
  return answers[plugin]?.(now, node, reasons) ?? none;
}

const nameOf = (node: Node) => node.metadata.name ?? '';

/** The labels that the pod's node selector, or the first term of its affinity that can be had by labels, asks for. */
function labelsFor({ pod }: Situation, node: Node): readonly Change[] {
  const present = node.metadata.labels ?? {};
  const wanted: Record<string, string> = { ...pod.spec?.nodeSelector };
  const terms =
    pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  for (const { matchExpressions = [], matchFields = [] } of terms.slice(0, 1)) {
    if (matchFields.length > 0) return none;
    for (const { key, operator, values = [] } of matchExpressions) {
      const value = present[key];
      if (operator === 'In') {
        if (value === undefined || !values.includes(value)) wanted[key] = values[0] ?? '';
      } else if (operator === 'Exists') {
        if (value === undefined) wanted[key] = '';
      } else return none;
    }
  }
  const labels = Object.fromEntries(Object.entries(wanted).filter(([key, value]) => present[key] !== value));
  return Object.keys(labels).length === 0 ? none : [{ type: 'labelNode', node: nameOf(node), labels }];
}

function portHolders(now: Situation, node: Node): readonly Change[] {
  const wanted = new HostPorts();
  for (const port of podInfo(now.pod).hostPorts) wanted.add(port);
  const holds = (other: Pod) => podInfo(other).hostPorts.some((port) => wanted.conflicts(port));
  return removalOf(
    now,
    now.others.filter((other) => other.spec!.nodeName === node.metadata.name && holds(other)),
  );
}

/** The pods whose required anti-affinity means this pod, in a domain that the node is in. */
function keepingAway({ pod, nodes, others, input }: Situation, node: Node): readonly Pod[] {
  const info = podInfo(pod);
  const table = tableOf(nodes, others, input.objects);
  return others.filter((other) => {
    const labels = table.find(other.spec!.nodeName!)?.labels ?? {};
    return affinityTerms(podInfo(other)).requiredAnti.some((term) => {
      const domain = labels[term.topologyKey];
      return domain !== undefined && domain === node.metadata.labels?.[term.topologyKey] && meansPod(term, info, table);
    });
  });
}

/** One change for each node that has some of them. */
function removalOf({ nodes }: Situation, pods: readonly Pod[]): readonly Change[] {
  return nodes.flatMap((node): readonly Change[] => {
    const there = pods.filter(({ spec }) => spec!.nodeName === node.metadata.name).map(podKey);
    return there.length === 0 ? [] : [{ type: 'removePods', node: nameOf(node), pods: there }];
  });
}

/** The world after the change. */
export function applyChange(now: Situation, change: Change): Situation {
  const withNode = (name: string, changed: (node: Node) => Node): Situation => ({
    ...now,
    nodes: now.nodes.map((node) => (node.metadata.name === name ? changed(node) : node)),
  });
  switch (change.type) {
    case 'lowerRequest':
      return { ...now, pod: withLowerRequest(now.pod, change) };
    case 'removeTaint': {
      const { key, effect } = change.taint;
      return withNode(change.node, (node) => {
        const taints = node.spec!.taints!.filter((taint) => taint.key !== key || taint.effect !== effect);
        return { ...node, spec: { ...node.spec, taints } };
      });
    }
    case 'uncordon':
      return withNode(change.node, (node) => ({ ...node, spec: { ...node.spec, unschedulable: false } }));
    case 'labelNode':
      return withNode(change.node, (node) => ({
        ...node,
        metadata: { ...node.metadata, labels: { ...node.metadata.labels, ...change.labels } },
      }));
    case 'removePods': {
      const gone = new Set(change.pods);
      return { ...now, others: now.others.filter((pod) => !gone.has(podKey(pod))) };
    }
    case 'dropRule':
      return { ...now, pod: withoutRule(now.pod, change.rule) };
    case 'addNode':
      return { ...now, nodes: [...now.nodes, likeNode(now.nodes, change)] };
  }
}

function withoutRule(pod: Pod, rule: Rule): Pod {
  const spec = pod.spec!;
  if (rule === 'schedulingGates') return { ...pod, spec: { ...spec, schedulingGates: [] } };
  if (rule === 'topologySpread') {
    const soft = spec.topologySpreadConstraints?.filter(
      ({ whenUnsatisfiable }) => whenUnsatisfiable !== 'DoNotSchedule',
    );
    return { ...pod, spec: { ...spec, topologySpreadConstraints: soft ?? [] } };
  }
  const { requiredDuringSchedulingIgnoredDuringExecution: _required, ...preferred } = spec.affinity?.[rule] ?? {};
  return { ...pod, spec: { ...spec, affinity: { ...spec.affinity, [rule]: preferred } } };
}

function likeNode(nodes: readonly Node[], { like, more }: Extract<Change, { type: 'addNode' }>): Node {
  const model = nodes.find(({ metadata }) => metadata.name === like)!;
  const names = new Set(nodes.map(({ metadata }) => metadata.name));
  let [name, at] = [`${like}-more`, 1];
  while (names.has(name)) name = `${like}-more-${++at}`;
  const labels = { ...model.metadata.labels };
  if ('kubernetes.io/hostname' in labels) labels['kubernetes.io/hostname'] = name;
  const status = { ...model.status, allocatable: { ...model.status?.allocatable, ...more } };
  return { ...model, metadata: { name, labels }, ...(more && { status }) };
}
