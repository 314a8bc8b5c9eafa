/** What plugins reach in `schedule()`: the table, the queue, and pods held by Permit; no client, no world. */
import type { Random } from '@pintle/machinery';
import { frameworkHandle } from '../algorithm/framework-handle.js';
import type { Framework } from '../framework/framework.js';
import type { SchedulerHandle, WaitingPod } from '../framework/plugin.js';
import type { NodeTable } from '../nodes/node-table.js';
import type { PodInfo } from '../nodes/pod-info.js';
import type { Nominations } from '../queue/nominations.js';

export interface SimulatedHandle extends SchedulerHandle {
  wait(pod: PodInfo, nodeName: string, waits: readonly { readonly plugin: string }[], unreserve: () => void): void;
  /** A held pod is gone. */
  abandon(podKey: string): void;
}

export interface SimulatedHandleOptions {
  readonly table: NodeTable;
  readonly random: Random;
  readonly frameworks: ReadonlyMap<string, Framework>;
  readonly nominations: Nominations;
  readonly preempt: SchedulerHandle['preempt'];
  readonly activate: (podKeys: readonly string[]) => void;
  /** A held pod is let go, or turned away with a message. */
  readonly settled: (pod: PodInfo, nodeName: string, refusal: string | undefined) => void;
}

export function simulatedHandle(options: SimulatedHandleOptions): SimulatedHandle {
  const { table, random, activate, preempt, settled } = options;
  const waiting = new Map<string, { readonly held: WaitingPod; readonly unreserve: () => void }>();
  return {
    table,
    random,
    activate,
    preempt,
    ...frameworkHandle(options),
    waitingPods: () => [...waiting.values()].map(({ held }) => held),
    abandon(podKey) {
      const found = waiting.get(podKey);
      if (found === undefined) return;
      waiting.delete(podKey);
      found.unreserve();
    },
    wait(pod, nodeName, waits, unreserve) {
      const pending = new Set(waits.map(({ plugin }) => plugin));
      const held: WaitingPod = {
        pod,
        nodeName,
        get pendingPlugins() {
          return [...pending];
        },
        allow(plugin) {
          pending.delete(plugin);
          if (pending.size > 0 || !waiting.delete(pod.key)) return;
          settled(pod, nodeName, undefined);
        },
        reject(_, message) {
          if (!waiting.delete(pod.key)) return;
          unreserve();
          settled(pod, nodeName, message);
        },
      };
      waiting.set(pod.key, { held, unreserve });
    },
  };
}
