/** A scheduler before a real API server; the test does what the volume controllers would. */
import { describe, expect, it } from '@jest/globals';
import { PersistentVolume, PersistentVolumeClaim, type Pod } from '@pintle/api/core/v1';
import { annBindCompleted, annSelectedNode } from '@pintle/api/volumes';
import { SchedulerTestCluster } from '../runner/scheduler.fixture.js';
import { testNode, testPod } from '../test-objects.fixture.js';
import { claims, testClaim, testClass, testVolume } from '../volume-objects.fixture.js';

const key = { namespace: 'ns', name: 'c' };
const pod = testPod('p', { namespace: 'ns', volumes: claims('c') });

async function cluster(options: Parameters<typeof SchedulerTestCluster.start>[0] = {}) {
  const started = await SchedulerTestCluster.start(options);
  await started.setNode(testNode('n1', { labels: { place: 'here' } }));
  const { client } = started;
  await client.create(testClass('local', { provisioner: 'kubernetes.io/no-provisioner' }));
  await client.create(testClass('made'));
  return started;
}

const volume = () => {
  const { status: _, ...rest } = testVolume('v', {
    class: 'local',
    size: '2Gi',
    modes: ['ReadWriteOnce'],
    reachedFrom: { place: 'here' },
    source: { local: { path: '/data' } },
  });
  return rest;
};
const claim = (className: string) =>
  testClaim('c', { namespace: 'ns', class: className, size: '1Gi', modes: ['ReadWriteOnce'] });

async function finishBinding({ client }: SchedulerTestCluster, volumeName: string): Promise<void> {
  const body = { metadata: { annotations: { [annBindCompleted]: 'yes' } }, spec: { volumeName } };
  await client.patch(PersistentVolumeClaim, key, { type: 'merge', body });
}

async function makeAvailable({ client }: SchedulerTestCluster): Promise<void> {
  const body = { status: { phase: 'Available' } };
  await client.patch(PersistentVolume, { name: 'v' }, { type: 'merge', body }, { subresource: 'status' });
}

describe('claims that wait for a pod', () => {
  it('are bound to a volume that is there before the pod is', async () => {
    const test = await cluster();
    await test.client.create(volume());
    await makeAvailable(test);
    await test.client.create(claim('local'));
    await test.setPod(pod);
    await test.settle();
    const bound = await test.client.get(PersistentVolume, { name: 'v' });
    expect(bound.spec?.claimRef).toMatchObject({ kind: 'PersistentVolumeClaim', namespace: 'ns', name: 'c' });
    expect(await test.nodeOf('ns/p')).toBeUndefined();
    await finishBinding(test, 'v');
    await test.world.advance(2000);
    expect(await test.nodeOf('ns/p')).toBe('n1');
  });

  it('ask for a volume on the node that was chosen', async () => {
    const test = await cluster();
    await test.client.create(claim('made'));
    await test.setPod(pod);
    await test.settle();
    const asked = await test.client.get(PersistentVolumeClaim, key);
    expect(asked.metadata.annotations?.[annSelectedNode]).toBe('n1');
    await test.client.create({ ...volume(), spec: { ...volume().spec!, storageClassName: 'made' } });
    await finishBinding(test, 'v');
    await test.world.advance(2000);
    expect(await test.nodeOf('ns/p')).toBe('n1');
  });

  it('are asked for again where the provisioner gave up', async () => {
    const test = await cluster();
    await test.client.create(claim('made'));
    await test.setPod(pod);
    await test.settle();
    const body = { metadata: { annotations: { [annSelectedNode]: null } } };
    await test.client.patch(PersistentVolumeClaim, key, { type: 'merge', body });
    await test.world.advance(500);
    expect(conditionOf(await test.pod('ns/p'))).toContain('provisioning failed for PVC "c"');
    await test.world.advance(20_000);
    const asked = await test.client.get(PersistentVolumeClaim, key);
    expect(asked.metadata.annotations?.[annSelectedNode]).toBe('n1');
  });

  it('hold nothing when the pod goes while they are bound', async () => {
    const test = await cluster();
    await test.client.create(claim('made'));
    await test.setPod(pod);
    await test.settle();
    expect(test.scheduler.counts.binding).toBe(1);
    await test.deletePod('ns/p');
    await test.settle();
    expect(test.scheduler.counts).toMatchObject({ binding: 0, assumedOrBound: 0, inFlight: 0 });
  });

  it('fail the attempt by the name of the plugin when nobody binds them in time', async () => {
    const test = await cluster();
    await test.client.create(claim('made'));
    await test.setPod(pod);
    await test.settle();
    await test.world.advance(600_500);
    expect(conditionOf(await test.pod('ns/p'))).toContain('running PreBind plugin "VolumeBinding"');
  });
});

const conditionOf = (found: Pod | undefined) =>
  found?.status?.conditions?.find(({ type }) => type === 'PodScheduled')?.message ?? '';
