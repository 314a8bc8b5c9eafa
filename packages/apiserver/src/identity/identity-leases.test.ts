/** Identities of API servers: what they are called, and how they come and go, on virtual time. */
import { describe, expect, it } from '@jest/globals';
import { Lease } from '@pintle/api/coordination/v1';
import { parseTime, type VirtualWorld, virtualWorld } from '@pintle/machinery';
import { memoryStore } from '@pintle/store';
import { ask } from '../http/asking.fixture.js';
import { type ApiServer, createApiServer } from '../server.js';
import type { StoredObject } from '../storage/stored-object.js';
import { isExpired, serverId } from './identity-lease.js';

const hourMs = 3_600_000;
const namespace = 'kube-system';
const label = 'apiserver.kubernetes.io/identity';
/** By Go's own base32 and SHA-256 of both names with their lengths. */
const id = 'apiserver-6vzvajxlkf7lcarzgdc4jnyaru';

async function server(world: VirtualWorld, options: Parameters<typeof createApiServer>[0] = {}): Promise<ApiServer> {
  const api = await createApiServer({ world, identity: { hostname: 'control-plane' }, ...options });
  await world.settle();
  return api;
}
const leasesOf = async (api: ApiServer) => (await api.client().list(Lease, { namespace })) as readonly Lease[];
const namesOf = async (api: ApiServer) => (await leasesOf(api)).map(({ metadata }) => metadata.name);
const lease = (name: string, labels: Record<string, string>, spec: Lease['spec']): Lease => ({
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata: { name, namespace, labels },
  spec,
});

it('an API server is called by a hash of its host', () => {
  expect([serverId('control-plane'), serverId('a')]).toEqual([id, 'apiserver-2tpgmlbwcz6wvzejdfn7mej2p4']);
});

it.each<readonly [string, Lease['spec'], boolean]>([
  ['that was renewed lately', { renewTime: '2026-01-01T00:00:01.000000Z', leaseDurationSeconds: 3600 }, false],
  ['whose time is over', { renewTime: '2026-01-01T00:00:00.000000Z', leaseDurationSeconds: 3599 }, true],
  ['that was never renewed', { leaseDurationSeconds: 3600 }, true],
  ['that says not for how long', { renewTime: '2026-01-01T00:59:00.000000Z' }, true],
])('a Lease %s: expired %s', (_what, spec, expired) => {
  expect(isExpired(lease('l', {}, spec), Date.parse('2026-01-01T01:00:00Z'))).toBe(expired);
});

describe('an API server with an identity', () => {
  it('has a Lease of an hour, and renews it every ten seconds', async () => {
    const world = virtualWorld();
    // It is read after the server's end, too.
    const backend = memoryStore<StoredObject>({ world });
    const api = await server(world, { backend });
    const [first] = await leasesOf(api);
    expect(first).toMatchObject({
      metadata: {
        name: id,
        labels: { [label]: 'kube-apiserver', 'kubernetes.io/hostname': 'control-plane' },
        managedFields: [{ manager: 'kube-apiserver', operation: 'Update' }],
      },
      spec: { holderIdentity: expect.stringMatching(new RegExp(`^${id}_[0-9a-f-]{36}$`)), leaseDurationSeconds: 3600 },
    });
    const writes = async () => (await leasesOf(api))[0]!;
    const renewedMs = parseTime(first!.spec!.renewTime!)!;
    await world.advance(9_900);
    expect((await writes()).metadata.resourceVersion).toBe(first!.metadata.resourceVersion);
    await world.advance(600);
    const laterMs = parseTime((await writes()).spec!.renewTime!)! - renewedMs;
    expect(laterMs).toBeGreaterThanOrEqual(10_000);
    expect(laterMs).toBeLessThanOrEqual(10_400);
    await api.stop();
    const last = await writes();
    await world.advance(60_000);
    expect(await writes()).toEqual(last);
  });

  it('makes it anew where it was removed, and goes on where another wrote', async () => {
    const world = virtualWorld();
    const api = await server(world);
    const client = api.client();
    await client.delete(Lease, { name: id, namespace });
    await world.advance(11_000);
    expect(await namesOf(api)).toEqual([id]);
    await client.patch(Lease, { name: id, namespace }, { type: 'merge', body: { metadata: { labels: { a: 'b' } } } });
    const before = (await leasesOf(api))[0]!;
    await world.advance(11_000);
    const [after] = await leasesOf(api);
    expect(after?.metadata.labels).toMatchObject({ a: 'b', [label]: 'kube-apiserver' });
    expect(after?.spec?.renewTime).not.toBe(before.spec?.renewTime);
    await api.stop();
  });

  it('keeps its holder when it is started again, and removes those of servers that are gone', async () => {
    const world = virtualWorld();
    const backend = memoryStore<StoredObject>({ world });
    const first = await server(world, { backend });
    const [own] = await leasesOf(first);
    await first.stop();
    await world.advance(2 * hourMs);
    const ours = { [label]: 'kube-apiserver' };
    const plain = await server(world, { backend, identity: undefined });
    await plain.client().create(lease('gone', ours, own!.spec));
    await plain.client().create(lease('of-somebody', {}, own!.spec));
    await plain.stop();
    const second = await server(world, { backend });
    expect(await namesOf(second)).toEqual([id, 'of-somebody']);
    expect((await leasesOf(second))[0]?.spec?.holderIdentity).toBe(own?.spec?.holderIdentity);
    await second.client().create(lease('other', ours, { ...own!.spec, renewTime: '2000-01-01T00:00:00.000000Z' }));
    await world.advance(hourMs - 60_000);
    expect(await namesOf(second)).toContain('other');
    await world.advance(61_000);
    expect(await namesOf(second)).toEqual([id, 'of-somebody']);
    await second.stop();
  });

  it('says so where its health is asked for, and others have none', async () => {
    const world = virtualWorld();
    const healthOf = async (api: ApiServer) => (await ask(api.handle, 'GET /readyz?verbose')).text;
    const [api, plain] = [await server(world), await server(world, { identity: undefined })];
    const line = '[+]poststarthook/start-kube-apiserver-identity-lease-controller ok';
    expect(await healthOf(api)).toContain(line);
    expect(await healthOf(plain)).not.toContain(line);
    expect(await namesOf(plain)).toEqual([]);
    await api.stop();
    await plain.stop();
  });
});
