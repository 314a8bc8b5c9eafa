/**
 * Finds reconciles that wake themselves without getting anywhere: 16 in a row, each woken by nothing but what the one before
 * wrote, each time in the same fields of the same object, and none of them a step. A step is one of these:
 * - It changed nothing that all before it did: work that goes on changes one object after another, one field after another.
 * - It wrote to an object that the row had not written to: children made one by one, whatever is counted or stamped beside.
 * - It counted towards an end: a number that has gone one way all along, down towards nought, or up towards another number
 *   of the same object that stands still (`spec.replicas` for `status.ready`), which at this pace it reaches within 1,000 runs.
 *
 * A number without such an end, a time, and a number that has passed its end are no steps, however honest: nobody can see
 * where they stop. A row of 1,000 runs is told of whatever its steps: children that are made without end are found so.
 * Called by a running controller; it compares nothing before the fifth run of a row, and so nothing of most reconciles.
 */
import type { ObjectKey } from '@pintle/client';
import { type KubernetesObject, objectKey } from '@pintle/machinery';
import { type ChangedField, changedFields } from './changed-fields.js';
import type { HotLoop } from './problem.js';

/** A change by which a reconcile was woken, and which it had made itself. */
export interface OwnChange {
  readonly kind: string;
  readonly key: ObjectKey;
  /** Both where it was an update; neither where the object was made, or is gone. */
  readonly before?: KubernetesObject | undefined;
  readonly after?: KubernetesObject | undefined;
}

/** What the run before wrote. */
export interface Turn {
  /** Those of its writes that woke the next run. */
  readonly changes: readonly OwnChange[];
  /** All that it wrote to, as `writtenId` names them. Needed from `isWatched` on. */
  readonly written: readonly string[];
}

/** Runs in a row, each woken by nothing but what the one before wrote. */
export interface Streak {
  readonly turns: number;
  /** Those since the last step. */
  readonly idleTurns: number;
  /** `kind key path` that every turn since `watchedAfter` changed, and which way numbers went: 0 for all else. */
  readonly fields: ReadonlyMap<string, -1 | 0 | 1>;
  readonly written: ReadonlySet<string>;
}

/** Only then are fields compared. */
const watchedAfter = 4;
const idleTurnsMax = 16;
/** Of a row with steps, and of what a count may still need. */
const turnsMax = 1_000;
/** Numbers of an object that may be a count's end. */
const numbersMax = 1_000;

/** Whether the next step of the streak needs to know all that was written. */
export const isWatched = (streak: Streak | undefined): boolean => streak !== undefined && streak.turns >= watchedAfter;

/** Whether the row is one that will not end by itself: its worker leaves others their turn after each run. */
export const isEndless = (streak: Streak | undefined): boolean => streak !== undefined && streak.turns > turnsMax;

export const writtenId = (kind: string, key: ObjectKey): string => `${kind} ${objectKey(key)}`;

interface Change extends Partial<ChangedField> {
  readonly id: string;
  readonly object: KubernetesObject | undefined;
}

/** The streak with one more run; `turn` is undefined where anything else woke it. */
export function stepStreak(streak: Streak | undefined, turn: Turn | undefined): Streak | undefined {
  if (turn === undefined || turn.changes.length === 0) return undefined;
  const turns = (streak?.turns ?? 0) + 1;
  const before = streak ?? { turns: 0, idleTurns: 0, fields: new Map<string, never>(), written: new Set<string>() };
  if (turns <= watchedAfter) return { ...before, turns, idleTurns: turns };
  const changes = turn.changes.flatMap(changesOf);
  if (changes.length === 0) return undefined;
  const isFirst = turns === watchedAfter + 1;
  const common = isFirst ? changes : changes.filter(({ id }) => before.fields.has(id));
  const goesOn = common.length > 0;
  const fields = new Map(
    (goesOn ? common : changes).map((change) => [
      change.id,
      wayOf(change, goesOn ? before.fields.get(change.id) : undefined),
    ]),
  );
  const isNewWork = !isFirst && turn.written.some((id) => !before.written.has(id));
  const isStep = !goesOn || isNewWork || (!isFirst && common.some((change) => hasEnd(change, fields, changes)));
  const isKnown = turns > turnsMax || turn.written.every((id) => before.written.has(id));
  const written = isKnown ? before.written : new Set([...before.written, ...turn.written]);
  return { turns, idleTurns: isStep ? 0 : before.idleTurns + 1, fields, written };
}

/** What is deleted and made anew, again and again, has another uid each time. */
function changesOf({ kind, key, before, after }: OwnChange): readonly Change[] {
  const idOf = (path: string) => JSON.stringify([kind, key, path]);
  if (before === undefined || after === undefined) return [{ id: idOf('metadata.uid'), object: undefined }];
  return changedFields(before, after).map((field) => ({ ...field, id: idOf(field.path), object: after }));
}

function wayOf({ before, after }: Change, known: -1 | 0 | 1 | undefined): -1 | 0 | 1 {
  if (typeof before !== 'number' || typeof after !== 'number') return 0;
  const way = after > before ? 1 : -1;
  return known === undefined || known === way ? way : 0;
}

function hasEnd({ id, object, before, after }: Change, fields: Streak['fields'], changes: readonly Change[]): boolean {
  const way = fields.get(id);
  if (!way || typeof before !== 'number' || typeof after !== 'number') return false;
  const isNear = (end: number) =>
    (end - after) * way >= 0 && (end - after) * way <= turnsMax * Math.abs(after - before);
  if (way < 0 && isNear(0)) return true;
  const moving = new Set(changes.filter((change) => change.object === object).map(({ path }) => path));
  const numbers: number[] = [];
  for (const part of ['spec', 'status', 'data'] as const)
    collectNumbers((object as unknown as Readonly<Record<string, unknown>>)[part], part, moving, numbers);
  return numbers.some(isNear);
}

/** The numbers that stand still. */
function collectNumbers(value: unknown, path: string, moving: ReadonlySet<string | undefined>, found: number[]): void {
  if (moving.has(path) || found.length >= numbersMax) return;
  if (typeof value === 'number') found.push(value);
  else if (typeof value === 'object' && value !== null)
    for (const [key, inner] of Object.entries(value)) collectNumbers(inner, `${path}.${key}`, moving, found);
}

/** The loop that a streak has just become. */
export function hotLoopOf(controller: string, key: ObjectKey, streak: Streak): HotLoop | undefined {
  const { turns, idleTurns, fields } = streak;
  if (idleTurns !== idleTurnsMax && (turns !== turnsMax || idleTurns > idleTurnsMax)) return undefined;
  const found = [...fields.keys()].map((each) => JSON.parse(each) as [string, ObjectKey, string]);
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
