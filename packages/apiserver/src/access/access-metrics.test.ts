/** What `/metrics` tells of who asks and whether they may. */
import { describe, expect, it } from '@jest/globals';
import { createMetrics, virtualWorld } from '@pintle/machinery';
import { ask } from '../http/asking.fixture.js';
import { createApiServer } from '../server.js';
import type { ApiServerOptions } from '../server-options.js';
import { tokenCacheTimes } from './access-metrics.js';
import { staticTokens } from './authenticators.js';
import { cachedTokens } from './tokens/cached-tokens.js';

const users = [
  { token: 'admin', user: { name: 'admin', groups: ['system:masters'] } },
  { token: 'mail', user: { name: 'ann@example.com', groups: [] } },
  { token: 'bob', user: { name: 'bob', groups: [] } },
];
const as = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

async function server(options: Partial<ApiServerOptions> = {}) {
  const api = await createApiServer({
    world: virtualWorld(),
    authorizer: 'rbac',
    tokenAuthenticators: [staticTokens(users)],
    ...options,
  });
  const series = async (pattern: RegExp) =>
    (await api.metricsRegistry.text()).split('\n').filter((line) => pattern.test(line));
  return { api, series };
}

describe('who asks', () => {
  it('is counted by what came of it, and by the few names that are told', async () => {
    const { api, series } = await server();
    await ask(api.handle, 'GET /api/v1/pods', as('admin'));
    await ask(api.handle, 'GET /api/v1/pods', as('mail'));
    await ask(api.handle, 'GET /api/v1/pods', as('bob'));
    await ask(api.handle, 'GET /api/v1/pods');
    await ask(api.handle, 'GET /api/v1/pods', as('nonsense'));
    expect(await series(/^authentication_attempts|^authenticated_user|^authentication_duration_seconds_count/)).toEqual(
      [
        'authenticated_user_requests{username="admin"} 1',
        'authenticated_user_requests{username="email_id"} 1',
        'authenticated_user_requests{username="other"} 2',
        'authentication_attempts{result="success"} 4',
        'authentication_attempts{result="error"} 1',
        'authentication_duration_seconds_count{result="success"} 4',
        'authentication_duration_seconds_count{result="error"} 1',
      ],
    );
  });

  it('is a failure where nothing is shown and nobody is let in so', async () => {
    const { api, series } = await server({ anonymous: false });
    expect((await ask(api.handle, 'GET /api/v1/pods')).status).toBe(401);
    expect(await series(/^authentication_attempts/)).toEqual(['authentication_attempts{result="failure"} 1']);
  });

  it('by certificate tells how long that is good', async () => {
    const world = virtualWorld();
    const { api, series } = await server({ world, authenticators: [() => users[0]!.user] });
    const clientCertificate = { commonName: 'a', organizations: [], validUntilMs: world.clock.now() + 7_200_000 };
    await ask(api.handle, 'GET /version', { peer: { clientCertificate } });
    expect(await series(/^apiserver_client_certificate_expiration_seconds_(bucket.*"(3600|7200)"|sum)/)).toEqual([
      'apiserver_client_certificate_expiration_seconds_bucket{le="3600"} 0',
      'apiserver_client_certificate_expiration_seconds_bucket{le="7200"} 1',
      'apiserver_client_certificate_expiration_seconds_sum 7200',
    ]);
  });
});

describe('whether they may', () => {
  it('is counted by what came of it, once a request', async () => {
    const { api, series } = await server();
    await ask(api.handle, 'GET /api/v1/pods', as('admin'));
    await ask(api.handle, 'GET /api/v1/pods', as('bob'));
    await ask(api.handle, 'GET /livez');
    await ask(api.handle, 'GET /api', as('bob'));
    expect(await series(/^authorization_attempts|^authorization_duration_seconds_count/)).toEqual([
      'authorization_attempts_total{result="allowed"} 3',
      'authorization_attempts_total{result="no-opinion"} 1',
      'authorization_duration_seconds_count{result="allowed"} 3',
      'authorization_duration_seconds_count{result="no-opinion"} 1',
    ]);
    expect(await series(/^apiserver_authorization_decisions_total/)).toEqual([
      'apiserver_authorization_decisions_total{type="RBAC",name="rbac",decision="allowed"} 1',
    ]);
  });

  it('is told of those who deny, and who cannot say', async () => {
    const denying = Object.assign(() => ({ decision: 'deny' }) as const, { named: { type: 'Webhook', name: 'w' } });
    const { api, series } = await server({ authorizer: denying });
    await ask(api.handle, 'GET /api/v1/pods', as('bob'));
    expect(await series(/^apiserver_authorization_decisions_total|^authorization_attempts/)).toEqual([
      'apiserver_authorization_decisions_total{type="Webhook",name="w",decision="denied"} 1',
      'authorization_attempts_total{result="denied"} 1',
    ]);
    const unsure = await server({ authorizer: async () => ({ decision: 'noOpinion', error: 'away' }) });
    await ask(unsure.api.handle, 'GET /api/v1/pods', as('bob'));
    expect(await unsure.series(/^authorization_attempts/)).toEqual(['authorization_attempts_total{result="error"} 1']);
  });
});

it('tokens are counted by whether they were known, and those that were not by whether they could be checked', async () => {
  const { clock } = virtualWorld();
  const metrics = createMetrics();
  const checked = async (token: string) => {
    if (token === 'broken') throw new Error('nobody can say');
    return { user: users[0]!.user };
  };
  const tokens = cachedTokens(clock, checked, { times: tokenCacheTimes(metrics, clock) });
  await tokens('a', []);
  await tokens('a', []);
  await expect(tokens('broken', [])).rejects.toThrow('nobody can say');
  expect(
    (await metrics.text()).split('\n').filter((line) => /^\w+_(total|active_fetch_count|seconds_count)\{/.test(line)),
  ).toEqual([
    'authentication_token_cache_active_fetch_count{status="in_flight"} 0',
    'authentication_token_cache_fetch_total{status="ok"} 1',
    'authentication_token_cache_fetch_total{status="error"} 1',
    'authentication_token_cache_request_duration_seconds_count{status="miss"} 2',
    'authentication_token_cache_request_duration_seconds_count{status="hit"} 1',
    'authentication_token_cache_request_total{status="miss"} 2',
    'authentication_token_cache_request_total{status="hit"} 1',
  ]);
});
