import { describe, expect, it } from '@jest/globals';
import { ConfigMap, type Pod, Secret, type ServiceAccount } from '@pintle/api/core/v1';
import { testCluster } from '@pintle/testing';
import { isTrackedLongEnough, legacyTokenCleanerController, planCleaning } from './cleaner.js';

const dayMs = 86_400_000;
const nowMs = Date.parse('2025-12-31T12:00:00Z');
const [used, invalid] = ['kubernetes.io/legacy-token-last-used', 'kubernetes.io/legacy-token-invalid-since'];
const secret = (creationTimestamp: string, labels: object = {}, more: object = {}) =>
  ({ metadata: { creationTimestamp, labels, ...more } }) as unknown as Secret;

describe('what becomes of a Secret', () => {
  it.each([
    ['new', secret('2025-12-01T00:00:00Z'), 'keep'],
    ['old, and never used', secret('2024-01-01T00:00:00Z'), 'invalidate'],
    ['old, and used of late', secret('2020-01-01T00:00:00Z', { [used]: '2025-12-01' }), 'keep'],
    ['old, and used a year ago today', secret('2020-01-01T00:00:00Z', { [used]: '2024-12-31' }), 'keep'],
    ['old, and used long ago', secret('2020-01-01T00:00:00Z', { [used]: '2024-12-01' }), 'invalidate'],
    ['old, and used on a day that is none', secret('2020-01-01T00:00:00Z', { [used]: '2024-02-30' }), 'keep'],
    ['invalid for a while', secret('2020-01-01T00:00:00Z', { [invalid]: '2025-06-01' }), 'keep'],
    ['invalid for long', secret('2020-01-01T00:00:00Z', { [invalid]: '2024-06-01' }), 'delete'],
    ['invalid for long, and new', secret('2025-12-01T00:00:00Z', { [invalid]: '2024-06-01' }), 'keep'],
    [
      'invalid for long, and used of late',
      secret('2020-01-01T00:00:00Z', { [invalid]: '2024-06-01', [used]: '2025-12-01' }),
      'keep',
    ],
    ['invalid since a day that is none', secret('2020-01-01T00:00:00Z', { [invalid]: 'yesterday' }), 'invalidate'],
    ['that goes', secret('2020-01-01T00:00:00Z', {}, { deletionTimestamp: '2025-12-31T00:00:00Z' }), 'keep'],
  ])('%s', (_name, given, expected) => {
    expect(planCleaning(given, nowMs, 365 * dayMs)).toBe(expected);
  });
});

it.each([
  ['2024-12-29', true],
  ['2024-12-30', true],
  ['2024-12-31', false],
  ['2024-13-01', false],
  [undefined, false],
])('the use of tokens is noted for long enough since %s: %s', (since, expected) => {
  expect(isTrackedLongEnough(since, nowMs, 365 * dayMs)).toBe(expected);
});

it('in a cluster one that nobody uses is labelled after its time and goes after as long again, unless a pod mounts it', async () => {
  const cluster = await testCluster({
    nodes: 0,
    builtinControllers: [],
    controllers: [legacyTokenCleanerController({ periodMs: dayMs })],
  });
  const { client } = cluster;
  const place = { namespace: 'default' };
  const named = (name: string) => client.get(Secret, { name, ...place });
  await client.create<ServiceAccount>({
    ...{ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'robot', ...place } },
    secrets: [{ name: 'unused' }, { name: 'mounted' }],
  });
  for (const name of ['unused', 'mounted', 'by-hand'])
    await client.create<Secret>({
      ...{ apiVersion: 'v1', kind: 'Secret', type: 'kubernetes.io/service-account-token' },
      metadata: { name, ...place, annotations: { 'kubernetes.io/service-account.name': 'robot' } },
    });
  await client.create<Pod>({
    ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', ...place } },
    spec: { containers: [{ name: 'c', image: 'i' }], volumes: [{ name: 'v', secret: { secretName: 'mounted' } }] },
  });
  await cluster.advance({ hours: 23 });
  expect((await named('unused')).metadata.labels).toBeUndefined();
  await cluster.advance({ hours: 2 * 24 });
  expect((await named('unused')).metadata.labels).toHaveProperty([invalid]);
  expect((await named('mounted')).metadata.labels).toBeUndefined();
  await cluster.advance({ hours: 2 * 24 });
  await expect(named('unused')).rejects.toMatchObject({ code: 404 });
  expect((await named('mounted')).metadata.labels).toBeUndefined();
  expect((await named('by-hand')).metadata.labels).toBeUndefined();
  const tracking = { name: 'kube-apiserver-legacy-service-account-token-tracking', namespace: 'kube-system' };
  expect((await client.get(ConfigMap, tracking)).data?.['since']).toBeDefined();
  await cluster.stop();
});
