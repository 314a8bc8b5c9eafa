/** A scheduler before a real API server; the test does what the volume controllers would. Then kube-scheduler's cases. */
import { describe, expect, it } from '@jest/globals';
import { PersistentVolume, PersistentVolumeClaim, type Pod } from '@pintle/api/core/v1';
import { annBindCompleted, annSelectedNode } from '@pintle/api/volumes';
import type { KubernetesObject } from '@pintle/machinery';
import { SchedulerTestCluster } from '../runner/scheduler.fixture.js';
import { tableOf } from '../simulate/simulation.js';
import { testNode, testPod } from '../test-objects.fixture.js';
import { type ClaimWords, claims, testClaim, testClass, testCsiNode, testVolume } from '../volume-objects.fixture.js';
import { bindVolumes, isDone, type ReservedVolumes } from './bind-volumes.js';

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

describe('whether what was decided is done', () => {
  const version = (object: KubernetesObject, resourceVersion: string) => ({
    ...object,
    metadata: { ...object.metadata, resourceVersion },
  });
  const place = { place: 'here' };
  const free = testVolume('v', { class: 'local', reachedFrom: place });
  const given = testVolume('v', { class: 'local', reachedFrom: place, claim: 'c', bound: true });
  const bare = testClaim('c', { class: 'local' });
  const named = testClaim('c', { class: 'local', volume: 'v' });
  const bound = testClaim('c', { class: 'local', volume: 'v', complete: true });
  const asked = (words: ClaimWords = {}, on = 'n1') =>
    testClaim('m', { class: 'made', annotations: { [annSelectedNode]: on }, ...words });
  const done = asked({ volume: 'w', complete: true });
  const made = testVolume('w', { class: 'made', reachedFrom: place });
  const binding = { volumes: [{ volume: given, claim: bare }], claims: [] };
  const provisioning = { volumes: [], claims: [asked()] };
  const both = { ...binding, claims: [asked()] };
  const second = testVolume('w', { class: 'local', reachedFrom: place, claim: 'd', bound: true });
  const two = { volumes: [...binding.volumes, { volume: second, claim: testClaim('d') }], claims: [] };
  const elsewhere = { place: 'there' };

  it.each<[string, ReservedVolumes, readonly KubernetesObject[], boolean | string]>([
    ['nothing to do', { volumes: [], claims: [] }, [], true],
    ['bound', binding, [given, bound], true],
    ['the claim names the volume, and is not bound', binding, [given, named], false],
    ['the claim is as it was', binding, [given, bare], false],
    ['the claim is gone', binding, [given], 'failed to check pvc "default/c": it is gone'],
    ['the volume is gone', binding, [bound], 'failed to check pv "v": it is gone'],
    ['the volume was taken away', binding, [free, bound], 'ClaimRef got reset for pv "v"'],
    [
      'the volume is kept for any such claim',
      binding,
      [testVolume('v', { reachedFrom: place, claim: 'c' }), bound],
      'ClaimRef got reset for pv "v"',
    ],
    ['one of two is bound', two, [given, bound, second, testClaim('d')], false],
    ['made and bound', provisioning, [done, made], true],
    ['not made yet', provisioning, [asked()], false],
    ['the claim of what is to be made is gone', provisioning, [], 'failed to check pvc "default/m": it is gone'],
    ['the node was given up', provisioning, [testClaim('m', { class: 'made' })], 'provisioning failed for PVC "m"'],
    ['another node was chosen', provisioning, [asked({}, 'n2')], 'provisioning failed for PVC "m"'],
    ['one bound, the other not made yet', both, [given, bound, asked()], false],
    ['bound to a volume that is not seen yet', provisioning, [done], false],
    [
      'bound to a volume that the node does not reach',
      binding,
      [testVolume('v', { reachedFrom: elsewhere, claim: 'c', bound: true }), bound],
      'pv "v" node affinity doesn\'t match node "n1"',
    ],
    [
      'made where the node does not reach it',
      provisioning,
      [done, testVolume('w', { reachedFrom: elsewhere })],
      'pv "w" node affinity doesn\'t match node "n1"',
    ],
    [
      'the volume as it was before it was written',
      { volumes: [{ volume: version(given, '2') as typeof given, claim: bare }], claims: [] },
      [version(free, '1'), bare],
      false,
    ],
    [
      'the claim as it was before it was written',
      { volumes: [], claims: [version(asked(), '2') as PersistentVolumeClaim] },
      [version(testClaim('m', { class: 'made' }), '1')],
      false,
    ],
  ])('%s', (_, reserved, objects, expected) => {
    const table = tableOf([testNode('n1', { labels: place })], [], objects);
    const look = () => isDone({ reserved, nodeName: 'n1', table });
    if (typeof expected === 'string') expect(look).toThrow(expected);
    else expect(look()).toBe(expected);
  });

  it('fails where the node is gone', () => {
    expect(() => isDone({ reserved: binding, nodeName: 'n1', table: tableOf([], [], []) })).toThrow(
      'failed to get node "n1"',
    );
  });

  it.each([
    ['the zone of the volume', 'z1', 'kubernetes.io/gce-pd', false],
    ['the zone of the volume, of no CSINode', 'z1', undefined, false],
    ['the zone of the volume, not migrated', 'z1', '', false],
    ['another zone', 'z2', 'kubernetes.io/gce-pd', "node affinity doesn't match"],
  ])('of a volume that may be migrated, on a node of %s', (_, zone, migrated, expected) => {
    const labels = { 'topology.kubernetes.io/zone': zone, 'topology.gke.io/zone': zone };
    const volume = testVolume('v', {
      claim: 'c',
      bound: true,
      reachedFrom: { 'topology.kubernetes.io/zone': 'z1' },
      source: { gcePersistentDisk: { pdName: 'd' } },
    });
    const csiNode = migrated === undefined ? [] : [testCsiNode('n1', {}, migrated)];
    const table = tableOf([testNode('n1', { labels })], [], [volume, bare, ...csiNode]);
    const look = () => isDone({ reserved: { volumes: [{ volume, claim: bare }], claims: [] }, nodeName: 'n1', table });
    if (typeof expected === 'string') expect(look).toThrow(expected);
    else expect(look()).toBe(expected);
  });
});

describe('what was written meanwhile', () => {
  it('is not overwritten', async () => {
    const { client, world } = await cluster();
    const before = await client.create(volume());
    await client.patch(PersistentVolume, { name: 'v' }, { type: 'merge', body: { metadata: { labels: { a: 'b' } } } });
    const reserved = { volumes: [{ volume: before, claim: claim('local') }], claims: [] };
    const table = tableOf([testNode('n1')], [], []);
    const { signal } = new AbortController();
    const bind = bindVolumes({ reserved, nodeName: 'n1', table, client, clock: world.clock, signal });
    await expect(bind).rejects.toMatchObject({ reason: 'Conflict' });
  });
});
