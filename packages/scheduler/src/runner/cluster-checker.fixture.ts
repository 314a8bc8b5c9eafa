/**
 * Watches a cluster and notes what must never be, after every single event: a node that holds more than it has, a pod that
 * goes from one node to another. When all is still, it says which pods wait that would fit. For tests.
 */
import { Node, Pod } from '@pintle/api/core/v1';
import type { Client } from '@pintle/client';
import type { Subscription } from 'rxjs';
import { isTerminal, podKey } from '../nodes/pod-info.js';
import { podRequests } from '../nodes/pod-requests.js';

export class ClusterChecker {
  readonly violations: string[] = [];
  /** How many events were looked at. */
  events = 0;
  private readonly pods = new Map<string, Pod>();
  private readonly nodes = new Map<string, Node>();
  private readonly boundTo = new Map<string, string>();
  private readonly subscriptions: Subscription[];

  constructor(client: Client) {
    const fail = (error: unknown) => this.violations.push(`the watch ended: ${String(error)}`);
    this.subscriptions = [
      client.watch(Node).subscribe({
        next: ({ type, object }) => {
          this.events++;
          if (type === 'DELETED') this.nodes.delete(object.metadata.name!);
          else if (type !== 'BOOKMARK') this.nodes.set(object.metadata.name!, object as Node);
        },
        error: fail,
      }),
      client.watch(Pod).subscribe({
        next: ({ type, object }) => {
          this.events++;
          if (type === 'DELETED') this.pods.delete(podKey(object as Pod));
          else if (type !== 'BOOKMARK') this.changed(object as Pod);
        },
        error: fail,
      }),
    ];
  }

  stop(): void {
    for (const subscription of this.subscriptions) subscription.unsubscribe();
  }

  get pending(): readonly Pod[] {
    return [...this.pods.values()].filter((pod) => !pod.spec?.nodeName && !isTerminal(pod));
  }

  /** Pods that wait though there is a node with room for them, by CPU, number and the kinds of pods that they avoid. */
  forgotten(): readonly string[] {
    return this.pending.flatMap((pod) => {
      const fits = [...this.nodes.keys()].find((name) => this.hasRoom(name, pod));
      return fits === undefined ? [] : [`${podKey(pod)} fits on ${fits}`];
    });
  }

  private changed(pod: Pod): void {
    this.pods.set(podKey(pod), pod);
    const node = pod.spec?.nodeName;
    if (!node) return;
    const uid = pod.metadata.uid!;
    const before = this.boundTo.get(uid);
    if (before !== undefined && before !== node) this.violations.push(`${podKey(pod)} went from ${before} to ${node}`);
    this.boundTo.set(uid, node);
    if (before === undefined && this.free(node) < 0) this.violations.push(`${node} holds more than it has`);
    if (before === undefined && this.avoids(pod, node, pod))
      this.violations.push(`${podKey(pod)} is beside one that it avoids`);
  }

  private on(node: string): readonly Pod[] {
    return [...this.pods.values()].filter((pod) => pod.spec?.nodeName === node && !isTerminal(pod));
  }

  /** Thousandths of a core; none is missing of a node that is gone. */
  private free(name: string): number {
    const node = this.nodes.get(name);
    if (node === undefined) return 0;
    const used = this.on(name).reduce((sum, pod) => sum + podRequests(pod).cpu, 0);
    return Number(node.status?.allocatable?.['cpu'] ?? 0) * 1000 - used;
  }

  private hasRoom(name: string, pod: Pod): boolean {
    return podRequests(pod).cpu <= this.free(name) && !this.avoids(pod, name, undefined);
  }

  /** Required anti-affinity by `app` and host, in both directions. */
  private avoids(pod: Pod, name: string, except: Pod | undefined): boolean {
    const app = (each: Pod) => each.metadata.labels?.['app'];
    const shy = (each: Pod) => each.spec?.affinity?.podAntiAffinity !== undefined;
    return this.on(name).some((other) => other !== except && app(other) === app(pod) && (shy(other) || shy(pod)));
  }
}
