/**
 * Storage version GC: what API servers say of the versions that they store goes with them. An API server lives as long as
 * its identity Lease is there. Runs where the server serves StorageVersions, which Kubernetes does behind a gate.
 */
import { StorageVersion } from '@pintle/api/apiserverinternal/v1alpha1';
import { Lease } from '@pintle/api/coordination/v1';
import { type Controller, controller } from '@pintle/controller-runtime';
import { formatTime, setCondition } from '@pintle/machinery';
import { ignoreNotFound } from '../ignore-not-found.js';

const identityNamespace = 'kube-system';
const identityLabel = 'apiserver.kubernetes.io/identity';

/** Whether the Lease is the identity of an API server. */
export const isServerIdentity = ({ metadata }: Lease): boolean =>
  metadata.namespace === identityNamespace && metadata.labels?.[identityLabel] === 'kube-apiserver';

export type StorageVersionStep =
  | { readonly type: 'keep' }
  /** No server that lives has said anything. */
  | { readonly type: 'delete' }
  | { readonly type: 'write'; readonly status: NonNullable<StorageVersion['status']> };

/** `lives` tells of the id of an API server. Pure. */
export function planStorageVersion(
  { status = {} }: StorageVersion,
  lives: (apiServerId: string) => boolean,
  nowMs: number,
): StorageVersionStep {
  const said = status.storageVersions ?? [];
  const left = said.filter(({ apiServerID = '' }) => lives(apiServerID));
  if (left.length === said.length) return { type: 'keep' };
  if (left.length === 0) return { type: 'delete' };
  const { commonEncodingVersion: _before, ...rest } = status;
  const [first] = left;
  const agree = left.every(({ encodingVersion }) => encodingVersion === first?.encodingVersion);
  const condition = {
    type: 'AllEncodingVersionsEqual',
    status: agree ? 'True' : 'False',
    reason: agree ? 'CommonEncodingVersionSet' : 'CommonEncodingVersionUnset',
    message: agree ? 'Common encoding version set' : 'Common encoding version unset',
    lastTransitionTime: formatTime(nowMs),
  };
  return {
    type: 'write',
    status: {
      ...rest,
      storageVersions: left,
      ...(agree ? { commonEncodingVersion: first?.encodingVersion ?? '' } : {}),
      conditions: setCondition(status.conditions, condition, formatTime(nowMs)),
    },
  };
}

export function storageVersionGcController(): Controller {
  return controller({ name: 'storage-version-garbage-collector' })
    .for(StorageVersion)
    .watches(
      Lease,
      ({ metadata }, informers) =>
        informers
          .informer(StorageVersion)
          .lister.list()
          .filter(({ status }) => status?.storageVersions?.some(({ apiServerID }) => apiServerID === metadata.name))
          .map((version) => ({ name: version.metadata.name ?? '' })),
      { predicate: ({ type, object }) => type === 'deleted' && isServerIdentity(object) },
    )
    .reconcile(async ({ key, object: version, client, informers, world }) => {
      if (version === undefined) return;
      const living = new Set<string>();
      for (const { apiServerID: name = '' } of version.status?.storageVersions ?? []) {
        const at = { name, namespace: identityNamespace };
        // The cache may lack a server that has just come; what it said is not said twice.
        const lease = informers.informer(Lease).lister.get(at) ?? (await client.get(Lease, at).catch(ignoreNotFound));
        if (lease !== undefined && isServerIdentity(lease)) living.add(name);
      }
      const step = planStorageVersion(version, (id) => living.has(id), world.clock.now());
      if (step.type === 'delete')
        await client
          .delete(StorageVersion, key, { preconditions: { uid: version.metadata.uid ?? '' } })
          .catch(ignoreNotFound);
      if (step.type === 'write')
        await client.update({ ...version, status: step.status }, { subresource: 'status' }).catch(ignoreNotFound);
    });
}
