import { describe, expect, it } from '@jest/globals';
import type { SelfSubjectAccessReview } from '@pintle/api/authorization/v1';
import { ConfigMap } from '@pintle/api/core/v1';
import { virtualWorld } from '@pintle/machinery';
import type { WebhookCaller } from '../admission/webhook/webhook-caller.js';
import { ask as get } from '../http/asking.fixture.js';
import { createApiServer } from '../server.js';
import { webhookAuthorizer, webhookTokens } from './webhook-access.js';

const target = { url: 'https://access.example.com/' };

// biome-ignore lint/suspicious/noExplicitAny: each review has its own spec.
function webhook(answer: (spec: any) => unknown) {
  const asked: unknown[] = [];
  const call: WebhookCaller = async (_target, body) => {
    const { spec } = body as { spec: unknown };
    asked.push(spec);
    return { status: answer(spec) };
  };
  return { asked, call };
}

describe('a webhook of tokens', () => {
  it('tells whose a token is, and is not asked again for a while', async () => {
    const world = virtualWorld();
    const { asked, call } = webhook(({ token }) =>
      token === 'good'
        ? {
            authenticated: true,
            user: { username: 'ann', uid: '1', groups: ['a'], extra: { k: ['v'] } },
            audiences: ['x'],
          }
        : { authenticated: false, user: { username: 'eve' } },
    );
    const authenticate = webhookTokens({ world, target, call });
    expect(await authenticate('good', ['x', 'y'])).toEqual({
      user: { name: 'ann', uid: '1', groups: ['a'], extra: { k: ['v'] } },
      audiences: ['x'],
    });
    await authenticate('good', ['x', 'y']);
    expect(asked).toEqual([{ token: 'good', audiences: ['x', 'y'] }]);
    await world.advance(121_000);
    await authenticate('good', ['x', 'y']);
    expect(asked).toHaveLength(2);
    expect(await authenticate('bad', [])).toBeUndefined();
  });

  it('that does not answer knows nobody', async () => {
    const world = virtualWorld();
    const down: WebhookCaller = async () => {
      throw new Error('down');
    };
    await expect(webhookTokens({ world, target, call: down })('good', [])).rejects.toThrow(
      'Post "https://access.example.com/?timeout=30s": down',
    );
    let asked = () => {};
    const wasAsked = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const call: WebhookCaller = () => {
      asked();
      return new Promise(() => {});
    };
    const silent = webhookTokens({ world, target, call })('good', []);
    // The digest of a token is made outside of virtual time.
    await wasAsked;
    const refused = expect(silent).rejects.toThrow('context deadline exceeded');
    await world.advance(30_001);
    await refused;
  });
});

describe('whom a token is for of a webhook', () => {
  const of = (status: object, serverAudiences = ['own']) => {
    const { call } = webhook(() => status);
    return webhookTokens({ world: virtualWorld(), target, call, serverAudiences });
  };
  const ann = { authenticated: true, user: { username: 'ann' } };
  it.each<[string, object, readonly string[], readonly string[] | undefined]>([
    ['says nothing of it, and is for the server', ann, ['other', 'own'], ['own']],
    ['says nothing of it, and is asked for others', ann, ['other'], undefined],
    ['says it', { ...ann, audiences: ['b', 'c', 'a'] }, ['a', 'b'], ['b', 'a']],
    ['says others', { ...ann, audiences: ['x'] }, ['own'], undefined],
  ])('%s', async (_what, status, asked, audiences) => {
    expect((await of(status)('t', asked))?.audiences).toEqual(audiences);
  });
  it('is told why it is nobody’s, where the webhook says so', async () => {
    await expect(of({ authenticated: false, error: 'not today' })('t', ['own'])).rejects.toThrow('not today');
    expect(await of({ authenticated: false })('t', ['own'])).toBeUndefined();
  });
});

