import { expect, it } from '@jest/globals';
import type { ManagedFieldsEntry } from '@pintle/machinery';
import { ownersAfterApply, ownersAfterScaling, ownersWithoutReplicas, withFirstOwner } from './scale-owners.js';

const scaled = {
  kind: { subresources: { scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' } } },
  apiVersion: 'apps/v1',
};
const time = '2026-01-01T00:00:00Z';
const entry = (operation: 'Apply' | 'Update', fields: object, more: object = {}): ManagedFieldsEntry =>
  ({
    manager: 'a',
    operation,
    apiVersion: 'apps/v1',
    time,
    fieldsType: 'FieldsV1',
    fieldsV1: { 'f:spec': fields },
    ...more,
  }) as ManagedFieldsEntry;
const replicas = { 'f:replicas': {} };
const shown = (entries: readonly ManagedFieldsEntry[]) =>
  entries.map((each) => [
    each.operation,
    Object.keys((each.fieldsV1 as { 'f:spec': object })['f:spec']).join(),
    each.time,
  ]);
const object = (count: number) => ({
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  metadata: {},
  spec: { replicas: count },
});

const owned = (managedFields: readonly ManagedFieldsEntry[]) => ({ ...object(1), metadata: { managedFields } });

it('nobody owns what nobody owned', () => {
  expect(ownersAfterScaling(scaled, object(3), object(0), [entry('Update', replicas)], 'scale')).toEqual([]);
});

it('the replicas are parted from what else their owner has, and since when is lost', () => {
  const before = [entry('Update', { ...replicas, 'f:paused': {} })];
  expect(shown(ownersAfterScaling(scaled, object(3), owned(before), before, 'scale'))).toEqual([
    ['Update', 'f:replicas', undefined],
    ['Update', 'f:paused', time],
  ]);
});

it('who applied the whole object stays its owner', () => {
  const before = [entry('Apply', { ...replicas, 'f:paused': {} })];
  expect(ownersAfterScaling(scaled, object(3), owned(before), before, 'scale')).toEqual(before);
});

it('nobody owns no replicas, but who wishes for none', () => {
  const before = [entry('Update', replicas), entry('Apply', replicas, { subresource: 'scale' })];
  expect(ownersAfterScaling(scaled, object(0), owned(before), before, 'scale')).toEqual([]);
  expect(shown(ownersAfterApply(scaled, before.slice(1), 'scale'))).toEqual([['Apply', 'f:replicas', undefined]]);
});

it('a Scale of none that stays one of none leaves its owner', () => {
  const before = [entry('Update', { ...replicas, 'f:paused': {} })];
  const old = { ...object(0), metadata: { managedFields: before } };
  expect(shown(ownersAfterScaling(scaled, object(0), old, before, 'scale'))).toEqual([
    ['Update', 'f:replicas', undefined],
    ['Update', 'f:paused', time],
  ]);
});

it('of two entries of one owner, as a Scale leaves them, the last counts: nobody owns the replicas then', () => {
  const before = [entry('Update', replicas, { time: undefined }), entry('Update', { 'f:paused': {} })];
  const written = [...before, entry('Update', replicas, { subresource: 'scale' })];
  expect(shown(ownersAfterScaling(scaled, object(3), owned(before), written, 'scale'))).toEqual([
    ['Update', 'f:paused', time],
  ]);
});

it('a Scale that does not say its version takes the replicas from their owner', () => {
  const before = [entry('Update', { ...replicas, 'f:paused': {} })];
  expect(shown(ownersWithoutReplicas(scaled, owned(before)))).toEqual([['Update', 'f:paused', time]]);
});

it('other writes change nobody’s', () => {
  const before = [entry('Update', replicas)];
  expect(ownersAfterScaling(scaled, object(0), owned(before), before, undefined)).toBe(before);
});

it.each<readonly [string, readonly ManagedFieldsEntry[], readonly string[]]>([
  ['an owner stays', [entry('Update', replicas)], ['a']],
  ['nobody is who came before', [], ['before-first-apply']],
  [
    'of two entries of one manager the last counts',
    [entry('Update', replicas), entry('Update', {})],
    ['a', 'a', 'before-first-apply'],
  ],
  ['and the first of another', [entry('Apply', replicas), entry('Update', {})], ['a', 'a']],
])('before an apply of the scale %s', (_what, managedFields, managers) => {
  const found = withFirstOwner(scaled, owned(managedFields)).metadata.managedFields ?? [];
  expect(found.map(({ manager }) => manager)).toEqual(managers);
  expect(withFirstOwner(scaled, { ...owned(managedFields), spec: { replicas: 0 } }).metadata).toEqual({
    managedFields,
  });
});
