/** Where a strategic merge patch says no order, its items are put among the others as kube-apiserver puts them. */
import { describe, expect, it } from '@jest/globals';
import { list, map, object, string } from '../schema/schema.js';
import { applyStrategicMergePatch, mergeStrategically } from './strategic-merge-patch.js';

const schema = object({
  keyed: list(object({ name: string(), value: string() })).mergeBy('name'),
  plain: list(string()).mergeBy(),
});
type Row = readonly [name: string, present: string, patch: string, merged: string];
const rows: readonly Row[] = [
  ['a new item comes before the others', 'a b', 'c', 'c a b'],
  ['a new item after one that is there stays after it', 'a b', 'b new', 'a b new'],
  ['a new item before one that is there', 'a b', 'new a', 'new a b'],
  ['items that are there take the order of the patch', 'a b c', 'c a', 'b c a'],
  ['a change of one leaves the order', 'a b c', 'b', 'a b c'],
  ['nothing was there', '', 'b a', 'b a'],
  ['a deleted item', 'a b c', '-a d', 'd b c'],
];
const words = (text: string) => text.split(' ').filter((word) => word !== '');

it('where there is no list, an item needs no key', () => {
  const patch = {
    keyed: [
      { value: 'a', other: null },
      { $patch: 'delete', name: 'b' },
    ],
  };
  expect(applyStrategicMergePatch({}, patch, schema.node)).toEqual({ keyed: [{ value: 'a' }] });
  expect(() => applyStrategicMergePatch({ keyed: [] }, patch, schema.node)).toThrow('merge key');
});

it('new items have the order of the patch, also where the key of one is null', () => {
  const [present, patch] = [[{ name: 'a' }], [{ name: null }, { name: 'b' }]];
  expect(applyStrategicMergePatch({ keyed: present }, { keyed: patch }, schema.node)).toEqual({
    keyed: [...patch, ...present],
  });
});

it.each([
  [
    { keyed: [{ value: 'x' }] },
    { keyed: [{ name: 'a' }] },
    'map: map[value:x] does not contain declared merge key: name',
  ],
  [{ plain: ['a'] }, { plain: ['b', []] }, 'list element types are not identical: [[a] [b []]]'],
  [
    { keyed: [{ name: 'a' }] },
    { keyed: [null, { name: 'b' }] },
    'list element types are not identical: [[map[name:a]] [<nil> map[name:b]]]',
  ],
  [{ plain: [] }, { plain: [['a']] }, 'lists of lists are not supported'],
])('%j is not patched by %j', (document, patch, why) => {
  expect(() => applyStrategicMergePatch(document, patch, schema.node)).toThrow(why);
});

it('of plain values each is there once, also of those that were there', () => {
  expect(applyStrategicMergePatch({ plain: ['a', 'b', 'a'] }, { plain: ['b', 'b'] }, schema.node)).toEqual({
    plain: ['a', 'b'],
  });
});

it('what takes the place of all is taken with its nulls', () => {
  const whole = object({ one: map(string()).patchStrategy('replace') });
  expect(applyStrategicMergePatch({ one: { a: 'b' } }, { one: { c: null } }, whole.node)).toEqual({ one: { c: null } });
});

describe('the order of merged lists', () => {
  it.each(rows)('%s', (_name, present, patch, merged) => {
    const items = (text: string) =>
      words(text).map((word) => (word.startsWith('-') ? { name: word.slice(1), $patch: 'delete' } : { name: word }));
    expect(applyStrategicMergePatch({ keyed: items(present) }, { keyed: items(patch) }, schema.node)).toEqual({
      keyed: items(merged),
    });
  });

  it.each(rows.filter(([, , patch]) => !patch.includes('-')))(
    'of plain values: %s',
    (_name, present, patch, merged) => {
      expect(applyStrategicMergePatch({ plain: words(present) }, { plain: words(patch) }, schema.node)).toEqual({
        plain: words(merged),
      });
    },
  );
});

const deep = object(
  {
    keyed: list(object({ name: string(), value: string(), keyed: list(string()).mergeBy() })).mergeBy('name'),
    plain: list(string()).mergeBy(),
    whole: list(object({ name: string() })),
    labels: map(string()),
    text: string(),
  },
  'io.k8s.api.core.v1.DeepSpec',
);
const there = { keyed: [{ name: 'a', value: '1' }, { name: 'b' }], plain: ['a', 'b'], labels: { x: 'y' }, text: 't' };

