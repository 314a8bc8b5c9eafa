/** What each action of a pod's plan does. The worker calls them one at a time. */
import { Pod } from '@pintle/api/core/v1';
import { AbortedError, StatusError } from '@pintle/machinery';
import type { KubeletContext } from '../kubelet-context.js';
import { type Backoff, stepBackoff } from './backoff.js';
import { eventOptions } from './event-options.js';
import { Interruption } from './interruption.js';
import { killContainer, killContainers } from './kill-pod.js';
import type { PodAction } from './plan-pod.js';
import type { PodHost } from './pod-host.js';
import { allContainersOf, podText } from './pod-names.js';
import { type Fault, type PodRuntimeState, runsOf, type Termination } from './pod-state.js';
import { podVolumes } from './pod-volumes.js';
import { StartFault, startContainer } from './start-container.js';

export interface PodActions {
  /** `done`: nothing is left of the pod. */
  perform(action: PodAction, termination: Termination | undefined): Promise<'done' | undefined>;
  /** Tells of containers that begin to wait. */
  notice(waits: ReadonlyMap<string, Fault>, state: PodRuntimeState): void;
  /** The pod is to end: what is begun is left, and what is ending ends sooner where less time is left. */
  hurry(termination: Termination): void;
  abort(): void;
  refreshVolumesAtMs(): number;
  refreshVolumes(): Promise<void>;
}

const retryMs = 10_000;

