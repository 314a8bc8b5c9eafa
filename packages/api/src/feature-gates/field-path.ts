/** Places in JSON values, to look for and to take away: `containers[].lifecycle?.stopSignal`. Pure. */

export interface FieldPath {
  /** Whether something is there; an empty list is nothing. */
  isIn(value: unknown): boolean;
  /** The value without what is there; the very same where nothing is. */
  removedFrom<T>(value: T): T;
}

interface Segment {
  readonly name: string;
  /** `[]`: each of a list. */
  readonly isList: boolean;
  /** `?`: goes, too, when nothing else is in it. */
  readonly goesEmpty: boolean;
}

type Fields = Readonly<Record<string, unknown>>;

/** Names with `.` between them; `[]` behind one: of each in a list; `?` behind one: it goes when it is empty. */
export function fieldPath(text: string): FieldPath {
  const segments = text.split('.').map((part): Segment => {
    const [, name = '', marks = ''] = /^([^[?]+)(.*)$/.exec(part) ?? [];
    return { name, isList: marks.includes('[]'), goesEmpty: marks.includes('?') };
  });
  return {
    isIn: (value) => isIn(value, segments, 0),
    removedFrom: <T>(value: T) => removed(value, segments, 0) as T,
  };
}

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null;

function isIn(value: unknown, segments: readonly Segment[], at: number): boolean {
  const segment = segments[at]!;
  const held = isFields(value) ? value[segment.name] : undefined;
  if (held === undefined || held === null) return false;
  if (at === segments.length - 1) return !Array.isArray(held) || held.length > 0;
  if (!segment.isList) return isIn(held, segments, at + 1);
  return Array.isArray(held) && held.some((item) => isIn(item, segments, at + 1));
}

function removed(value: unknown, segments: readonly Segment[], at: number): unknown {
  const { name, isList, goesEmpty } = segments[at]!;
  if (!isFields(value) || value[name] === undefined) return value;
  if (at === segments.length - 1) return without(value, name);
  const held = value[name];
  const entered = (item: unknown) => removed(item, segments, at + 1);
  const kept = !isList ? entered(held) : Array.isArray(held) ? changedItems(held, entered) : held;
  if (kept === held) return value;
  return goesEmpty && isFields(kept) && Object.keys(kept).length === 0
    ? without(value, name)
    : { ...value, [name]: kept };
}

function without(value: Fields, name: string): Fields {
  const { [name]: _gone, ...rest } = value;
  return rest;
}

function changedItems(items: readonly unknown[], change: (item: unknown) => unknown): readonly unknown[] {
  // Nearly always nothing changes: then nothing is made.
  let changed: unknown[] | undefined;
  for (const [index, item] of items.entries()) {
    const kept = change(item);
    if (kept !== item) (changed ??= [...items])[index] = kept;
  }
  return changed ?? items;
}
