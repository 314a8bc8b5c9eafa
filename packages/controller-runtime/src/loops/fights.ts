/**
 * Finds writers that undo each other: a field that goes to a value, back, and to it again, by more than one writer, in
 * a short time. Objects that change seldom cost one look-up an update; only those that change often are compared.
 */
import type { ObjectKey } from '@pintle/client';
import { type Clock, deepEqual, type KubernetesObject } from '@pintle/machinery';
import { changedFields } from './changed-fields.js';
import type { Fight } from './problem.js';

interface Flips {
  readonly before: unknown;
  readonly writers: ReadonlySet<string>;
  readonly turns: number;
}

interface Busy {
  sinceMs: number;
  updates: number;
  readonly fields: Map<string, Flips>;
}

export interface ObservedUpdate {
  readonly kind: string;
  readonly key: ObjectKey;
  readonly before: KubernetesObject;
  readonly after: KubernetesObject;
}

const windowMs = 30_000;
/** Updates of one object within the window, before its fields are compared. */
const busyAfter = 4;
const turnsMax = 6;
/** Objects remembered; beyond, all are forgotten and counted anew. */
const objectsMax = 10_000;

/** A field's history with one more change: a flip where it went back to what it had been before the last one. */
function stepFlips(known: Flips | undefined, change: { before: unknown; after: unknown }, writer: string): Flips {
  if (known === undefined || !deepEqual(known.before, change.after))
    return { before: change.before, writers: new Set([writer]), turns: 0 };
  return { before: change.before, writers: new Set([...known.writers, writer]), turns: known.turns + 1 };
}

export class Fights {
  private readonly objects = new Map<string, Busy>();

  constructor(
    private readonly clock: Clock,
    /** Who wrote the version after the update. */
    private readonly writerOf: (update: ObservedUpdate, field: string) => string,
  ) {}

  /** Counts an update of the object. Whether it changes so often that its updates are to be observed. */
  isBusy({ metadata: { uid = '' } }: KubernetesObject): boolean {
    const now = this.clock.monotonic();
    const known = this.objects.get(uid);
    if (known !== undefined && now - known.sinceMs <= windowMs) return ++known.updates > busyAfter;
    if (this.objects.size >= objectsMax) this.objects.clear();
    this.objects.set(uid, { sinceMs: now, updates: 1, fields: new Map() });
    return false;
  }

  /** Returns the fight when it has just become one. */
  observe(update: ObservedUpdate): Fight | undefined {
    const busy = this.objects.get(update.after.metadata.uid ?? '');
    if (busy === undefined) return undefined;
    for (const change of changedFields(update.before, update.after)) {
      const flips = stepFlips(busy.fields.get(change.path), change, this.writerOf(update, change.path));
      busy.fields.set(change.path, flips);
      if (flips.turns !== turnsMax || flips.writers.size < 2) continue;
      const { kind, key } = update;
      return {
        type: 'fight',
        object: { kind, key },
        field: change.path,
        writers: [...flips.writers].sort(),
        values: [change.before, change.after],
        turns: flips.turns,
      };
    }
    return undefined;
  }

  forget({ metadata }: KubernetesObject): void {
    this.objects.delete(metadata.uid ?? '');
  }
}

/** The field manager that owns `path`, the latest where several do; who wrote last where none says so. */
export function fieldManagerOf({ metadata }: KubernetesObject, path: string): string {
  const entries = [...(metadata.managedFields ?? [])].sort((a, b) => ((a.time ?? '') < (b.time ?? '') ? 1 : -1));
  const names = path.split('.').filter((part) => !/^\d+$/.test(part));
  const owns = (fields: unknown): boolean => {
    let at = (fields ?? {}) as Record<string, unknown>;
    for (const name of names) {
      const next = at[`f:${name}`] as Record<string, unknown> | undefined;
      // Items of lists are known by their keys there, and by their places here: who owns items is taken for the owner.
      if (next === undefined) return Object.keys(at).some((key) => key.startsWith('k:'));
      at = next;
    }
    return true;
  };
  return (entries.find(({ fieldsV1 }) => owns(fieldsV1)) ?? entries[0])?.manager ?? 'unknown';
}
