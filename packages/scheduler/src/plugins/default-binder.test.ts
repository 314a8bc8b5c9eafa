import { expect, it } from '@jest/globals';
import { Pod } from '@pintle/api/core/v1';
import { CycleState } from '../framework/cycle-state.js';
import type { SchedulerHandle } from '../framework/plugin.js';
import type { Status } from '../framework/status.js';
import { podInfo } from '../nodes/pod-info.js';
import { SchedulerTestCluster } from '../runner/scheduler.fixture.js';
import { tableOf } from '../simulate/simulation.js';
import { testNode, testPod } from '../test-objects.fixture.js';
import { defaultBinder } from './default-binder.js';

const key = { namespace: 'ns', name: 'foo' };
const ofNobody = testPod('foo', { namespace: 'ns', schedulerName: 'nobody' });
const nodeName = 'foohost.kubernetes.mydomain.com';

async function bind(pod: Pod, client?: SchedulerTestCluster['client']) {
  const table = tableOf([testNode(nodeName)], []);
  const handle = { table, ...(client && { client }) } as SchedulerHandle;
  const [{ bind: answer }, state] = [defaultBinder(), new CycleState(table)];
  const { signal } = new AbortController();
  return (await answer(state, podInfo(pod), nodeName, handle, { signal } as never)) as Status | undefined;
}

it('binds a pod to its node', async () => {
  const { client } = await SchedulerTestCluster.start();
  const { metadata, ...pod } = ofNobody;
  const made = await client.create<Pod>({ ...pod, metadata: { name: metadata.name!, namespace: 'ns' } });
  expect(await bind(made, client)).toBeUndefined();
  expect((await client.get(Pod, key)).spec?.nodeName).toBe(nodeName);
});

it('tells what the API server refuses, such as a pod that is another by now', async () => {
  const { client } = await SchedulerTestCluster.start();
  expect(await bind(ofNobody, client)).toMatchObject({ code: 'Error', cause: { reason: 'NotFound' } });
  const { metadata, ...pod } = ofNobody;
  await client.create({ ...pod, metadata: { name: metadata.name!, namespace: 'ns' } });
  expect(await bind(ofNobody, client)).toMatchObject({ code: 'Error', cause: { reason: 'Conflict' } });
  expect((await client.get(Pod, key)).spec?.nodeName).toBeUndefined();
});

it('says that it has nobody to ask where there is no client', async () => {
  expect(await bind(ofNobody)).toEqual({ code: 'Error', reasons: ['there is no client to bind with'] });
});
