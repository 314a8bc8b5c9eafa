/** The claims of a pod and what they lead to, as volume plugins look them up, and what they say where there is none. */
import { PersistentVolume, PersistentVolumeClaim, type Pod } from '@pintle/api/core/v1';
import { StorageClass } from '@pintle/api/storage/v1';
import { podClaims } from '@pintle/api/volumes';
import { type Status, status } from '../framework/status.js';
import type { NodeTable } from '../nodes/node-table.js';
import type { PodInfo } from '../nodes/pod-info.js';

/** As kube-scheduler calls them where they are missing. */
const words = {
  claim: 'persistentvolumeclaim',
  volume: 'persistentvolume',
  class: 'storageclass.storage.k8s.io',
} as const;

export function notFound(what: keyof typeof words, name: string): string {
  return `${words[what]} ${JSON.stringify(name)} not found`;
}

export function missing(what: keyof typeof words, name: string): Status {
  return status('UnschedulableAndUnresolvable', notFound(what, name));
}

export function claimOf(table: NodeTable, { namespace }: PodInfo, name: string): PersistentVolumeClaim | undefined {
  return table.objects.get(PersistentVolumeClaim, name, namespace);
}

export function volumeNamed(table: NodeTable, name: string): PersistentVolume | undefined {
  return table.objects.get(PersistentVolume, name);
}

export function classNamed(table: NodeTable, name: string): StorageClass | undefined {
  return table.objects.get(StorageClass, name);
}

/** A hint for claims: those that are not the pod's change nothing for it. */
export function hintOfClaim(pod: Pod, _before: object | undefined, after: object | undefined): 'Queue' | 'Skip' {
  const claim = after as PersistentVolumeClaim | undefined;
  if (claim === undefined || claim.metadata.namespace !== pod.metadata.namespace) return 'Skip';
  return podClaims(pod).some(({ name }) => name === claim.metadata.name) ? 'Queue' : 'Skip';
}

/** The same, of claims that the pod names itself. */
export function hintOfNamedClaim(pod: Pod, _before: object | undefined, after: object | undefined): 'Queue' | 'Skip' {
  const claim = after as PersistentVolumeClaim | undefined;
  if (claim === undefined || claim.metadata.namespace !== pod.metadata.namespace) return 'Skip';
  const named = podClaims(pod).some(({ name, ephemeral }) => !ephemeral && name === claim.metadata.name);
  return named ? 'Queue' : 'Skip';
}
