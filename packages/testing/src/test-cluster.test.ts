/** The whole spine on virtual time. */

import { describe, expect, it, jest } from '@jest/globals';
import { Deployment, ReplicaSet } from '@pintle/api/apps/v1';
import type { Job } from '@pintle/api/batch/v1';
import { Endpoints, Namespace, Node, Pod, type PodSpec, Service } from '@pintle/api/core/v1';
import { EndpointSlice } from '@pintle/api/discovery/v1';
import { controller } from '@pintle/controller-runtime';
import { deployment, service } from './builders.js';
import { testCluster } from './test-cluster.js';

const running = async (cluster: Awaited<ReturnType<typeof testCluster>>) =>
  (await cluster.client.list(Pod)).filter(({ status }) => status?.phase === 'Running');

describe('testCluster', () => {
  it('says on the console what fails, at the time of the test', async () => {
    const warned = jest.spyOn(console, 'warn').mockImplementation(() => {});
    const failing = controller({ name: 'failing' })
      .for(Namespace)
      .reconcile(async () => {
        throw new Error('no name');
      });
    const cluster = await testCluster({ controllers: [failing] });
    expect(warned.mock.calls[0]?.[0]).toMatch(/^2025-01-01T00:00:0.* warn a reconcile failed .*Error: no name/);
    await cluster.stop();
    warned.mockRestore();
  });

  it('brings a deployment to ready pods behind a service', async () => {
    const cluster = await testCluster();
    await cluster.client.create(deployment('web', { replicas: 3 }));
    await cluster.client.create(service('web'));
    await cluster.settle();
    expect(await running(cluster)).toHaveLength(3);
    expect((await cluster.client.get(Deployment, { name: 'web' })).status).toMatchObject({
      replicas: 3,
      readyReplicas: 3,
      availableReplicas: 3,
      observedGeneration: 1,
    });
    expect(
      (await cluster.client.list(EndpointSlice, { namespace: 'default' })).flatMap(({ endpoints }) => endpoints ?? []),
    ).toHaveLength(3);
    expect((await cluster.client.get(Endpoints, { name: 'web' })).subsets?.[0]?.addresses).toHaveLength(3);
    await cluster.stop();
  });

  it('takes seconds of 64 bits for ever, wherever somebody waits for them', async () => {
    const cluster = await testCluster();
    // What no number of JavaScript holds exactly is a bigint.
    const forEver = (2n ** 63n - 1n) as unknown as number;
    const { spec, ...web } = deployment('web', { replicas: 2 });
    const { template } = spec!;
    const podSpec: PodSpec = {
      ...template.spec!,
      terminationGracePeriodSeconds: forEver,
      tolerations: [{ operator: 'Exists', effect: 'NoExecute', tolerationSeconds: forEver }],
    };
    await cluster.client.create<Deployment>({ ...web, spec: { ...spec!, template: { ...template, spec: podSpec } } });
    const jobSpec: Job['spec'] = {
      activeDeadlineSeconds: forEver,
      template: { spec: { ...template.spec!, restartPolicy: 'Never' } },
    };
    await cluster.client.create<Job>({ apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'job' }, spec: jobSpec });
    await cluster.settle();
    expect(await running(cluster)).toHaveLength(3);
    const [node] = await cluster.client.list(Node);
    const taints = [{ key: 'away', effect: 'NoExecute' }];
    await cluster.client.patch(Node, { name: node!.metadata.name! }, { type: 'merge', body: { spec: { taints } } });
    await cluster.advance({ hours: 1 });
    const stayed = (await running(cluster)).filter(({ metadata }) => metadata.labels?.['app'] === 'web');
    expect(stayed.map(({ spec }) => spec!.tolerations!.at(0)!.tolerationSeconds)).toEqual([forEver, forEver]);
    await cluster.stop();
  });

  it('rolls out a new template, keeps history, and replaces what is deleted', async () => {
    const cluster = await testCluster();
    await cluster.client.create(deployment('web', { replicas: 3, image: 'web:1' }));
    await cluster.settle();
    await cluster.client.patch(
      Deployment,
      { name: 'web' },
      { type: 'strategic', body: { spec: { template: { spec: { containers: [{ name: 'main', image: 'web:2' }] } } } } },
    );
    await cluster.advance({ minutes: 2 });
    const pods = await running(cluster);
    expect(pods.map(({ spec }) => spec!.containers[0]!.image)).toEqual(['web:2', 'web:2', 'web:2']);
    expect(await cluster.client.list(ReplicaSet)).toHaveLength(2);
    await cluster.client.delete(Pod, { name: pods[0]!.metadata.name!, namespace: 'default' });
    await cluster.advance({ minutes: 1 });
    expect(await running(cluster)).toHaveLength(3);
    await cluster.stop();
  });

  it('collects what a deleted deployment owned, and empties a deleted namespace', async () => {
    const cluster = await testCluster();
    await cluster.client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team' } } as Namespace);
    await cluster.client.create(deployment('web', { replicas: 2, namespace: 'team' }));
    await cluster.client.create(deployment('api', { replicas: 2 }));
    await cluster.settle();
    await cluster.client.delete(Deployment, { name: 'api' });
    await cluster.client.delete(Namespace, { name: 'team' });
    await cluster.advance({ minutes: 2 });
    expect(await cluster.client.list(Pod)).toHaveLength(0);
    expect((await cluster.client.list(Namespace)).map(({ metadata }) => metadata.name)).not.toContain('team');
    expect(await cluster.client.list(Service, { namespace: 'team' })).toHaveLength(0);
    await cluster.stop();
  });

  it('does the same for the same seed, and other things for another', async () => {
    const log = async (seed: number) => {
      const cluster = await testCluster({ seed });
      const seen: string[] = [];
      cluster.client.watch(Pod).subscribe(({ type, object }) => seen.push(`${type} ${JSON.stringify(object)}`));
      await cluster.client.create(deployment('web', { replicas: 3 }));
      await cluster.advance({ minutes: 5 });
      await cluster.stop();
      return seen.join('\n');
    };
    const first = await log(7);
    expect(await log(7)).toBe(first);
    expect(await log(8)).not.toBe(first);
  });
});
