/**
 * An aggregated API server for `metrics.k8s.io`, `custom.metrics.k8s.io` and `external.metrics.k8s.io`. Every running pod
 * uses what its annotation `stories/cpu` says; another metric of a pod, or of a Deployment, is its annotation
 * `stories/<metric>`, and what is outside is in the ConfigMap of its name. It is reached by a Service of the type
 * ExternalName, so no proxy of Services is needed.
 */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { APIService } from '@pintle/api/apiregistration/v1';
import { Deployment } from '@pintle/api/apps/v1';
import { ConfigMap, Pod } from '@pintle/api/core/v1';
import type { Client } from '@pintle/client';
import { type KubernetesObject, parseApiVersion } from '@pintle/machinery';
import type { AccessFiles } from '../access-files.js';
import { condition, type Loose } from './stage.js';

const resource = 'metrics.k8s.io/v1beta1';
const custom = 'custom.metrics.k8s.io/v1beta2';
const external = 'external.metrics.k8s.io/v1beta1';
const windowSeconds = 1;

interface Asked {
  readonly client: Client;
  readonly namespace: string;
  readonly labelSelector: string;
  /** What the path's groups are, in their order. */
  readonly words: readonly string[];
}

type Answer = (asked: Asked) => Promise<object | undefined>;

/** By what follows `/apis/<group>/<version>/namespaces/<namespace>/`. */
const answers: readonly (readonly [apiVersion: string, path: RegExp, answer: Answer])[] = [
  [resource, /^pods$/, podMetrics],
  [custom, /^pods\/\*\/([^/]+)$/, podValues],
  [custom, /^deployments\.apps\/([^/]+)\/([^/]+)$/, deploymentValue],
  [custom, /^metrics\/([^/]+)$/, ({ namespace, words: [metric = ''] }) => namespaceValue(namespace, metric)],
  [external, /^([^/]+)$/, externalValues],
];

export async function startMetricsServer(files: AccessFiles, client: Client): Promise<{ stop(): Promise<void> }> {
  const [cert, key] = await Promise.all([readFile(files.certFile), readFile(files.keyFile)]);
  const server = createServer({ cert, key }, async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'https://localhost');
    const body = await answerTo(client, pathname, searchParams.get('labelSelector') ?? '');
    response.writeHead(body ? 200 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body ?? notFound));
  });
  await new Promise<void>((done) => server.listen(0, 'localhost', done));
  const { port } = server.address() as AddressInfo;
  const namespace = 'kube-system';
  const apply = (object: object) => client.apply(object as Loose, { fieldManager: 'metrics-server', force: true });
  await apply({
    ...{ apiVersion: 'v1', kind: 'Service', metadata: { name: 'metrics-server', namespace } },
    spec: { type: 'ExternalName', externalName: 'localhost' },
  });
  for (const apiVersion of [resource, custom, external]) {
    const { group, version } = parseApiVersion(apiVersion);
    await apply({
      ...{ apiVersion: 'apiregistration.k8s.io/v1', kind: 'APIService', metadata: { name: `${version}.${group}` } },
      spec: {
        ...{ group, version, groupPriorityMinimum: 100, versionPriority: 100 },
        ...{ insecureSkipTLSVerify: true, service: { name: 'metrics-server', namespace, port } },
      },
    });
  }
  // Who asks what is served is told of all of it from then on.
  for (const apiVersion of [resource, custom, external]) await available(client, apiVersion);
  return {
    stop: () =>
      new Promise<void>((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

async function available(client: Client, apiVersion: string): Promise<void> {
  const { group, version } = parseApiVersion(apiVersion);
  for (;;) {
    const service = await client.get(APIService, { name: `${version}.${group}` });
    if (condition(service, 'Available')?.status === 'True') return;
    await sleep(200);
  }
}

const notFound = {
  ...{ kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: 'NotFound', code: 404 },
  message: 'the server could not find the metric',
};

async function answerTo(client: Client, pathname: string, labelSelector: string): Promise<object | undefined> {
  const [, group, version, , namespace = '', ...rest] = pathname.split('/').slice(1);
  const apiVersion = `${group}/${version}`;
  if (namespace === '') return resourcesOf(apiVersion);
  const within = rest.map(decodeURIComponent).join('/');
  for (const [served, path, answer] of answers) {
    const [found, ...words] = path.exec(within) ?? [];
    if (served === apiVersion && found !== undefined) return answer({ client, namespace, labelSelector, words });
  }
  return undefined;
}

const resourcesOf = (groupVersion: string) => ({
  ...{ kind: 'APIResourceList', apiVersion: 'v1', groupVersion },
  resources:
    groupVersion === resource
      ? [{ name: 'pods', singularName: '', namespaced: true, kind: 'PodMetrics', verbs: ['get', 'list'] }]
      : [],
});

const now = () => `${new Date().toISOString().slice(0, 19)}Z`;
const list = (kind: string, apiVersion: string, items: readonly object[]) => ({
  ...{ kind, apiVersion, metadata: {}, items },
});

const runningPods = async ({ client, namespace, labelSelector }: Asked) =>
  (await client.list(Pod, { namespace, labelSelector })).filter(({ status }) => status?.phase === 'Running');

async function podMetrics(asked: Asked) {
  const timestamp = now();
  const { namespace } = asked;
  const items = (await runningPods(asked)).map(({ metadata: { name, annotations, labels }, spec }) => ({
    ...{ metadata: { name, namespace, labels }, timestamp, window: `${windowSeconds}s` },
    containers: spec?.containers.map((each) => ({
      name: each.name,
      usage: { cpu: annotations?.['stories/cpu'] ?? '0', memory: '1Mi' },
    })),
  }));
  return list('PodMetricsList', resource, items);
}

const customValues = (metric: string, objects: readonly KubernetesObject[]) =>
  list(
    'MetricValueList',
    custom,
    objects.flatMap(({ apiVersion, kind, metadata: { name, namespace, annotations } }) => {
      const value = annotations?.[`stories/${metric}`];
      const describedObject = { apiVersion, kind, name, namespace };
      const said = { metric: { name: metric, selector: null }, timestamp: now(), windowSeconds, value };
      return value === undefined ? [] : [{ describedObject, ...said }];
    }),
  );

async function podValues(asked: Asked) {
  return customValues(asked.words[0]!, await runningPods(asked));
}

async function deploymentValue({ client, namespace, words: [name = '', metric = ''] }: Asked) {
  const found = await client.get(Deployment, { namespace, name }).catch(() => undefined);
  return found && customValues(metric, [found]);
}

/** As many as its name has characters. */
const namespaceValue = async (name: string, metric: string) =>
  customValues(metric, [
    {
      ...{ apiVersion: 'v1', kind: 'Namespace' },
      metadata: { name, annotations: { [`stories/${metric}`]: `${metric.length}` } },
    },
  ]);

/** The series are the values of the ConfigMap; a selector is one of a key. */
async function externalValues({ client, namespace, labelSelector, words: [metric = ''] }: Asked) {
  const found = await client.get(ConfigMap, { namespace, name: metric }).catch(() => undefined);
  const series = Object.entries(found?.data ?? {}).filter(
    ([key]) => labelSelector === '' || labelSelector === `series=${key}`,
  );
  return (
    found &&
    list(
      'ExternalMetricValueList',
      external,
      series.map(([key, value]) => ({
        ...{ metricName: metric, metricLabels: { series: key }, timestamp: now(), value },
      })),
    )
  );
}
