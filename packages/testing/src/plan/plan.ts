/**
 * What controllers would do to a cluster, without doing it: they run on a copy of it in memory, on virtual time, until
 * there is nothing left to do, and the difference is the plan. The cluster itself is only read.
 */
import { createApiServer, StoredObject, storeKey } from '@pintle/apiserver';
import type { Client } from '@pintle/client';
import { type ChangedField, type Controller, changedFields, createManager } from '@pintle/controller-runtime';
import { builtinControllers, garbageCollector } from '@pintle/controllers';
import {
  apiVersionOf,
  type Duration,
  durationMs,
  type Kind,
  type KindRef,
  type KubernetesObject,
  virtualWorld,
} from '@pintle/machinery';
import { memoryStore } from '@pintle/store';
import { allObjects, idOf } from '../check/cluster-state.js';
import { watchedKinds } from '../check/watched-kinds.js';

export interface PlanOptions {
  readonly controllers: readonly Controller[];
  /** The cluster as it is: of the kinds that the controllers watch, and of `kinds`, every object is read. */
  readonly from: Client;
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
  const world = virtualWorld();
  const backend = memoryStore<StoredObject>({ world });
  const api = await createApiServer({ world, backend, kinds });
  const { controllers: builtin } = builtinControllers({ kinds: () => [], only: beside });
  const inPlay = watchedKinds([...controllers, ...builtin], kinds);
  for (const kind of inPlay) {
    const resource = api.core.registry.byResource(apiVersionOf(kind), kind.plural)!;
    for (const object of await from.list(kind)) {
      const key = storeKey(resource, object.metadata.namespace, object.metadata.name ?? '');
      const value = StoredObject.of(resource.toStored(object));
      await backend.transact({ compare: [], success: [{ type: 'put', key, value }] });
    }
  }
  const client = api.client();
  const before = await allObjects(api, client);
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
  const { revision } = backend.status();
  await world.advance(settledMs);
  const settled = backend.status().revision === revision;
  const after = await allObjects(api, client);
  const stopping = manager.stop({ drainMs: 0 });
  await world.advance(1_000);
  await stopping;
  await api.stop();
  return differenceOf(before, after, settled);
}

function differenceOf(before: readonly KubernetesObject[], after: readonly KubernetesObject[], settled: boolean): Plan {
  const old = new Map(before.map((object) => [idOf(object), object]));
  const now = new Map(after.map((object) => [idOf(object), object]));
  const created = after.filter((object) => !old.has(idOf(object)));
  const deleted = before.filter((object) => !now.has(idOf(object)));
  const updated = after.flatMap((object): readonly PlannedUpdate[] => {
    const known = old.get(idOf(object));
    const fields = known === undefined ? [] : changedFields(known, object);
    return fields.length === 0 ? [] : [{ before: known!, after: object, fields }];
  });
  const lines = [
    ...created.map((object) => `+ ${idOf(object)}`),
    ...updated.flatMap(({ after: object, fields }) => [
      `~ ${idOf(object)}`,
      ...fields.map(
        ({ path, before: was, after: is }) => `    ${path}: ${JSON.stringify(was)} -> ${JSON.stringify(is)}`,
      ),
    ]),
    ...deleted.map((object) => `- ${idOf(object)}`),
  ];
  return { created, updated, deleted, settled, text: lines.join('\n') };
}
