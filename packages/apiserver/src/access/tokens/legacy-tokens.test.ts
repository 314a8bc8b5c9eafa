/** Tokens that live in Secrets, at work: what is noted, counted and told of their use. */
import { generateKeyPairSync } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { ConfigMap, Secret, ServiceAccount } from '@pintle/api/core/v1';
import { formatTime, type VirtualWorld, virtualWorld } from '@pintle/machinery';
import type { AuditEvent } from '../../audit/audit.js';
import { ask } from '../../http/asking.fixture.js';
import { tokenKeys } from '../../nodejs/token-keys.js';
import { type ApiServer, createApiServer } from '../../server.js';
import { signingKey } from './json-web-token.js';
import { serviceAccountTokens } from './service-account-tokens.js';

const lastUsed = 'kubernetes.io/legacy-token-last-used';
const dayMs = 86_400_000;
const keys = tokenKeys(
  generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'sec1', format: 'pem' }) as string,
);

interface Place {
  readonly api: ApiServer;
  readonly world: VirtualWorld;
  readonly events: AuditEvent[];
  /** Shows the token, and gives back the answer with what was recorded of it. */
  show(token: string): ReturnType<typeof ask>;
  labels(name: string): Promise<Readonly<Record<string, string>>>;
  counts(): Promise<Readonly<Record<string, number>>>;
}

async function place(): Promise<Place> {
  const world = virtualWorld();
  const events: AuditEvent[] = [];
  const api = await createApiServer({
    world,
    tokens: await serviceAccountTokens({ world, issuer: 'https://here', ...keys }),
    audit: { policy: { rules: [{ level: 'Metadata' }] }, sink: (event) => void events.push(event) },
  });
  const { client } = { client: api.client() };
  await client.create<ServiceAccount>({
    ...{ apiVersion: 'v1', kind: 'ServiceAccount' },
    metadata: { name: 'robot', namespace: 'default' },
  });
  return {
    ...{ api, world, events },
    show: (token) => ask(api.handle, 'GET /api/v1/nodes', { headers: { authorization: `Bearer ${token}` } }),
    labels: async (name) => (await client.get(Secret, { name, namespace: 'default' })).metadata.labels ?? {},
    async counts() {
      const lines = (await api.metricsRegistry.text()).split('\n').filter((line) => line.startsWith('serviceaccount_'));
      return Object.fromEntries(
        lines.map((line) => line.split(' ')).map(([name = '', value]) => [name.slice(15, -6), Number(value)]),
      );
    },
  };
}

/** As kube-controller-manager makes them: the Secret holds a token that says nothing of issuers and audiences. */
async function oldToken({ api }: Place, name: string): Promise<string> {
  const client = api.client();
  const account = await client.get(ServiceAccount, { name: 'robot', namespace: 'default' });
  const key = await signingKey(keys.privateKeyPem, keys.publicKeyPem);
  const claim = 'kubernetes.io/serviceaccount';
  const token = await key.sign({
    ...{ iss: claim.replace('.io', ''), sub: 'system:serviceaccount:default:robot' },
    ...{ [`${claim}/namespace`]: 'default', [`${claim}/secret.name`]: name },
    ...{ [`${claim}/service-account.name`]: 'robot', [`${claim}/service-account.uid`]: account.metadata.uid },
  });
  await client.create<Secret>({
    ...{ apiVersion: 'v1', kind: 'Secret', type: 'kubernetes.io/service-account-token' },
    metadata: { name, namespace: 'default', annotations: { 'kubernetes.io/service-account.name': 'robot' } },
    data: { token: btoa(token) },
  });
  return token;
}

it('the day of the last use is noted at the Secret, once a day', async () => {
  const here = await place();
  const token = await oldToken(here, 's');
  const today = formatTime(here.world.clock.now()).slice(0, 10);
  expect((await here.show(token)).status).toBe(200);
  expect(await here.labels('s')).toEqual({ [lastUsed]: today });
  const { metadata } = await here.api.client().get(Secret, { name: 's', namespace: 'default' });
  await here.world.advance(60_000);
  await here.show(token);
  const again = await here.api.client().get(Secret, { name: 's', namespace: 'default' });
  expect(again.metadata.resourceVersion).toBe(metadata.resourceVersion);
  await here.world.advance(dayMs);
  await here.show(token);
  expect(await here.labels('s')).toEqual({ [lastUsed]: formatTime(here.world.clock.now()).slice(0, 10) });
});

