/** Priority levels and flow schemas through the API, on virtual time: one client cannot starve the others. */
import { describe, expect, it } from '@jest/globals';
import { FlowSchema, PriorityLevelConfiguration } from '@pintle/api/flowcontrol/v1';
import { virtualWorld } from '@pintle/machinery';
import type { AdmissionPlugin } from '../admission/admission.js';
import { ask } from '../http/asking.fixture.js';
import { type RequestLine, requestInfo } from '../requests/request-info.js';
import { createApiServer } from '../server.js';
import { defaultFlowSchemas, defaultPriorityLevels } from './default-configuration.js';
import { inMatchingOrder, schemaMatches } from './match-flow.js';
import { limitsOf } from './seat-allocation.js';

const workMs = 100;

/** A server whose every create of a ConfigMap takes a while. */
async function slowServer(seats: number) {
  const world = virtualWorld();
  const slow: AdmissionPlugin = {
    name: 'Slow',
    handles: ({ resource, namespace }) => resource.kind.plural === 'configmaps' && namespace === 'default',
    validate: () => new Promise((resolve) => void world.clock.schedule(workMs, resolve)),
  };
  const api = await createApiServer({
    world,
    flowControl: { seats },
    admission: [slow],
    authenticators: [
      async (request) => ({
        name: request.header('x-user') ?? '',
        groups: (request.header('x-groups') ?? '').split(','),
      }),
    ],
  });
  let made = 0;
  const create = (user: string, groups = '') =>
    ask(api.handle, 'POST /api/v1/namespaces/default/configmaps', {
      headers: { 'x-user': user, 'x-groups': groups },
      body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `c${made++}` } },
    });
  return { world, api, create };
}

describe('requests', () => {
  it('of one client wait for each other, and not others for them', async () => {
    const { world, create } = await slowServer(60);
    const ends: Record<string, number[]> = { flood: [], modest: [] };
    const begun = world.clock.now();
    const note = async (user: string) => {
      await create(user);
      ends[user]!.push(world.clock.now() - begun);
    };
    const all = [...Array.from({ length: 200 }, () => note('flood')), note('modest'), note('modest')];
    await world.advance(60_000);
    await Promise.all(all);
    // 60 seats by shares: 5 of them are global-default's; 200 at 5 at once take 4 s, and nobody else waits for that.
    expect(Math.max(...ends['flood']!)).toBeGreaterThan(2_500);
    expect(Math.max(...ends['modest']!)).toBeLessThan(500);
  });

  it('that are too many are told to come again, and say of which level they are', async () => {
    const { world, api, create } = await slowServer(1);
    const answers = Promise.all(Array.from({ length: 400 }, () => create('flood')));
    await world.advance(120_000);
    const codes = (await answers).map(({ status }) => status);
    expect(codes.filter((code) => code === 201).length).toBeGreaterThan(100);
    const refused = (await answers).find(({ status }) => status === 429)!;
    expect(refused.headers).toMatchObject({ 'retry-after': '1' });
    expect(refused.json).toMatchObject({ reason: 'TooManyRequests', details: { retryAfterSeconds: 1 } });
    const level = await api.client().get(PriorityLevelConfiguration, { name: 'global-default' });
    const schema = await api.client().get(FlowSchema, { name: 'global-default' });
    const pending = create('flood');
    await world.advance(1_000);
    expect((await pending).headers).toMatchObject({
      'x-kubernetes-pf-flowschema-uid': schema.metadata.uid,
      'x-kubernetes-pf-prioritylevel-uid': level.metadata.uid,
    });
    expect(schema.status?.conditions).toMatchObject([{ type: 'Dangling', status: 'False', reason: 'Found' }]);
  });

  it('are not counted to a schema whose level is not there', async () => {
    const { world, api, create } = await slowServer(1);
    const client = api.client();
    await client.create({
      apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
      kind: 'FlowSchema',
      metadata: { name: 'lost' },
      spec: {
        ...{ priorityLevelConfiguration: { name: 'absent' }, matchingPrecedence: 2 },
        rules: [
          {
            subjects: [{ kind: 'User', user: { name: '*' } }],
            resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'], namespaces: ['*'] }],
          },
        ],
      },
    } as FlowSchema);
    await world.advance(10);
    const { status } = await client.get(FlowSchema, { name: 'lost' });
    expect(status?.conditions).toMatchObject([
      {
        ...{ type: 'Dangling', status: 'True', reason: 'NotFound' },
        message:
          'This FlowSchema references the PriorityLevelConfiguration object named "absent" but there is no such object',
      },
    ]);
    const asked = create('ann');
    await world.advance(1_000);
    const { metadata } = await client.get(FlowSchema, { name: 'global-default' });
    expect((await asked).headers).toMatchObject({ 'x-kubernetes-pf-flowschema-uid': metadata.uid });
  });

  it('to watch take a seat while they begin, and none afterwards', async () => {
    const { world, api, create } = await slowServer(1);
    const begun = world.clock.now();
    const watch = (user: string) =>
      ask(api.handle, 'GET /api/v1/configmaps?watch=1&timeoutSeconds=1', { headers: { 'x-user': user } }).then(
        () => world.clock.now() - begun,
      );
    const modest = Promise.all(Array.from({ length: 10 }, () => watch('modest')));
    const flood = Promise.all(Array.from({ length: 10 }, () => create('flood')));
    const after = watch('flood');
    await world.advance(10_000);
    // They take turns with the others; one after the other to their ends they would need 10 s.
    expect(Math.max(...(await modest))).toBeLessThan(2_500);
    expect(await after).toBeGreaterThanOrEqual(10 * workMs + 1_000);
    await flood;
  });

  it('of masters and probes never wait', async () => {
    const { world, api, create } = await slowServer(1);
    const flood = Promise.all(Array.from({ length: 100 }, () => create('flood')));
    const begun = world.clock.now();
    const master = create('root', 'system:masters').then(() => world.clock.now() - begun);
    const probe = ask(api.handle, 'GET /readyz', { headers: { 'x-groups': 'system:authenticated' } });
    await world.advance(150);
    expect(await master).toBe(workMs);
    expect((await probe).status).toBe(200);
    await world.advance(60_000);
    await flood;
  });

  it('of masters take seats that others cannot borrow', async () => {
    const { world, api, create } = await slowServer(60);
    const limitOf = async (level: string) => {
      const { text } = await ask(api.handle, 'GET /metrics', { headers: { 'x-groups': 'system:masters' } });
      return Number(new RegExp(`current_limit_seats\\{priority_level="${level}"\\} (.*)`).exec(text)?.[1]);
    };
    await world.advance(10_000);
    expect(await limitOf('exempt')).toBe(0);
    const idle = await limitOf('workload-low');
    const busy = Promise.all(Array.from({ length: 50 }, () => create('root', 'system:masters')));
    await world.advance(10_000);
    await busy;
    expect(await limitOf('exempt')).toBe(50);
    expect(await limitOf('workload-low')).toBeLessThan(idle);
    await world.advance(20_000);
    expect([await limitOf('exempt'), await limitOf('workload-low')]).toEqual([0, idle]);
    await api.stop();
  });

  it('that have waited for 15 seconds are told to come again', async () => {
    const { world, create } = await slowServer(1);
    const answers = Promise.all(Array.from({ length: 250 }, () => create('flood')));
    await world.advance(14_900);
    let done = false;
    void answers.then(() => {
      done = true;
    });
    await world.settle();
    expect(done).toBe(false);
    await world.advance(400);
    const codes = (await answers).map(({ status }) => status);
    // After 10 s the level borrows what the others do not need, so that most have had their turn.
    expect(codes.filter((code) => code === 429).length).toBeGreaterThan(20);
  });
});

