/** What is made of the answers of metrics.k8s.io. */
import { afterEach, expect, it } from '@jest/globals';
import { PodMetrics } from '@pintle/api/metrics/v1beta1';
import { type ApiServer, createApiServer } from '@pintle/apiserver';
import { labelSelectorMatcher } from '@pintle/machinery';
import { apiMetrics } from './api-metrics.js';

let server: ApiServer;
afterEach(() => server.stop());

const measured = (name: string, usages: Readonly<Record<string, Readonly<Record<string, string>>>>): PodMetrics => ({
  apiVersion: 'metrics.k8s.io/v1beta1',
  kind: 'PodMetrics',
  metadata: { name, namespace: 'default', labels: { app: name.split('-')[0]! } },
  timestamp: '2025-01-01T00:00:10Z',
  window: '15s',
  containers: Object.entries(usages).map(([container, usage]) => ({ name: container, usage })),
});

const ask = async (resource: string, app: string, container?: string) => {
  server = await createApiServer({
    virtualResources: [
      {
        kind: PodMetrics,
        list: async () => [
          measured('web-0', { main: { cpu: '250m', memory: '1Mi' }, log: { cpu: '1n' }, proxy: { cpu: '1n' } }),
          measured('web-1', { main: { cpu: '1' } }),
          measured('db-0', { main: { cpu: '2' } }),
        ],
      },
    ],
  });
  const selector = labelSelectorMatcher({ matchLabels: { app } });
  const query = { namespace: 'default', selector, resource, ...(container === undefined ? {} : { container }) };
  return apiMetrics(server.client(), () => []).resource(query);
};

const of = (milliValue: number) => ({ milliValue, atMs: Date.parse('2025-01-01T00:00:10Z'), windowMs: 15_000 });

it('the containers of each selected pod are added up, each to the next thousandth', async () => {
  expect([...(await ask('cpu', 'web'))]).toEqual([
    ['web-0', of(252)],
    ['web-1', of(1_000)],
  ]);
});

it('a pod with a container of which it is not known is left out', async () => {
  expect([...(await ask('memory', 'web'))]).toEqual([]);
});

it('one container alone counts where it is named, and pods without it are left out', async () => {
  expect([...(await ask('cpu', 'web', 'log'))]).toEqual([['web-0', of(1)]]);
});

it('says that nothing is known', async () => {
  await expect(ask('cpu', 'nobody')).rejects.toThrow('no metrics returned from resource metrics API');
});
