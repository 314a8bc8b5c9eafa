/** `kubectl get cs`, which nobody should ask any more and many do. */
import { expect, it } from '@jest/globals';
import { ComponentStatus } from '@pintle/api/core/v1';
import { ask } from '../http/asking.fixture.js';
import { createApiServer } from '../server.js';

it('ComponentStatuses tell how the parts of a cluster are when they are read', async () => {
  let reason: string | undefined = 'it sleeps';
  const check = () => {
    if (reason !== undefined) throw new Error(reason);
  };
  const server = await createApiServer({ components: [{ name: 'scheduler', check }] });
  const healthy = { type: 'Healthy', status: 'True', message: 'ok' };
  const list = async () =>
    (await server.client().list(ComponentStatus)).map(({ metadata: { name }, conditions }) => [name, conditions?.[0]]);
  expect(await list()).toEqual([
    ['etcd-0', healthy],
    ['scheduler', { type: 'Healthy', status: 'False', message: 'it sleeps' }],
  ]);
  const { text } = await ask(server.handle, 'GET /api/v1/componentstatuses/scheduler');
  expect(JSON.parse(text)).toMatchObject({ kind: 'ComponentStatus', conditions: [{ message: 'it sleeps' }] });
  reason = undefined;
  expect(await list()).toEqual([
    ['etcd-0', healthy],
    ['scheduler', healthy],
  ]);
  await server.stop();
});
