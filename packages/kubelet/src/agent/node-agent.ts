/** What the API server asks of a node: logs, exec, attach, port-forward, statistics, found by pod and container name. */
import type { ContainerStatus as ApiContainerStatus, Pod } from '@pintle/api/core/v1';
import type { ContainerStatus, NodeAgent, PodContainerRef } from '@pintle/contracts';
import { badRequest, notFound, statusError } from '@pintle/machinery';
import type { KubeletContext } from '../kubelet-context.js';
import { allContainersOf } from '../pod/pod-names.js';
import { runsOf } from '../pod/pod-state.js';
import type { PodWorker } from '../pod/pod-worker.js';
import { nodeApi } from './node-api.js';
import { statsSummary } from './stats-summary.js';

export function createNodeAgent(
  context: KubeletContext,
  workers: () => Iterable<PodWorker>,
  startedAtMs: number,
): NodeAgent {
  const { runtime } = context;
  const summary = () => statsSummary(context, workers(), startedAtMs);

  const workerOf = (namespace: string, name: string): PodWorker => {
    for (const worker of workers())
      if (worker.pod.metadata.name === name && worker.pod.metadata.namespace === namespace) return worker;
    throw notFound({ group: '', plural: 'pods' }, name);
  };

  const runsIn = async ({ namespace, pod, container }: PodContainerRef) => {
    const worker = workerOf(namespace, pod);
    if (!allContainersOf(worker.pod.spec!).some(({ name }) => name === container))
      throw badRequest(`container ${container} is not valid for pod ${pod}`);
    const { containers } = await worker.readState();
    return { pod: worker.pod, runs: runsOf(containers, container).filter(({ state }) => state !== 'created') };
  };

  const runningIn = async (target: PodContainerRef): Promise<ContainerStatus> => {
    const { runs } = await runsIn(target);
    const running = runs.find(({ state }) => state === 'running');
    if (running === undefined) throw notRunning(target);
    return running;
  };

  const logs: NodeAgent['logs'] = async (target, { previous = false, ...options }) => {
    const { pod, runs } = await runsIn(target);
    const quoted = `${JSON.stringify(target.container)} in pod ${JSON.stringify(target.pod)}`;
    // The run before the newest; where the newest waits to be run again, it is the one before the next.
    const waiting = runs[0]?.state === 'exited' && waitingOf(pod, target.container) !== undefined;
    const run = previous ? (waiting ? runs[0] : runs[1]) : runs[0];
    if (run !== undefined) return runtime.logs(run.id, options);
    if (previous) throw badRequest(`previous terminated container ${quoted} not found`);
    const reason = waitingOf(pod, target.container)?.reason ?? 'ContainerCreating';
    if (reason === 'ErrImagePull') throw badRequest(`container ${quoted} is waiting to start: image can't be pulled`);
    if (reason === 'ImagePullBackOff')
      throw badRequest(`container ${quoted} is waiting to start: trying and failing to pull image`);
    throw badRequest(`container ${quoted} is waiting to start: ${reason}`);
  };

  return {
    logs,
    async requireRunning(target) {
      await runningIn(target);
    },
    async exec(target, request) {
      const { id } = await runningIn(target);
      return runtime.exec(id, request);
    },
    async attach(target, request) {
      const { id } = await runningIn(target);
      return runtime.attach(id, request);
    },
    async portForward({ namespace, pod }, port) {
      const { sandboxId } = workerOf(namespace, pod);
      if (sandboxId === undefined) throw statusError('NotFound', `pod ${pod} has no sandbox yet`);
      return runtime.portForward(sandboxId, port);
    },
    statsSummary: summary,
    get: nodeApi({ context, workers, summary, logs }),
  };
}

const notRunning = ({ container }: PodContainerRef) =>
  statusError('NotFound', `container not found (${JSON.stringify(container)})`);

function waitingOf(pod: Pod, name: string) {
  const statuses: readonly ApiContainerStatus[] = [
    ...(pod.status?.containerStatuses ?? []),
    ...(pod.status?.initContainerStatuses ?? []),
    ...(pod.status?.ephemeralContainerStatuses ?? []),
  ];
  return statuses.find((status) => status.name === name)?.state?.waiting;
}
