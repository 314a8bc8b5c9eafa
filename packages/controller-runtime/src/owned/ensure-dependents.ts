/**
 * Brings a set of owned objects to what it is to be, as far as it goes now: each after what it depends on is ready,
 * deleted in the opposite order. Called in every reconcile: the controller `owns` their kinds, and is woken when one of
 * them changes.
 */
import { type KubernetesObject, StatusError } from '@pintle/machinery';
import { type Ensuring, ensureOwned } from './ensure.js';
import { type Dependent, isReady, planDependents } from './plan-dependents.js';

export interface DependentsState {
  /** Every active one is there and ready, and every other one is gone. */
  readonly ready: boolean;
  /** By name, in the order of the set, those that are not. */
  readonly unready: readonly string[];
  /** Those that are there, as the server has them. */
  readonly objects: ReadonlyMap<string, KubernetesObject>;
}

export interface DependentsReader extends Ensuring {
  /** The object as the cache has it: no staler than what the last reconcile wrote. */
  read(object: KubernetesObject): Promise<KubernetesObject | undefined>;
  remove(object: KubernetesObject): Promise<void>;
}

export async function ensureDependents(context: DependentsReader, set: readonly Dependent[]): Promise<DependentsState> {
  const { namespace } = context.owner.metadata;
  const placed = new Map(
    set.map((each) => [
      each.name,
      namespace === undefined ? each.object : { ...each.object, metadata: { namespace, ...each.object.metadata } },
    ]),
  );
  const objects = new Map<string, KubernetesObject>();
  for (const [name, object] of placed) {
    const found = await context.read(object);
    if (found !== undefined) objects.set(name, found);
  }
  const byName = new Map(set.map((each) => [each.name, each]));
  const applied = new Set<string>();
  // What is made may be ready at once, and then what depends on it is made in the same reconcile.
  for (let plan = planDependents(set, objects); ; plan = planDependents(set, objects)) {
    const next = plan.apply.find((name) => !applied.has(name));
    if (next === undefined) {
      // What is deleted counts as there until the caches say that it is gone, which wakes the next reconcile.
      for (const name of plan.delete) await context.remove(objects.get(name)!);
      break;
    }
    applied.add(next);
    objects.set(next, await ensureOwned(context, placed.get(next)!));
  }
  const unready = [...byName.values()]
    .filter((each) => ((each.active ?? true) ? !isReady(each, objects.get(each.name)) : objects.has(each.name)))
    .map(({ name }) => name);
  return { ready: unready.length === 0, unready, objects };
}

/** Whether a failure says that an object is not there. */
export const isNotFound = (error: unknown): boolean => StatusError.is(error, 'NotFound');
