/** The order and the times of entries, as `metadata.managedFields` has them. */
import { describe, expect, it } from '@jest/globals';
import type { KubernetesObject } from '../meta/v1.js';
import { any, map, object, string } from '../schema/schema.js';
import { applyWishes, managedFieldsAfterUpdate, type Writer } from './managed-fields.js';
import type { WriteRules } from './structured-merge.js';

const schema = object({ apiVersion: string(), kind: string(), metadata: any(), data: map(string()) }).node;
const rules: WriteRules = { versions: { schemaOf: () => schema, convert: ({ value }) => value } };

const by = (manager: string, second: number): Writer => ({
  manager,
  apiVersion: 'v1',
  now: `2026-01-01T00:00:0${second}Z`,
});
const wish = (data: Record<string, string>) =>
  ({ apiVersion: 'v1', kind: 'K', metadata: { name: 'x' }, data }) as unknown as KubernetesObject;

const applied = (live: KubernetesObject | undefined, data: Record<string, string>, writer: Writer) => {
  const { object: next, managedFields } = applyWishes(rules, live, wish(data), writer, true);
  return { ...next, metadata: { ...next.metadata, managedFields } } as KubernetesObject;
};
const updated = (old: KubernetesObject, data: Record<string, string>, writer: Writer) => {
  const next = { ...old, data } as KubernetesObject;
  return { ...next, metadata: { ...next.metadata, managedFields: managedFieldsAfterUpdate(rules, next, old, writer) } };
};
const shown = ({ metadata }: KubernetesObject) =>
  metadata.managedFields?.map(
    ({ manager, operation, time }) => `${operation} ${manager} ${time?.slice(-2, -1) ?? '-'}`,
  );

describe('entries', () => {
  it('come appliers first, then by time, then by name', () => {
    let live: KubernetesObject = applied(undefined, { a: '1' }, by('late', 5));
    live = applied(live, { b: '1' }, by('early', 2));
    live = updated(live, { a: '1', b: '1', c: '1' }, by('writer', 1));
    live = applied(live, { d: '1' }, by('also-early', 2));
    expect(shown(live)).toEqual(['Apply also-early 2', 'Apply early 2', 'Apply late 5', 'Update writer 1']);
  });

  it('have the time of the last write that gave their manager something', () => {
    let live: KubernetesObject = applied(undefined, { a: '1', b: '1' }, by('applier', 1));
    live = updated(live, { a: '1', b: '1', c: '1' }, by('writer', 2));
    // Nothing new, and the object stays as it is.
    live = applied(live, { a: '1', b: '1' }, by('applier', 3));
    // Only taken away.
    live = updated(live, { a: '1', b: '1' }, by('other', 4));
    expect(shown(live)).toEqual(['Apply applier 1']);
    live = updated(live, { a: '2', b: '1' }, by('writer', 5));
    live = updated(live, { a: '3', b: '1' }, by('writer', 6));
    expect(shown(live)).toEqual(['Apply applier 1', 'Update writer 6']);
    // Who names what is there already changes nothing: it has no time of its own.
    live = applied(live, { b: '1' }, by('co-owner', 7));
    expect(shown(live)).toEqual(['Apply co-owner -', 'Apply applier 1', 'Update writer 6']);
  });
});
