/** Starts one container: its image, its configuration, the start itself, and its postStart hook. */
import type { Container, Pod } from '@pintle/api/core/v1';
import { ContainerStartError } from '@pintle/contracts';
import { formatGoDuration, secondsToMs } from '@pintle/machinery';
import type { KubeletContext } from '../kubelet-context.js';
import { runHook } from '../probe/run-probe.js';
import { type Backoff, stepBackoff, waitLeft } from './backoff.js';
import { containerConfigOf } from './container-config.js';
import { ContainerConfigError, environmentOf, referencesOf } from './environment.js';
import type { Interruption } from './interruption.js';
import { allContainersOf } from './pod-names.js';
import type { Fault } from './pod-state.js';
import { lookUp } from './pod-volumes.js';

/** Why a container did not start, as its status is to show it. */
export class StartFault extends Error {
  readonly code = 'PINTLE_START_FAULT';
  constructor(
    readonly fault: Fault,
    options?: ErrorOptions,
  ) {
    super(fault.message, options);
    this.name = 'StartFault';
  }
}

export interface StartOptions {
  readonly pod: Pod;
  readonly container: Container;
  readonly attempt: number;
  readonly sandboxId: string;
  readonly podIP: string | undefined;
  readonly volumePaths: ReadonlyMap<string, string>;
  /** By image: of pulls that failed. */
  readonly pullBackoffs: Map<string, Backoff>;
  /** The pod ends: what is not started yet need not be. */
  readonly interruption: Pick<Interruption, 'aborted'>;
  readonly event: (type: 'Normal' | 'Warning', reason: string, message: string) => void;
  /** Between a container's start and the end of its postStart hook. */
  readonly onStarting: (containerId: string, starting: boolean) => void;
}

/** Kubelet's wait before it tries again what has no back-off of its own. */
const retryMs = 10_000;
/** How long `ErrImagePull` is shown before `ImagePullBackOff`, and `RunContainerError` before `CrashLoopBackOff`. */
const errorShownMs = 1_000;

/** Errors: `StartFault`. */
export async function startContainer(context: KubeletContext, options: StartOptions): Promise<void> {
  const { pod, container, attempt, event, interruption } = options;
  const { runtime, world } = context;
  const imageRef = await ensureImage(context, options);
  if (interruption.aborted) return;
  const retryAtMs = world.clock.now() + retryMs;
  let containerId: string;
  try {
    const { metadata, spec } = pod;
    const services = [
      ...context.objects.services(metadata.namespace!),
      ...(metadata.namespace === 'default'
        ? []
        : context.objects.services('default').filter(({ metadata: { name } }) => name === 'kubernetes')),
    ];
    const environment = environmentOf(container, {
      pod,
      objects: await lookUp(context, metadata.namespace!, referencesOf(container)),
      services,
      podIP: options.podIP,
      hostIP: context.hostIP,
      allocatable: context.allocatable,
      containers: allContainersOf(spec!),
    });
    const config = containerConfigOf({
      pod,
      container,
      attempt,
      imageRef,
      environment,
      volumePaths: options.volumePaths,
    });
    for (const [index, { name, subPath, subPathExpr }] of (container.volumeMounts ?? []).entries())
      if (subPath || subPathExpr)
        await makeSubPath(context, container, options.volumePaths.get(name)!, config.mounts[index]!.hostPath);
    containerId = await runtime.createContainer(options.sandboxId, config);
  } catch (error) {
    const reason =
      error instanceof ContainerConfigError || error instanceof ContainerStartError
        ? error.reason
        : 'CreateContainerError';
    event('Warning', 'Failed', `Error: ${messageOf(error)}`);
    throw new StartFault({ reason, message: messageOf(error), retryAtMs }, { cause: error });
  }
  event('Normal', 'Created', `Created container: ${container.name}`);
  const hook = container.lifecycle?.postStart;
  if (hook !== undefined) options.onStarting(containerId, true);
  try {
    await runtime.startContainer(containerId);
  } catch (error) {
    event('Warning', 'Failed', `Error: ${messageOf(error)}`);
    throw new StartFault(
      {
        reason: error instanceof ContainerStartError ? error.reason : 'RunContainerError',
        message: messageOf(error),
        retryAtMs: world.clock.now() + errorShownMs,
      },
      { cause: error },
    );
  }
  event('Normal', 'Started', `Started container ${container.name}`);
  if (hook === undefined) return;
  try {
    await runHook(
      hook,
      Number.MAX_SAFE_INTEGER,
      { containerId, container, podIP: options.podIP ?? '' },
      { clock: world.clock, runtime, prober: context.prober },
    );
  } catch (error) {
    event('Warning', 'FailedPostStartHook', `PostStartHook failed`);
    event('Normal', 'Killing', 'FailedPostStartHook');
    await runtime.stopContainer(containerId, secondsToMs(pod.spec?.terminationGracePeriodSeconds ?? 30));
    throw new StartFault(
      { reason: 'PostStartHookError', message: messageOf(error), retryAtMs: world.clock.now() },
      { cause: error },
    );
  } finally {
    options.onStarting(containerId, false);
  }
}

