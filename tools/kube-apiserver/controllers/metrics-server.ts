/**
 * An aggregated API server for `metrics.k8s.io`: every running pod uses what its annotation `stories/cpu` says. It is reached
 * by a Service of the type ExternalName, so no proxy of Services is needed.
 */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { Pod } from '@pintle/api/core/v1';
import type { Client } from '@pintle/client';
import type { AccessFiles } from '../access-files.js';
import type { Loose } from './stage.js';

const base = '/apis/metrics.k8s.io/v1beta1';
const windowSeconds = 1;

const resources = {
  ...{ kind: 'APIResourceList', apiVersion: 'v1', groupVersion: 'metrics.k8s.io/v1beta1' },
  resources: [{ name: 'pods', singularName: '', namespaced: true, kind: 'PodMetrics', verbs: ['get', 'list'] }],
};

export async function startMetricsServer(files: AccessFiles, client: Client): Promise<{ stop(): Promise<void> }> {
  const [cert, key] = await Promise.all([readFile(files.certFile), readFile(files.keyFile)]);
  const server = createServer({ cert, key }, async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'https://localhost');
    const [, namespace] = new RegExp(`^${base}/namespaces/([^/]+)/pods$`).exec(pathname) ?? [];
    const body =
      namespace === undefined
        ? pathname === base && resources
        : await podMetrics(client, namespace, searchParams.get('labelSelector') ?? '');
    response.writeHead(body ? 200 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body || { kind: 'Status', apiVersion: 'v1', status: 'Failure', code: 404 }));
  });
  await new Promise<void>((done) => server.listen(0, 'localhost', done));
  const { port } = server.address() as AddressInfo;
  const namespace = 'kube-system';
  const apply = (object: object) => client.apply(object as Loose, { fieldManager: 'metrics-server', force: true });
  await apply({
    ...{ apiVersion: 'v1', kind: 'Service', metadata: { name: 'metrics-server', namespace } },
    spec: { type: 'ExternalName', externalName: 'localhost' },
  });
  await apply({
    ...{ apiVersion: 'apiregistration.k8s.io/v1', kind: 'APIService', metadata: { name: 'v1beta1.metrics.k8s.io' } },
    spec: {
      ...{ group: 'metrics.k8s.io', version: 'v1beta1', groupPriorityMinimum: 100, versionPriority: 100 },
      ...{ insecureSkipTLSVerify: true, service: { name: 'metrics-server', namespace, port } },
    },
  });
  return {
    stop: () =>
      new Promise<void>((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

async function podMetrics(client: Client, namespace: string, labelSelector: string) {
  const timestamp = `${new Date().toISOString().slice(0, 19)}Z`;
  const pods = (await client.list(Pod, { namespace, labelSelector })).filter(
    ({ status }) => status?.phase === 'Running',
  );
  return {
    ...{ kind: 'PodMetricsList', apiVersion: 'metrics.k8s.io/v1beta1', metadata: {} },
    items: pods.map(({ metadata: { name, annotations, labels }, spec }) => ({
      ...{ metadata: { name, namespace, labels }, timestamp, window: `${windowSeconds}s` },
      containers: spec?.containers.map((each) => ({
        name: each.name,
        usage: { cpu: annotations?.['stories/cpu'] ?? '0', memory: '1Mi' },
      })),
    })),
  };
}
