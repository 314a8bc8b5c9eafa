import { describe, expect, it } from '@jest/globals';
import type { Pod } from '@pintle/api/core/v1';
import { DeviceClass, ResourceClaim, ResourceSlice } from '@pintle/api/resource/v1beta1';
import type { KubernetesObject } from '@pintle/machinery';
import { attributes, deviceClaims, testDeviceClaim, testDeviceClass, testSlice } from '../device-objects.fixture.js';
import { Action } from '../framework/cluster-event.js';
import { profile } from '../framework/profile.js';
import { ClusterObjects } from '../nodes/cluster-objects.js';
import { podInfo } from '../nodes/pod-info.js';
import { SchedulerTestCluster, type SchedulerTestOptions } from '../runner/scheduler.fixture.js';
import { schedule } from '../simulate/schedule.js';
import { testNode, testPod, times } from '../test-objects.fixture.js';
import { dynamicResources } from './dynamic-resources.js';
import { hintOf, judgeFilter } from './judge.fixture.js';
import { nodeResourcesFit } from './resources-fit.js';

const using = (...names: string[]) => testPod('p', { namespace: 'default', ...deviceClaims(...names) });
const fromTemplate = (status?: object) =>
  testPod('p', {
    namespace: 'default',
    resourceClaims: [{ name: 'c', resourceClaimTemplateName: 't' }] as never,
    ...(status && { status: { resourceClaimStatuses: [status] } as never }),
  });
const fromTwoTemplates = (status: object) => {
  const one = fromTemplate(status);
  const resourceClaims = [...one.spec!.resourceClaims!, { name: 'd', resourceClaimTemplateName: 't' }];
  return { ...one, spec: { ...one.spec!, resourceClaims } };
};
const uid = using().metadata.uid!;
const others = Array.from({ length: 256 }, (_, i) => `other-${i}`);
const refused = (reason: string) => `UnschedulableAndUnresolvable: ${reason}`;

describe('DynamicResources before the pod is queued', () => {
  const cases: readonly (readonly [string, Pod, readonly KubernetesObject[], string | undefined])[] = [
    ['no claims', using(), [], undefined],
    ['a claim', using('c'), [testDeviceClaim('c')], undefined],
    ['a claim that is missing', using('c'), [], 'could not find v1beta1.ResourceClaim "default/c"'],
    [
      'a claim that is being deleted',
      using('c'),
      [testDeviceClaim('c', [{}], { deleting: true })],
      'resourceclaim "c" is being deleted',
    ],
    ['a template, and nothing made', fromTemplate(), [], 'pod "default/p": ResourceClaim not created yet'],
    ['a template that needs no claim', fromTemplate({ name: 'c' }), [], undefined],
    [
      'a claim made for it',
      fromTemplate({ name: 'c', resourceClaimName: 'm' }),
      [testDeviceClaim('m', [{}], { owner: uid })],
      undefined,
    ],
    [
      'a claim made for another',
      fromTemplate({ name: 'c', resourceClaimName: 'm' }),
      [testDeviceClaim('m', [{}], { owner: 'x' })],
      'ResourceClaim default/m was not created for pod default/p (pod is not owner)',
    ],
  ];
  it.each(cases)('%s', (_, pod, objects, expected) => {
    const known = new ClusterObjects();
    for (const object of objects) known.set(object);
    const verdict = dynamicResources().preEnqueue(podInfo(pod), known);
    expect(verdict?.reasons[0]).toBe(expected);
    if (expected !== undefined) expect(verdict?.code).toBe('UnschedulableAndUnresolvable');
  });
});

