/** A real API server on virtual time with a scheduler before it that faults may befall. For tests. */

import { afterAll } from '@jest/globals';
import { Event, type Namespace, Node, Pod } from '@pintle/api/core/v1';
import type { PriorityClass } from '@pintle/api/scheduling/v1';
import { createApiServer } from '@pintle/apiserver';
import type { Client } from '@pintle/client';
import { type ClientRequest, type FaultOptions, faults as faultsOf, intercept } from '@pintle/client/interceptor';
import {
  type Clock,
  type Kind,
  type KindRef,
  type KubernetesObject,
  logger,
  parseQuantity,
  StatusError,
  seededRandom,
  type VirtualWorld,
  virtualWorld,
} from '@pintle/machinery';
import { createInformers } from '@pintle/watch';
import type { Extender } from '../extenders/extender.js';
import type { SchedulerPlugin } from '../framework/plugin.js';
import { profile } from '../framework/profile.js';
import { isTerminal, podKey } from '../nodes/pod-info.js';
import { defaultPlugins } from '../plugins/default-plugins.js';
import { createScheduler, type Scheduler, type SchedulerOptions } from './scheduler.js';

export interface SchedulerTestOptions extends Partial<SchedulerOptions> {
  readonly faults?: Omit<FaultOptions, 'world' | 'random' | 'only'>;
  /** Which requests meet them. Default: binds. */
  readonly faulty?: 'binding' | 'delete' | 'status';
  /** Told of every line that is logged at warn and above. */
  readonly onLog?: (message: string) => void;
  /** Told of every request, as `delete web-1`. */
  readonly onRequest?: (text: string) => unknown;
  readonly seed?: number;
  /** Beside the default ones. */
  readonly plugins?: readonly SchedulerPlugin[];
  /** Kinds that the API server serves beside those that it always does. */
  readonly kinds?: readonly Kind[];
  readonly extendersOf?: (clock: Clock) => readonly Extender[];
}

/** Longer than a bind may take, an extender's, too. */
const stopMs = 310_000;

/** Those of a test file, which end with it. */
const started = new Set<SchedulerTestCluster>();

afterAll(async () => {
  for (const cluster of started) await cluster.stop();
});

export class SchedulerTestCluster {
  /** What must never happen, and did. */
  readonly violations: string[] = [];
  private readonly boundTo = new Map<string, string>();

  private constructor(
    readonly world: VirtualWorld,
    readonly client: Client,
    readonly scheduler: Scheduler,
    private readonly stopOthers: () => Promise<void>,
  ) {
    started.add(this);
  }

