import { describe, expect, it } from '@jest/globals';
import { ConfigMap, Secret } from '@pintle/api/core/v1';
import { testCluster } from '@pintle/testing';
import { signatureOf, signingToken } from './plan-bootstrap.js';

const token = (id: string, more: Readonly<Record<string, string>> = {}, name = `bootstrap-token-${id}`): Secret =>
  ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace: 'kube-system' },
    type: 'bootstrap.kubernetes.io/token',
    data: Object.fromEntries(
      Object.entries({
        'token-id': id,
        'token-secret': '0123456789abcdef',
        'usage-bootstrap-signing': 'true',
        ...more,
      }).map(([key, value]) => [key, btoa(value)]),
    ),
  }) as Secret;
const nowMs = Date.parse('2025-01-01T00:00:00Z');

describe('signingToken', () => {
  it.each([
    ['may sign', token('abc123'), true],
    ['may not sign', token('abc123', { 'usage-bootstrap-signing': 'false' }), false],
    ['has ended', token('abc123', { expiration: '2024-12-31T23:59:59Z' }), false],
    ['has not ended', token('abc123', { expiration: '2025-01-01T00:00:01Z' }), true],
    ['is called otherwise', token('abc123', {}, 'bootstrap-token-other1'), false],
    ['has an id that is none', token('ABC', {}, 'bootstrap-token-ABC'), false],
    ['has a secret that is none', token('abc123', { 'token-secret': 'short' }), false],
    ['is of another type', { ...token('abc123'), type: 'Opaque' } as Secret, false],
  ])('one that %s', (_name, secret, signs) => {
    expect(signingToken(secret, nowMs) !== undefined).toBe(signs);
  });
});

describe('signatureOf', () => {
  it('is the detached JWS that kubeadm checks', () => {
    // As another implementation of HMAC has it.
    const signed = signatureOf('Hello world!', { id: 'joshua', secret: 'my voice is my passcode' });
    expect(signed).toBe('eyJhbGciOiJIUzI1NiIsImtpZCI6Impvc2h1YSJ9..YwTzfTFuHv46XI8ZfDERX-tdrfxbV4E4yJx5JL5NQ14');
  });
});

describe('in a cluster', () => {
  it('signs the cluster’s information, and clears tokens that have ended', async () => {
    const cluster = await testCluster({ nodes: 0 });
    const { client } = cluster;
    const info = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'cluster-info', namespace: 'kube-public' },
      data: { kubeconfig: 'here' },
    };
    await client.create(info as ConfigMap);
    await client.create(token('abc123'));
    await client.create(token('def456', { expiration: '2025-01-01T01:00:00Z' }));
    await cluster.settle();
    const keys = async () =>
      Object.keys((await client.get(ConfigMap, { name: 'cluster-info', namespace: 'kube-public' })).data!).sort();
    expect(await keys()).toEqual(['jws-kubeconfig-abc123', 'jws-kubeconfig-def456', 'kubeconfig']);
    await cluster.advance({ hours: 2 });
    expect(await keys()).toEqual(['jws-kubeconfig-abc123', 'kubeconfig']);
    expect((await client.list(Secret, { namespace: 'kube-system' })).map(({ metadata }) => metadata.name)).toEqual([
      'bootstrap-token-abc123',
    ]);
    await cluster.stop();
  });
});
