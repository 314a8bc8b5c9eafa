/** Custom and external metrics of an adapter behind the API server, over HTTPS, as autoscalers ask for them. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { APIService } from '@pintle/api/apiregistration/v1';
import { Deployment } from '@pintle/api/apps/v1';
import { HorizontalPodAutoscaler } from '@pintle/api/autoscaling/v2';
import { type ApiServer, createApiServer } from '@pintle/apiserver';
import { CertificateAuthority, httpsServiceCaller } from '@pintle/apiserver/nodejs';
import { labelSelectorMatcher } from '@pintle/machinery';
import { deployment, testCluster } from '@pintle/testing';
import { apiMetrics } from './api-metrics.js';
import { type MetricsAdapter, metricsAdapter, registerAdapter } from './metrics-adapter.fixture.js';
import type { MetricsSource } from './metrics-source.js';

const custom = (version: string) => `custom.metrics.k8s.io/${version}`;
const external = 'external.metrics.k8s.io/v1beta1';

let listener: Server;
let port: number;
let adapter: MetricsAdapter;
let server: ApiServer;
let source: MetricsSource;

beforeAll(async () => {
  const nowMs = Date.now();
  const authority = await CertificateAuthority.create({ commonName: 'ca', nowMs });
  const tls = await authority.issueServer({ commonName: 'adapter', dns: ['localhost'], ips: [], nowMs });
  listener = createServer({ cert: tls.certPem, key: tls.keyPem }, (request, response) => {
    const { status, body } = adapter.answer(request.url ?? '/');
    response.writeHead(status, { 'content-type': body.startsWith('{') ? 'application/json' : 'text/plain' });
    response.end(body);
  }).listen(0, 'localhost');
  await once(listener, 'listening');
  ({ port } = listener.address() as AddressInfo);
});
afterAll(() => {
  listener.close();
  listener.closeAllConnections();
});
beforeEach(async () => {
  adapter = metricsAdapter([custom('v1beta1'), custom('v1beta2'), external]);
  server = await createApiServer({ aggregation: { call: httpsServiceCaller() } });
  source = apiMetrics(server.client(), () => [Deployment]);
});
afterEach(() => server.stop());

/** Nothing is asked of it before the API server has seen that it answers. */
async function register(apiVersion: string, versionPriority = 100): Promise<void> {
  const client = server.client();
  await registerAdapter(client, apiVersion, { port, versionPriority });
  const name = apiVersion.split('/').reverse().join('.');
  const isAvailable = async () =>
    (await client.get(APIService, { name })).status?.conditions?.some(({ status }) => status === 'True');
  while (!(await isAvailable())) await new Promise((done) => setTimeout(done, 5));
}
const tells = (path: string, ...items: readonly object[]) => adapter.answers.set(path, { body: { items } });

const timestamp = '2025-01-01T00:00:10Z';
const atMs = Date.parse(timestamp);
const any = labelSelectorMatcher({});
const app = labelSelectorMatcher({ matchLabels: { app: 'web' } });
const get = labelSelectorMatcher({ matchLabels: { verb: 'GET' } });
const hits = { namespace: 'shop', metric: 'hits' };
const web = { kind: 'Deployment', apiVersion: 'apps/v1', name: 'web' };

describe('metrics of pods', () => {
  const path = 'namespaces/shop/pods/*/hits?labelSelector=app%3Dweb';

  it('are the newest version’s', async () => {
    await register(custom('v1beta2'), 200);
    await register(custom('v1beta1'));
    tells(
      `${custom('v1beta2')}/${path}`,
      { describedObject: { name: 'web-0' }, timestamp, windowSeconds: 30, value: '1500u' },
      { describedObject: { name: 'web-1' }, timestamp, value: '3' },
    );
    const found = await source.pods({ ...hits, selector: app, metricSelector: any });
    expect([...found]).toEqual([
      ['web-0', { milliValue: 2, atMs, windowMs: 30_000 }],
      ['web-1', { milliValue: 3_000, atMs, windowMs: 60_000 }],
    ]);
  });

  it('are of those that a selector of theirs matches, in the older version where that alone is served', async () => {
    await register(custom('v1beta1'));
    tells(`${custom('v1beta1')}/${path}&metricLabelSelector=verb%3DGET`, {
      ...{ describedObject: { name: 'web-0' }, metricName: 'hits', timestamp, window: 10, value: '7' },
    });
    const found = await source.pods({ ...hits, selector: app, metricSelector: get });
    expect([...found]).toEqual([['web-0', { milliValue: 7_000, atMs, windowMs: 10_000 }]]);
  });

  it('are asked for in the version that is preferred, until it has gone', async () => {
    await register(custom('v1beta2'), 100);
    await register(custom('v1beta1'), 200);
    const value = { describedObject: { name: 'web-0' }, timestamp, value: '1' };
    const ask = () => source.pods({ ...hits, selector: app, metricSelector: any }).catch((error) => error.message);
    for (const version of ['v1beta1', 'v1beta2']) tells(`${custom(version)}/${path}`, value);
    await ask();
    await server.client().delete(APIService, { name: 'v1beta1.custom.metrics.k8s.io' });
    expect(await ask()).toBe(
      'unable to fetch metrics from custom metrics API: the server could not find the requested resource (get pods.custom.metrics.k8s.io *)',
    );
    await ask();
    expect(adapter.asked).toEqual([`${custom('v1beta1')}/${path}`, `${custom('v1beta2')}/${path}`]);
  });
});

