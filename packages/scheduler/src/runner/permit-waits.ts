/** Pods that Permit holds: each until every plugin that holds it has let go, one rejects it, or a time is over. */
import type { CancelTimer, Clock } from '@pintle/machinery';
import type { PermitOutcome } from '../framework/framework.js';
import type { WaitingPod } from '../framework/plugin.js';
import { type Status, status, type Verdict } from '../framework/status.js';
import type { PodInfo } from '../nodes/pod-info.js';

interface Waiting extends WaitingPod {
  settle(verdict: Verdict): void;
}

export class PermitWaits {
  private readonly waiting = new Map<string, Waiting>();

  constructor(private readonly clock: Clock) {}

  get size(): number {
    return this.waiting.size;
  }

  list(): readonly WaitingPod[] {
    return [...this.waiting.values()];
  }

  /** Resolves with nothing when all let go, else with the rejection. */
  hold(pod: PodInfo, nodeName: string, waits: PermitOutcome['waits']): Promise<Verdict> {
    return new Promise((resolve) => {
      const timers = new Map<string, CancelTimer>();
      const settle = (verdict: Verdict) => {
        if (!this.waiting.delete(pod.key)) return;
        for (const cancel of timers.values()) cancel();
        resolve(verdict);
      };
      const reject = (plugin: string, message: string): void => settle(rejection(plugin, message));
      this.waiting.set(pod.key, {
        pod,
        nodeName,
        get pendingPlugins() {
          return [...timers.keys()];
        },
        allow(plugin) {
          timers.get(plugin)?.();
          timers.delete(plugin);
          if (timers.size === 0) settle(undefined);
        },
        reject,
        settle,
      });
      for (const { plugin, timeoutMs } of waits) {
        const late = () =>
          reject(plugin, `rejected due to timeout after waiting ${timeoutMs / 1000}s at plugin ${plugin}`);
        timers.set(plugin, this.clock.schedule(timeoutMs, late));
      }
    });
  }

  /** Turns the pod away, if it is held. */
  reject(key: string, plugin: string, message: string): boolean {
    const held = this.waiting.get(key);
    held?.reject(plugin, message);
    return held !== undefined;
  }

  /** The pod is gone, or the scheduler stops. */
  abandon(key: string, message: string): void {
    this.waiting.get(key)?.settle(status('Error', message));
  }

  abandonAll(message: string): void {
    for (const key of [...this.waiting.keys()]) this.abandon(key, message);
  }
}

function rejection(plugin: string, message: string): Status {
  return { code: 'Unschedulable', reasons: [message], plugin };
}
