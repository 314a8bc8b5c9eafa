/** What is told of requests that wait and of those that are answered, in the tables that kube-apiserver has for it. */
import { describe, expect, it } from '@jest/globals';
import { virtualWorld } from '@pintle/machinery';
import type { Authorizer } from '../access/access.js';
import type { AdmissionPlugin } from '../admission/admission.js';
import { ask } from '../http/asking.fixture.js';
import { createApiServer } from '../server.js';

const folder = '/debug/api_priority_and_fairness';

const authorizer: Authorizer = ({ type, user }) => ({
  decision: type === 'path' && user.name === 'ann' ? 'noOpinion' : 'allow',
});

/** A server where nothing that is made in `default` is made before it may be. */
async function heldServer(seats: number) {
  const world = virtualWorld();
  let letGo = () => {};
  const until = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const held: AdmissionPlugin = {
    name: 'Held',
    handles: ({ resource, namespace }) => resource.kind.plural === 'configmaps' && namespace === 'default',
    validate: () => until,
  };
  const api = await createApiServer({
    ...{ world, flowControl: { seats }, admission: [held], authorizer },
    authenticators: [
      (request) => ({ name: request.header('x-user') ?? '', groups: [request.header('x-group') ?? ''] }),
    ],
  });
  let made = 0;
  const createIn = (group: string) => (user: string) =>
    ask(api.handle, 'POST /api/v1/namespaces/default/configmaps', {
      headers: { 'x-user': user, 'x-group': group },
      body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `c${made++}` } },
    });
  const [create, createAs] = [createIn('system:masters'), createIn('g')];
  const dump = async (name: string) =>
    (await ask(api.handle, `GET ${folder}/${name}`, { headers: { 'x-user': 'me', 'x-group': 'system:masters' } })).text;
  return { world, api, create, createAs, dump, letGo };
}

/** The cells of a table, by the heads of its columns. */
function rowsOf(text: string): readonly Readonly<Record<string, string>>[] {
  const [heads = [], ...rows] = text
    .trimEnd()
    .split('\n')
    .map((line) => line.split(',').map((cell) => cell.trim()));
  return rows.map((cells) => Object.fromEntries(cells.map((cell, index) => [heads[index], cell])));
}

it('levels are told with what they hold and what became of what they held, in columns', async () => {
  const { dump, create, letGo } = await heldServer(600);
  const pending = create('ann');
  const lines = (await dump('dump_priority_levels')).split('\n');
  expect(lines.slice(0, 3)).toEqual([
    'PriorityLevelName, ActiveQueues, IsIdle, IsQuiescing, WaitingRequests, ExecutingRequests, DispatchedRequests, RejectedRequests, TimedoutRequests, CancelledRequests',
    'catch-all,         0,            true,   false,       0,               0,                 0,                  0,                0,                0',
    'exempt,            0,            false,  false,       0,               2,                 2,                  0,                0,                0',
  ]);
  letGo();
  await pending;
  expect(rowsOf(await dump('dump_priority_levels'))[1]).toMatchObject({
    ExecutingRequests: '1',
    DispatchedRequests: '3',
  });
});

it('requests are told with their flow, and on demand with who asks for what', async () => {
  const { dump, create, letGo } = await heldServer(600);
  const pending = create('ann');
  expect(rowsOf(await dump('dump_requests'))[0]).toEqual({
    ...{ PriorityLevelName: 'exempt', FlowSchemaName: 'exempt', QueueIndex: '-1', RequestIndexInQueue: '-1' },
    ...{ FlowDistingsher: '', InitialSeats: '1', FinalSeats: '0', AdditionalLatency: '0s' },
    ...{ ArriveTime: '2025-01-01T00:00:00Z', StartTime: '2025-01-01T00:00:00Z' },
  });
  const [mine, dumping] = rowsOf(await dump('dump_requests?includeRequestDetails=1'));
  const place = { Verb: 'create', APIPath: '/api/v1/namespaces/default/configmaps', Namespace: 'default' };
  expect(mine).toMatchObject({ UserName: 'ann', ...place, Name: '', APIVersion: 'v1', Resource: 'configmaps' });
  expect(dumping).toMatchObject({ UserName: 'me', Verb: 'get', APIPath: `${folder}/dump_requests`, APIVersion: '' });
  letGo();
  await pending;
});

