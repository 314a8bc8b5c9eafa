/** What must hold of any applies and updates, whatever they name. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { canonicalJson, deepFreeze } from '../meta/frozen.js';
import type { KubernetesObject } from '../meta/v1.js';
import { any, int32, list, map, object, string } from '../schema/schema.js';
import { formatMember, membersOf } from './field-tree.js';
import { treeFromFieldsV1 } from './fields-v1.js';
import { applyWishes, managedFieldsAfterUpdate, type Writer } from './managed-fields.js';
import type { WriteRules } from './structured-merge.js';

const item = object({ name: string(), port: int32().default(80), values: map(string()), tags: list(string()).asSet() });
const schema = object({
  apiVersion: string(),
  kind: string(),
  metadata: object({ name: string(), labels: map(string()), managedFields: list(any()).atomic() }),
  spec: object({
    one: string(),
    two: int32(),
    items: list(item).byKeys('name', 'port'),
    whole: list(string()).atomic(),
    piece: object({ a: string(), b: string() }).atomic(),
    free: any(),
  }),
}).node;
const rules: WriteRules = {
  versions: { schemaOf: (version) => (version === 'v1' ? schema : undefined), convert: ({ value }) => value },
};

// Nothing here is empty: an empty list or map is merged as one piece, and nobody owns an empty list.
const word = fc.constantFrom('a', 'b', 'c');
const maybe = <T extends Record<string, fc.Arbitrary<unknown>>>(fields: T) => fc.record(fields, { requiredKeys: [] });
const items = fc.uniqueArray(
  maybe({
    port: fc.constantFrom(80, 81),
    values: fc.dictionary(word, word, { minKeys: 1, maxKeys: 2 }),
    tags: fc.uniqueArray(word, { minLength: 1, maxLength: 2 }),
  }).chain((rest) => word.map((name) => ({ name, ...rest }) as { name: string; port?: number })),
  { minLength: 1, maxLength: 3, selector: ({ name, port = 80 }) => `${name}${port}` },
);
const spec = maybe({
  one: word,
  two: fc.nat(2),
  items,
  whole: fc.array(word, { minLength: 1, maxLength: 2 }),
  piece: maybe({ a: word, b: word }),
  free: fc.dictionary(word, fc.oneof(word, fc.dictionary(word, word, { minKeys: 1, maxKeys: 2 })), {
    minKeys: 1,
    maxKeys: 2,
  }),
});
const wishes = maybe({ spec, labels: fc.dictionary(word, word, { minKeys: 1, maxKeys: 2 }) }).map(
  ({ spec: wished, labels }) =>
    deepFreeze({
      apiVersion: 'v1',
      kind: 'K',
      metadata: { name: 'x', ...(labels === undefined ? {} : { labels }) },
      ...(wished === undefined ? {} : { spec: wished }),
    }) as unknown as KubernetesObject,
);

const by = (manager: string, second = 0): Writer => ({
  manager,
  apiVersion: 'v1',
  now: `2026-01-01T00:00:${String(second).padStart(2, '0')}Z`,
});

/** As a server stores it: nothing of what is null. */
function stored(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(stored);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).flatMap(([key, v]) => (v === null ? [] : [[key, stored(v)]])));
}

const withLabel = (wished: KubernetesObject, label: string): KubernetesObject => ({
  ...wished,
  metadata: { ...wished.metadata, labels: { ...wished.metadata.labels, [label]: 'x' } },
});

type Live = KubernetesObject | undefined;
function applyTo(live: Live, wished: KubernetesObject, writer: Writer, force = true) {
  const { object: result, managedFields, conflicts } = applyWishes(rules, live, wished, writer, force);
  if (conflicts.length > 0) return { conflicts, live };
  const { managedFields: _old, ...metadata } = result.metadata;
  const entries = managedFields.length === 0 ? {} : { managedFields };
  const next = deepFreeze(stored({ ...result, metadata: { ...metadata, ...entries } })) as KubernetesObject;
  return { conflicts, live: next };
}

const membersByManager = (live: Live) =>
  new Map(
    (live?.metadata.managedFields ?? []).map(({ manager, fieldsV1 }) => [
      manager,
      [...membersOf(treeFromFieldsV1(fieldsV1))].map(formatMember),
    ]),
  );