describe('directives', () => {
  it.each<readonly [patch: object, changed: object]>([
    [
      { $retainKeys: ['text'], text: null },
      { keyed: undefined, plain: undefined, labels: undefined, text: undefined },
    ],
    [{ '$deleteFromPrimitiveList/plain': ['a'] }, { plain: ['b'] }],
    [{ '$deleteFromPrimitiveList/plain': 'a' }, {}],
    [{ '$deleteFromPrimitiveList/nothing': 'a' }, {}],
    [{ '$deleteFromPrimitiveList/plain': null }, { plain: undefined }],
    [{ keyed: [{ name: 'a', $patch: 'delete' }] }, { keyed: [{ name: 'b' }] }],
    [{ keyed: [{ $patch: 'replace' }, { name: 'c', value: null }] }, { keyed: [{ name: 'c', value: null }] }],
    [{ labels: { $patch: 'delete' } }, { labels: {} }],
    [{ labels: { $patch: 'replace', a: null } }, { labels: { a: null } }],
    [{ whole: [{ $patch: 'delete', name: 'x' }, { name: null }] }, { whole: [{}] }],
    [
      { keyed: [{ name: 'c', keyed: [{ $patch: 'x' }] }] },
      { keyed: [{ name: 'c', keyed: [{ $patch: 'x' }] }, ...there.keyed] },
    ],
    [{ '$setElementOrder/keyed': [{ name: 'b' }, { name: 'a' }] }, { keyed: there.keyed.toReversed() }],
    [{ '$setElementOrder/plain': ['b'], plain: ['b'] }, {}],
  ])('%j', (patch, changed) => {
    expect(applyStrategicMergePatch(there, patch, deep.node)).toEqual({ ...there, ...changed });
  });

  it.each<readonly [patch: object, why: string]>([
    [{ $retainKeys: ['text'], labels: {} }, 'invalid patch format of retainKeys'],
    [{ $retainKeys: 'text' }, 'invalid patch format of retainKeys'],
    [{ $patch: 'merge' }, 'unknown patch type: merge in map: map[$patch:merge]'],
    [{ labels: { $patch: null } }, 'unknown patch type: %!s(<nil>) in map: map[$patch:<nil>]'],
    [{ $patch: 7 }, 'unknown patch type: %!s(int64=7) in map: map[$patch:7]'],
    [{ keyed: [{ name: 'a', $patch: 'merge' }] }, 'merging lists cannot yet be specified in the patch'],
    [{ keyed: [{ $patch: 'delete' }] }, 'map: map[$patch:delete] does not contain declared merge key: name'],
    [{ '$setElementOrder/text': [] }, 'expected a []interface {}, but received a string'],
    [{ '$setElementOrder/plain': null }, 'expected a []interface {}, but received a %!s(<nil>)'],
    [{ '$setElementOrder/nothing': [] }, 'unable to find api field in struct DeepSpec for the json field "nothing"'],
    [{ '$setElementOrder/keyed': ['a'] }, 'value for key 0 is not a map'],
    [{ '$setElementOrder/labels': [] }, 'expected a []interface {}, but received a map[string]interface {}'],
    [{ $setElementOrder: [] }, 'invalid patch format of setElementOrder list'],
    [{ $deleteFromPrimitiveListOf: [] }, 'invalid patch format of primitive list'],
    [
      { '$setElementOrder/plain': ['b', 'a'], plain: ['a', 'b'] },
      "The order in patch list:\n[a b]\n doesn't match $setElementOrder list:\n[b a]\n",
    ],
  ])('%j is refused', (patch, why) => {
    expect(() => applyStrategicMergePatch(there, patch, deep.node)).toThrow(why);
  });

  it('of a patch is left what was not gone through', () => {
    const patch = { labels: { $patch: 'replace', a: 'b' }, '$setElementOrder/plain': ['b'], plain: ['b'], keyed: null };
    expect(mergeStrategically(there, patch, deep.node).left).toEqual({ labels: { a: 'b' }, keyed: null });
  });
});
