import { describe, expect, it } from '@jest/globals';
import { Deployment } from '@pintle/api/apps/v1';
import { Pod } from '@pintle/api/core/v1';
import { defaultPlugins, explain, profile, schedule } from '@pintle/scheduler';
import { deployment, node, pod } from '../builders.js';
import { testCluster } from '../test-cluster.js';
import './index.js';

const policy = profile({ plugins: [...defaultPlugins()] });

describe('matchers', () => {
  it('say where pods are and why not, from an explanation', () => {
    const pods = [
      pod('small', { requests: { cpu: '1' } }),
      pod('big', { requests: { cpu: '100' } }),
      pod('held', { schedulingGates: [{ name: 'example.com/quota' }] }),
    ];
    const result = schedule({ policy, nodes: [node('n1')], pods });
    expect(explain(result, 'small')).toBePlacedOn('n1');
    expect(explain(result, 'small')).not.toBeUnschedulable();
    expect(explain(result, 'big')).toBeUnschedulable({ plugin: 'NodeResourcesFit' });
    expect(explain(result, 'big')).not.toBeUnschedulable({ plugin: 'NodeAffinity' });
    expect(explain(result, 'held')).toBeUnschedulable({ plugin: 'SchedulingGates' });
    expect(() => expect(explain(result, 'big')).toBeUnschedulable({ plugin: 'NodeAffinity' })).toThrow(
      /by NodeAffinity, found 0\/1 nodes.*\(NodeResourcesFit\)/,
    );
    expect(() => expect(explain(result, 'big')).toBePlacedOn('n1')).toThrow(/on n1, found it on no node.*Insufficient/);
    expect(() => expect(explain(result, 'small')).toBeUnschedulable()).toThrow('found it on n1');
  });

  it('say the same of the pods of a cluster, and tell conditions and refusals', async () => {
    const cluster = await testCluster();
    const { client } = cluster;
    await client.create(deployment('web'));
    await client.create(pod('big', { requests: { cpu: '100' } }));
    await cluster.settle();
    expect((await client.list(Pod, { labelSelector: 'app=web' }))[0]).toBePlacedOn('node-0');
    expect(await client.get(Pod, { name: 'big', namespace: 'default' })).toBeUnschedulable();
    const web = await client.get(Deployment, { name: 'web', namespace: 'default' });
    expect(web).toHaveCondition('Available', { reason: 'MinimumReplicasAvailable' });
    expect(web).not.toHaveCondition('Available', { status: 'False' });
    await expect(client.get(Pod, { name: 'none', namespace: 'default' })).rejects.toBeStatus('NotFound');
    await expect(client.create(pod('big'))).rejects.not.toBeStatus('NotFound');
    await cluster.stop();
  });
});
