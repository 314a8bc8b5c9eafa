/** What is to be done about a set of dependents, as data: a graph walked in its order. */
import type { KubernetesObject } from '@pintle/machinery';

/** One object of a set that an owner has. */
export interface Dependent<T extends KubernetesObject = KubernetesObject> {
  /** By which others of the set depend on it. */
  readonly name: string;
  /** Its kind, name and wished state. In the owner's namespace unless it says otherwise. */
  readonly object: T;
  /** These have to be ready before it is made, and it has to be gone before they are deleted. */
  readonly dependsOn?: readonly string[];
  /** Whether it is to be there at all; deleted where not. Default true. */
  readonly active?: boolean;
  /** Whether others may build on it. Default: it is there. */
  readonly ready?: (object: T) => boolean;
  /** Whether it may be deleted now, as when its data are saved. Default: it may. */
  readonly mayDelete?: (object: T) => boolean;
}

/** Dependents that depend on each other in a circle, on one that is not there, or share a name. */
export class DependentsError extends Error {
  readonly code = 'PINTLE_DEPENDENTS';
  constructor(what: string) {
    super(what);
    this.name = 'DependentsError';
  }
}

export interface DependentsPlan {
  /** To be applied now, in this order. */
  readonly apply: readonly string[];
  /** To be deleted now. */
  readonly delete: readonly string[];
  /** Not yet: their dependencies are not ready, or what depends on them is not gone. */
  readonly waiting: readonly string[];
}

/** In an order in which each comes after what it depends on. Errors: `DependentsError`. */
export function inOrder(set: readonly Dependent[]): readonly Dependent[] {
  const byName = new Map(set.map((each) => [each.name, each]));
  if (byName.size < set.length) throw new DependentsError('two dependents have one name');
  const ordered = new Set<Dependent>();
  const visit = (each: Dependent, path: readonly string[]): void => {
    if (ordered.has(each)) return;
    if (path.includes(each.name))
      throw new DependentsError(`dependents depend on each other: ${[...path, each.name].join(' -> ')}`);
    for (const name of each.dependsOn ?? []) {
      const needed = byName.get(name);
      if (needed === undefined)
        throw new DependentsError(`"${each.name}" depends on "${name}", which is not in the set`);
      visit(needed, [...path, each.name]);
    }
    ordered.add(each);
  };
  for (const each of set) visit(each, []);
  return [...ordered];
}

export const isReady = (each: Dependent, object: KubernetesObject | undefined): boolean =>
  object !== undefined && object.metadata.deletionTimestamp == null && (each.ready?.(object) ?? true);

/** `present` says how each is on the server; absent there is absent here. */
export function planDependents(
  set: readonly Dependent[],
  present: ReadonlyMap<string, KubernetesObject>,
): DependentsPlan {
  const ordered = inOrder(set);
  const byName = new Map(ordered.map((each) => [each.name, each]));
  const [apply, remove, waiting]: [string[], string[], string[]] = [[], [], []];
  for (const each of ordered) {
    const object = present.get(each.name);
    if (each.active ?? true) {
      // One that is there stays as it is to be, though what it depends on is not ready for a while.
      const mayMake = (each.dependsOn ?? []).every((name) => isReady(byName.get(name)!, present.get(name)));
      const isGoing = object?.metadata.deletionTimestamp != null;
      if ((object !== undefined || mayMake) && !isGoing) apply.push(each.name);
      else waiting.push(each.name);
    } else if (object !== undefined) {
      const isHeld = ordered.some(({ name, dependsOn = [] }) => dependsOn.includes(each.name) && present.has(name));
      const isGoing = object.metadata.deletionTimestamp != null;
      if (isHeld || isGoing || !(each.mayDelete?.(object) ?? true)) waiting.push(each.name);
      else remove.push(each.name);
    }
  }
  return { apply, delete: remove, waiting };
}