it('one that somebody made is told of to who records, and counted', async () => {
  const here = await place();
  const { headers } = await here.show(await oldToken(here, 's'));
  expect(headers['warning']).toBeUndefined();
  expect(here.events.at(-1)?.annotations).toMatchObject({
    'authentication.k8s.io/legacy-token': 'system:serviceaccount:default:robot',
    'authentication.k8s.io/legacy-token-manual-secret': 's',
  });
  expect(await here.counts()).toMatchObject({
    legacy_tokens: 1,
    legacy_manual_token_uses: 1,
    legacy_auto_token_uses: 0,
  });
});

it('of one that was made for the account by itself the client is warned', async () => {
  const here = await place();
  const token = await oldToken(here, 's');
  const secrets = [{ name: 's' }];
  await here.api
    .client()
    .patch(ServiceAccount, { name: 'robot', namespace: 'default' }, { type: 'merge', body: { secrets } });
  const { headers } = await here.show(token);
  expect(String(headers['warning'])).toContain('instead of auto-generated secret-based tokens.');
  expect(here.events.at(-1)?.annotations).toMatchObject({
    'authentication.k8s.io/legacy-token-autogenerated-secret': 's',
  });
  expect(await here.counts()).toMatchObject({ legacy_manual_token_uses: 0, legacy_auto_token_uses: 1 });
});

it('one that is labelled as such does not count, which is recorded; its use is noted all the same', async () => {
  const here = await place();
  const token = await oldToken(here, 's');
  const labels = { 'kubernetes.io/legacy-token-invalid-since': '2024-01-01' };
  await here.api
    .client()
    .patch(Secret, { name: 's', namespace: 'default' }, { type: 'merge', body: { metadata: { labels } } });
  expect((await here.show(token)).status).toBe(401);
  expect(here.events.at(-1)?.annotations).toMatchObject({
    'authentication.k8s.io/legacy-token-invalidated': 's/default',
  });
  expect(await here.labels('s')).toHaveProperty([lastUsed]);
  expect(await here.counts()).toMatchObject({ legacy_tokens: 0, invalid_legacy_auto_token_uses: 1 });
});

it('one that was asked for and lives in its Secret is one of these; one that does not is none', async () => {
  const here = await place();
  const client = here.api.client();
  const key = { name: 'robot', namespace: 'default' };
  const secret = await client.create<Secret>({
    ...{ apiVersion: 'v1', kind: 'Secret', type: 'kubernetes.io/service-account-token' },
    metadata: { name: 's', namespace: 'default', annotations: { 'kubernetes.io/service-account.name': 'robot' } },
  });
  const request = async (more: object = {}) => {
    const body = {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: { expirationSeconds: 86_400, ...more },
    };
    const answer = await client.createSubresource<{ status: { token: string } }>(
      ServiceAccount,
      key,
      'token',
      body as never,
    );
    return answer.status.token;
  };
  const bound = await request({
    boundObjectRef: { kind: 'Secret', apiVersion: 'v1', name: 's', uid: secret.metadata.uid },
  });
  await here.show(bound);
  expect(await here.labels('s')).toEqual({});
  await client.patch(
    Secret,
    { name: 's', namespace: 'default' },
    { type: 'merge', body: { data: { token: btoa(bound) } } },
  );
  await here.world.advance(60_000);
  await here.show(bound);
  await here.show(await request());
  expect(await here.labels('s')).toHaveProperty([lastUsed]);
  expect(await here.counts()).toMatchObject({ legacy_tokens: 1, valid_tokens: 0 });
});

it('since when that is so is told again where it was removed, and mended where it is none', async () => {
  const { api, world } = await place();
  const client = api.client();
  const key = { name: 'kube-apiserver-legacy-service-account-token-tracking', namespace: 'kube-system' };
  const since = async () => (await client.get(ConfigMap, key)).data?.['since'];
  const first = await since();
  expect(first).toBe(formatTime(world.clock.now()).slice(0, 10));
  await client.patch(ConfigMap, key, { type: 'merge', body: { data: { since: '2024-02-31' } } });
  await world.advance(1_000);
  expect(await since()).toBe(first);
  await client.patch(ConfigMap, key, { type: 'merge', body: { data: { since: '2024-02-03' } } });
  await world.advance(1_000);
  expect(await since()).toBe('2024-02-03');
  await client.delete(ConfigMap, key);
  await world.advance(60_000);
  await expect(since()).rejects.toMatchObject({ code: 404 });
  await world.advance(30 * 60_000);
  expect(await since()).toBe(formatTime(world.clock.now()).slice(0, 10));
});
