/**
 * Writes the statuses of a node's pods to the API: only what changed, and what changes again within a few
 * milliseconds only once: a plan is asked for its status when its turn has come. A conflict is read anew and written again; a server out of reach is tried again with
 * growing waits, for as long as the pod is there.
 */
import { Pod, type PodCondition, type PodStatus } from '@pintle/api/core/v1';
import type { Client } from '@pintle/client';
import { jitter, StatusError, type World } from '@pintle/machinery';
import { sameValue } from './same-value.js';

export interface StatusWriter {
  /** `pod` is the newest that is known; the status of `plan` is what is to be there. */
  set(pod: Pod, plan: Planned): void;
  /** Resolves when what was set for this pod is written, or could not be. */
  flush(uid: string): Promise<void>;
  forget(uid: string): void;
  stop(): void;
}

export interface Planned {
  readonly status: PodStatus;
}

export interface StatusWriterOptions {
  readonly world: World;
  readonly client: Client;
  /** How long a change may wait for the next one. Default 5. */
  readonly delayMs?: number;
  /** Default 1,000, doubling up to 30,000. */
  readonly retryMs?: number;
}

interface Entry {
  pod: Pod;
  desired: Planned;
  /** The last plan whose status is known to be there. */
  done: Planned | undefined;
  written: PodStatus | undefined;
  cancel: (() => void) | undefined;
  writing: Promise<void> | undefined;
  failures: number;
}

const conflictsMax = 5;
const retryMaxMs = 30_000;
const kubeletConditions = ['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady'];

export function createStatusWriter({ world, client, delayMs = 5, retryMs = 1_000 }: StatusWriterOptions): StatusWriter {
  const entries = new Map<string, Entry>();
  let stopped = false;

  const arm = (uid: string, entry: Entry, afterMs: number) => {
    if (stopped || entry.cancel !== undefined) return;
    entry.cancel = world.clock.schedule(afterMs, () => {
      entry.cancel = undefined;
      void write(uid, entry);
    });
  };

  const write = (uid: string, entry: Entry): Promise<void> => {
    entry.writing ??= writeNow(uid, entry).finally(() => {
      entry.writing = undefined;
    });
    return entry.writing;
  };

  const writeNow = async (uid: string, entry: Entry) => {
    const { desired } = entry;
    let pod = entry.pod;
    try {
      const isWritten = entry.written !== undefined && sameValue(entry.written, desired.status);
      for (let attempt = 0; !isWritten; attempt++) {
        const status = attempt === 0 ? desired.status : withConditionsOf(pod, desired.status);
        if (sameValue(pod.status, status)) break;
        try {
          await client.update({ ...pod, status }, { subresource: 'status' });
          break;
        } catch (error) {
          if (!StatusError.is(error, 'Conflict') || attempt >= conflictsMax) throw error;
          pod = await client.get(Pod, { namespace: pod.metadata.namespace!, name: pod.metadata.name! });
          if (pod.metadata.uid !== uid) break;
        }
      }
      entry.failures = 0;
      entry.written = desired.status;
      entry.done = desired;
    } catch (error) {
      if (StatusError.is(error, 'NotFound')) {
        entry.written = desired.status;
        entry.done = desired;
        return;
      }
      entry.failures++;
      world.logger.log('warn', 'pod status could not be written', {
        pod: pod.metadata.name,
        namespace: pod.metadata.namespace,
        error,
      });
    }
    if (entries.get(uid) === entry && entry.done !== entry.desired) {
      arm(
        uid,
        entry,
        entry.failures === 0
          ? delayMs
          : jitter(world.random.stream('kubelet'), Math.min(retryMaxMs, retryMs * 2 ** (entry.failures - 1))),
      );
    }
  };

  return {
    set(pod, plan) {
      const uid = pod.metadata.uid!;
      let entry = entries.get(uid);
      if (entry === undefined) {
        const { status: written } = pod;
        entry = { pod, desired: plan, done: undefined, written, cancel: undefined, writing: undefined, failures: 0 };
        entries.set(uid, entry);
      }
      entry.pod = pod;
      entry.desired = plan;
      if (entry.writing === undefined) arm(uid, entry, delayMs);
    },
    async flush(uid) {
      const entry = entries.get(uid);
      if (entry === undefined) return;
      await entry.writing;
      entry.cancel?.();
      entry.cancel = undefined;
      if (entry.done !== entry.desired) await write(uid, entry);
    },
    forget(uid) {
      entries.get(uid)?.cancel?.();
      entries.delete(uid);
    },
    stop() {
      stopped = true;
      for (const { cancel } of entries.values()) cancel?.();
      entries.clear();
    },
  };
}

/** The status as wanted, with the conditions of others as the newest object has them. */
function withConditionsOf(pod: Pod, desired: PodStatus): PodStatus {
  const isOurs = ({ type }: PodCondition) => kubeletConditions.includes(type);
  const others = pod.status?.conditions?.filter((condition) => !isOurs(condition)) ?? [];
  return { ...desired, conditions: [...(desired.conditions?.filter(isOurs) ?? []), ...others] };
}
