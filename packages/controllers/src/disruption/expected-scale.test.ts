/** Cases of kube-controller-manager's pod controller finders. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Deployment, ReplicaSet } from '@pintle/api/apps/v1';
import type { Pod } from '@pintle/api/core/v1';
import { controllerReference, type KindRef, type KubernetesObject } from '@pintle/machinery';
import { deployment, pod, type TestCluster, testCluster } from '@pintle/testing';
import { createInformers } from '@pintle/watch';
import { expectedScale } from './expected-scale.js';

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await testCluster({ builtinControllers: [], nodes: 0, scheduler: false });
});
afterAll(() => cluster.stop());
beforeEach(async () => {
  for (const kind of [Deployment, ReplicaSet] as readonly KindRef[])
    await cluster.client.deleteCollection(kind, { namespace: 'default' });
});

type Owner = readonly [KubernetesObject, KindRef];
const ownedBy = (owner: Owner | undefined) =>
  owner === undefined ? {} : { ownerReferences: [controllerReference(...owner)] };

const makeDeployment = async (replicas: number): Promise<Owner> => [
  await cluster.client.create(deployment('web', { replicas })),
  Deployment,
];
const makeSet = async (name: string, replicas: number, owner?: Owner): Promise<Owner> => {
  const { spec } = deployment(name, { replicas });
  const metadata = { name, namespace: 'default', ...ownedBy(owner) };
  const { strategy: _strategy, ...own } = spec!;
  return [
    await cluster.client.create({ apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata, spec: own } as ReplicaSet),
    ReplicaSet,
  ];
};

async function scaleOf(...owners: readonly (Owner | undefined)[]) {
  await cluster.settle();
  const { client, informers } = cluster;
  for (const kind of [Deployment, ReplicaSet] as readonly KindRef[]) informers.informer(kind);
  await cluster.settle();
  const pods = owners.map(
    (owner, index): Pod =>
      pod(`p-${index}`, { metadata: { name: `p-${index}`, namespace: 'default', ...ownedBy(owner) } }),
  );
  return expectedScale({ client, informers, kinds: () => [] }, pods);
}

describe('expectedScale', () => {
  it('of a ReplicaSet that nobody controls is its own', async () => {
    const set = await makeSet('alone', 3);
    expect(await scaleOf(set, set)).toEqual({ scale: 3, unmanaged: [] });
  });

  it("of a Deployment's sets is the Deployment's, once", async () => {
    const web = await makeDeployment(5);
    expect((await scaleOf(await makeSet('web-1', 1, web), await makeSet('web-2', 2, web))).scale).toBe(5);
  });

  it('of sets whose Deployment is gone, or another, is their own', async () => {
    const gone = await makeDeployment(5);
    const sets = [await makeSet('web-1', 1, gone), await makeSet('web-2', 2, gone)];
    await cluster.client.delete(Deployment, { name: 'web' });
    expect((await scaleOf(...sets)).scale).toBe(3);
    await makeDeployment(7);
    expect((await scaleOf(...sets)).scale).toBe(3);
  });

  it('of pods that nobody controls is nothing, and says so', async () => {
    const { scale, unmanaged } = await scaleOf(undefined);
    expect([scale, unmanaged.length]).toEqual([0, 1]);
  });

  it('is asked for where the caches are behind', async () => {
    const web = await makeDeployment(5);
    const set = await makeSet('web-1', 2, web);
    const { client, world } = cluster;
    const informers = createInformers({ client, world });
    const metadata = { name: 'p', namespace: 'default', ...ownedBy(set) };
    const asked = expectedScale({ client, informers, kinds: () => [] }, [pod('p', { metadata })]);
    expect((await asked).scale).toBe(2);
    informers.stop();
  });

  it('cannot be told where a controller is gone', async () => {
    const set = await makeSet('alone', 3);
    await cluster.client.delete(ReplicaSet, { name: 'alone' });
    await expect(scaleOf(set)).rejects.toThrow('found no controllers for pod "p-0"');
  });
});
