/** What differs between two values, as a JSON Patch (RFC 6902). */
import { isFields } from '../json/fields.js';
import { deepEqual } from '../meta/frozen.js';

export interface PatchOperation {
  readonly op: 'add' | 'remove' | 'replace';
  readonly path: string;
  readonly value?: unknown;
}

/** The operations that make `after` out of `before`, at this place. Items of lists are compared by where they stand. */
export function jsonPatchBetween(before: unknown, after: unknown, path = ''): readonly PatchOperation[] {
  if (deepEqual(before, after)) return [];
  if (Array.isArray(before) && Array.isArray(after)) return betweenLists(before, after, path);
  if (!isFields(before) || !isFields(after)) return [{ op: 'replace', path, value: after }];
  const at = (name: string) => `${path}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  const has = (fields: Readonly<Record<string, unknown>>, name: string) =>
    Object.hasOwn(fields, name) && fields[name] !== undefined;
  return [
    ...Object.keys(before)
      .filter((name) => has(before, name) && !has(after, name))
      .map((name) => ({ op: 'remove' as const, path: at(name) })),
    ...Object.keys(after)
      .filter((name) => has(after, name))
      .flatMap((name) =>
        has(before, name)
          ? jsonPatchBetween(before[name], after[name], at(name))
          : [{ op: 'add' as const, path: at(name), value: after[name] }],
      ),
  ];
}

function betweenLists(before: readonly unknown[], after: readonly unknown[], path: string): readonly PatchOperation[] {
  const both = Math.min(before.length, after.length);
  return [
    ...after.slice(0, both).flatMap((item, index) => jsonPatchBetween(before[index], item, `${path}/${index}`)),
    // From the end, so that each stands where it did.
    ...before.slice(both).map((_, index) => ({ op: 'remove' as const, path: `${path}/${before.length - 1 - index}` })),
    ...after.slice(both).map((value) => ({ op: 'add' as const, path: `${path}/-`, value })),
  ];
}
