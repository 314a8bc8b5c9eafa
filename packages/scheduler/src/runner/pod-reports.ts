/** What the scheduler tells about a pod: the PodScheduled condition, and the events Scheduled and FailedScheduling. */
import { Event, Pod, type PodCondition } from '@pintle/api/core/v1';
import type { Client } from '@pintle/client';
import { formatTime, type World } from '@pintle/machinery';
import type { PodInfo } from '../nodes/pod-info.js';
import type { Outbox } from './outbox.js';

/** What an event may say at most; longer texts end in ` ...`. */
const noteMax = 1024;
/** How many events are remembered, so that one that repeats is counted and not written anew. */
const rememberedMax = 4096;

export interface PodReportsOptions {
  readonly client: Client;
  readonly world: World;
  readonly outbox: Outbox;
  /** Default true. */
  readonly recordEvents: boolean;
}

interface Remembered {
  readonly name: string;
  count: number;
}

export class PodReports {
  private readonly remembered = new Map<string, Remembered>();

  constructor(private readonly options: PodReportsOptions) {}

  scheduled(pod: PodInfo, nodeName: string): void {
    const subject = pod.namespace === '' ? pod.name : `${pod.namespace}/${pod.name}`;
    this.event(pod, 'Normal', 'Scheduled', 'Binding', `Successfully assigned ${subject} to ${nodeName}`);
  }

  failed(pod: PodInfo, reason: 'Unschedulable' | 'SchedulerError', message: string, nominatedNode?: string): void {
    this.event(pod, 'Warning', 'FailedScheduling', 'Scheduling', message);
    this.condition(pod, reason, message, nominatedNode);
  }

  note(pod: PodInfo, message: string): void {
    this.event(pod, 'Warning', 'FailedScheduling', 'Scheduling', message);
  }

  private condition(pod: PodInfo, reason: string, message: string, nominatedNode: string | undefined): void {
    const before = pod.pod.status?.conditions?.find(({ type }) => type === 'PodScheduled');
    const nominated = pod.pod.status?.nominatedNodeName ?? '';
    const sameNomination = nominatedNode === undefined || nominatedNode === nominated;
    if (before?.status === 'False' && before.reason === reason && before.message === message && sameNomination) return;
    const { client, world, outbox } = this.options;
    const condition: PodCondition = {
      type: 'PodScheduled',
      status: 'False',
      reason,
      message,
      lastTransitionTime:
        before?.status === 'False' && before.lastTransitionTime !== undefined
          ? before.lastTransitionTime
          : formatTime(world.clock.now()),
    };
    const status = {
      conditions: [condition],
      ...(nominatedNode === undefined ? {} : { nominatedNodeName: nominatedNode === '' ? null : nominatedNode }),
    };
    const { name, namespace, uid } = pod;
    outbox.send(`status/${pod.key}`, async () => {
      // The uid keeps the words about one pod from a later one of the same name.
      const body = { metadata: pod.pod.metadata.uid === undefined ? {} : { uid }, status };
      await client.patch(Pod, { name, namespace }, { type: 'strategic', body }, { subresource: 'status' });
    });
  }

  private event(pod: PodInfo, type: 'Normal' | 'Warning', reason: string, action: string, text: string): void {
    if (!this.options.recordEvents) return;
    const { client, world, outbox } = this.options;
    const message = text.length <= noteMax ? text : `${text.slice(0, noteMax - 4)} ...`;
    const now = formatTime(world.clock.now());
    const id = `${pod.uid}/${reason}/${message}`;
    const namespace = pod.namespace === '' ? 'default' : pod.namespace;
    const known = this.remembered.get(id);
    if (known !== undefined) {
      const count = ++known.count;
      outbox.send(`event/${id}`, async () => {
        const body = { count, lastTimestamp: now };
        await client.patch(Event, { name: known.name, namespace }, { type: 'merge', body });
      });
      return;
    }
    const name = `${pod.name}.${hex(world)}`;
    this.remember(id, { name, count: 1 });
    const event: Event = {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name, namespace },
      involvedObject: {
        apiVersion: 'v1',
        kind: 'Pod',
        namespace: pod.namespace,
        name: pod.name,
        ...(pod.pod.metadata.uid === undefined ? {} : { uid: pod.uid }),
        ...(pod.pod.metadata.resourceVersion === undefined
          ? {}
          : { resourceVersion: pod.pod.metadata.resourceVersion }),
      },
      reason,
      action,
      message,
      type,
      count: 1,
      firstTimestamp: now,
      lastTimestamp: now,
      source: { component: pod.schedulerName },
      reportingComponent: pod.schedulerName,
      reportingInstance: pod.schedulerName,
    };
    outbox.send(`event/${id}`, async () => {
      await client.create(event);
    });
  }

  private remember(id: string, event: Remembered): void {
    this.remembered.set(id, event);
    if (this.remembered.size > rememberedMax) this.remembered.delete(this.remembered.keys().next().value!);
  }
}

/** Sixteen hexadecimal digits. */
function hex({ random }: World): string {
  const half = () =>
    Math.floor(random.next() * 0x1_0000_0000)
      .toString(16)
      .padStart(8, '0');
  return half() + half();
}
