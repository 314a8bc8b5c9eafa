/** Which changes of pods and nodes may help a pod that its topology constraints kept from every node. */
import type { Node, Pod } from '@pintle/api/core/v1';
import { deepEqual } from '@pintle/machinery';
import type { QueueingHintFunction } from '../framework/cluster-event.js';
import type { ClusterObjects } from '../nodes/cluster-objects.js';
import type { SpreadConstraint } from './spread-constraints.js';

const noLabels: Readonly<Record<string, string>> = {};

/** `constraintsOf` are those that must hold, of the pod itself or else of the profile. */
export function spreadHints(constraintsOf: (pod: Pod, objects: ClusterObjects) => readonly SpreadConstraint[]): {
  readonly ofPod: QueueingHintFunction;
  readonly ofNode: QueueingHintFunction;
} {
  return {
    ofPod(pod, before, after, objects) {
      const [was, is] = [before as Pod | undefined, after as Pod | undefined];
      const concerns = (other: Pod | undefined) =>
        other === undefined ||
        other.metadata.uid === pod.metadata.uid ||
        other.metadata.namespace === pod.metadata.namespace;
      if (!concerns(was) || !concerns(is)) return 'Skip';
      const constraints = constraintsOf(pod, objects);
      const counts = ({ selector }: SpreadConstraint, { metadata }: Pod) =>
        selector.matches(metadata.labels ?? noLabels);
      if (was === undefined || is === undefined) {
        const only = (was ?? is)!;
        return constraints.some((constraint) => counts(constraint, only)) ? 'Queue' : 'Skip';
      }
      // What it tolerates decides which nodes count.
      if (
        is.metadata.uid === pod.metadata.uid &&
        !deepEqual(was.spec?.tolerations ?? [], is.spec?.tolerations ?? []) &&
        constraints.some(({ honorTaints }) => honorTaints)
      )
        return 'Queue';
      return constraints.some((constraint) => counts(constraint, was) !== counts(constraint, is)) ? 'Queue' : 'Skip';
    },
    ofNode(pod, before, after, objects) {
      const [was, is] = [before as Node | undefined, after as Node | undefined];
      const constraints = constraintsOf(pod, objects);
      const value = (node: Node, key: string) => node.metadata.labels?.[key];
      const takesPart = (node: Node | undefined) =>
        node !== undefined && constraints.every(({ topologyKey }) => value(node, topologyKey) !== undefined);
      if (was === undefined || is === undefined) return takesPart(was ?? is) ? 'Queue' : 'Skip';
      if (takesPart(was) !== takesPart(is)) return 'Queue';
      const moved = constraints.some(({ topologyKey }) => value(was, topologyKey) !== value(is, topologyKey));
      // Nodes whose taints the pod does not tolerate may not count.
      const tainted = !deepEqual(was.spec?.taints ?? [], is.spec?.taints ?? []);
      return takesPart(is) && (moved || tainted) ? 'Queue' : 'Skip';
    },
  };
}
