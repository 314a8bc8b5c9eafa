/** What plugins reach in `schedule()`: the table, the queue, and pods held by Permit; no client, no world. */
import type { SchedulerHandle, WaitingPod } from '../framework/plugin.js';
import type { NodeTable } from '../nodes/node-table.js';
import type { PodInfo } from '../nodes/pod-info.js';

export interface SimulatedHandle extends SchedulerHandle {
  wait(pod: PodInfo, nodeName: string, waits: readonly { readonly plugin: string }[], unreserve: () => void): void;
}

export interface SimulatedHandleOptions {
  readonly table: NodeTable;
  readonly activate: (podKeys: readonly string[]) => void;
  /** A held pod is let go, or turned away with a message. */
  readonly settled: (pod: PodInfo, nodeName: string, refusal: string | undefined) => void;
}

export function simulatedHandle({ table, activate, settled }: SimulatedHandleOptions): SimulatedHandle {
  const waiting = new Map<string, WaitingPod>();
  return {
    table,
    activate,
    waitingPods: () => [...waiting.values()],
    wait(pod, nodeName, waits, unreserve) {
      const pending = new Set(waits.map(({ plugin }) => plugin));
      waiting.set(pod.key, {
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
      });
    },
  };
}
