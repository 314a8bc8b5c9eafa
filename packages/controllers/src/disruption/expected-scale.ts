/** How many pods the controllers of some pods are to have, together: what a budget's percentage is a part of. */
import { Deployment, ReplicaSet, StatefulSet } from '@pintle/api/apps/v1';
import { type Pod, ReplicationController } from '@pintle/api/core/v1';
import type { Client } from '@pintle/client';
import {
  controllerOf,
  type KindRef,
  type KubernetesObject,
  type OwnerReference,
  parseApiVersion,
  qualifiedResource,
  StatusError,
} from '@pintle/machinery';
import type { Informers } from '@pintle/watch';

/** The kinds whose scale is read from caches. Others, and what is not there, are asked for their `scale` subresource. */
export const scaledKinds = [ReplicationController, ReplicaSet, StatefulSet, Deployment] as const;

export interface ScaleSource {
  readonly client: Client;
  readonly informers: Informers;
  /** Every kind that a controller can be of. */
  readonly kinds: () => readonly KindRef[];
}

export interface ExpectedScale {
  readonly scale: number;
  /** Pods that nobody controls. */
  readonly unmanaged: readonly Pod[];
}

interface Scaled {
  readonly uid: string;
  readonly replicas: number;
}

/** Errors: `Error` where a controller is gone, or has no scale. */
export async function expectedScale(source: ScaleSource, pods: readonly Pod[]): Promise<ExpectedScale> {
  const replicas = new Map<string, number>();
  const asked = new Set<string>();
  const unmanaged: Pod[] = [];
  for (const pod of pods) {
    const owner = controllerOf(pod);
    if (owner === undefined) {
      unmanaged.push(pod);
      continue;
    }
    if (asked.has(owner.uid)) continue;
    asked.add(owner.uid);
    const found = await scaleOf(source, owner, pod.metadata.namespace ?? '');
    if (found === undefined) throw new Error(`found no controllers for pod ${JSON.stringify(pod.metadata.name)}`);
    replicas.set(found.uid, found.replicas);
  }
  return { scale: [...replicas.values()].reduce((sum, count) => sum + count, 0), unmanaged };
}

interface WithReplicas extends KubernetesObject {
  readonly spec?: { readonly replicas?: number };
}

const isOf = (kind: KindRef, { apiVersion, kind: name }: OwnerReference) =>
  name === kind.kind && parseApiVersion(apiVersion).group === kind.group;

async function scaleOf(source: ScaleSource, owner: OwnerReference, namespace: string): Promise<Scaled | undefined> {
  const cached = scaledKinds.find((kind) => isOf(kind, owner)) as KindRef<WithReplicas> | undefined;
  if (cached === undefined) return askedScale(source, owner, namespace);
  const object = source.informers.informer(cached).lister.get({ name: owner.name, namespace });
  // The cache may be behind that of pods.
  if (object === undefined || object.metadata.uid !== owner.uid) return askedScale(source, owner, namespace, cached);
  // The ReplicaSets of a Deployment come and go with its rollouts: the Deployment's own number counts, while it is there.
  const above = controllerOf(object);
  if (cached.kind === 'ReplicaSet' && above !== undefined && isOf(Deployment, above)) {
    const scaled = await scaleOf(source, above, namespace);
    if (scaled !== undefined) return scaled;
  }
  return { uid: owner.uid, replicas: object.spec?.replicas ?? 1 };
}

async function askedScale(
  { client, kinds }: ScaleSource,
  owner: OwnerReference,
  namespace: string,
  known?: KindRef,
): Promise<Scaled | undefined> {
  const kind = known ?? kinds().find((each) => isOf(each, owner));
  if (kind === undefined) throw new Error(`no matches for kind "${owner.kind}" in version "${owner.apiVersion}"`);
  const key = kind.scope === 'Namespaced' ? { name: owner.name, namespace } : { name: owner.name };
  const missing = (error: unknown) => {
    if (!StatusError.is(error, 'NotFound')) throw error;
    return undefined;
  };
  const scale = (await client.get(kind, key, { subresource: 'scale' }).catch(missing)) as WithReplicas | undefined;
  if (scale?.metadata.uid === owner.uid) return { uid: owner.uid, replicas: scale.spec?.replicas ?? 0 };
  if (scale === undefined && (await client.get(kind, key).catch(missing)) !== undefined)
    throw new Error(`${qualifiedResource(kind)} does not implement the scale subresource`);
  return undefined;
}
