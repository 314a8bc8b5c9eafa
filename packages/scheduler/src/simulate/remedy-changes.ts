/** The single changes that `remedies()` tries: which one answers which plugin's refusal, and what it makes of the world. */
import type { Container, Node, Pod, Taint } from '@pintle/api/core/v1';
import { toleratesAny } from '@pintle/api/placement';
import { HostPorts } from '../nodes/host-ports.js';
import { podInfo, podKey } from '../nodes/pod-info.js';
import type { FilterVerdict } from './explain.js';
import type { ScheduleInput } from './schedule-result.js';
import { tableOf } from './simulation.js';

export type Change =
  /** Of the whole pod. `share`: how much less that is, from 0 to 1. */
  | {
      readonly type: 'lowerRequest';
      readonly resource: string;
      readonly from: string;
      readonly to: string;
      readonly share: number;
    }
  | { readonly type: 'removeTaint'; readonly node: string; readonly taint: Taint }
  | { readonly type: 'uncordon'; readonly node: string }
  | { readonly type: 'labelNode'; readonly node: string; readonly labels: Readonly<Record<string, string>> }
  /** Pods that hold host ports that the pod asks for. */
  | { readonly type: 'removePods'; readonly node: string; readonly pods: readonly string[] }
  /** A required rule of the pod becomes none. */
  | { readonly type: 'dropRule'; readonly rule: 'podAffinity' | 'podAntiAffinity' | 'topologySpread' }
  /** A node more, empty, of the capacity, labels and taints of this one. */
  | { readonly type: 'addNode'; readonly like: string };

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
  NodeResourcesFit: lowerRequests,
  NodeAffinity: labelsFor,
  NodePorts: portHolders,
  PodTopologySpread: () => [{ type: 'dropRule', rule: 'topologySpread' }],
  InterPodAffinity: (_, _node, reasons) => {
    const own = reasons.filter((reason) => reason.includes("didn't match pod"));
    return own.map((reason) => ({
      type: 'dropRule',
      rule: reason.includes('anti-affinity') ? 'podAntiAffinity' : 'podAffinity',
    }));
  },
};

/** What answers the refusal, for this node; empty where no change is known. */
export function changeFor({ plugin, reasons }: FilterVerdict, now: Situation, node: Node): readonly Change[] {
  return answers[plugin]?.(now, node, reasons) ?? none;
}

const nameOf = (node: Node) => node.metadata.name ?? '';

function lowerRequests(
  { pod, nodes, others, input }: Situation,
  node: Node,
  reasons: readonly string[],
): readonly Change[] {
  if (reasons.includes('Too many pods')) return none;
  const table = tableOf(nodes, others, input.objects);
  const info = table.find(nameOf(node))!;
  const { requests } = podInfo(pod);
  return reasons.flatMap((reason): readonly Change[] => {
    const resource = /^Insufficient (.+)$/.exec(reason)?.[1];
    if (resource !== 'cpu' && resource !== 'memory') return none;
    const [asked, free] = [requests[resource], info.allocatable(resource) - info.requested(resource)];
    if (free <= 0) return none;
    const text = (amount: number) => (resource === 'cpu' ? `${amount}m` : memoryText(amount));
    return [{ type: 'lowerRequest', resource, from: text(asked), to: text(free), share: (asked - free) / asked }];
  });
}

/** In MiB where that is exact, else in bytes. */
const memoryText = (bytes: number) => (bytes % 2 ** 20 === 0 ? `${bytes / 2 ** 20}Mi` : String(bytes));

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

function portHolders({ pod, others }: Situation, node: Node): readonly Change[] {
  const wanted = new HostPorts();
  for (const port of podInfo(pod).hostPorts) wanted.add(port);
  const pods = others
    .filter(({ spec }) => spec!.nodeName === node.metadata.name)
    .filter((other) => podInfo(other).hostPorts.some((port) => wanted.conflicts(port)))
    .map(podKey);
  return pods.length === 0 ? none : [{ type: 'removePods', node: nameOf(node), pods }];
}

/** The world after the change. */
export function applyChange(now: Situation, change: Change): Situation {
  const withNode = (name: string, changed: (node: Node) => Node): Situation => ({
    ...now,
    nodes: now.nodes.map((node) => (node.metadata.name === name ? changed(node) : node)),
  });
  switch (change.type) {
    case 'lowerRequest':
      return { ...now, pod: lowered(now.pod, change.resource as 'cpu' | 'memory', change.to) };
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
      return { ...now, nodes: [...now.nodes, likeNode(now.nodes, change.like)] };
  }
}

/** The largest container gives first, until the pod asks for `to` in all. */
function lowered(pod: Pod, resource: 'cpu' | 'memory', to: string): Pod {
  const wanted = podInfo({
    ...pod,
    spec: { containers: [{ name: 'all', resources: { requests: { [resource]: to } } }] },
  });
  let excess = podInfo(pod).requests[resource] - wanted.requests[resource];
  const askedBy = (container: Container) => podInfo({ ...pod, spec: { containers: [container] } }).requests[resource];
  const order = [...pod.spec!.containers].sort((a, b) => askedBy(b) - askedBy(a));
  const changed = new Map<Container, Container>();
  for (const container of order) {
    const less = Math.min(excess, askedBy(container));
    if (less <= 0) continue;
    excess -= less;
    const amount = askedBy(container) - less;
    const requests = {
      ...container.resources?.requests,
      [resource]: resource === 'cpu' ? `${amount}m` : String(amount),
    };
    changed.set(container, { ...container, resources: { ...container.resources, requests } });
  }
  const containers = pod.spec!.containers.map((container) => changed.get(container) ?? container);
  return { ...pod, spec: { ...pod.spec!, containers } };
}

function withoutRule(pod: Pod, rule: 'podAffinity' | 'podAntiAffinity' | 'topologySpread'): Pod {
  const spec = pod.spec!;
  if (rule === 'topologySpread') {
    const soft = spec.topologySpreadConstraints?.filter(
      ({ whenUnsatisfiable }) => whenUnsatisfiable !== 'DoNotSchedule',
    );
    return { ...pod, spec: { ...spec, topologySpreadConstraints: soft ?? [] } };
  }
  const { requiredDuringSchedulingIgnoredDuringExecution: _required, ...preferred } = spec.affinity?.[rule] ?? {};
  return { ...pod, spec: { ...spec, affinity: { ...spec.affinity, [rule]: preferred } } };
}

function likeNode(nodes: readonly Node[], like: string): Node {
  const model = nodes.find(({ metadata }) => metadata.name === like)!;
  const names = new Set(nodes.map(({ metadata }) => metadata.name));
  let [name, at] = [`${like}-more`, 1];
  while (names.has(name)) name = `${like}-more-${++at}`;
  const labels = { ...model.metadata.labels };
  if ('kubernetes.io/hostname' in labels) labels['kubernetes.io/hostname'] = name;
  return { ...model, metadata: { name, labels } };
}