export function podActions(context: KubeletContext, host: PodHost): PodActions {
  const { world, runtime, network, recorder } = context;
  const volumes = podVolumes(context);
  const pullBackoffs = new Map<string, Backoff>();
  const noticed = new Map<string, string>();
  let interruption = new Interruption();
  let killDeadlineMs: number | undefined;
  let volumesAtMs = Number.POSITIVE_INFINITY;

  const event = (type: 'Normal' | 'Warning', reason: string, message: string, container?: string) =>
    recorder.record(host.pod, type, reason, message, eventOptions(host.pod, container));
  const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

  /** Of the pod as a whole: nothing goes on until it is tried again. */
  const failPod = (reason: string, eventReason: string, message: string) => {
    event('Warning', eventReason, message);
    host.remember({ fault: { reason, message, retryAtMs: world.clock.now() + retryMs } });
  };

  const mountVolumes = async () => {
    try {
      await volumes.mount(host.pod, host.memory.ip, interruption);
      host.remember({ volumesMounted: true, fault: undefined });
      volumesAtMs = volumes.isChanging() ? world.clock.now() + context.volumeRefreshMs : Number.POSITIVE_INFINITY;
    } catch (error) {
      // The pod is to end: nobody waits for its volumes any more.
      if (error instanceof AbortedError) return;
      failPod('ContainerCreating', 'FailedMount', messageOf(error));
    }
  };

  const createSandbox = async (attempt: number) => {
    const { name = '', namespace = '', uid = '', labels = {}, annotations = {} } = host.pod.metadata;
    try {
      const hostNetwork = host.pod.spec?.hostNetwork === true;
      const ip = hostNetwork ? context.hostIP : (await network.setUpPod({ namespace, name, uid })).ip;
      const config = {
        name,
        namespace,
        uid,
        attempt,
        hostname: host.pod.spec?.hostname || name,
        hostNetwork,
        labels,
        annotations,
        ip,
      };
      const id = await runtime.runPodSandbox(config);
      host.setSandboxes([{ id, config, state: 'ready', createdAtMs: world.clock.now() }, ...host.sandboxes]);
      host.remember({ ip, fault: undefined });
    } catch (error) {
      failPod('ContainerCreating', 'FailedCreatePodSandBox', `Failed to create pod sandbox: ${messageOf(error)}`);
    }
  };

  const start = async (action: Extract<PodAction, { type: 'startContainer' }>) => {
    const { container, attempt, afterExitAtMs } = action;
    if (interruption.aborted) return;
    const { name } = container;
    if (afterExitAtMs !== undefined) {
      const backoffs = new Map(host.memory.backoffs);
      backoffs.set(name, stepBackoff(backoffs.get(name), afterExitAtMs, world.clock.now()));
      host.remember({ backoffs });
    }
    let fault: Fault | undefined;
    try {
      const begun = startContainer(context, {
        pod: host.pod,
        container,
        attempt,
        sandboxId: host.sandboxes[0]!.id,
        podIP: host.memory.ip,
        volumePaths: volumes.paths,
        pullBackoffs,
        interruption,
        event: (type, reason, message) => event(type, reason, message, name),
        onStarting(id, starting) {
          const ids = new Set(host.memory.starting);
          if (starting) ids.add(id);
          else ids.delete(id);
          host.remember({ starting: ids });
        },
      });
      await interruption.orAborted(begun);
      // Where the pod is to end, the start is left alone; what it may still make is ended with the sandbox.
      begun.catch(() => {});
    } catch (error) {
      fault =
        error instanceof StartFault
          ? error.fault
          : { reason: 'CreateContainerError', message: messageOf(error), retryAtMs: world.clock.now() + retryMs };
    }
    if (fault !== undefined || host.memory.faults.has(name)) {
      const faults = new Map(host.memory.faults);
      if (fault === undefined) faults.delete(name);
      else faults.set(name, fault);
      host.remember({ faults });
    }
    await removeOldRuns(name);
  };

  /** Of each container the newest run stays, and the one before it, for its log and its status. */
  const removeOldRuns = async (name: string) => {
    const { containers } = await host.readState();
    for (const run of runsOf(containers, name).slice(2))
      if (run.state !== 'running') await runtime.removeContainer(run.id);
  };

  const kill = async ({ id, container, message, graceMs }: Extract<PodAction, { type: 'killContainer' }>) => {
    const deadlineMs = world.clock.now() + graceMs;
    killDeadlineMs = deadlineMs;
    try {
      await killContainer(context, {
        pod: host.pod,
        container,
        containerId: id,
        podIP: host.memory.ip ?? '',
        graceMs,
        message,
        event: (type, reason, text) => event(type, reason, text, container.name),
      });
    } finally {
      killDeadlineMs = undefined;
    }
  };

  const killPod = async (graceMs: number) => {
    killDeadlineMs = world.clock.now() + graceMs;
    try {
      const { containers } = await host.readState();
      await killContainers(context, {
        pod: host.pod,
        running: containers.filter(({ state }) => state === 'running'),
        graceMs,
        podIP: host.memory.ip ?? '',
        event: (container, type, reason, message) => event(type, reason, message, container.name),
      });
      for (const { id } of host.sandboxes) await runtime.stopPodSandbox(id);
      host.setSandboxes(host.sandboxes.map((sandbox) => ({ ...sandbox, state: 'notReady' as const })));
    } finally {
      killDeadlineMs = undefined;
    }
  };

  const tearDown = async () => {
    volumesAtMs = Number.POSITIVE_INFINITY;
    const uid = host.pod.metadata.uid!;
    await context.volumes.unmountAll(uid);
    context.nodeVolumes.release(uid);
    await network.tearDownPod(uid);
    host.remember({ tornDown: true });
  };

  const removeSandboxes = async () => {
    for (const { id } of host.sandboxes) await runtime.removePodSandbox(id);
    host.setSandboxes([]);
  };

  const deletePod = async () => {
    const { uid, name, namespace } = host.pod.metadata;
    await context.statuses.flush(uid!);
    try {
      await context.client.delete(
        Pod,
        { name: name!, namespace: namespace! },
        { gracePeriodSeconds: 0, preconditions: { uid: uid! } },
      );
    } catch (error) {
      // Gone, or another pod of that name: either way this one is no longer there.
      if (!StatusError.is(error, 'NotFound') && !StatusError.is(error, 'Conflict')) throw error;
    }
    await removeSandboxes();
  };

  return {
    async perform(action, termination) {
      if (termination === undefined && interruption.aborted) interruption = new Interruption();
      switch (action.type) {
        case 'mountVolumes':
          await mountVolumes();
          return undefined;
        case 'createSandbox':
          await createSandbox(action.attempt);
          return undefined;
        case 'startContainer':
          await start(action);
          return undefined;
        case 'killContainer':
          await kill(action);
          return undefined;
        case 'killPod':
          await killPod(action.graceMs);
          return undefined;
        case 'tearDown':
          await tearDown();
          return undefined;
        case 'deletePod':
          await deletePod();
          return 'done';
        case 'forgetPod':
          await removeSandboxes();
          return 'done';
      }
    },
    notice(waits, { containers }) {
      for (const [name, { reason }] of waits) {
        const key = `${reason} ${runsOf(containers, name)[0]?.attempt ?? ''}`;
        if (noticed.get(name) === key) continue;
        noticed.set(name, key);
        if (reason === 'CrashLoopBackOff')
          event('Warning', 'BackOff', `Back-off restarting failed container ${name} in pod ${podText(host.pod)}`, name);
        else if (reason === 'ImagePullBackOff') {
          const image = allContainersOf(host.pod.spec!).find((container) => container.name === name)?.image ?? '';
          event('Normal', 'BackOff', `Back-off pulling image ${JSON.stringify(image)}`, name);
          event('Warning', 'Failed', 'Error: ImagePullBackOff', name);
        }
      }
    },
    hurry({ graceMs }) {
      interruption.abort();
      const deadlineMs = world.clock.now() + graceMs;
      if (killDeadlineMs === undefined || deadlineMs >= killDeadlineMs) return;
      killDeadlineMs = deadlineMs;
      void host
        .readState()
        .then(({ containers }) =>
          Promise.all(
            containers
              .filter(({ state }) => state === 'running')
              .map(({ id }) =>
                runtime
                  .stopContainer(id, graceMs)
                  .catch((error: unknown) =>
                    world.logger.log('debug', 'container could not be hurried', { id, error }),
                  ),
              ),
          ),
        );
    },
    abort: () => interruption.abort(),
    refreshVolumesAtMs: () => volumesAtMs,
    async refreshVolumes() {
      if (world.clock.now() < volumesAtMs) return;
      volumesAtMs = world.clock.now() + context.volumeRefreshMs;
      try {
        await volumes.mount(host.pod, host.memory.ip);
      } catch (error) {
        event('Warning', 'FailedMount', messageOf(error));
      }
    },
  };
}
