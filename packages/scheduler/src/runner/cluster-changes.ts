/** From what informers tell to the pod cache and the queue: who has which node, who waits, and whom a change may help. */
import type { Node, Pod } from '@pintle/api/core/v1';
import { type KubernetesObject, stringifyJson, type World } from '@pintle/machinery';
import type { InformerEvent } from '@pintle/watch';
import { Action, type ClusterEvent, clusterEvents } from '../framework/cluster-event.js';
import type { PodCache } from '../nodes/pod-cache.js';
import { defaultSchedulerName, isTerminal, podInfo, podKey } from '../nodes/pod-info.js';
import type { Nominations } from '../queue/nominations.js';
import { assignedPodUpdateEvents } from '../queue/pod-update-events.js';
import type { SchedulingQueue } from '../queue/scheduling-queue.js';

export interface ClusterChangesOptions {
  readonly world: World;
  readonly cache: PodCache;
  readonly queue: SchedulingQueue;
  readonly nominations: Nominations;
  /** Whether a profile here places pods of this scheduler name. */
  readonly responsible: (schedulerName: string) => boolean;
  /** A pod that is not bound yet is gone. */
  readonly onGone: (key: string) => void;
  /** Whether the scheduler itself nominates nodes for the pod: what the API server says of that lags behind. */
  readonly nominates: (key: string) => boolean;
}

const changes = {
  added: [Action.Add, 'Add'],
  updated: [Action.Update, 'Update'],
  deleted: [Action.Delete, 'Delete'],
} as const;

type State = 'assigned' | 'waiting' | 'none';

export class ClusterChanges {
  constructor(private readonly options: ClusterChangesOptions) {}

  pod(event: InformerEvent<Pod>): void {
    switch (event.type) {
      case 'added':
        this.change(undefined, event.object);
        return;
      case 'updated':
        this.change(event.old, event.object);
        return;
      case 'deleted':
        this.change(event.object, undefined);
        return;
      case 'synced':
        return;
    }
  }

  /** The profiles have changed: a pod that nobody was responsible for may now be one of ours. */
  reconsider(pod: Pod): void {
    const key = podKey(pod);
    if (
      this.stateOf(pod) === 'waiting' &&
      this.options.queue.get(key) === undefined &&
      !this.options.cache.isAssumed(key)
    )
      this.waits(undefined, pod);
  }

  node(event: InformerEvent<Node>): void {
    const { cache } = this.options;
    switch (event.type) {
      case 'added':
        cache.setNode(event.object);
        this.move(clusterEvents.nodeAdd, undefined, event.object);
        return;
      case 'updated':
        cache.setNode(event.object);
        for (const change of nodeUpdateEvents(event.old, event.object)) this.move(change, event.old, event.object);
        return;
      case 'deleted':
        cache.removeNode(event.object.metadata.name ?? '');
        this.move(clusterEvents.nodeDelete, event.object, undefined);
        return;
      case 'synced':
        return;
    }
  }

  /** Any other object that a plugin reads. */
  object(event: InformerEvent<KubernetesObject>): void {
    if (event.type === 'synced') return;
    const { objects } = this.options.cache.table;
    const { type, object } = event;
    if (type === 'deleted') objects.delete(object);
    else objects.set(object);
    const resource = object.kind ?? '';
    // Pods are told of by `pod`, as what they are to the queue.
    if (resource === 'Pod') return;
    const now = this.options.world.clock.now();
    const [before, after] = [
      type === 'updated' ? event.old : type === 'deleted' ? object : undefined,
      type === 'deleted' ? undefined : object,
    ];
    const [action, label] = changes[type];
    this.options.queue.moveAll({ resource, action, label: `${resource}${label}` }, before, after, now);
  }

  /** The same name may be another pod: what was and what is are then told one after the other. */
  private change(before: Pod | undefined, after: Pod | undefined): void {
    if (before !== undefined && after !== undefined && before.metadata.uid !== after.metadata.uid) {
      this.change(before, undefined);
      this.change(undefined, after);
      return;
    }
    const [was, is] = [this.stateOf(before), this.stateOf(after)];
    if (is === 'assigned') this.assigned(was === 'assigned' ? before : undefined, after!, was);
    else if (was === 'assigned') this.released(before!);
    else if (is === 'waiting') this.waits(before, after!);
    else if (was === 'waiting') this.stoppedWaiting(before!);
  }

