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
import { allContainersOf, hostnameOf, podText } from './pod-names.js';
import { type Fault, type PodRuntimeState, runsOf, type Termination } from './pod-state.js';
import { PodVolumes } from './pod-volumes.js';
import { StartFault, startContainer } from './start-container.js';

const retryMs = 10_000;

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** One for each pod of the node, so what few pods need is made when it is needed. */
export class PodActions {
  private readonly volumes: PodVolumes;
  private pullBackoffs: Map<string, Backoff> | undefined;
  /** By container: what it was last told to wait for. */
  private noticed: Map<string, string> | undefined;
  private interruption = new Interruption();
  private killDeadlineMs: number | undefined;
  private volumesAtMs = Number.POSITIVE_INFINITY;

  constructor(
    private readonly context: KubeletContext,
    private readonly host: PodHost,
  ) {
    this.volumes = new PodVolumes(context);
  }

  /** `done`: nothing is left of the pod. */
  async perform(action: PodAction, termination: Termination | undefined): Promise<'done' | undefined> {
    if (termination === undefined && this.interruption.aborted) this.interruption = new Interruption();
    switch (action.type) {
      case 'mountVolumes':
        await this.mountVolumes();
        return undefined;
      case 'createSandbox':
        await this.createSandbox(action.attempt);
        return undefined;
      case 'startContainer':
        await this.start(action);
        return undefined;
      case 'killContainer':
        await this.kill(action);
        return undefined;
      case 'killPod':
        await this.killPod(action.graceMs);
        return undefined;
      case 'tearDown':
        await this.tearDown();
        return undefined;
      case 'deletePod':
        await this.deletePod();
        return 'done';
      case 'forgetPod':
        await this.removeSandboxes();
        return 'done';
    }
  }

  /** Tells of containers that begin to wait. */
  notice(waits: ReadonlyMap<string, Fault>, { containers }: PodRuntimeState): void {
    const { host } = this;
    for (const [name, { reason }] of waits) {
      const key = `${reason} ${runsOf(containers, name)[0]?.attempt ?? ''}`;
      this.noticed ??= new Map();
      if (this.noticed.get(name) === key) continue;
      this.noticed.set(name, key);
      if (reason === 'CrashLoopBackOff') {
        const message = `Back-off restarting failed container ${name} in pod ${podText(host.pod)}`;
        this.event('Warning', 'BackOff', message, name);
      } else if (reason === 'ImagePullBackOff') {
        const image = allContainersOf(host.pod.spec!).find((container) => container.name === name)?.image ?? '';
        this.event('Normal', 'BackOff', `Back-off pulling image ${JSON.stringify(image)}`, name);
        this.event('Warning', 'Failed', 'Error: ImagePullBackOff', name);
      }
    }
  }

  /** The pod is to end: what is begun is left, and what is ending ends sooner where less time is left. */
  hurry({ graceMs }: Termination): void {
    this.interruption.abort();
    const { world } = this.context;
    const deadlineMs = world.clock.now() + graceMs;
    if (this.killDeadlineMs === undefined || deadlineMs >= this.killDeadlineMs) return;
    this.killDeadlineMs = deadlineMs;
    void this.hurryContainers(graceMs);
  }

  private async hurryContainers(graceMs: number): Promise<void> {
    const { runtime, world } = this.context;
    const { containers } = await this.host.readState();
    const running = containers.filter(({ state }) => state === 'running');
    await Promise.all(
      running.map(({ id }) =>
        runtime
          .stopContainer(id, graceMs)
          .catch((error: unknown) => world.logger.log('debug', 'container could not be hurried', { id, error })),
      ),
    );
  }

  abort(): void {
    this.interruption.abort();
  }

  get refreshVolumesAtMs(): number {
    return this.volumesAtMs;
  }

  async refreshVolumes(): Promise<void> {
    const { clock } = this.context.world;
    if (clock.now() < this.volumesAtMs) return;
    this.volumesAtMs = clock.now() + this.context.volumeRefreshMs;
    try {
      await this.volumes.mount(this.host.pod, this.host.memory.ip);
    } catch (error) {
      this.event('Warning', 'FailedMount', messageOf(error));
    }
  }

  private event(type: 'Normal' | 'Warning', reason: string, message: string, container?: string): void {
    const { pod } = this.host;
    this.context.recorder.record(pod, type, reason, message, eventOptions(pod, container));
  }

  /** Of the pod as a whole: nothing goes on until it is tried again. */
  private failPod(reason: string, eventReason: string, message: string): void {
    this.event('Warning', eventReason, message);
    this.host.remember({ fault: { reason, message, retryAtMs: this.context.world.clock.now() + retryMs } });
  }

  private async mountVolumes(): Promise<void> {
    try {
      await this.volumes.mount(this.host.pod, this.host.memory.ip, this.interruption);
      this.host.remember({ volumesMounted: true, fault: undefined });
      this.volumesAtMs = this.volumes.isChanging
        ? this.context.world.clock.now() + this.context.volumeRefreshMs
        : Number.POSITIVE_INFINITY;
    } catch (error) {
      // The pod is to end: nobody waits for its volumes any more.
      if (error instanceof AbortedError) return;
      this.failPod('ContainerCreating', 'FailedMount', messageOf(error));
    }
  }

