import { describe, expect, it } from '@jest/globals';
import { Event, Pod, type ResourceQuota } from '@pintle/api/core/v1';
import { ResourceClaim, ResourceClaimTemplate } from '@pintle/api/resource/v1beta1';
import { testCluster } from '@pintle/testing';
import { type ClaimStep, claimFromTemplate, claimMadeFor, planClaim } from './index.js';

const pod = (uid: string, phase: string, more: object = {}): Pod =>
  ({
    metadata: { name: uid, namespace: 'default', uid, ...more },
    spec: { nodeName: 'n1' },
    status: { phase },
  }) as unknown as Pod;
const claim = (status: object, more: object = {}): ResourceClaim =>
  ({ metadata: { name: 'c', namespace: 'default', uid: 'c', ...more }, spec: {}, status }) as unknown as ResourceClaim;
const reservedFor = (...uids: readonly string[]) => ({
  reservedFor: uids.map((uid) => ({ resource: 'pods', name: uid, uid })),
});
const allocation = { allocation: { devices: {} } };
const ownedBy = (name: string, uid = name) => ({
  ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name, uid, controller: true }],
});
const deleted = { deletionTimestamp: '2025-01-01T00:00:00Z', finalizers: ['resource.kubernetes.io/delete-protection'] };
const held = { finalizers: deleted.finalizers };
const pods = [
  pod('runs', 'Running'),
  pod('ended', 'Succeeded'),
  { ...pod('unplaced', 'Pending', { deletionTimestamp: deleted.deletionTimestamp }), spec: { containers: [] } },
];
const said = (step: ClaimStep) => {
  if (step.type !== 'write') return step.type;
  const { allocation: held, reservedFor: users = [] } = step.claim.status ?? {};
  return `${held === undefined ? 'free' : 'allocated'} for ${users.map(({ uid }) => uid).join(',')}`;
};

/** Cases of upstream's `TestSyncHandler`. */
describe('planClaim', () => {
  it.each([
    ['in use', claim({ ...allocation, ...reservedFor('runs') }), 'keep'],
    ['its user is gone', claim({ ...allocation, ...reservedFor('gone') }, held), 'free for '],
    [
      'its user is gone, and it was allocated by nobody known',
      claim({ ...allocation, ...reservedFor('gone') }),
      'allocated for ',
    ],
    ['one of its users is gone', claim({ ...allocation, ...reservedFor('gone', 'runs') }, held), 'allocated for runs'],
    ['had no user yet', claim(allocation, held), 'keep'],
    ['is about to be allocated', claim({}, held), 'keep'],
    ['its user has ended', claim({ ...allocation, ...reservedFor('ended', 'runs') }), 'allocated for runs'],
    [
      'made for a pod that has ended',
      claim({ ...allocation, ...reservedFor('ended') }, { ...ownedBy('ended'), ...held }),
      'free for ',
    ],
    ['made for a pod that goes and was on no node', claim({}, ownedBy('unplaced')), 'delete'],
    ['made for a pod of this name that was another', claim({}, ownedBy('runs', 'other')), 'delete'],
    ['made for a pod that nobody knows', claim({}, ownedBy('gone')), 'keep'],
    ['made for a pod that has ended, and given back', claim({}, ownedBy('ended')), 'delete'],
    ['made for a pod that runs', claim({}, ownedBy('runs')), 'keep'],
    ['goes, and is in use', claim({ ...allocation, ...reservedFor('runs') }, deleted), 'keep'],
    ['goes, and is in use no more', claim({ ...allocation, ...reservedFor('gone') }, deleted), 'free for '],
    ['goes, and was never in use', claim(allocation, deleted), 'free for '],
    ['goes, and was given back', claim({}, deleted), 'free'],
    [
      'reserved for something else',
      claim({ reservedFor: [{ apiGroup: 'x', resource: 'jobs', name: 'j', uid: 'j' }] }),
      'keep',
    ],
  ])('%s', (_name, given, expected) => {
    expect(said(planClaim(given, (name) => pods.find(({ metadata }) => metadata.name === name)))).toBe(expected);
  });
});

describe('the claim of a template', () => {
  const named = (podName: string, claimName: string) => {
    const { metadata } = claimFromTemplate(
      { metadata: { name: podName, namespace: 'default', uid: 'u' } } as Pod,
      { name: claimName },
      { metadata: {}, spec: { spec: {} } } as unknown as ResourceClaimTemplate,
    );
    return metadata.generateName;
  };
  it.each([
    ['web', 'gpu', 'web-gpu-'],
    ['p'.repeat(40), 'c'.repeat(15), `${'p'.repeat(40)}-${'c'.repeat(15)}-`],
    ['p'.repeat(40), 'c'.repeat(16), `${'p'.repeat(39)}-${'c'.repeat(15)}`],
    ['p'.repeat(200), 'c'.repeat(20), `${'p'.repeat(51)}-${'c'.repeat(5)}`],
  ])('is named after %s and %s', (podName, claimName, expected) => expect(named(podName, claimName)).toBe(expected));

  const wanted = { name: 'device' };
  const owner = (statusName?: string) => ({
    ...pod('p', 'Running'),
    status:
      statusName === undefined ? {} : { resourceClaimStatuses: [{ name: 'device', resourceClaimName: statusName }] },
  });
  const annotated = { annotations: { 'resource.kubernetes.io/pod-claim-name': 'device' } };
  const some = [
    claim({}, { name: 'of-another', ...ownedBy('q'), ...annotated }),
    claim({}, { name: 'nameless', ...ownedBy('p') }),
    claim({}, { name: 'first', ...ownedBy('p'), ...annotated }),
    claim({}, { name: 'second', ...ownedBy('p'), ...annotated }),
  ];
  it.each([
    ['that the pod does not name', undefined, 'first'],
    ['that the pod names', 'second', 'second'],
    ['that the pod names, whatever it says of itself', 'nameless', 'nameless'],
    ['that the pod names, and does not own', 'of-another', 'first'],
    ['that the pod names, and is gone', 'gone', 'first'],
  ])('one %s is found', (_what, statusName, expected) => {
    expect(claimMadeFor(owner(statusName) as unknown as Pod, wanted, some)?.metadata.name).toBe(expected);
  });
});