  private stateOf(pod: Pod | undefined): State {
    if (pod === undefined || isTerminal(pod)) return 'none';
    if (pod.spec?.nodeName) return 'assigned';
    return this.options.responsible(pod.spec?.schedulerName ?? defaultSchedulerName) ? 'waiting' : 'none';
  }

  private assigned(before: Pod | undefined, pod: Pod, was: State): void {
    const { cache, queue } = this.options;
    const info = podInfo(pod);
    if (
      before !== undefined &&
      before.spec === pod.spec &&
      !countsDiffer(before, pod) &&
      cache.nodeOf(info.key) === pod.spec?.nodeName
    ) {
      return;
    }
    cache.set(info, pod.spec!.nodeName!);
    this.options.nominations.delete(info.key);
    if (was !== 'assigned') {
      if (was === 'waiting') queue.delete(info.key);
      this.move(clusterEvents.assignedPodAdd, undefined, pod);
      return;
    }
    for (const event of assignedPodUpdateEvents(before!, pod)) this.move(event, before, pod);
  }

  private released(pod: Pod): void {
    this.options.cache.delete(podKey(pod));
    this.move(clusterEvents.assignedPodDelete, pod, undefined);
  }

  private waits(before: Pod | undefined, pod: Pod): void {
    const { cache, queue, nominations, world } = this.options;
    const key = podKey(pod);
    // The scheduler has decided already; what the API server says lags behind.
    if (cache.isAssumed(key)) return;
    const nominated = pod.status?.nominatedNodeName;
    if (nominated !== before?.status?.nominatedNodeName && !this.options.nominates(key))
      nominations.set(podInfo(pod), nominated ?? '');
    if (before === undefined) {
      queue.add(podInfo(pod), world.clock.now());
      queue.moveAll(clusterEvents.unscheduledPodAdd, undefined, pod, world.clock.now(), key);
    } else if (before !== pod) queue.update(before, podInfo(pod), world.clock.now());
  }

  private stoppedWaiting(pod: Pod): void {
    const key = podKey(pod);
    const { queue, cache, nominations, onGone } = this.options;
    nominations.delete(key);
    queue.delete(key);
    onGone(key);
    // Assumed, and gone before it was bound: its room is free again.
    if (cache.isAssumed(key) && cache.delete(key)) this.move(clusterEvents.assignedPodDelete, pod, undefined);
    else this.move(clusterEvents.unscheduledPodDelete, pod, undefined);
  }

  private move(event: ClusterEvent, before: Pod | Node | undefined, after: Pod | Node | undefined): void {
    this.options.queue.moveAll(event, before, after, this.options.world.clock.now());
  }
}

/** Whether what the pod counts for may have changed without its spec: a resize under way shows in its status. */
function countsDiffer(before: Pod, after: Pod): boolean {
  return (
    before.metadata.labels !== after.metadata.labels ||
    before.metadata.deletionTimestamp !== after.metadata.deletionTimestamp ||
    before.status?.containerStatuses !== after.status?.containerStatuses ||
    before.status?.phase !== after.status?.phase
  );
}

/** What changed of a node, as far as a plugin may care. */
export function nodeUpdateEvents(before: Node, after: Node): readonly ClusterEvent[] {
  const events: ClusterEvent[] = [];
  const add = (action: number, label: string) => events.push({ resource: 'Node', action, label });
  const differ = (a: unknown, b: unknown) => a !== b && stringifyJson(a) !== stringifyJson(b);
  if (differ(before.status?.allocatable, after.status?.allocatable)) {
    add(Action.UpdateNodeAllocatable, 'NodeAllocatableChange');
  }
  if (differ(before.metadata.labels, after.metadata.labels)) add(Action.UpdateNodeLabel, 'NodeLabelChange');
  if (
    differ(before.spec?.taints, after.spec?.taints) ||
    (before.spec?.unschedulable === true) !== (after.spec?.unschedulable === true)
  ) {
    add(Action.UpdateNodeTaint, 'NodeTaintChange');
  }
  const conditions = ({ status }: Node) => status?.conditions?.map(({ type, status: value }) => `${type}=${value}`);
  if (differ(conditions(before), conditions(after))) add(Action.UpdateNodeCondition, 'NodeConditionChange');
  if (differ(before.metadata.annotations, after.metadata.annotations)) {
    add(Action.UpdateNodeAnnotation, 'NodeAnnotationChange');
  }
  return events;
}
