/**
 * A workload with a real API server and a scheduler with all default plugins in this process, over informers, with
 * conditions and events. The measured pods are there before the scheduler starts.
 */
import { Pod } from '@pintle/api/core/v1';
import { createApiServer, type StoredObject } from '@pintle/apiserver';
import type { Client } from '@pintle/client';
import { intercept } from '@pintle/client/interceptor';
import { type KubernetesObject, realWorld } from '@pintle/machinery';
import { createScheduler, defaultPlugins, PodGroup, profile } from '@pintle/scheduler';
import { memoryStore } from '@pintle/store';
import { createInformers } from '@pintle/watch';
import { type Measured, megabytes, recordingMetrics, until } from './measured.js';
import { namespaces, nodeObject, podsOf, type Workload } from './workloads.js';

export const measuredNamespace = 'sched-1';

/** An API server with the workload's namespaces and nodes. */
export async function prepared(workload: Workload) {
  const world = realWorld();
  const backend = memoryStore<StoredObject>({ world });
  const disableAdmissionPlugins = ['TaintNodesByCondition'];
  const server = await createApiServer({ world, backend, disableAdmissionPlugins, kinds: [PodGroup] });
  const client = server.client();
  const make = (object: object) => client.create(object as KubernetesObject);
  for (const name of namespaces) await make({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  await make({ apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', value: 10, metadata: { name: 'high' } });
  for (const namespace of namespaces)
    await make({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace } });
  for (let i = 0; i < workload.nodes; i++) await make(nodeObject(i, workload.zones));
  const { gangs = 0, count } = workload.measured;
  for (let i = 0; i < gangs; i++)
    await make({
      apiVersion: 'scheduling.k8s.io/v1alpha2',
      kind: 'PodGroup',
      metadata: { name: `gang-${i}`, namespace: measuredNamespace },
      spec: { schedulingPolicy: { gang: { minCount: count / gangs } } },
    });
  /** Ends the server and its store, which would be there for the next row until its Events expire. */
  const stop = async () => {
    await server.stop();
    await backend.close();
  };
  return { server, client, stop };
}

export async function createPods(client: Client, pods: Iterable<object>): Promise<void> {
  for (const pod of pods) await client.create(pod as KubernetesObject);
}

export function policyOf({ percentageOfNodesToScore = 0, measured }: Workload) {
  return profile({
    plugins: defaultPlugins({ gangScheduling: measured.gangs !== undefined }),
    percentageOfNodesToScore,
  });
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

export async function runInProcess(workload: Workload): Promise<Measured> {
  const { server, client, stop } = await prepared(workload);
  const informers = createInformers({ client: server.client({ fieldManager: 'informers' }) });
  let [bound, firstMs, lastMs, firstCpu, lastCpu] = [0, 0, 0, 0, 0];
  const counted = intercept(server.client({ fieldManager: 'kube-scheduler' }), {
    async request({ subresource, key }, next) {
      const answer = await next();
      if (subresource !== 'binding' || key?.namespace !== measuredNamespace) return answer;
      lastMs = performance.now();
      bound++;
      if (bound === 1) [firstMs, firstCpu] = [lastMs, cpuSeconds()];
      if (bound === workload.measured.count) lastCpu = cpuSeconds();
      return answer;
    },
  });
  const { metrics, attemptMs } = recordingMetrics();
  const profiles = [policyOf(workload)];
  const first = createScheduler({ client: counted, informers, profiles });
  informers.start();
  await first.start();
  for (const [i, batch] of workload.init.entries()) await createPods(client, podsOf(batch, `init-${i}`));
  const { pendingInit = 0, measured } = workload;
  const initCount = workload.init.reduce((sum, { count }) => sum + count, 0) - pendingInit;
  await until(() => first.idle && first.counts.assumedOrBound === initCount);
  await first.stop();
  await createPods(client, podsOf(measured, 'measured'));
  const scheduler = createScheduler({ client: counted, informers, profiles, metrics });
  await scheduler.start();
  await until(() => bound >= measured.count);
  const podsPerSecond = (measured.count - 1) / ((lastMs - firstMs) / 1000);
  const placed = (await client.list(Pod, { namespace: measuredNamespace })).filter(({ spec }) => spec?.nodeName).length;
  if (placed !== measured.count) throw new Error(`${workload.name}: ${placed} of ${measured.count} pods have a node`);
  const memory = megabytes();
  await scheduler.stop();
  await informers.stop();
  await stop();
  const podsPerCpuSecond = (measured.count - 1) / (lastCpu - firstCpu);
  return { podsPerSecond, podsPerCpuSecond, attemptMs: attemptMs.sort((a, b) => a - b), ...memory };
}
