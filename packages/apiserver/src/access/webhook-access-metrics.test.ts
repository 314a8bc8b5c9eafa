import { expect, it } from '@jest/globals';
import { virtualWorld } from '@pintle/machinery';
import { ask } from '../http/asking.fixture.js';
import { createApiServer } from '../server.js';
import { webhookAuthorizer } from './webhook-access.js';

it('tells whether webhooks of access were asked, how that went, and what was passed over', async () => {
  const world = virtualWorld();
  const answers = [
    async () => ({ status: { allowed: true } }),
    async () => {
      throw new Error('down');
    },
    () => new Promise<never>(() => {}),
  ];
  const authorizer = webhookAuthorizer({
    ...{ world, name: 'mine', timeoutMs: 1_000, target: { url: 'https://webhook.example.com' } },
    call: () => answers.shift()!() as never,
    matches({ nonResourceAttributes }) {
      if (nonResourceAttributes?.path === '/broken') throw new Error('no value');
      return nonResourceAttributes?.path !== '/elsewhere';
    },
  });
  const { handle, metricsRegistry } = await createApiServer({ world, authorizer });
  const get = (path: string) => ask(handle, `GET ${path}`);
  await get('/a');
  await get('/b');
  const late = get('/c');
  await world.advance(2_000);
  await late;
  await get('/elsewhere');
  await get('/broken');
  const told = (await metricsRegistry.text())
    .split('\n')
    .filter((line) => /^apiserver_authorization_(webhook|match)\w+(_total|_count)\{/.test(line))
    .map((line) => line.slice('apiserver_authorization_'.length));
  expect(told).toEqual([
    'match_condition_evaluation_errors_total{type="Webhook",name="mine"} 1',
    'match_condition_evaluation_seconds_count{type="Webhook",name="mine"} 5',
    'match_condition_exclusions_total{type="Webhook",name="mine"} 1',
    ...['success', 'error', 'timeout'].map(
      (result) => `webhook_duration_seconds_count{name="mine",result="${result}"} 1`,
    ),
    ...['error', 'timeout'].map((result) => `webhook_evaluations_fail_open_total{name="mine",result="${result}"} 1`),
    ...['success', 'error', 'timeout'].map((result) => `webhook_evaluations_total{name="mine",result="${result}"} 1`),
  ]);
});