  static async start(options: SchedulerTestOptions = {}): Promise<SchedulerTestCluster> {
    const {
      faults = {},
      faulty: kind = 'binding',
      onRequest,
      onLog,
      seed = 1,
      plugins = [],
      kinds = [],
      extendersOf,
      ...rest
    } = options;
    const world = virtualWorld({ seed, ...(onLog && { logger: logger((_, message) => onLog(message), 'warn') }) });
    const server = createApiServer({ world, kinds, disableAdmissionPlugins: ['TaintNodesByCondition'] });
    await world.settle();
    const api = await server;
    const client = api.client();
    const ns: Namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'ns' } };
    await client.create(ns);
    const metadata = { namespace: 'ns', name: 'default' };
    await client.create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata });
    const random = seededRandom(seed + 1000);
    const only = ({ verb, subresource }: ClientRequest) => verb === kind || subresource === kind;
    const onWire = intercept(client, faultsOf({ ...faults, world, random, only }));
    const faulty = intercept(onWire, {
      request({ verb, key }, next) {
        const first = onRequest?.(`${verb} ${key?.name}`);
        return first instanceof Promise ? first.then(next) : next();
      },
    });
    const informers = createInformers({ client: faulty, world });
    informers.start();
    const profiles = [profile({ plugins: [...defaultPlugins(), ...plugins] })];
    const scheduler = createScheduler({
      world,
      client: faulty,
      informers,
      profiles,
      ...(extendersOf && { extenders: extendersOf(world.clock) }),
      ...rest,
    });
    const starting = scheduler.start();
    // Late events make even the first lists late.
    await world.settle({ withinMs: 10_000 });
    await starting;
    return new SchedulerTestCluster(world, client, scheduler, async () => {
      informers.stop();
      await api.stop();
    });
  }

  /** Ends everything; a bind that never answers by its limit. */
  async stop(): Promise<void> {
    started.delete(this);
    const stopping = this.scheduler.stop();
    await this.world.advance(stopMs);
    await stopping;
    await this.stopOthers();
  }

  async setNode(node: Node): Promise<void> {
    await this.put(Node, node);
  }

  async setPod(pod: Pod): Promise<void> {
    await this.put(Pod, pod);
  }

  async setPriority(name: string, value: number): Promise<void> {
    const priorityClass: PriorityClass = {
      apiVersion: 'scheduling.k8s.io/v1',
      kind: 'PriorityClass',
      metadata: { name },
      value,
    };
    await this.client.create(priorityClass);
  }

  async nodes(): Promise<readonly Node[]> {
    return this.client.list(Node);
  }

  async deletePod(key: string): Promise<void> {
    const [namespace, name] = key.split('/') as [string, string];
    await this.client.delete(Pod, { namespace, name }, { gracePeriodSeconds: 0 }).catch(ignoreNotFound);
  }

  async pods(): Promise<readonly Pod[]> {
    return this.client.list(Pod);
  }

  async pod(key: string): Promise<Pod | undefined> {
    return (await this.pods()).find((pod) => podKey(pod) === key);
  }

  async nodeOf(key: string): Promise<string | undefined> {
    return (await this.pod(key))?.spec?.nodeName;
  }

  async events(): Promise<readonly Event[]> {
    return (await this.client.list(Event)).filter(({ reason }) => reason !== undefined);
  }

  /** Runs what is due, and looks whether a node holds more than it has or a pod moved from one to another. */
  async settle(): Promise<void> {
    await this.world.settle();
    const nodes = await this.client.list(Node);
    const pods = (await this.pods()).filter((pod) => !isTerminal(pod));
    for (const { metadata, status } of nodes) {
      const held = pods.filter(({ spec }) => spec?.nodeName === metadata.name);
      const asked = held.reduce((sum, { spec }) => sum + cpu(spec?.containers[0]?.resources?.requests?.['cpu']), 0);
      if (asked > cpu(status?.allocatable?.['cpu'])) this.violations.push(`${metadata.name} holds ${held.length} pods`);
    }
    for (const { metadata, spec } of pods) {
      if (!spec?.nodeName) continue;
      const before = this.boundTo.get(metadata.uid!);
      if (before !== undefined && before !== spec.nodeName) this.violations.push(`${metadata.name} was bound twice`);
      this.boundTo.set(metadata.uid!, spec.nodeName);
    }
  }

  /** Creates it, or says what its spec and status now are. */
  private async put<T extends Node | Pod>(kind: typeof Node | typeof Pod, object: T): Promise<void> {
    const { uid: _, ...metadata } = object.metadata;
    const made = await this.client
      .create({ ...object, metadata } as KubernetesObject)
      .catch((error) => ignoreExisting(error));
    if (made === undefined && kind === Pod) return;
    const { name = '', namespace } = metadata;
    const key = namespace === undefined ? { name } : { name, namespace };
    if (object.status === undefined) return;
    const body = { status: object.status };
    await this.client.patch<Node | Pod>(
      kind as KindRef<Node | Pod>,
      key,
      { type: 'merge', body },
      { subresource: 'status' },
    );
  }
}

const cpu = (quantity: string | number | undefined) => Number(parseQuantity(String(quantity ?? '0')).nano);

function ignoreNotFound(error: unknown): undefined {
  if (!StatusError.is(error, 'NotFound')) throw error;
  return undefined;
}

function ignoreExisting(error: unknown): undefined {
  if (!StatusError.is(error, 'AlreadyExists')) throw error;
  return undefined;
}