  private async createSandbox(attempt: number): Promise<void> {
    const { name = '', namespace = '', uid = '', labels = {}, annotations = {} } = this.host.pod.metadata;
    try {
      const hostNetwork = this.host.pod.spec?.hostNetwork === true;
      const ip = hostNetwork ? this.context.hostIP : (await this.context.network.setUpPod({ namespace, name, uid })).ip;
      const config = {
        name,
        namespace,
        uid,
        attempt,
        hostname: hostnameOf(this.host.pod),
        hostNetwork,
        labels,
        annotations,
        ip,
      };
      const id = await this.context.runtime.runPodSandbox(config);
      this.host.setSandboxes([
        { id, config, state: 'ready', createdAtMs: this.context.world.clock.now() },
        ...this.host.sandboxes,
      ]);
      this.host.remember({ ip, fault: undefined });
    } catch (error) {
      this.failPod('ContainerCreating', 'FailedCreatePodSandBox', `Failed to create pod sandbox: ${messageOf(error)}`);
    }
  }

  private async start(action: Extract<PodAction, { type: 'startContainer' }>): Promise<void> {
    const { container, attempt, afterExitAtMs } = action;
    if (this.interruption.aborted) return;
    const { name } = container;
    if (afterExitAtMs !== undefined) {
      const backoffs = new Map(this.host.memory.backoffs);
      backoffs.set(name, stepBackoff(backoffs.get(name), afterExitAtMs, this.context.world.clock.now()));
      this.host.remember({ backoffs });
    }
    let fault: Fault | undefined;
    try {
      const begun = startContainer(this.context, {
        pod: this.host.pod,
        container,
        attempt,
        sandboxId: this.host.sandboxes[0]!.id,
        podIP: this.host.memory.ip,
        volumePaths: this.volumes.paths,
        pullBackoffs: (this.pullBackoffs ??= new Map()),
        interruption: this.interruption,
        event: (type, reason, message) => this.event(type, reason, message, name),
        onStarting: (id, starting) => {
          const ids = new Set(this.host.memory.starting);
          if (starting) ids.add(id);
          else ids.delete(id);
          this.host.remember({ starting: ids });
        },
      });
      await this.interruption.orAborted(begun);
      // Where the pod is to end, the start is left alone; what it may still make is ended with the sandbox.
      begun.catch(() => {});
    } catch (error) {
      fault =
        error instanceof StartFault
          ? error.fault
          : {
              reason: 'CreateContainerError',
              message: messageOf(error),
              retryAtMs: this.context.world.clock.now() + retryMs,
            };
    }
    if (fault !== undefined || this.host.memory.faults.has(name)) {
      const faults = new Map(this.host.memory.faults);
      if (fault === undefined) faults.delete(name);
      else faults.set(name, fault);
      this.host.remember({ faults });
    }
    await this.removeOldRuns(name);
  }

  /** Of each container the newest run stays, and the one before it, for its log and its status. */
  private async removeOldRuns(name: string): Promise<void> {
    const { containers } = await this.host.readState();
    for (const run of runsOf(containers, name).slice(2))
      if (run.state !== 'running') await this.context.runtime.removeContainer(run.id);
  }

  private async kill({
    id,
    container,
    message,
    graceMs,
  }: Extract<PodAction, { type: 'killContainer' }>): Promise<void> {
    const deadlineMs = this.context.world.clock.now() + graceMs;
    this.killDeadlineMs = deadlineMs;
    try {
      await killContainer(this.context, {
        pod: this.host.pod,
        container,
        containerId: id,
        podIP: this.host.memory.ip ?? '',
        graceMs,
        message,
        event: (type, reason, text) => this.event(type, reason, text, container.name),
      });
    } finally {
      this.killDeadlineMs = undefined;
    }
  }

  private async killPod(graceMs: number): Promise<void> {
    this.killDeadlineMs = this.context.world.clock.now() + graceMs;
    try {
      const { containers } = await this.host.readState();
      await killContainers(this.context, {
        pod: this.host.pod,
        running: containers.filter(({ state }) => state === 'running'),
        graceMs,
        podIP: this.host.memory.ip ?? '',
        event: (container, type, reason, message) => this.event(type, reason, message, container.name),
      });
      for (const { id } of this.host.sandboxes) await this.context.runtime.stopPodSandbox(id);
      this.host.setSandboxes(this.host.sandboxes.map((sandbox) => ({ ...sandbox, state: 'notReady' as const })));
    } finally {
      this.killDeadlineMs = undefined;
    }
  }

  private async tearDown(): Promise<void> {
    this.volumesAtMs = Number.POSITIVE_INFINITY;
    const uid = this.host.pod.metadata.uid!;
    await this.context.volumes.unmountAll(uid);
    this.context.nodeVolumes.release(uid);
    await this.context.network.tearDownPod(uid);
    this.host.remember({ tornDown: true });
  }

  private async removeSandboxes(): Promise<void> {
    for (const { id } of this.host.sandboxes) await this.context.runtime.removePodSandbox(id);
    this.host.setSandboxes([]);
  }

  private async deletePod(): Promise<void> {
    const { uid, name, namespace } = this.host.pod.metadata;
    await this.context.statuses.flush(uid!);
    try {
      await this.context.client.delete(
        Pod,
        { name: name!, namespace: namespace! },
        { gracePeriodSeconds: 0, preconditions: { uid: uid! } },
      );
    } catch (error) {
      // Gone, or another pod of that name: either way this one is no longer there.
      if (!StatusError.is(error, 'NotFound') && !StatusError.is(error, 'Conflict')) throw error;
    }
    await this.removeSandboxes();
  }
}
