/** Cases of kube-controller-manager's `TestClaimPods`, and what its `CanAdopt` and its orphan index are for. */
import { describe, expect, it } from '@jest/globals';
import { ReplicaSet } from '@pintle/api/apps/v1';
import { type ConfigMap, Pod } from '@pintle/api/core/v1';
import type { KubernetesObject } from '@pintle/machinery';
import { testCluster } from '@pintle/testing';
import { claimObjects, planClaims } from './claims.js';

const owner = (going = false): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  metadata: { name: 'web', uid: 'own', ...(going ? { deletionTimestamp: '2025-01-01T00:00:00Z' } : {}) },
});

/** `own+` is controlled by the owner and matches, `free-` by nobody and does not; `!` goes; `shared` has a mere owner. */
function object(word: string): KubernetesObject {
  const [, by = '', sign, going] = /^([a-z]+)([+-])(!?)$/.exec(word) ?? [];
  const reference = { apiVersion: 'v1', kind: 'X', name: by, uid: by, controller: by !== 'shared' };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: word,
      labels: { matches: String(sign === '+') },
      ...(by === 'free' ? {} : { ownerReferences: [reference] }),
      ...(going ? { deletionTimestamp: '2025-01-01T00:00:00Z' } : {}),
    },
  };
}

describe('planClaims', () => {
  it.each([
    // objects, whether the owner goes: what belongs to it, what of that is adopted; what is let go
    ['own+ own+!', false, 'own+ own+!', '', ''],
    ['free+ free-', false, 'free+', 'free+', ''],
    ['free+!', false, '', '', ''],
    ['shared+ shared-', false, 'shared+', 'shared+', ''],
    ['other+ other-', false, '', '', ''],
    ['own-', false, '', '', 'own-'],
    ['own-!', false, '', '', 'own-!'],
    ['own+ own- free+', true, 'own+', '', ''],
  ])('%s, going %s', (words, going, owned, adopt, release) => {
    const objects = words.split(' ').map(object);
    const plan = planClaims(owner(going), objects, ({ metadata }) => metadata.labels?.['matches'] === 'true');
    const names = (some: readonly KubernetesObject[]) => some.map(({ metadata }) => metadata.name).join(' ');
    expect([names(plan.owned), names(plan.adopt), names(plan.release)]).toEqual([owned, adopt, release]);
  });
});

const set = (replicas: number) => ({
  apiVersion: 'apps/v1' as const,
  kind: 'ReplicaSet' as const,
  metadata: { name: 'web', namespace: 'default' },
  spec: {
    replicas,
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'main', image: 'web' }] } },
  },
});
const pod = (name: string, more: object = {}) =>
  ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', labels: { app: 'web' }, ...more },
    spec: { containers: [{ name: 'main', image: 'web' }] },
  }) as Pod;

describe('in a cluster', () => {
  it('a pod that somebody owns, and nobody controls, is adopted', async () => {
    const cluster = await testCluster();
    const { client } = cluster;
    const { metadata } = await client.create<ConfigMap>({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'friend', namespace: 'default' },
    });
    const friend = { apiVersion: 'v1', kind: 'ConfigMap', name: 'friend', uid: metadata.uid! };
    await client.create(pod('given', { ownerReferences: [friend] }));
    const { metadata: own } = await client.create<ReplicaSet>(set(2));
    await cluster.settle();
    const pods = await client.list(Pod, { namespace: 'default' });
    expect(pods).toHaveLength(2);
    const given = pods.find((each) => each.metadata.name === 'given');
    const owners = new Map(given?.metadata.ownerReferences?.map((one) => [one.uid, one.controller ?? false]));
    expect(owners).toEqual(
      new Map([
        [metadata.uid, false],
        [own.uid, true],
      ]),
    );
    await cluster.stop();
  });

  it('who goes adopts nothing, though its cache does not know yet', async () => {
    const cluster = await testCluster({ builtinControllers: [] });
    const { client } = cluster;
    const stale = await client.create<ReplicaSet>(set(1));
    const orphan = await client.create(pod('left-behind'));
    const adopt = () =>
      claimObjects(client, stale, { adopt: [orphan], release: [] }, { owner: ReplicaSet, owned: Pod });
    await client.delete(ReplicaSet, { name: 'web', namespace: 'default' }, { propagationPolicy: 'Orphan' });
    await expect(adopt()).rejects.toMatchObject({ reason: 'Conflict' });
    await client.patch(
      ReplicaSet,
      { name: 'web', namespace: 'default' },
      { type: 'merge', body: { metadata: { finalizers: null } } },
    );
    await expect(adopt()).rejects.toMatchObject({ reason: 'Conflict' });
    await client.create<ReplicaSet>(set(1));
    await expect(adopt()).rejects.toMatchObject({ reason: 'Conflict' });
    expect((await client.get(Pod, { name: 'left-behind' })).metadata.ownerReferences).toBeUndefined();
    await cluster.stop();
  });
});
