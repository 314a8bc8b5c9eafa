/**
 * Finds reconciles that wake themselves without getting anywhere: many in a row, each woken by nothing but what the one
 * before wrote, each time the same fields of the same object. Work that goes on in steps is not taken for it: its
 * steps change other objects or other fields.
 */
import type { ObjectKey } from '@pintle/client';
import type { KubernetesObject } from '@pintle/machinery';
import { changedFields } from './changed-fields.js';
import type { HotLoop } from './problem.js';

/** A change by which a reconcile was woken, and which it had made itself. */
export interface OwnChange {
  readonly kind: string;
  readonly key: ObjectKey;
  /** Both where it was an update; neither where the object was made, or is gone. */
  readonly before?: KubernetesObject | undefined;
  readonly after?: KubernetesObject | undefined;
}

/** Runs in a row, each woken by nothing but what the one before wrote. */
export interface Streak {
  readonly turns: number;
  /** `kind key path` that every turn since `watchedAfter` changed. */
  readonly fields: ReadonlySet<string>;
}

/** Only then are fields compared. */
const watchedAfter = 4;
const turnsMax = 16;

/**
 * The streak with one more run. `changes` are those that woke it, where all of them were its own; undefined where
 * anything else did.
 */
export function stepStreak(streak: Streak | undefined, changes: readonly OwnChange[] | undefined): Streak | undefined {
  if (changes === undefined || changes.length === 0) return undefined;
  const turns = (streak?.turns ?? 0) + 1;
  if (turns <= watchedAfter) return { turns, fields: new Set() };
  const fields = new Set(
    changes.flatMap(({ kind, key, before, after }) =>
      pathsOf(before, after).map((path) => JSON.stringify([kind, key, path])),
    ),
  );
  const common = turns === watchedAfter + 1 ? fields : new Set([...fields].filter((each) => streak!.fields.has(each)));
  return common.size === 0 ? undefined : { turns, fields: common };
}

/** What is deleted and made anew, again and again, has another uid each time. */
const pathsOf = (before: KubernetesObject | undefined, after: KubernetesObject | undefined): readonly string[] =>
  before === undefined || after === undefined ? ['metadata.uid'] : changedFields(before, after).map(({ path }) => path);

/** The loop that a streak has just become. */
export function hotLoopOf(controller: string, key: ObjectKey, { turns, fields }: Streak): HotLoop | undefined {
  if (turns !== turnsMax) return undefined;
  const found = [...fields].map((each) => JSON.parse(each) as [string, ObjectKey, string]);
  const [kind, objectOf] = found[0]!;
  return {
    type: 'hotLoop',
    controller,
    key,
    object: { kind, key: objectOf },
    fields: found.map(([, , path]) => path),
    turns,
  };
}