describe('the default configuration', () => {
  const schemas = inMatchingOrder(defaultFlowSchemas());
  const infoOf = (line: string) => {
    const [method = '', path = ''] = line.split(' ');
    return requestInfo({ method, path, query: new URLSearchParams() } satisfies RequestLine);
  };
  const cases: readonly (readonly [string, string, readonly string[], string])[] = [
    ['GET /api/v1/pods', 'root', ['system:masters'], 'exempt'],
    ['GET /healthz', 'x', ['system:unauthenticated'], 'probes'],
    [
      'PUT /apis/coordination.k8s.io/v1/namespaces/kube-system/leases/a',
      'system:kube-scheduler',
      [],
      'system-leader-election',
    ],
    ['PUT /api/v1/nodes/n/status', 'system:node:n', ['system:nodes'], 'system-node-high'],
    ['GET /api/v1/pods', 'system:node:n', ['system:nodes'], 'system-nodes'],
    ['GET /api/v1/pods', 'system:kube-scheduler', ['system:authenticated'], 'kube-scheduler'],
    [
      'PUT /api/v1/namespaces/a/endpoints/b',
      'system:serviceaccount:kube-system:endpoint-controller',
      ['system:serviceaccounts'],
      'endpoint-controller',
    ],
    [
      'GET /api/v1/pods',
      'system:serviceaccount:kube-system:other',
      ['system:serviceaccounts'],
      'kube-system-service-accounts',
    ],
    ['GET /api/v1/pods', 'system:serviceaccount:a:other', ['system:serviceaccounts'], 'service-accounts'],
    ['GET /api/v1/pods', 'ann', ['system:authenticated'], 'global-default'],
  ];
  it.each(cases)('%s of %s %j falls under its schema', (line, name, groups, schema) => {
    const found = schemas.find((each) => schemaMatches(each, { name, groups }, infoOf(line)));
    expect(found?.metadata.name).toBe(schema);
  });
  it('divides the seats by shares', () => {
    const levels = defaultPriorityLevels();
    const seats = Object.fromEntries(
      levels.map((level) => {
        const { nominal, min, max, widthMax } = limitsOf(level, levels, 600);
        return [level.metadata.name, [nominal, min, max, widthMax]];
      }),
    );
    // 245 shares in all.
    expect(seats).toEqual({
      exempt: [0, 0, 600, 10],
      'catch-all': [13, 13, 613, 10],
      'global-default': [49, 24, 649, 8],
      'leader-election': [25, 25, 625, 4],
      'node-high': [98, 73, 698, 10],
      system: [74, 50, 674, 10],
      'workload-high': [98, 49, 698, 10],
      'workload-low': [245, 24, 845, 10],
    });
  });
});
