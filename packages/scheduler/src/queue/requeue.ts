/**
 * Whether something that happened makes a pod worth trying again: asks the hints of the plugins that refused it.
 * What each plugin registered is asked for once, when the queue is made.
 */
import {
  type ClusterEvent,
  type EventOfInterest,
  everyEvent,
  isWildcard,
  matchesEvent,
} from '../framework/cluster-event.js';
import type { Framework } from '../framework/framework.js';
import type { SchedulerPlugin } from '../framework/plugin.js';
import { disown } from '../framework/plugin-calls.js';
import type { ClusterObjects } from '../nodes/cluster-objects.js';
import type { HappenedEvent } from './in-flight.js';
import type { QueuedPodInfo } from './queued-pod-info.js';

/** `now`: without back-off. */
export type Requeue = 'skip' | 'after backoff' | 'now';

export interface RequeueDecision {
  readonly requeue: Requeue;
  /** The plugin whose hint decided. */
  readonly plugin?: string;
}

const mayRefuse = ({ preEnqueue, preFilter, filter, reserve, permit, placementFeasible }: SchedulerPlugin) =>
  [preEnqueue, preFilter, filter, reserve, permit, placementFeasible].some((method) => method !== undefined);

export class QueueingHints {
  /** By scheduler name, then by plugin. */
  private readonly interests = new Map<string, ReadonlyMap<string, readonly EventOfInterest[]>>();
  /** The common events are the same objects each time. */
  private readonly byEvent = new WeakMap<ClusterEvent, readonly EventOfInterest[]>();

  constructor(
    frameworks: ReadonlyMap<string, Framework>,
    private readonly objects: ClusterObjects,
  ) {
    for (const [name, { profile }] of frameworks) {
      this.interests.set(
        name,
        new Map(
          profile.plugins.filter(mayRefuse).map(({ name: plugin }) => [plugin, profile.events.get(plugin)!] as const),
        ),
      );
    }
  }

  /** Whether the plugin registered such events in any profile; a plugin nobody knows is taken to want all. */
  wants(plugin: string, happened: HappenedEvent): boolean {
    if (isWildcard(happened.event)) return true;
    let known = false;
    for (const plugins of this.interests.values()) {
      const interests = plugins.get(plugin);
      known ||= interests !== undefined;
      if (interests?.some((interest) => this.concerns(interest, happened))) return true;
    }
    return !known;
  }

  /** Whether a pod may be helped at all: no plugin that refuses pods needs to hear of other events. */
  matters(happened: HappenedEvent): boolean {
    if (isWildcard(happened.event)) return true;
    for (const interest of this.matching(happened.event)) if (this.mayMatter(interest, happened)) return true;
    return false;
  }

  /** What any plugin registered that such an event is. */
  private matching(event: ClusterEvent): readonly EventOfInterest[] {
    let found = this.byEvent.get(event);
    if (found === undefined) {
      const all = [...this.interests.values()].flatMap((plugins) => [...plugins.values()].flat());
      found = all.filter((interest) => matchesEvent(interest, event));
      this.byEvent.set(event, found);
    }
    return found;
  }

  private concerns(interest: EventOfInterest, happened: HappenedEvent): boolean {
    return matchesEvent(interest, happened.event) && this.mayMatter(interest, happened);
  }

  /** One that fails, or answers nonsense, must not leave pods waiting for ever: so with hints. */
  private mayMatter({ matters }: EventOfInterest, { before, after }: HappenedEvent): boolean {
    if (matters === undefined) return true;
    try {
      return notNo(matters(before, after, this.objects), false);
    } catch {
      return true;
    }
  }

  decide(queued: QueuedPodInfo, happened: HappenedEvent): RequeueDecision {
    const { unschedulablePlugins, pendingPlugins } = queued;
    if (isWildcard(happened.event)) return { requeue: 'after backoff' };
    // It failed rather than was refused: nobody knows what might help, so everything may.
    if (unschedulablePlugins.size === 0 && pendingPlugins.size === 0) return { requeue: 'after backoff' };
    for (const plugin of pendingPlugins) {
      if (this.mayHelp(plugin, queued, happened)) return { requeue: 'now', plugin };
    }
    for (const plugin of unschedulablePlugins) {
      if (this.mayHelp(plugin, queued, happened)) return { requeue: 'after backoff', plugin };
    }
    return { requeue: 'skip' };
  }

  private mayHelp(plugin: string, { pod }: QueuedPodInfo, happened: HappenedEvent): boolean {
    const interests = this.interests.get(pod.schedulerName)?.get(plugin) ?? everyEvent;
    for (const interest of interests) {
      if (!matchesEvent(interest, happened.event)) continue;
      if (interest.hint === undefined) return true;
      try {
        if (notNo(interest.hint(pod.pod, happened.before, happened.after, this.objects), 'Skip')) return true;
      } catch {
        return true;
      }
    }
    return false;
  }
}

function notNo<T>(answer: T, no: T): boolean {
  disown(answer);
  return answer !== no;
}
