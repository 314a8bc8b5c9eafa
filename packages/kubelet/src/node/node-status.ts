/** What a node says of itself. Pure: descriptions and a time in, a Node's parts out, in kubelet's words. */
import type { Node, NodeCondition, NodeStatus, Taint } from '@pintle/api/core/v1';
import { formatTime } from '@pintle/machinery';

/** What a node is, as its kubelet is told. */
export interface NodeDescription {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly taints: readonly Taint[];
  readonly capacity: Readonly<Record<string, string>>;
  readonly allocatable: Readonly<Record<string, string>>;
  readonly addresses: readonly { readonly type: string; readonly address: string }[];
  readonly nodeInfo: NonNullable<NodeStatus['nodeInfo']>;
  readonly podCIDR?: string;
}

/** Why a node is not ready, if it is not. */
export type NodeTrouble = string | undefined;

const healthy: readonly (readonly [type: string, reason: string, message: string])[] = [
  ['MemoryPressure', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'],
  ['DiskPressure', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'],
  ['PIDPressure', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'],
];

export function nodeConditions(
  old: readonly NodeCondition[],
  nowMs: number,
  trouble?: NodeTrouble,
): readonly NodeCondition[] {
  const now = formatTime(nowMs);
  const condition = (type: string, status: 'True' | 'False', reason: string, message: string): NodeCondition => {
    const before = old.find((one) => one.type === type);
    const same = before?.status === status && before.lastTransitionTime !== undefined;
    return {
      type,
      status,
      lastHeartbeatTime: now,
      lastTransitionTime: same ? before.lastTransitionTime! : now,
      reason,
      message,
    };
  };
  const own = [
    ...healthy.map(([type, reason, message]) => condition(type, 'False', reason, message)),
    trouble === undefined
      ? condition('Ready', 'True', 'KubeletReady', 'kubelet is posting ready status')
      : condition('Ready', 'False', 'KubeletNotReady', trouble),
  ];
  return [...own, ...old.filter(({ type }) => !own.some((one) => one.type === type))];
}

export function nodeStatus(
  description: NodeDescription,
  before: NodeStatus | undefined,
  nowMs: number,
  trouble?: NodeTrouble,
): NodeStatus {
  const { capacity, allocatable, addresses, nodeInfo } = description;
  return {
    ...before,
    capacity,
    allocatable,
    addresses,
    nodeInfo,
    conditions: nodeConditions(before?.conditions ?? [], nowMs, trouble),
    daemonEndpoints: before?.daemonEndpoints ?? { kubeletEndpoint: { Port: 10250 } },
  };
}

export function newNode(name: string, description: NodeDescription, nowMs: number): Node {
  const { annotations, taints, podCIDR } = description;
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: nodeLabels(name, description),
      ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
    },
    spec: {
      ...(taints.length === 0 ? {} : { taints }),
      ...(podCIDR === undefined ? {} : { podCIDR, podCIDRs: [podCIDR] }),
    },
    status: nodeStatus(description, undefined, nowMs),
  };
}

export function nodeLabels(name: string, { labels, nodeInfo }: NodeDescription): Readonly<Record<string, string>> {
  const { operatingSystem, architecture } = nodeInfo;
  return {
    'beta.kubernetes.io/arch': architecture,
    'beta.kubernetes.io/os': operatingSystem,
    'kubernetes.io/arch': architecture,
    'kubernetes.io/hostname': name,
    'kubernetes.io/os': operatingSystem,
    ...labels,
  };
}

/** Whether two statuses tell the same, heartbeats aside. */
export function withoutHeartbeats({ conditions, ...rest }: NodeStatus): unknown {
  return { ...rest, conditions: conditions?.map(({ lastHeartbeatTime: _heartbeat, ...condition }) => condition) };
}
