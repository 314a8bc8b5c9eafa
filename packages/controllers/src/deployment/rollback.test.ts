/** Cases of kube-controller-manager's rollback: which revision is meant, what comes back with it, and that it is asked once. */
import { describe, expect, it } from '@jest/globals';
import { Deployment, ReplicaSet } from '@pintle/api/apps/v1';
import { Event } from '@pintle/api/core/v1';
import { deployment, testCluster } from '@pintle/testing';
import { rollbackRevision } from './rollback.js';

const wish = (revision: string) => ({ 'deprecated.deployment.rollback.to': revision });
const cause = 'kubernetes.io/change-cause';

describe('the revision that is asked for', () => {
  it.each([
    ['3', 3n],
    ['0', 0n],
    ['-1', -1n],
    ['+2', 2n],
    ['3546343826724305833', 3546343826724305833n],
    ['9223372036854775808', undefined],
    ['', undefined],
    ['last', undefined],
    ['1.5', undefined],
  ])('%j: %s', (text, expected) => {
    expect(rollbackRevision({ metadata: { annotations: wish(text) } } as unknown as Deployment)).toBe(expected);
  });
});

describe('going back', () => {
  async function threeRevisions() {
    const cluster = await testCluster({ nodes: 1 });
    const { client } = cluster;
    const { metadata, ...rest } = deployment('web', { replicas: 1, image: 'web:1' });
    await client.create<Deployment>({
      ...rest,
      metadata: { ...metadata, annotations: { [cause]: 'one', own: 'kept' } },
    });
    await cluster.advance({ seconds: 5 });
    const patch = (body: object) => client.patch(Deployment, { name: 'web' }, { type: 'strategic', body });
    for (const [image, text] of [
      ['web:2', 'two'],
      ['web:3', 'three'],
    ] as const) {
      const spec = { template: { spec: { containers: [{ name: 'main', image }] } } };
      await patch({ metadata: { annotations: { [cause]: text } }, spec });
      await cluster.advance({ seconds: 5 });
    }
    return { cluster, client, patch };
  }

  it.each([
    ['1', 'web:1', 'one', 'Normal DeploymentRollback: Rolled back deployment "web" to revision 1'],
    ['0', 'web:2', 'two', 'Normal DeploymentRollback: Rolled back deployment "web" to revision 2'],
    [
      '3',
      'web:3',
      'three',
      'Warning DeploymentRollbackTemplateUnchanged: The rollback revision contains the same template as current deployment "web"',
    ],
    ['9', 'web:3', 'three', 'Warning DeploymentRollbackRevisionNotFound: Unable to find the revision to rollback to.'],
  ])('to %s: %s, "%s"', async (revision, image, text, told) => {
    const { cluster, client, patch } = await threeRevisions();
    await patch({ metadata: { annotations: wish(revision) } });
    await cluster.advance({ seconds: 10 });
    const { metadata, spec, status } = await client.get(Deployment, { name: 'web' });
    expect(spec?.template.spec?.containers[0]?.image).toBe(image);
    expect(metadata.annotations).toEqual({
      ...{ [cause]: text, own: 'kept' },
      'deployment.kubernetes.io/revision': image === 'web:3' ? '3' : '4',
    });
    expect(spec?.template.metadata?.labels).not.toHaveProperty('pod-template-hash');
    expect(status).toMatchObject({ replicas: 1, updatedReplicas: 1, observedGeneration: metadata.generation });
    const sets = await client.list(ReplicaSet);
    expect(sets).toHaveLength(3);
    const events = (await client.list(Event, { namespace: 'default' }))
      .filter(({ reason }) => reason?.startsWith('DeploymentRollback'))
      .map(({ type, reason, message }) => `${type} ${reason}: ${message}`);
    expect(events).toEqual([told]);
    await cluster.stop();
  });

  it('where there is no revision before it is told of, and the wish is forgotten', async () => {
    const cluster = await testCluster({ nodes: 1 });
    const { client } = cluster;
    const { metadata, ...rest } = deployment('web', { replicas: 1, image: 'web:1' });
    await client.create<Deployment>({ ...rest, metadata: { ...metadata, annotations: wish('0') } });
    await cluster.advance({ seconds: 5 });
    const { metadata: left, status } = await client.get(Deployment, { name: 'web' });
    expect(left.annotations).toEqual({ 'deployment.kubernetes.io/revision': '1' });
    expect(status?.availableReplicas).toBe(1);
    const [event] = (await client.list(Event, { namespace: 'default' })).filter(({ reason }) =>
      reason?.includes('Rollback'),
    );
    expect(event?.message).toBe('Unable to find last revision.');
    await cluster.stop();
  });

  it('a Deployment that is paused goes back when it is so no more', async () => {
    const { cluster, client, patch } = await threeRevisions();
    await patch({ metadata: { annotations: wish('1') }, spec: { paused: true } });
    await cluster.advance({ seconds: 5 });
    const image = async () => (await client.get(Deployment, { name: 'web' })).spec?.template.spec?.containers[0]?.image;
    expect(await image()).toBe('web:3');
    await patch({ spec: { paused: null } });
    await cluster.advance({ seconds: 5 });
    expect(await image()).toBe('web:1');
    await cluster.stop();
  });
});
