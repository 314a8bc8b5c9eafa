/**
 * The TTL controller: tells kubelets, by an annotation of their nodes, how old what they know of Secrets and ConfigMaps
 * may be: the older, the more nodes ask.
 */
import { Node } from '@pintle/api/core/v1';
import { type Controller, controller } from '@pintle/controller-runtime';
import type { Informers } from '@pintle/watch';
import { ignoreNotFound } from '../ignore-not-found.js';

export const ttlAnnotation = 'node.alpha.kubernetes.io/ttl';

interface Step {
  readonly nodesMin: number;
  readonly nodesMax: number;
  readonly seconds: number;
}

/** Steps overlap, so that a cluster at their border does not go back and forth. */
const steps: readonly Step[] = [
  { nodesMin: 0, nodesMax: 100, seconds: 0 },
  { nodesMin: 90, nodesMax: 500, seconds: 15 },
  { nodesMin: 450, nodesMax: 1_000, seconds: 30 },
  { nodesMin: 900, nodesMax: 2_000, seconds: 60 },
  { nodesMin: 1_800, nodesMax: 10_000, seconds: 300 },
  { nodesMin: 9_000, nodesMax: Number.POSITIVE_INFINITY, seconds: 600 },
];

/** The number of the step of a cluster of so many nodes that was on step `at`. Pure. */
export function ttlStep(at: number, nodes: number): number {
  let step = at;
  while (nodes > steps[step]!.nodesMax) step++;
  while (nodes < steps[step]!.nodesMin) step--;
  return step;
}

export const ttlSeconds = (step: number): number => steps[step]!.seconds;

export function nodeTtlController(): Controller {
  const stepOf = new WeakMap<Informers, number>();
  return controller({ name: 'ttl', concurrency: 5 })
    .for(Node, { predicate: ({ type }) => type !== 'deleted' })
    .reconcile(async ({ key, object: node, client, informers }) => {
      if (node === undefined) return;
      const step = ttlStep(stepOf.get(informers) ?? 0, informers.informer(Node).lister.size);
      stepOf.set(informers, step);
      const wanted = String(ttlSeconds(step));
      if (node.metadata.annotations?.[ttlAnnotation] === wanted) return;
      const body = { metadata: { uid: node.metadata.uid, annotations: { [ttlAnnotation]: wanted } } };
      await client.patch(Node, key, { type: 'merge', body }).catch(ignoreNotFound);
    });
}