describe('a webhook of access', () => {
  it.each([
    [
      'noOpinion',
      500,
      'Internal Server Error: "/api/v1/namespaces?limit=1": Post "https://access.example.com/?timeout=30s": &lt;down&gt;\n',
    ],
    ['deny', 500, expect.stringMatching(/^Internal Server Error: /)],
  ] as const)('that cannot be asked makes the request fail (%s), and not forbidden', async (failure, status, text) => {
    const world = virtualWorld();
    const call: WebhookCaller = async () => {
      throw new Error('<down>');
    };
    const server = await createApiServer({ world, authorizer: webhookAuthorizer({ world, target, call, failure }) });
    const answer = await get(server.handle, 'GET /api/v1/namespaces?limit=1');
    expect([answer.status, answer.text]).toEqual([status, text]);
    const client = server.client({ user: { name: 'ann', groups: [] } });
    await expect(client.list(ConfigMap)).rejects.toMatchObject({ code: 500, reason: 'InternalError' });
  });

  it('that both allows and denies has not decided', async () => {
    const world = virtualWorld();
    const { call } = webhook(() => ({ allowed: true, denied: true }));
    const authorize = webhookAuthorizer({ world, target, call });
    const asked = { type: 'path', user: { name: 'ann', groups: [] }, verb: 'get', path: '/' } as const;
    expect(await authorize(asked)).toEqual({
      decision: 'deny',
      error: 'webhook subject access review returned both allow and deny response',
    });
  });

  it('is told by what a list, a watch or a review selects', async () => {
    const world = virtualWorld();
    const { asked, call } = webhook(() => ({ allowed: true }));
    const server = await createApiServer({ world, authorizer: webhookAuthorizer({ world, target, call }) });
    const client = server.client({ user: { name: 'ann', groups: [] } });
    const labelSelector = 'a=b,c in (d,e),f,!g,h!=i,j>1';
    const fieldSelector = 'metadata.namespace=default';
    const selectors = {
      fieldSelector: { requirements: [{ key: 'metadata.namespace', operator: 'In', values: ['default'] }] },
      labelSelector: {
        requirements: [
          { key: 'a', operator: 'In', values: ['b'] },
          { key: 'c', operator: 'In', values: ['d', 'e'] },
          { key: 'f', operator: 'Exists' },
          { key: 'g', operator: 'DoesNotExist' },
          { key: 'h', operator: 'NotIn', values: ['i'] },
        ],
      },
    };
    await client.list(ConfigMap, { labelSelector, fieldSelector });
    expect(asked).toMatchObject([{ resourceAttributes: { verb: 'list', ...selectors } }]);
    const resourceAttributes = {
      ...{ verb: 'watch', resource: 'configmaps' },
      fieldSelector: { rawSelector: fieldSelector },
      labelSelector: { rawSelector: labelSelector },
    };
    await client.create<SelfSubjectAccessReview>({
      ...{ apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', metadata: {} },
      spec: { resourceAttributes },
    });
    expect(asked.at(-1)).toMatchObject({ resourceAttributes: { verb: 'watch', ...selectors } });
    const query = `labelSelector=${encodeURIComponent(labelSelector)}&fieldSelector=${fieldSelector}`;
    const answer = await get(server.handle, `GET /api/v1/configmaps?${query}`);
    expect(answer.status).toBe(200);
    expect(asked.at(-1)).toMatchObject({
      user: 'system:anonymous',
      resourceAttributes: { verb: 'list', ...selectors },
    });
    // What selects nothing that could be said is not said.
    await client.list(ConfigMap, { labelSelector: 'j>1' });
    expect(asked.at(-1)).not.toHaveProperty('resourceAttributes.labelSelector');
    await server.stop();
  });

  const ask = (verb: string) =>
    ({
      type: 'resource',
      user: { name: 'ann', groups: ['a'] },
      verb,
      group: 'apps',
      version: 'v1',
      resource: 'deployments',
      subresource: 'scale',
      namespace: 'n',
      name: 'x',
    }) as const;

  it('decides, and what it decides is remembered', async () => {
    const world = virtualWorld();
    const { asked, call } = webhook(({ resourceAttributes, nonResourceAttributes }) => {
      const { verb } = resourceAttributes ?? nonResourceAttributes;
      return verb === 'get'
        ? { allowed: true }
        : verb === 'delete'
          ? { allowed: false, denied: true, reason: 'never' }
          : { allowed: false };
    });
    const authorize = webhookAuthorizer({ world, target, call });
    expect(await authorize(ask('get'))).toEqual({ decision: 'allow' });
    expect(await authorize(ask('delete'))).toEqual({ decision: 'deny', reason: 'never' });
    expect(await authorize({ type: 'path', user: { name: 'ann', groups: [] }, verb: 'post', path: '/x' })).toEqual({
      decision: 'noOpinion',
    });
    expect(asked[0]).toEqual({
      user: 'ann',
      groups: ['a'],
      resourceAttributes: {
        verb: 'get',
        group: 'apps',
        version: 'v1',
        resource: 'deployments',
        subresource: 'scale',
        namespace: 'n',
        name: 'x',
      },
    });
    await authorize(ask('get'));
    await authorize(ask('delete'));
    expect(asked).toHaveLength(3);
    await world.advance(31_000);
    await authorize(ask('get'));
    await authorize(ask('delete'));
    expect(asked).toHaveLength(4);
  });

  it('that does not answer counts as it is told to', async () => {
    const world = virtualWorld();
    const call: WebhookCaller = async () => {
      throw new Error('down');
    };
    expect(await webhookAuthorizer({ world, target, call })(ask('get'))).toMatchObject({ decision: 'noOpinion' });
    expect(await webhookAuthorizer({ world, target, call, failure: 'deny' })(ask('get'))).toMatchObject({
      decision: 'deny',
    });
  });
});