describe('server-side apply', () => {
  it('changes nothing the second time', () => {
    fc.assert(
      fc.property(fc.array(wishes, { maxLength: 3 }), wishes, (before, wished) => {
        let live: Live;
        for (const [i, one] of before.entries()) live = applyTo(live, one, by(`m${i % 2}`)).live;
        const first = applyTo(live, wished, by('me', 1)).live;
        const second = applyTo(first, wished, by('me', 2)).live;
        expect(second).toEqual(first);
      }),
    );
  });

  it('gives the applier all that it named, and takes from others only that', () => {
    fc.assert(
      fc.property(wishes, wishes, (theirs, mine) => {
        const before = applyTo(undefined, theirs, by('them')).live;
        const after = applyTo(before, mine, by('me', 1)).live;
        const owned = membersByManager(after);
        const named = membersByManager(applyTo(undefined, mine, by('me')).live).get('me') ?? [];
        expect(owned.get('me') ?? []).toEqual(named);
        const kept = owned.get('them') ?? [];
        for (const field of membersByManager(before).get('them') ?? [])
          expect(kept.includes(field) || named.some((name) => field.startsWith(name))).toBe(true);
      }),
    );
  });

  it('comes to the same in either order, where two managers name other fields', () => {
    fc.assert(
      fc.property(wishes, wishes, (one, other) => {
        // Each names something, and so is never taken for a time before there were managers.
        const [a, b] = [withLabel(one, 'mine'), withLabel(other, 'theirs')];
        const oneFirst = applyTo(applyTo(undefined, a, by('a')).live, b, by('b', 1), false);
        const otherFirst = applyTo(applyTo(undefined, b, by('b')).live, a, by('a', 1), false);
        fc.pre(oneFirst.conflicts.length === 0 && otherFirst.conflicts.length === 0);
        expect(membersByManager(oneFirst.live)).toEqual(
          new Map([...membersByManager(otherFirst.live)].sort(([x = ''], [y = '']) => (x < y ? -1 : 1))),
        );
        const { metadata: _a, ...first } = sortedItems(oneFirst.live!);
        const { metadata: _b, ...second } = sortedItems(otherFirst.live!);
        expect(first).toEqual(second);
      }),
    );
  });

  it('leaves nothing of what only one manager named, once it names it no more', () => {
    fc.assert(
      fc.property(wishes, wishes, (theirs, mine) => {
        const alone = applyTo(undefined, theirs, by('them')).live;
        const both = applyTo(alone, mine, by('me', 1)).live;
        const nothing = { apiVersion: 'v1', kind: 'K', metadata: { name: 'x' } } as KubernetesObject;
        const after = applyTo(applyTo(both, nothing, by('me', 2)).live, nothing, by('them', 3)).live;
        const { metadata, spec: left, ...rest } = after as unknown as Record<string, Record<string, unknown>>;
        expect([rest, Object.keys(left ?? {}), metadata!['managedFields']]).toEqual([
          { apiVersion: 'v1', kind: 'K' },
          [],
          undefined,
        ]);
      }),
    );
  });
});

describe('an update', () => {
  it('makes what it changed its own, and nothing that is there nobody’s', () => {
    fc.assert(
      fc.property(wishes, wishes, (first, second) => {
        const made = applyTo(undefined, first, by('applier')).live!;
        fc.pre(made.metadata.managedFields !== undefined);
        const wished = { ...second, metadata: { ...second.metadata, managedFields: made.metadata.managedFields! } };
        const managedFields = managedFieldsAfterUpdate(rules, wished, made, by('updater', 1));
        const after = { ...second, metadata: { ...second.metadata, managedFields } } as KubernetesObject;
        const owned = [...membersByManager(after).values()].flat();
        const fresh = managedFieldsAfterUpdate(rules, second, undefined, by('all'));
        const all = [...membersOf(treeFromFieldsV1(fresh[0]?.fieldsV1))].map(formatMember);
        // Structs and lists have no owner of their own where they were there before.
        const isContainer = (field: string) => all.some((other) => other !== field && other.startsWith(field));
        expect(all.filter((field) => !isContainer(field) && !owned.includes(field))).toEqual([]);
      }),
    );
  });
});

describe('FieldsV1', () => {
  it('is the same once it was written and read again', () => {
    fc.assert(
      fc.property(wishes, (wished) => {
        const [entry] = applyTo(undefined, wished, by('me')).live?.metadata.managedFields ?? [];
        const text = JSON.stringify(entry?.fieldsV1 ?? {});
        expect(JSON.stringify(treeFromFieldsV1(JSON.parse(text)).fieldsV1)).toBe(text);
      }),
    );
  });
});

function sortedItems(live: KubernetesObject): KubernetesObject & { readonly spec?: unknown } {
  return JSON.parse(JSON.stringify(live), (_key, value: unknown) =>
    Array.isArray(value) ? [...value].sort((a, b) => (canonicalJson(a) < canonicalJson(b) ? -1 : 1)) : value,
  );
}
