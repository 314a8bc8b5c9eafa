/** Makes victims of preemption leave: says so in their status, deletes them, and records the event. */
import { Pod, type PodCondition } from '@pintle/api/core/v1';
import type { Client } from '@pintle/client';
import { formatTime, StatusError, type World } from '@pintle/machinery';
import type { PodInfo } from '../nodes/pod-info.js';
import type { Nominations } from '../queue/nominations.js';
import { Outbox } from './outbox.js';
import type { PermitWaits } from './permit-waits.js';
import type { PodReports } from './pod-reports.js';

export interface PreemptorOptions {
  readonly client: Client;
  readonly world: World;
  readonly permits: PermitWaits;
  readonly nominations: Nominations;
  readonly reports: PodReports;
  /** A victim could not be made to leave: the pod by this key is to be tried again. */
  readonly onFailure: (podKey: string) => void;
}

export class Preemptor {
  /** Not one of these writes may be dropped: a pod waits for each. */
  private readonly evictions: Outbox;

  constructor(private readonly options: PreemptorOptions) {
    this.evictions = new Outbox({
      backlogMax: Number.POSITIVE_INFINITY,
      onError: (error) => options.world.logger.log('error', 'a victim of preemption could not be evicted', { error }),
    });
  }

  get idle(): boolean {
    return this.evictions.idle;
  }

  /** `finishing` is called before the last victim is asked to leave, or when one could not be. */
  preempt(pod: PodInfo, nodeName: string, victims: readonly PodInfo[], finishing: () => void = () => {}): void {
    const { permits, nominations, reports } = this.options;
    const running = victims.filter((victim) => !permits.reject(victim.key, 'DefaultPreemption', 'preempted'));
    const last = running.pop();
    let left = running.length;
    const evictLast = () => {
      finishing();
      if (last !== undefined) this.evictions.send(last.key, () => this.evict(pod, nodeName, last));
    };
    for (const victim of running)
      this.evictions.send(victim.key, async () => {
        try {
          await this.evict(pod, nodeName, victim);
          if (--left === 0) evictLast();
        } catch (error) {
          finishing();
          throw error;
        }
      });
    if (left === 0) evictLast();
    // Those that waited for the node and matter less may find another.
    for (const other of nominations.on(nodeName)) {
      if (other.priority >= pod.priority) continue;
      nominations.delete(other.key);
      reports.nominationCleared(other);
    }
  }

  stop(): Promise<void> {
    return this.evictions.stop();
  }

  private async evict(pod: PodInfo, nodeName: string, victim: PodInfo): Promise<void> {
    // On its way out already.
    if (victim.pod.metadata.deletionTimestamp !== undefined) return;
    const { client, world, reports } = this.options;
    const { name, namespace, uid } = victim;
    const condition: PodCondition = {
      type: 'DisruptionTarget',
      status: 'True',
      reason: 'PreemptionByScheduler',
      message: `${pod.schedulerName}: preempting to accommodate a higher priority pod`,
      lastTransitionTime: formatTime(world.clock.now()),
    };
    try {
      const body = { metadata: { uid }, status: { conditions: [condition] } };
      await client.patch(Pod, { name, namespace }, { type: 'strategic', body }, { subresource: 'status' });
      await client.delete(Pod, { name, namespace }, { preconditions: { uid } });
    } catch (error) {
      if (StatusError.is(error, 'NotFound')) return;
      this.options.onFailure(pod.key);
      throw error;
    }
    reports.preempted(victim, pod, nodeName);
  }
}
