/**
 * What a kubelet tells over HTTP, for who asks the API server for `nodes/NAME/proxy/…`. It listens to nothing: the API
 * server asks it in process, and has settled who may.
 *
 * **Differs from Kubernetes**: of the kubelet's paths those for reading are there; commands go by the subresources of pods.
 * There are no metrics of probes and of cAdvisor. `/logs/` shows the logs of containers, and nothing else of the machine.
 */
import type { NodeAgent, NodeAnswer } from '@pintle/contracts';
import { createMetrics, StatusError } from '@pintle/machinery';
import { leaseDurationSecondsDefault, statusPeriodMsDefault } from '../node/node-registration.js';
import { logsUnder, type NodeLogParts } from './node-logs.js';
import { resourceMetrics } from './resource-metrics.js';
import type { StatsSummary } from './stats-summary.js';

export interface NodeApiParts extends NodeLogParts {
  readonly summary: () => Promise<StatsSummary>;
}

type Page = (parts: NodeApiParts, query: URLSearchParams) => Promise<NodeAnswer> | NodeAnswer;

export function nodeApi(parts: NodeApiParts): NodeAgent['get'] {
  return async (path, query, signal) => {
    const page = pages.get(path.length > 1 ? path.replace(/\/$/, '') : path);
    if (page !== undefined) return page(parts, query);
    const [, root, ...rest] = path.split('/');
    if (root !== 'logs' && root !== 'containerLogs') return notFoundPage;
    try {
      return (await logsUnder(parts, root, rest.map(decodeURIComponent), query, signal)) ?? notFoundPage;
    } catch (error) {
      if (StatusError.is(error)) return text(`${error.message}\n`, error.code);
      if (error instanceof URIError) return notFoundPage;
      throw error;
    }
  };
}

const text = (body: string, status = 200): NodeAnswer => ({ status, contentType: 'text/plain; charset=utf-8', body });
const json = (value: unknown): NodeAnswer => ({
  status: 200,
  contentType: 'application/json',
  body: JSON.stringify(value),
});
const notFoundPage = text('404 page not found\n', 404);

const checks = ['ping', 'log', 'syncloop'];
const healthy: Page = (_parts, query) =>
  text(query.has('verbose') ? `${checks.map((name) => `[+]${name} ok\n`).join('')}healthz check passed\n` : 'ok');

const podList = (items: readonly object[]) => json({ kind: 'PodList', apiVersion: 'v1', metadata: {}, items });

const runningPods: Page = async ({ workers }) => {
  const states = await Promise.all([...workers()].map(async (worker) => ({ worker, ...(await worker.readState()) })));
  return podList(
    states.flatMap(({ worker: { pod }, containers }) => {
      const running = containers.filter(({ state }) => state === 'running');
      if (running.length === 0) return [];
      const { name, namespace, uid } = pod.metadata;
      const spec = { containers: running.map((each) => ({ name: each.name, image: each.image, resources: {} })) };
      return [{ metadata: { name, namespace, uid, creationTimestamp: null }, spec, status: {} }];
    }),
  );
};

const metrics: Page = async ({ context, workers }) => {
  const registry = createMetrics();
  const containers = registry.gauge({
    name: 'kubelet_running_containers',
    help: 'Containers of this node, by state.',
    labels: ['container_state'],
  });
  let pods = 0;
  for (const worker of workers()) {
    const { sandbox, containers: runs } = await worker.readState();
    if (sandbox?.state === 'ready') pods++;
    for (const { state } of runs) containers.with(state).add(1);
  }
  registry.gauge({ name: 'kubelet_running_pods', help: 'Pods that have a sandbox on this node.' }).with().set(pods);
  const node = registry.gauge({ name: 'kubelet_node_name', help: 'The name of this node.', labels: ['node'] });
  node.with(context.nodeName).set(1);
  return metricsText(await registry.text());
};

const metricsText = (body: string): NodeAnswer => ({
  status: 200,
  contentType: 'text/plain; version=0.0.4; charset=utf-8',
  body,
});

/** The fields of upstream's KubeletConfiguration that mean something here. */
const configuration: Page = ({ context: { allocatable, volumeRefreshMs } }) =>
  json({
    kubeletconfig: {
      enableServer: true,
      syncFrequency: `${volumeRefreshMs / 1_000}s`,
      nodeStatusReportFrequency: `${statusPeriodMsDefault / 1_000}s`,
      nodeLeaseDurationSeconds: leaseDurationSecondsDefault,
      maxPods: Number(allocatable['pods'] ?? 0),
    },
  });

const pages: ReadonlyMap<string, Page> = new Map<string, Page>([
  ['/healthz', healthy],
  ...checks.map((name) => [`/healthz/${name}`, () => text('ok')] as const),
  ['/pods', ({ workers }) => podList([...workers()].map(({ pod }) => pod))],
  ['/runningpods', runningPods],
  ['/stats/summary', async ({ summary }) => json(await summary())],
  ['/metrics', metrics],
  ['/metrics/resource', async ({ summary }) => metricsText(await resourceMetrics(await summary()))],
  ['/configz', configuration],
]);
