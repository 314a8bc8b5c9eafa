/** The quality of service that a pod's requests and limits come to (core/v1 PodQOSClass). */
import { onceForEach, parseQuantity } from '@pintle/machinery';
import type { PodSpec, PodStatus } from '../core/v1/pod.js';

const counted = ['cpu', 'memory'] as const;

export const qosClassOf = (spec: PodSpec | undefined): QosClass => (spec === undefined ? 'BestEffort' : classOf(spec));

export type QosClass = NonNullable<PodStatus['qosClass']>;

const classOf = onceForEach(({ containers: regular = [], initContainers = [] }: PodSpec): QosClass => {
  const containers = [...regular, ...initContainers];
  let any = false;
  let guaranteed = containers.length > 0;
  for (const { resources } of containers) {
    for (const name of counted) {
      const [request, limit] = [amountOf(resources?.requests?.[name]), amountOf(resources?.limits?.[name])];
      any ||= request > 0n || limit > 0n;
      guaranteed &&= limit > 0n && (request === limit || resources?.requests?.[name] === undefined);
    }
  }
  return guaranteed ? 'Guaranteed' : any ? 'Burstable' : 'BestEffort';
});

const amountOf = (text: string | undefined): bigint => (text === undefined ? 0n : parseQuantity(text).nano);