it('queues are told with those that wait in them', async () => {
  const { dump, world, createAs, letGo } = await heldServer(1);
  const pending = [createAs('eve'), createAs('eve'), createAs('eve')];
  await world.advance(0);
  const level = (rows: readonly Readonly<Record<string, string>>[]) =>
    rows.filter(({ PriorityLevelName }) => PriorityLevelName === 'global-default');
  const queues = level(rowsOf(await dump('dump_queues')));
  expect(queues).toHaveLength(128);
  const busy = queues.filter(
    ({ PendingRequests, ExecutingRequests }) => `${PendingRequests}${ExecutingRequests}` !== '00',
  );
  const total = (head: string) => busy.reduce((sum, row) => sum + Number(row[head]), 0);
  expect([total('PendingRequests'), total('ExecutingRequests'), total('SeatsInUse'), total('MaxSeatsSum')]).toEqual([
    ...[2, 1, 1, 2],
  ]);
  const waiting = level(rowsOf(await dump('dump_requests'))).filter(
    ({ RequestIndexInQueue }) => RequestIndexInQueue !== '-1',
  );
  expect(waiting).toHaveLength(2);
  expect(waiting[0]).toMatchObject({ FlowDistingsher: 'eve', StartTime: '0001-01-01T00:00:00Z' });
  letGo();
  await Promise.all(pending);
});

describe('who may look', () => {
  it('is a question of the path', async () => {
    const { api } = await heldServer(600);
    const asking = { headers: { 'x-user': 'ann', 'x-group': 'g' } };
    for (const name of ['dump_priority_levels', 'dump_queues', 'dump_requests'])
      expect((await ask(api.handle, `GET ${folder}/${name}`, asking)).status).toBe(403);
  });

  it('finds nothing at other paths, nor where requests do not wait', async () => {
    const { api } = await heldServer(600);
    const asking = { headers: { 'x-user': 'me', 'x-group': 'system:masters' } };
    for (const name of ['', 'dump', 'dump_queues/', 'dump_queues/x'])
      expect((await ask(api.handle, `GET ${folder}/${name}`, asking)).status).toBe(404);
    const { handle } = await createApiServer({ world: virtualWorld() });
    expect((await ask(handle, `GET ${folder}/dump_queues`)).status).toBe(404);
  });
});

it('what flows hold is counted', async () => {
  const { world, api, createAs, letGo } = await heldServer(1);
  const pending = [createAs('eve'), createAs('eve'), createAs('eve')];
  await world.advance(500);
  const flow = '{priority_level="global-default",flow_schema="global-default"';
  const series = async () =>
    new Map((await api.metricsRegistry.text()).split('\n').map((line) => line.split(/ (?=\S+$)/) as [string, string]));
  const before = await series();
  const value = (all: Map<string, string>, name: string, rest = '}') =>
    all.get(`apiserver_flowcontrol_${name}${flow}${rest}`);
  expect(value(before, 'current_inqueue_seats')).toBe('2');
  expect(value(before, 'current_executing_seats')).toBe('1');
  expect(value(before, 'request_queue_length_after_enqueue_count')).toBe('3');
  expect(value(before, 'work_estimated_seats_sum')).toBe('3');
  expect(before.get('apiserver_current_inqueue_requests{request_kind="mutating"}')).toBe('2');
  letGo();
  await Promise.all(pending);
  const after = await series();
  expect(value(after, 'request_wait_duration_seconds_sum', ',execute="true"}')).toBe('1');
  expect(value(after, 'request_execution_seconds_sum', ',type="regular"}')).toBe('0.5');
  expect(value(after, 'watch_count_samples_count')).toBe('3');
  expect(after.get('apiserver_current_inqueue_requests{request_kind="mutating"}')).toBe('0');
  await world.advance(10_000);
  expect((await series()).get('apiserver_flowcontrol_demand_seats_average{priority_level="global-default"}')).toBe(
    '0.15',
  );
});
