/** Rollouts while requests and answers are lost, and writes are refused: the same in the end. */
import { describe, expect, it } from '@jest/globals';
import { Deployment, ReplicaSet } from '@pintle/api/apps/v1';
import { Pod } from '@pintle/api/core/v1';
import { deployment, faultyCluster } from '@pintle/testing';
import { deploymentController, replicaSetController } from '../index.js';

const others = ['serviceaccount', 'root-ca-certificate-publisher', 'node-lifecycle', 'garbage-collector'];

describe('under faults', () => {
  it.each([1, 2, 3, 4, 5])(
    'seed %d: a rollout, a size and a way back end as they were asked for',
    async (seed) => {
      const cluster = await faultyCluster({
        seed,
        nodes: 3,
        builtinControllers: others,
        underFaults: [deploymentController(), replicaSetController()],
      });
      const { client } = cluster;
      const image = (name: string) => ({
        type: 'strategic' as const,
        body: { spec: { template: { spec: { containers: [{ name: 'main', image: name }] } } } },
      });
      const key = { name: 'web' };
      await client.create(deployment('web', { replicas: 10, image: 'web:1' }));
      await cluster.advance({ seconds: 20 });
      await client.patch(Deployment, key, image('web:2'));
      await cluster.advance({ seconds: 3 });
      await client.patch(Deployment, key, { type: 'merge', body: { spec: { replicas: 14 } } });
      await cluster.advance({ seconds: 3 });
      await client.patch(Deployment, key, image('web:1'));
      await cluster.advance({ minutes: 10 });
      cluster.heal();
      await cluster.advance({ minutes: 20 });
      const pods = await client.list(Pod, { namespace: 'default' });
      expect(pods.map(({ spec }) => spec!.containers[0]!.image)).toEqual(Array(14).fill('web:1'));
      const sets = await client.list(ReplicaSet, { namespace: 'default' });
      expect(sets.map(({ spec }) => spec!.replicas).sort((a, b) => a! - b!)).toEqual([0, 14]);
      const { status, metadata } = await client.get(Deployment, key);
      expect(status).toMatchObject({ replicas: 14, updatedReplicas: 14, availableReplicas: 14 });
      expect(status!.observedGeneration).toBe(metadata.generation);
      expect(status!.conditions!.find(({ type }) => type === 'Progressing')?.reason).toBe('NewReplicaSetAvailable');
      await cluster.stop();
    },
    60_000,
  );
});
