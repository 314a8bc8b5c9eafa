/**
 * What controllers would do to a cluster, without doing it: they run on a copy of it in memory, on virtual time, until
 * there is nothing left to do, and the difference is the plan. The cluster itself is only read.
 */
import type { Client } from '@pintle/client';
import { type ChangedField, type Controller, changedFields, createManager } from '@pintle/controller-runtime';
import { builtinControllers, garbageCollector } from '@pintle/controllers';
import {
  type Duration,
  durationMs,
  type Kind,
  type KindRef,
  type KubernetesObject,
  stringifyJson,
  virtualWorld,
} from '@pintle/machinery';
import { idOf } from '../check/cluster-state.js';
import { watchedKinds } from '../check/watched-kinds.js';
import { type CopiedChange, type CopySource, copyCluster, momentOf } from './cluster-copy.js';

export interface PlanOptions {
  readonly controllers: readonly Controller[];
  /**
   * The cluster as it is. Of a client, every object of the kinds that the controllers watch, and of `kinds`, is read. A
   * cluster of this process (`testCluster()`, `createCluster()`) whose store is in memory is forked, in no time.
   */
  readonly from: CopySource;
  /** Custom kinds. */
  readonly kinds?: readonly Kind[];
  /** Built-in controllers that run beside, by name. The garbage collector always does. */
  readonly builtinControllers?: readonly string[];
  /** What is to be tried: a change that a user would make. */
  change?(client: Client): Promise<unknown>;
  /** How long the copy runs. Default five minutes of its own time, which take milliseconds. */
  readonly runFor?: Duration;
}

export interface PlannedUpdate {
  readonly before: KubernetesObject;
  readonly after: KubernetesObject;
  readonly fields: readonly ChangedField[];
}

export interface Plan {
  readonly created: readonly KubernetesObject[];
  readonly updated: readonly PlannedUpdate[];
  readonly deleted: readonly KubernetesObject[];
  /** Whether nothing was left to do in the end: false where controllers would go on. */
  readonly settled: boolean;
  /** For people: a line an object, with the fields that change below it. */
  readonly text: string;
}

const runForDefaultMs = 300_000;
/** What is still written so shortly before the end is not settled. */
const settledMs = 30_000;

export async function plan(options: PlanOptions): Promise<Plan> {
  const { controllers, from, kinds = [], builtinControllers: beside = [], change } = options;
  const world = virtualWorld(momentOf(from));
  const { controllers: builtin } = builtinControllers({ kinds: () => [], only: beside });
  const inPlay = watchedKinds([...controllers, ...builtin], kinds);
  const copy = await copyCluster({ from, world, kinds, inPlay });
  const { api } = copy;
  await change?.(api.client({ fieldManager: 'plan' }));
  const manager = createManager({
    client: api.client({ fieldManager: 'controller' }),
    world,
    controllers: [...controllers, ...builtin],
    runnables: [garbageCollector({ kinds: () => inPlay as readonly KindRef[] })],
  });
  void manager.start();
  const runForMs = durationMs(options.runFor ?? runForDefaultMs);
  await world.advance(Math.max(0, runForMs - settledMs));
  const { revision } = copy;
  await world.advance(settledMs);
  const settled = copy.revision === revision;
  const changes = copy.changes();
  const stopping = manager.stop({ drainMs: 0 });
  await world.advance(1_000);
  await stopping;
  await api.stop();
  return planOf(changes, settled);
}

function planOf(changes: readonly CopiedChange[], settled: boolean): Plan {
  const created = changes.flatMap(({ before, after }) => (before === undefined && after !== undefined ? [after] : []));
  const deleted = changes.flatMap(({ before, after }) => (before !== undefined && after === undefined ? [before] : []));
  const updated = changes.flatMap(({ before, after }): readonly PlannedUpdate[] => {
    if (before === undefined || after === undefined) return [];
    const fields = changedFields(before, after);
    return fields.length === 0 ? [] : [{ before, after, fields }];
  });
  const lines = [
    ...created.map((object) => `+ ${idOf(object)}`),
    ...updated.flatMap(({ after: object, fields }) => [
      `~ ${idOf(object)}`,
      ...fields.map(({ path, before: was, after: is }) => `    ${path}: ${stringifyJson(was)} -> ${stringifyJson(is)}`),
    ]),
    ...deleted.map((object) => `- ${idOf(object)}`),
  ];
  return { created, updated, deleted, settled, text: lines.join('\n') };
}