/** Errors: `ContainerConfigError`. */
async function makeSubPath({ volumes }: KubeletContext, { name }: Container, volumePath: string, path: string) {
  try {
    await volumes.makeSubPath(volumePath, path);
  } catch (error) {
    const what = `failed to prepare subPath for volumeMount of container ${JSON.stringify(name)}: ${messageOf(error)}`;
    throw new ContainerConfigError(what, { cause: error });
  }
}

async function ensureImage(
  { runtime, world }: KubeletContext,
  { container, pullBackoffs, event }: StartOptions,
): Promise<string> {
  const image = container.image ?? '';
  const policy = container.imagePullPolicy ?? 'IfNotPresent';
  const present = await runtime.imageStatus(image);
  if (present !== undefined && policy !== 'Always') {
    event('Normal', 'Pulled', `Container image ${JSON.stringify(image)} already present on machine`);
    return present;
  }
  const nowMs = world.clock.now();
  if (policy === 'Never') {
    const message = `Container image ${JSON.stringify(image)} is not present with pull policy of Never`;
    event('Warning', 'ErrImageNeverPull', message);
    event('Warning', 'Failed', 'Error: ErrImageNeverPull');
    throw new StartFault({ reason: 'ErrImageNeverPull', message, retryAtMs: nowMs + retryMs });
  }
  event('Normal', 'Pulling', `Pulling image ${JSON.stringify(image)}`);
  try {
    const imageRef = await runtime.pullImage(image);
    const took = formatGoDuration(Math.round(world.clock.now() - nowMs));
    event(
      'Normal',
      'Pulled',
      `Successfully pulled image ${JSON.stringify(image)} in ${took} (${took} including waiting)`,
    );
    pullBackoffs.delete(image);
    return imageRef;
  } catch (error) {
    const failedAtMs = world.clock.now();
    const backoff = stepBackoff(pullBackoffs.get(image), failedAtMs, failedAtMs);
    pullBackoffs.set(image, backoff);
    event('Warning', 'Failed', `Failed to pull image ${JSON.stringify(image)}: ${messageOf(error)}`);
    event('Warning', 'Failed', 'Error: ErrImagePull');
    throw new StartFault(
      {
        reason: 'ErrImagePull',
        message: messageOf(error),
        retryAtMs: failedAtMs + waitLeft(backoff, failedAtMs, failedAtMs),
        later: {
          reason: 'ImagePullBackOff',
          message: `Back-off pulling image ${JSON.stringify(image)}: ErrImagePull: ${messageOf(error)}`,
          fromMs: failedAtMs + errorShownMs,
        },
      },
      { cause: error },
    );
  }
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
