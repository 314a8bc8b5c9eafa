/** An adapter of custom and external metrics as they run behind API servers: what it answers to a GET is data. */
import type { Service } from '@pintle/api/core/v1';
import type { Client } from '@pintle/client';
import type { KubernetesObject } from '@pintle/machinery';

export interface MetricsAdapter {
  /** What it is asked, discovery apart, as `custom.metrics.k8s.io/v1beta2/namespaces/default/pods/web-0/hits?labelSelector=app%3Dweb`. */
  readonly asked: string[];
  /** By path and query; 404 where there is none. */
  readonly answers: Map<string, { readonly status?: number; readonly body: object | string }>;
  answer(url: string): { readonly status: number; readonly body: string };
}

/** Of the group versions that it serves: `custom.metrics.k8s.io/v1beta2`. */
export function metricsAdapter(apiVersions: readonly string[]): MetricsAdapter {
  const asked: string[] = [];
  const answers: MetricsAdapter['answers'] = new Map();
  return {
    asked,
    answers,
    answer(url) {
      const { pathname, search } = new URL(url, 'https://adapter.invalid');
      const path = `${decodeURIComponent(pathname).replace(/^\/apis\//, '')}${search}`;
      if (apiVersions.includes(path)) {
        const list = { kind: 'APIResourceList', apiVersion: 'v1', groupVersion: path, resources: [] };
        return { status: 200, body: JSON.stringify(list) };
      }
      if (!path.startsWith('/openapi')) asked.push(path);
      const { status = 200, body } = answers.get(path) ?? {
        ...{ status: 404 },
        body: {
          kind: 'Status',
          apiVersion: 'v1',
          status: 'Failure',
          reason: 'NotFound',
          code: 404,
          message: 'no such',
        },
      };
      return { status, body: typeof body === 'string' ? body : JSON.stringify(body) };
    },
  };
}

/** Says at the API server that a group version is served behind it, on a port of this machine. */
export async function registerAdapter(
  client: Client,
  apiVersion: string,
  { port = 443, versionPriority = 100 }: { readonly port?: number; readonly versionPriority?: number } = {},
): Promise<void> {
  const [group = '', version = ''] = apiVersion.split('/');
  const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'adapter', namespace: 'default' } };
  await client.apply({ ...service, spec: { type: 'ExternalName', externalName: 'localhost' } } as Service, {
    fieldManager: 'tests',
  });
  await client.create({
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: { name: `${version}.${group}` },
    spec: {
      ...{ group, version, groupPriorityMinimum: 100, versionPriority, insecureSkipTLSVerify: true },
      service: { name: 'adapter', namespace: 'default', port },
    },
  } as KubernetesObject);
}
