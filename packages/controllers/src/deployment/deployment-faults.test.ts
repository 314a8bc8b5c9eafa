/** Rollouts while requests and answers are lost, and writes are refused: the same in the end. */
import { describe, expect, it } from '@jest/globals';
import { Deployment, ReplicaSet } from '@pintle/api/apps/v1';
import { Pod } from '@pintle/api/core/v1';
import { faults, intercept } from '@pintle/client/interceptor';
import { createManager } from '@pintle/controller-runtime';
import { deployment, testCluster } from '@pintle/testing';
import { deploymentController, replicaSetController } from '../index.js';

const others = ['serviceaccount', 'root-ca-certificate-publisher', 'node-lifecycle', 'garbage-collector'];

describe('under faults', () => {
  it.each([1, 2, 3, 4, 5])(
    'seed %d: a rollout, a size and a way back end as they were asked for',
    async (seed) => {
      const cluster = await testCluster({ seed, nodes: 3, builtinControllers: others });
      const { client, world } = cluster;
      let isHealed = false;
      const manager = createManager({
        world,
        client: intercept(
          cluster.apiServer.client({ fieldManager: 'kube-controller-manager' }),
          faults({
            world,
            only: ({ verb }) => !isHealed && verb !== 'list' && verb !== 'get',
            lostRequest: 0.1,
            lostAnswer: 0.1,
            conflict: 0.1,
            serverError: 0.1,
            delayMaxMs: 50,
            repeatedEvent: 0.1,
          }),
        ),
        controllers: [deploymentController(), replicaSetController()],
      });
      const started = manager.start();
      await cluster.settle();
      await started;
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
      isHealed = true;
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
