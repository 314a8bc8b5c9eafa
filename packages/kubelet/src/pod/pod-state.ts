/**
 * What the pod's worker knows when it decides: what the runtime has, and what it remembers itself. All of it is data,
 * so that `planPod` can be asked about any moment.
 */
import type { Pod } from '@pintle/api/core/v1';
import type { ContainerStatus, PodSandbox } from '@pintle/contracts';
import { parseTime } from '@pintle/machinery';
import type { ProbeVerdicts } from '../probe/step-probe.js';
import type { Backoff } from './backoff.js';

/** What the runtime has of one pod. */
export interface PodRuntimeState {
  /** The newest. */
  readonly sandbox?: PodSandbox;
  /** Of all sandboxes, in no order. */
  readonly containers: readonly ContainerStatus[];
}

/** Why something could not be done, as the pod's status shows it, and when to try again. */
export interface Fault {
  readonly reason: string;
  readonly message: string;
  readonly retryAtMs: number;
  /** What is shown from a later moment on, while the wait goes on: `ImagePullBackOff` after `ErrImagePull`. */
  readonly later?: { readonly reason: string; readonly message: string; readonly fromMs: number };
}

/** Why a pod ends. */
export interface Termination {
  /** `deleted`: the API asks for it. `gone`: it is no longer in the API. `ended`: its phase is final, or its time is up. */
  readonly cause: 'deleted' | 'gone' | 'ended';
  readonly graceMs: number;
}

/** What a worker remembers of its pod between decisions. */
export interface PodMemory {
  /** When this kubelet took the pod up. */
  readonly seenAtMs: number;
  readonly ip?: string;
  readonly volumesMounted: boolean;
  readonly tornDown: boolean;
  /** Of the pod as a whole: volumes, network, sandbox. */
  readonly fault?: Fault | undefined;
  /** By container name: why it is not running. */
  readonly faults: ReadonlyMap<string, Fault>;
  /** By container name. */
  readonly backoffs: ReadonlyMap<string, Backoff>;
  /** By container id. */
  readonly verdicts: ReadonlyMap<string, ProbeVerdicts>;
  /** Containers whose postStart hook runs still, by id. */
  readonly starting: ReadonlySet<string>;
  /** What an earlier kubelet ran, as the pod's status tells of it. */
  readonly remembered: readonly ContainerStatus[];
  readonly gone: boolean;
}

/** Most pods never have any of these: they share what is empty. */
const nothing: Omit<PodMemory, 'seenAtMs'> = Object.freeze({
  volumesMounted: false,
  tornDown: false,
  faults: new Map<string, Fault>(),
  backoffs: new Map<string, Backoff>(),
  verdicts: new Map<string, ProbeVerdicts>(),
  starting: new Set<string>(),
  remembered: [],
  gone: false,
});

export const emptyMemory = (seenAtMs: number): PodMemory => ({ seenAtMs, ...nothing });

/** A container that the pod's status tells of and the runtime does not have. */
export const unknownReason = 'ContainerStatusUnknown';
export const unknownMessage = 'The container could not be located when the pod was terminated';

/** Strips the scheme of `containerd://0123`. */
const idOf = (containerID: string | undefined) => containerID?.slice(containerID.indexOf('://') + 3) ?? '';

/**
 * The containers that the pod's status tells of, as if the runtime had them still: after a restart of the whole node
 * nothing is left of them but this. Those that ran count as killed.
 */
export function rememberContainers(pod: Pod, nowMs: number): readonly ContainerStatus[] {
  const found: ContainerStatus[] = [];
  const { initContainerStatuses = [], containerStatuses = [], ephemeralContainerStatuses = [] } = pod.status ?? {};
  for (const status of [...initContainerStatuses, ...containerStatuses, ...ephemeralContainerStatuses]) {
    const base = {
      sandboxId: '',
      name: status.name,
      image: status.image,
      imageRef: status.imageID,
      labels: {},
      state: 'exited' as const,
    };
    const ended =
      status.state?.terminated ?? (status.state?.running === undefined ? status.lastState?.terminated : undefined);
    if (ended !== undefined) {
      const startedAtMs = parseTime(ended.startedAt ?? undefined) ?? nowMs;
      found.push({
        ...base,
        id: idOf(ended.containerID),
        attempt: status.restartCount,
        createdAtMs: startedAtMs,
        startedAtMs,
        finishedAtMs: parseTime(ended.finishedAt ?? undefined) ?? startedAtMs,
        exitCode: ended.exitCode,
        ...(ended.signal === undefined ? {} : { signal: ended.signal }),
        ...(ended.reason === undefined ? {} : { reason: ended.reason }),
        ...(ended.message === undefined ? {} : { message: ended.message }),
      });
    } else if (status.state?.running !== undefined) {
      const startedAtMs = parseTime(status.state.running.startedAt ?? undefined) ?? nowMs;
      found.push({
        ...base,
        id: idOf(status.containerID),
        attempt: status.restartCount,
        createdAtMs: startedAtMs,
        startedAtMs,
        finishedAtMs: startedAtMs,
        exitCode: 137,
        reason: unknownReason,
        message: unknownMessage,
      });
    }
  }
  return found;
}

/** The containers of one name, newest first. */
export function runsOf(containers: readonly ContainerStatus[], name: string): readonly ContainerStatus[] {
  return containers
    .filter((container) => container.name === name)
    .sort((a, b) => b.attempt - a.attempt || b.createdAtMs - a.createdAtMs);
}