describe('in a cluster that serves them', () => {
  const key = { name: 'shared', namespace: 'default' };
  const shared: ResourceClaim = {
    apiVersion: 'resource.k8s.io/v1beta1',
    kind: 'ResourceClaim',
    metadata: { ...key, ...held },
    spec: { devices: { requests: [{ name: 'gpu', deviceClassName: 'gpu' }] } },
  } as ResourceClaim;

  it('who came to a node by no scheduler is a user too, and the last one to go gives the devices back', async () => {
    const cluster = await testCluster({
      crds: [ResourceClaim, ResourceClaimTemplate],
      images: { work: { runMs: 60_000 } },
    });
    const { client } = cluster;
    const made = await client.create<ResourceClaim>(shared);
    await client.create<Pod>({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'work', namespace: 'default' },
      spec: {
        nodeName: 'node-0',
        restartPolicy: 'Never',
        containers: [{ name: 'main', image: 'work' }],
        resourceClaims: [{ name: 'device', resourceClaimName: 'shared' }],
      },
    });
    await cluster.settle();
    const allocated = { devices: { results: [{ request: 'gpu', driver: 'd', pool: 'p', device: 'g0' }] } };
    const status = { allocation: allocated };
    await client.update({ ...made, status } as ResourceClaim, { subresource: 'status' });
    await cluster.settle();
    const { uid } = (await client.get(Pod, { name: 'work' })).metadata;
    expect((await client.get(ResourceClaim, key)).status?.reservedFor).toEqual([
      { resource: 'pods', name: 'work', uid },
    ]);
    await cluster.advance({ minutes: 2 });
    const given = await client.get(ResourceClaim, key);
    expect([given.status, given.metadata.finalizers ?? []]).toEqual([{}, []]);
    await cluster.stop();
  });

  it('a pod is told why its claim is not made', async () => {
    const cluster = await testCluster({ crds: [ResourceClaim, ResourceClaimTemplate] });
    const { client } = cluster;
    const spec = {
      containers: [{ name: 'main', image: 'work' }],
      resourceClaims: [{ name: 'device', resourceClaimTemplateName: 'gpu' }],
    };
    await client.create<Pod>({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'work', namespace: 'default' }, spec });
    await cluster.settle();
    const told = async () =>
      (await client.list(Event, { namespace: 'default' }))
        .filter(({ reason }) => reason === 'FailedResourceClaimCreation')
        .map(({ message }) => message);
    expect(await told()).toEqual([
      'PodResourceClaim device: resource claim template "gpu": resourceclaimtemplate.resource.k8s.io "gpu" not found',
    ]);
    await client.create<ResourceQuota>({
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'none', namespace: 'default' },
      spec: { hard: { 'count/resourceclaims.resource.k8s.io': '0' } },
    });
    await cluster.advance({ seconds: 5 });
    await client.create<ResourceClaimTemplate>({
      apiVersion: 'resource.k8s.io/v1beta1',
      kind: 'ResourceClaimTemplate',
      metadata: { name: 'gpu', namespace: 'default' },
      spec: { spec: { devices: { requests: [{ name: 'gpu', deviceClassName: 'gpu' }] } } },
    } as ResourceClaimTemplate);
    await cluster.advance({ seconds: 5 });
    expect((await told()).at(-1)).toMatch(
      /^PodResourceClaim device: create ResourceClaim : resourceclaims.resource.k8s.io "work-device-.*exceeded quota/,
    );
    await cluster.stop();
  });

  it('a pod has a claim of each template, and it goes when the pod has ended', async () => {
    const cluster = await testCluster({
      crds: [ResourceClaim, ResourceClaimTemplate],
      images: { work: { runMs: 60_000 } },
    });
    const { client } = cluster;
    const spec = { devices: { requests: [{ name: 'gpu', deviceClassName: 'gpu' }] } };
    await client.create<ResourceClaimTemplate>({
      apiVersion: 'resource.k8s.io/v1beta1',
      kind: 'ResourceClaimTemplate',
      metadata: { name: 'gpu', namespace: 'default' },
      spec: { metadata: { labels: { tier: 'fast' } }, spec },
    } as ResourceClaimTemplate);
    await client.create<Pod>({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'work', namespace: 'default' },
      spec: {
        restartPolicy: 'Never',
        containers: [{ name: 'main', image: 'work' }],
        resourceClaims: [{ name: 'device', resourceClaimTemplateName: 'gpu' }],
      },
    });
    await cluster.settle();
    const [made] = await client.list(ResourceClaim, { namespace: 'default' });
    expect(made).toMatchObject({ metadata: { labels: { tier: 'fast' } }, spec });
    const { status, metadata } = await client.get(Pod, { name: 'work' });
    expect(status?.resourceClaimStatuses).toEqual([{ name: 'device', resourceClaimName: made!.metadata.name }]);
    expect(metadata.managedFields).toContainEqual(
      expect.objectContaining({ manager: 'ResourceClaimController', operation: 'Apply', subresource: 'status' }),
    );
    await cluster.advance({ minutes: 2 });
    expect(await client.list(ResourceClaim, { namespace: 'default' })).toHaveLength(0);
    await cluster.stop();
  });
});