describe('a metric of an object', () => {
  const objects: readonly (readonly [what: string, describedObject: typeof web, path: string])[] = [
    ['of a group', web, 'namespaces/shop/deployments.apps/web/hits'],
    [
      'that is the namespace, which is its own whatever its name',
      { kind: 'Namespace', apiVersion: 'v1', name: 'other' },
      'namespaces/shop/metrics/hits',
    ],
  ];
  it.each(objects)('%s', async (_what, describedObject, path) => {
    await register(custom('v1beta2'));
    tells(`${custom('v1beta2')}/${path}?metricLabelSelector=verb%3DGET`, { timestamp, value: '42' });
    expect(await source.object({ ...hits, metricSelector: get, describedObject })).toBe(42_000);
  });

  it('is one, of a kind that there is', async () => {
    await register(custom('v1beta2'));
    tells(`${custom('v1beta2')}/namespaces/shop/deployments.apps/web/hits`, { value: '1' }, { value: '2' });
    const why = (describedObject: typeof web) =>
      source.object({ ...hits, metricSelector: any, describedObject }).catch(({ message }) => message);
    const prefix = 'unable to fetch metrics from custom metrics API: ';
    expect(await why(web)).toBe(
      `${prefix}the custom metrics API server returned 2 results when we asked for exactly one`,
    );
    expect(await why({ ...web, kind: 'Shop', apiVersion: 'example.com/v1' })).toBe(
      `${prefix}unable to map kind Shop.example.com to resource: no matches for kind "Shop" in group "example.com"`,
    );
    expect(await why({ ...web, name: 'other' })).toBe(`${prefix}no such`);
  });
});

describe('an external metric', () => {
  it('has a value for each series, and is asked for in small letters', async () => {
    await register(external);
    tells(`${external}/namespaces/shop/hits?labelSelector=verb%3DGET`, { value: '1' }, { value: '500m' });
    expect(await source.external({ ...hits, metric: 'Hits', metricSelector: get })).toEqual([1_000, 500]);
  });
});

it.each<readonly [why: string, ask: (source: MetricsSource) => Promise<unknown>, message: string]>([
  [
    'no metrics server',
    (of) => of.resource({ namespace: 'shop', selector: app, resource: 'cpu' }),
    'unable to fetch metrics from resource metrics API: the server could not find the requested resource (get pods.metrics.k8s.io)',
  ],
  [
    'no adapter of custom metrics',
    (of) => of.pods({ ...hits, selector: app, metricSelector: any }),
    'unable to fetch metrics from custom metrics API: no custom metrics API (custom.metrics.k8s.io) registered',
  ],
  [
    'no adapter of external metrics',
    (of) => of.external({ ...hits, metricSelector: any }),
    'unable to fetch metrics from external metrics API: the server could not find the requested resource (get hits.external.metrics.k8s.io)',
  ],
])('says that there is %s', async (_why, ask, message) => {
  await expect(ask(source)).rejects.toThrow(new Error(message));
});

it('says that an adapter does not answer, or knows nothing', async () => {
  await register(external);
  const ask = () => source.external({ ...hits, metricSelector: any }).catch(({ message }) => message);
  adapter.answers.set(`${external}/namespaces/shop/hits`, { status: 503, body: 'starting' });
  expect(await ask()).toBe(
    'unable to fetch metrics from external metrics API: the server is currently unable to handle the request (get hits.external.metrics.k8s.io)',
  );
  tells(`${external}/namespaces/shop/hits`);
  expect(await ask()).toBe('no metrics returned from external metrics API');
});

it('are what the autoscalers of a cluster go by', async () => {
  const cluster = await testCluster({
    aggregation: {
      call: async ({ url }) => ({ ...adapter.answer(url), headers: { 'content-type': 'application/json' } }),
    },
  });
  const within = `${custom('v1beta2')}/namespaces/default`;
  tells(`${within}/pods/*/hits?labelSelector=app%3Dweb`, { describedObject: { name: 'web-0' }, timestamp, value: '7' });
  tells(`${within}/deployments.apps/web/load`, { value: '12' });
  tells(`${external}/namespaces/default/queue`, { value: '12' }, { value: '8' });
  for (const apiVersion of [custom('v1beta2'), external]) await registerAdapter(cluster.client, apiVersion);
  await cluster.client.create(deployment('web', { replicas: 2 }));
  await cluster.settle();
  const average = (averageValue: string) => ({ type: 'AverageValue', averageValue });
  await cluster.client.create({
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'web', namespace: 'default' },
    spec: {
      ...{ scaleTargetRef: web, maxReplicas: 10 },
      metrics: [
        { type: 'Pods', pods: { metric: { name: 'hits' }, target: average('7') } },
        { type: 'Object', object: { describedObject: web, metric: { name: 'load' }, target: average('4') } },
        { type: 'External', external: { metric: { name: 'queue' }, target: average('5') } },
      ],
    },
  } as HorizontalPodAutoscaler);
  await cluster.settle();
  const { status } = await cluster.client.get(HorizontalPodAutoscaler, { name: 'web' });
  expect(status?.desiredReplicas).toBe(4);
  expect(status?.currentMetrics).toMatchObject([
    { pods: { current: { averageValue: '7' } } },
    { object: { current: { averageValue: '6' } } },
    { external: { current: { averageValue: '10' } } },
  ]);
  await cluster.stop();
});
