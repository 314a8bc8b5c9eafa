/** What the scheduler tells about a pod: the PodScheduled condition, and the events Scheduled and FailedScheduling. */
import { Pod, type PodCondition } from '@pintle/api/core/v1';
import type { Client } from '@pintle/client';
import type { EventRecorder, EventType } from '@pintle/controller-runtime';
import { formatTime, type World } from '@pintle/machinery';
import type { PodInfo } from '../nodes/pod-info.js';
import type { Outbox } from './outbox.js';

/** What an event may say at most; longer texts end in ` ...`. */
const noteMax = 1024;

export interface PodReportsOptions {
  readonly client: Client;
  readonly world: World;
  readonly outbox: Outbox;
  /** Records the events of one scheduler name. */
  readonly recorder: (component: string) => EventRecorder;
}

export class PodReports {
  /** By scheduler name; there are as many as profiles. */
  private readonly recorders = new Map<string, EventRecorder>();

  /** By pod the nomination that was sent last: what the API server shows lags behind. */
  private readonly nominations = new Map<string, string>();

  constructor(private readonly options: PodReportsOptions) {}

  /** Whether what the API server says of the pod's nomination is only what was said to it, now or before. */
  hasNominated(podKey: string): boolean {
    return this.nominations.has(podKey);
  }

  /** The pod waits no more. */
  forget(podKey: string): void {
    this.nominations.delete(podKey);
  }

  scheduled(pod: PodInfo, nodeName: string): void {
    this.forget(pod.key);
    const subject = pod.namespace === '' ? pod.name : `${pod.namespace}/${pod.name}`;
    this.event(pod, 'Normal', 'Scheduled', 'Binding', `Successfully assigned ${subject} to ${nodeName}`);
  }

  failed(pod: PodInfo, reason: 'Unschedulable' | 'SchedulerError', message: string, nominatedNode?: string): void {
    this.event(pod, 'Warning', 'FailedScheduling', 'Scheduling', message);
    this.condition(pod, reason, message, nominatedNode);
  }

  preempted(victim: PodInfo, by: PodInfo, nodeName: string): void {
    this.event(victim, 'Normal', 'Preempted', 'Preempting', `Preempted by pod ${by.uid} on node ${nodeName}`);
  }

  /** The pod is to be bound to the node, and that takes its time: an autoscaler that looks shall not make another. */
  expected(pod: PodInfo, nodeName: string): void {
    if ((this.nominations.get(pod.key) ?? pod.pod.status?.nominatedNodeName) !== nodeName) this.nominate(pod, nodeName);
  }

  /** The pod waits for no node in particular any more. */
  nominationCleared(pod: PodInfo): void {
    if (this.nominations.get(pod.key) ?? pod.pod.status?.nominatedNodeName) this.nominate(pod, '');
  }

  private nominate({ key, name, namespace, uid }: PodInfo, nodeName: string): void {
    this.nominations.set(key, nodeName);
    this.options.outbox.send(`nomination/${key}`, async () => {
      const body = { metadata: { uid }, status: { nominatedNodeName: nodeName === '' ? null : nodeName } };
      await this.options.client.patch(Pod, { name, namespace }, { type: 'merge', body }, { subresource: 'status' });
    });
  }

  note(pod: PodInfo, message: string): void {
    this.event(pod, 'Warning', 'FailedScheduling', 'Scheduling', message);
  }

  private condition(pod: PodInfo, reason: string, message: string, nominatedNode: string | undefined): void {
    const before = pod.pod.status?.conditions?.find(({ type }) => type === 'PodScheduled');
    const nominated = this.nominations.get(pod.key) ?? pod.pod.status?.nominatedNodeName ?? '';
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
    if (nominatedNode !== undefined) this.nominations.set(pod.key, nominatedNode);
    outbox.send(`status/${pod.key}`, async () => {
      // The uid keeps the words about one pod from a later one of the same name.
      const body = { metadata: pod.pod.metadata.uid === undefined ? {} : { uid }, status };
      await client.patch(Pod, { name, namespace }, { type: 'strategic', body }, { subresource: 'status' });
    });
  }

  private event(pod: PodInfo, type: EventType, reason: string, action: string, text: string): void {
    const message = text.length <= noteMax ? text : `${text.slice(0, noteMax - 4)} ...`;
    let recorder = this.recorders.get(pod.schedulerName);
    if (recorder === undefined) {
      recorder = this.options.recorder(pod.schedulerName);
      this.recorders.set(pod.schedulerName, recorder);
    }
    recorder.record(pod.pod, type, reason, message, { action });
  }
}
