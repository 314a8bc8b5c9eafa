/** Upstream's tables of `util/tolerations`, as data. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Toleration } from '../core/v1/affinity.js';
import { areCovered, coversToleration, mergeTolerations } from './merge-tolerations.js';

const known: Readonly<Record<string, Toleration>> = {
  all: { operator: 'Exists' },
  'all-nosched': { operator: 'Exists', effect: 'NoSchedule' },
  'all-noexec': { operator: 'Exists', effect: 'NoExecute' },
  foo: { key: 'foo', operator: 'Exists' },
  'foo-bar': { key: 'foo', operator: 'Equal', value: 'bar' },
  'foo-nosched': { key: 'foo', operator: 'Exists', effect: 'NoSchedule' },
  'foo-bar-nosched': { key: 'foo', operator: 'Equal', value: 'bar', effect: 'NoSchedule' },
  'foo-baz-nosched': { key: 'foo', operator: 'Equal', value: 'baz', effect: 'NoSchedule' },
  'faz-nosched': { key: 'faz', operator: 'Exists', effect: 'NoSchedule' },
  'faz-baz-nosched': { key: 'faz', operator: 'Equal', value: 'baz', effect: 'NoSchedule' },
  'foo-prefnosched': { key: 'foo', operator: 'Exists', effect: 'PreferNoSchedule' },
  'foo-noexec': { key: 'foo', operator: 'Exists', effect: 'NoExecute' },
  'foo-bar-noexec': { key: 'foo', operator: 'Equal', value: 'bar', effect: 'NoExecute' },
  'foo-noexec-10': { key: 'foo', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 10 },
  'foo-noexec-0': { key: 'foo', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 0 },
  'foo-bar-noexec-10': { key: 'foo', operator: 'Equal', value: 'bar', effect: 'NoExecute', tolerationSeconds: 10 },
};
const named = (names: string) => (names === '' ? [] : names.split(' ').map((name) => known[name]!));
const noexec = 'foo-noexec foo-bar-noexec foo-noexec-10 foo-noexec-0 foo-bar-noexec-10';

it.each([
  ['all', Object.keys(known).join(' ')],
  ['all-nosched', 'foo-nosched foo-bar-nosched foo-baz-nosched faz-nosched faz-baz-nosched'],
  ['all-noexec', noexec],
  ['foo', `foo-bar foo-nosched foo-bar-nosched foo-baz-nosched foo-prefnosched ${noexec}`],
  ['foo-bar', 'foo-bar-nosched foo-bar-noexec foo-bar-noexec-10'],
  ['foo-nosched', 'foo-bar-nosched foo-baz-nosched'],
  ['foo-bar-nosched', ''],
  ['foo-baz-nosched', ''],
  ['faz-nosched', 'faz-baz-nosched'],
  ['faz-baz-nosched', ''],
  ['foo-prefnosched', ''],
  ['foo-noexec', noexec],
  ['foo-bar-noexec', 'foo-bar-noexec-10'],
  ['foo-noexec-10', 'foo-noexec-0 foo-bar-noexec-10'],
  ['foo-noexec-0', ''],
  ['foo-bar-noexec-10', ''],
])('%s covers: %s', (wide, narrow) => {
  const covered = Object.keys(known).filter((name) => coversToleration(known[wide]!, known[name]!));
  const expected = new Set([wide, ...(narrow === '' ? [] : narrow.split(' '))]);
  expect(covered).toEqual(Object.keys(known).filter((name) => expected.has(name)));
});

it.each([
  ['foo-bar-nosched foo-baz-nosched', 'foo-bar-nosched foo-baz-nosched', true],
  ['foo-bar-nosched foo-bar-nosched', 'foo-bar-nosched foo-baz-nosched', true],
  ['foo-bar-nosched foo-bar-nosched', 'all', true],
  ['foo-bar-nosched foo-bar-nosched', 'foo-baz-nosched', false],
  ['foo-bar-nosched foo-baz-nosched', 'foo-baz-nosched', false],
  ['foo-bar', 'foo-nosched', false],
  ['', 'foo-bar', true],
])('%s where allowed are %s: %s', (tolerations, allowed, expected) => {
  expect(areCovered(named(tolerations), named(allowed))).toBe(expected);
});

describe('tolerations of two sides', () => {
  const disjoint = 'foo-bar-nosched faz-baz-nosched foo-noexec-10';
  it.each([
    ['disjoint', disjoint, 'foo-prefnosched foo-baz-nosched', `${disjoint} foo-prefnosched foo-baz-nosched`],
    ['the same', disjoint, disjoint, disjoint],
    ['redundant', 'foo-bar-nosched foo-baz-nosched', 'foo-nosched faz-baz-nosched', 'foo-nosched faz-baz-nosched'],
    ['all covered by the second', 'foo-bar-nosched foo-baz-nosched foo-noexec-10', 'all', 'all'],
    ['all covered by the first', 'all', 'foo-bar-nosched foo-baz-nosched foo-noexec-10', 'all'],
  ])('that are %s', (_what, first, second, merged) => {
    expect(mergeTolerations(named(first), named(second))).toEqual(named(merged));
  });

  it('stay covered, and the first list is left as it is where nothing is added', () => {
    const some = fc.array(fc.constantFrom(...Object.values(known)), { maxLength: 6 });
    fc.assert(
      fc.property(some, some, (first, second) => {
        const merged = mergeTolerations(first, second);
        expect(areCovered([...first, ...second], merged)).toBe(true);
        expect(mergeTolerations(merged, second)).toBe(merged);
      }),
    );
  });
});
