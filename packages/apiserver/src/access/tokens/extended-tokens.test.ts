/** Tokens that pods are given live on past their time, which is noted; others do not, and none longer than it may. */
import { generateKeyPairSync } from 'node:crypto';
import { expect, it } from '@jest/globals';
import type { Pod, ServiceAccount } from '@pintle/api/core/v1';
import { virtualWorld } from '@pintle/machinery';
import type { AuditEvent } from '../../audit/audit.js';
import { ask } from '../../http/asking.fixture.js';
import { tokenKeys } from '../../nodejs/token-keys.js';
import { createApiServer } from '../../server.js';
import { unverifiedClaims } from './json-web-token.js';
import { type ServiceAccountTokenOptions, serviceAccountTokens } from './service-account-tokens.js';

const keys = tokenKeys(
  generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'sec1', format: 'pem' }) as string,
);
const bound = { boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name: 'a' } };
const yearSeconds = 365 * 86_400;

async function place(more: Partial<ServiceAccountTokenOptions> = {}) {
  const world = virtualWorld();
  const events: AuditEvent[] = [];
  const api = await createApiServer({
    world,
    tokens: await serviceAccountTokens({
      world,
      issuer: 'https://here',
      audiences: ['here', 'there'],
      ...keys,
      ...more,
    }),
    audit: { policy: { rules: [{ level: 'Metadata' }] }, sink: (event) => void events.push(event) },
  });
  const client = api.client();
  const metadata = { namespace: 'default' };
  await client.create<ServiceAccount>({
    ...{ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'robot', ...metadata } },
  });
  await client.create<Pod>({
    ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a', ...metadata } },
    spec: { serviceAccountName: 'robot', containers: [{ name: 'a', image: 'b' }] },
  });
  return {
    ...{ api, world, events },
    async issued(spec: object) {
      const { json, headers } = await ask(api.handle, 'POST /api/v1/namespaces/default/serviceaccounts/robot/token', {
        body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec },
      });
      const { token, expirationTimestamp } = json.status as { token: string; expirationTimestamp: string };
      const {
        iat,
        exp,
        'kubernetes.io': own,
      } = unverifiedClaims(token) as Record<string, number> & {
        'kubernetes.io': { warnafter?: number };
      };
      return {
        token,
        warning: headers['warning'],
        told: Date.parse(expirationTimestamp) / 1000 - iat!,
        lives: exp! - iat!,
        warnsAfter: own.warnafter === undefined ? undefined : own.warnafter - iat!,
      };
    },
    show: (token: string) => ask(api.handle, 'GET /api/v1/nodes', { headers: { authorization: `Bearer ${token}` } }),
    async counts() {
      const text = await api.metricsRegistry.text();
      return ['valid', 'stale'].map((name) => Number(text.match(`serviceaccount_${name}_tokens_total (\\d+)`)?.[1]));
    },
  };
}

it('what a pod is given by itself counts for a year, and is noted once its time is over', async () => {
  const here = await place();
  const { token, ...said } = await here.issued({ ...bound, expirationSeconds: 3607 });
  expect(said).toEqual({ told: 3607, lives: yearSeconds, warnsAfter: 3607, warning: undefined });
  const codeNow = async () => (await here.show(token)).status;
  expect(await codeNow()).toBe(200);
  await here.world.advance({ seconds: 3700 });
  expect(await codeNow()).toBe(200);
  expect(here.events.at(-1)?.annotations).toMatchObject({
    'authentication.k8s.io/stale-token':
      'subject: system:serviceaccount:default:robot, seconds after warning threshold: 93',
  });
  expect(await here.counts()).toEqual([1, 1]);
  await here.world.advance({ days: 366 });
  expect(await codeNow()).toBe(401);
  await here.api.stop();
});

it.each<readonly [string, object, Partial<ServiceAccountTokenOptions>]>([
  ['of another time', { ...bound, expirationSeconds: 3600 }, {}],
  ['bound to nothing', { expirationSeconds: 3607 }, {}],
  ['for somebody else', { ...bound, expirationSeconds: 3607, audiences: ['here', 'elsewhere'] }, {}],
  ['where none lives on', { ...bound, expirationSeconds: 3607 }, { extendsExpiration: false }],
])('one %s ends at its time', async (_which, spec, options) => {
  const here = await place(options);
  const { expirationSeconds: seconds } = spec as { expirationSeconds: number };
  const { told, lives, warnsAfter } = await here.issued(spec);
  expect({ told, lives, warnsAfter }).toEqual({ told: seconds, lives: seconds, warnsAfter: undefined });
  await here.api.stop();
});

it('one that is asked for longer than any may live is cut short, and its client is warned', async () => {
  const here = await place({ maxExpirationSeconds: 7200 });
  expect(await here.issued({ expirationSeconds: 86_400 })).toMatchObject({
    ...{ told: 7200, lives: 7200 },
    warning: ['299 - "requested expiration of 86400 seconds shortened to 7200 seconds"'],
  });
  await here.api.stop();
});