describe('DynamicResources on a node', () => {
  const slice = testSlice('s', { a: {} }, { node: 'n' });
  const allocated = (words: Parameters<typeof testDeviceClaim>[2] = {}) =>
    testDeviceClaim('c', [{}], { given: ['driver/n/a'], ...words });
  const cases: readonly (readonly [string, readonly KubernetesObject[], string, string?])[] = [
    ['devices are free', [testDeviceClaim('c'), slice], 'ok'],
    [
      'devices are elsewhere',
      [testDeviceClaim('c'), testSlice('s', { a: {} }, { node: 'm' })],
      refused('cannot allocate all claims'),
    ],
    ['it has its devices', [allocated()], 'ok'],
    ['it has its devices here', [allocated({ at: { place: 'here' } })], 'ok'],
    [
      'it has its devices elsewhere',
      [allocated({ at: { place: 'there' } })],
      refused('resourceclaim not available on the node'),
    ],
    ['others use it', [allocated({ reservedFor: ['x'] })], 'ok'],
    ['as many use it as may', [allocated({ reservedFor: others })], 'ok', refused('resourceclaim in use')],
    ['as many use it as may, and the pod', [allocated({ reservedFor: [...others, uid] })], 'ok'],
    [
      'a class is missing',
      [testDeviceClaim('c', [{ deviceClassName: 'gone' }])],
      'ok',
      refused('request r0: device class gone does not exist'),
    ],
    [
      'a class of the list is missing',
      [testDeviceClaim('c', [{ first: [{ name: 'x', deviceClassName: 'gone' }] }])],
      'ok',
      refused('request r0/x: device class gone does not exist'),
    ],
    [
      'it asks for nothing that is known',
      [testDeviceClaim('c', [{ deviceClassName: '' }])],
      'ok',
      'Error: request r0: unsupported request type',
    ],
  ];
  it.each(cases.map((each) => [each[0], each] as const))('%s', (_, [, objects, expected, before]) => {
    const nodes = [testNode('n', { labels: { place: 'here' } })];
    const judged = judgeFilter(dynamicResources(), using('c'), nodes, [], [testDeviceClass('class'), ...objects]);
    const said = judged.preFilter && `${judged.preFilter.code}: ${judged.preFilter.reasons}`;
    expect(said).toBe(before);
    if (before === undefined) expect([judged.single, judged.batched]).toEqual([[expected], [expected]]);
  });
});

describe('devices that are promised', () => {
  const policy = profile({ plugins: [nodeResourcesFit(), dynamicResources()] });
  const nodes = ['m', 'n'].map((name) => testNode(name));
  const slices = nodes.map(({ metadata }) => testSlice(metadata.name!, { a: {} }, { node: metadata.name! }));
  const podOf = (name: string, claim: string) => testPod(name, { namespace: 'default', ...deviceClaims(claim) });

  it('are not given to a second claim', () => {
    const pods = ['p', 'q', 'r'].map((name) => podOf(name, name));
    const claims = ['p', 'q', 'r'].map((name) => testDeviceClaim(name));
    const result = schedule({ policy, nodes, pods, objects: [testDeviceClass('class'), ...slices, ...claims] });
    expect(new Set(result.placements.values())).toEqual(new Set(['m', 'n']));
    expect([...result.unschedulable.values()][0]?.message).toContain('2 cannot allocate all claims');
  });

  it('keep a second pod of the claim waiting until they are written', () => {
    const pods = ['p', 'q'].map((name) => podOf(name, 'c'));
    const objects = [testDeviceClass('class'), ...slices, testDeviceClaim('c')];
    const result = schedule({ policy, nodes, pods, objects });
    expect(result.placements.size).toBe(1);
    expect([...result.unschedulable.values()][0]?.message).toContain('in the process of being allocated');
  });
});

describe('which events may help DynamicResources', () => {
  const waits = testDeviceClaim('c');
  const has = testDeviceClaim('c', [{}], { given: ['driver/n/a'] });
  const other = (words = {}) => testDeviceClaim('d', [{}], words);
  it.each([
    ['its claim comes', using('c'), undefined, waits, 'Queue'],
    ['another claim comes', using('c'), undefined, other(), 'Skip'],
    ['another gives its devices back', using('c'), other({ given: ['driver/n/a'] }), other(), 'Queue'],
    ['another gets devices', using('c'), other(), other({ given: ['driver/n/a'] }), 'Skip'],
    ['its claim gets devices', using('c'), waits, has, 'Queue'],
    ['its claim changes, and its status not', using('c'), waits, { ...waits }, 'Skip'],
    ['its claim comes, and another is missing', using('c', 'gone'), undefined, waits, 'Skip'],
    ['its claim is given a finalizer', using('c'), waits, testDeviceClaim('c', [{}], { finalizers: ['f'] }), 'Skip'],
    [
      'a claim comes that was made for another',
      fromTemplate(),
      undefined,
      testDeviceClaim('m', [{}], { owner: 'x' }),
      'Skip',
    ],
  ] as const)('%s', (_, pod, before, after, expected) => {
    expect(hintOf(dynamicResources(), 'ResourceClaim', [waits, other()])(pod, before, after)).toBe(expected);
  });

  it.each([
    ['a claim is made for it', fromTemplate({ name: 'c', resourceClaimName: 'm' }), 'Queue'],
    ['a claim is still to be made', fromTemplate(), 'Skip'],
    ['another pod changes', testPod('q'), 'Skip'],
    ['a claim is made for it, and not seen', fromTemplate({ name: 'c', resourceClaimName: 'late' }), 'Skip'],
    ['one of two claims is made for it', fromTwoTemplates({ name: 'c', resourceClaimName: 'm' }), 'Skip'],
  ])('%s', (_, after, expected) => {
    const made = testDeviceClaim('m', [{}], { owner: uid });
    expect(hintOf(dynamicResources(), 'TargetPod', [made])(fromTemplate(), fromTemplate(), after)).toBe(expected);
  });

  it('are no deletions, as what is deleted gave its devices back before', () => {
    for (const { action } of dynamicResources().eventsToRegister()) expect(action & Action.Delete).toBe(0);
  });
});

