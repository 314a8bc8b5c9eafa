/**
 * A workload over time: nodes, and pods that come and end. From a cluster's objects (`traceOf`), from YAML
 * (`parse-trace.ts`), or from distributions (`generate-trace.ts`); replayed by `replay()`.
 */
import type { Node, Pod } from '@pintle/api/core/v1';
import type { KubernetesObject } from '@pintle/machinery';
import { isTerminal } from '../nodes/pod-info.js';

export interface TracePod {
  /** One with `spec.nodeName` is on its node from the start. */
  readonly pod: Pod;
  /** Default 0. */
  readonly arrivesMs?: number;
  /** From its placement to its end. Unless given it stays. */
  readonly runsMs?: number;
}

export interface Trace {
  readonly nodes: readonly Node[];
  readonly pods: readonly TracePod[];
  /** What else plugins ask for: Namespaces, Services, PodDisruptionBudgets, claims and volumes, and so on. */
  readonly objects?: readonly KubernetesObject[];
}

export interface TraceOfOptions {
  /**
   * `keep`: bound pods are on their nodes, the others are placed. `replay`: all are placed anew, in the order in which
   * they were created, at the intervals at which they were. Default `keep`.
   */
  readonly bound?: 'keep' | 'replay';
}

/** The nodes and pods among the objects of a cluster, and all other objects beside them. Ended pods are left out. */
export function traceOf(objects: readonly KubernetesObject[], { bound = 'keep' }: TraceOfOptions = {}): Trace {
  const isCore = ({ apiVersion, kind }: KubernetesObject, name: string) => apiVersion === 'v1' && kind === name;
  const nodes = objects.filter((object) => isCore(object, 'Node')) as readonly Node[];
  const pods = (objects.filter((object) => isCore(object, 'Pod')) as readonly Pod[]).filter((pod) => !isTerminal(pod));
  const others = objects.filter((object) => !isCore(object, 'Node') && !isCore(object, 'Pod'));
  return { nodes, pods: bound === 'keep' ? pods.map((pod) => ({ pod })) : replayed(pods), objects: others };
}

function replayed(pods: readonly Pod[]): readonly TracePod[] {
  const createdMs = ({ metadata }: Pod) =>
    metadata.creationTimestamp === undefined ? 0 : Date.parse(metadata.creationTimestamp);
  const firstMs = pods.reduce((first, pod) => Math.min(first, createdMs(pod)), Number.POSITIVE_INFINITY);
  return pods
    .map((pod): TracePod => ({ pod: withoutNode(pod), arrivesMs: createdMs(pod) - firstMs }))
    .sort((a, b) => a.arrivesMs! - b.arrivesMs!);
}

/** As it was before it was bound. */
function withoutNode(pod: Pod): Pod {
  const { status: _status, ...rest } = pod;
  const { nodeName: _nodeName, ...spec } = pod.spec!;
  return { ...rest, spec };
}