describe('in a cluster', () => {
  const key = { namespace: 'ns', name: 'c' };
  const pod = testPod('p', { namespace: 'ns', ...deviceClaims('c') });
  const claim = (given: Parameters<typeof testDeviceClaim>[2] = {}) =>
    testDeviceClaim('c', [{ selector: 'device.attributes["driver"].size == 2' }], { namespace: 'ns', ...given });

  async function cluster(options: SchedulerTestOptions = {}) {
    const kinds = [DeviceClass, ResourceClaim, ResourceSlice];
    const test = await SchedulerTestCluster.start({ kinds, plugins: [dynamicResources()], ...options });
    for (const name of ['m', 'n']) await test.setNode(testNode(name));
    await test.client.create(testDeviceClass('class'));
    const devices = { a: attributes({ size: 1 }), b: attributes({ size: 2 }) };
    await test.client.create(testSlice('s', devices, { node: 'n' }));
    return test;
  }

  it('a claim is given its devices and reserved before the pod is bound', async () => {
    const test = await cluster();
    await test.client.create(claim());
    await test.setPod(pod);
    await test.settle();
    expect(await test.nodeOf('ns/p')).toBe('n');
    const { metadata, status } = await test.client.get(ResourceClaim, key);
    expect(metadata.finalizers).toEqual(['resource.kubernetes.io/delete-protection']);
    expect(status?.allocation?.devices?.results).toEqual([{ request: 'r0', driver: 'driver', pool: 'n', device: 'b' }]);
    expect(status?.reservedFor).toMatchObject([{ resource: 'pods', name: 'p' }]);
  });

  it('a pod waits outside the queue for its claim', async () => {
    const test = await cluster();
    await test.setPod(pod);
    await test.settle();
    expect(test.scheduler.counts.gated).toBe(1);
    await test.client.create(claim());
    await test.settle();
    expect(await test.nodeOf('ns/p')).toBe('n');
  });

  it('devices that are where the pod cannot go are given back for others', async () => {
    const test = await cluster();
    await test.client.create(testSlice('t', { b: attributes({ size: 2 }) }, { node: 'm', driver: 'driver' }));
    const made = await test.client.create(claim());
    const { status } = claim({ given: ['driver/n/b'], at: { 'no.such/label': 'x' } });
    await test.client.update({ ...made, status } as ResourceClaim, { subresource: 'status' });
    await test.setPod(pod);
    await test.world.advance(15_000);
    expect(['m', 'n']).toContain(await test.nodeOf('ns/p'));
  });

  it.each(times(8, (seed) => seed))('no device is given twice where answers are lost, seed %d', async (seed) => {
    const faults = { conflict: 0.2, lostAnswer: 0.3, lostRequest: 0.2, delayMaxMs: 300 };
    const test = await cluster({ faults, faulty: 'status', seed });
    const names = ['x', 'y', 'z'];
    for (const name of names) {
      await test.client.create(testDeviceClaim(name, [{}], { namespace: 'ns' }));
      await test.setPod(testPod(name, { namespace: 'ns', ...deviceClaims(name) }));
    }
    await test.world.advance(300_000);
    const claims = await test.client.list(ResourceClaim);
    const given = claims.flatMap(
      ({ status }) => status?.allocation?.devices?.results?.map(({ device }) => device) ?? [],
    );
    expect(given.sort()).toEqual(['a', 'b']);
    const bound = (await test.pods()).flatMap(({ metadata, spec }) => (spec?.nodeName ? [metadata.name] : []));
    const reserved = claims.flatMap(({ status }) => status?.reservedFor?.map(({ name }) => name) ?? []);
    expect(reserved).toEqual(bound);
    expect(bound).toHaveLength(2);
    await test.stop();
  });
});
