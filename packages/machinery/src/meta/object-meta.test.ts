/** What is said of metadata, in the words of Kubernetes 1.33. */
import { describe, expect, it } from '@jest/globals';
import { formatFieldError } from '../status/status-error.js';
import { finalizerWarnings, validateObjectMeta, validateObjectMetaUpdate } from './object-meta.js';
import type { ObjectMeta } from './v1.js';

const place = { name: 'a', namespace: 'default' };
const rules = { namespaced: true, qualifiedFinalizers: true };
const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'o', uid: 'u' };
const bare = 'name is neither a standard finalizer name nor is it fully qualified';
const qualified =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

const rows: readonly (readonly [name: string, metadata: ObjectMeta, told: readonly string[]])[] = [
  [
    'long labels',
    { labels: { [`k${'b'.repeat(63)}`]: 'c'.repeat(64) } },
    [
      `metadata.labels: Invalid value: "k${'b'.repeat(63)}": name part must be no more than 63 characters`,
      `metadata.labels: Invalid value: "${'c'.repeat(64)}": must be no more than 63 characters`,
    ],
  ],
  [
    'finalizers',
    { finalizers: ['-', 'foregroundDeletion', 'x'] },
    [
      `metadata.finalizers: Invalid value: "-": ${qualified}`,
      `metadata.finalizers[0]: Invalid value: "-": ${bare}`,
      `metadata.finalizers[2]: Invalid value: "x": ${bare}`,
    ],
  ],
  [
    'an owner of nothing',
    { ownerReferences: [{ apiVersion: '', kind: '', name: '', uid: '' }] },
    [
      'metadata.ownerReferences.apiVersion: Invalid value: "": version must not be empty',
      'metadata.ownerReferences.kind: Invalid value: "": kind must not be empty',
      'metadata.ownerReferences.name: Invalid value: "": name must not be empty',
      'metadata.ownerReferences.uid: Invalid value: "": uid must not be empty',
    ],
  ],
];

describe('metadata', () => {
  it.each(rows)('tells of %s', (_name, metadata, told) => {
    expect(validateObjectMeta({ ...place, ...metadata }, rules).map(formatFieldError)).toEqual(told);
  });

  it('cannot be owned by an event', () => {
    const [fault] = validateObjectMeta({ ...place, ownerReferences: [{ ...owner, kind: 'Event' }] }, rules);
    expect([fault!.field, fault!.detail]).toEqual([
      'metadata.ownerReferences',
      '/v1, Kind=Event is disallowed from being an owner',
    ]);
  });

  it('takes any finalizer of kinds that ask for no domain', () => {
    const metadata = { ...place, finalizers: ['x'] };
    expect(validateObjectMeta(metadata, { namespaced: true })).toEqual([]);
    expect(validateObjectMetaUpdate(metadata, place, { namespaced: true })).toEqual([]);
    expect(validateObjectMetaUpdate(metadata, place, rules)).toHaveLength(1);
  });

  it('what a name was made of may be no two segments of a path, later on', () => {
    const faults = validateObjectMetaUpdate({ ...place, generateName: 'a/b' }, place, rules);
    expect(faults).toEqual([
      expect.objectContaining({ field: 'metadata.generateName', detail: "may not contain '/'" }),
    ]);
    expect(validateObjectMetaUpdate({ ...place, generateName: '..' }, place, rules)).toEqual([]);
  });

  it('warns of finalizers without a domain, when they are new', () => {
    expect(finalizerWarnings({ finalizers: ['x', 'a.b', 'example.com/ok', 'orphan'] })).toEqual([
      'metadata.finalizers: "a.b": prefer a domain-qualified finalizer name including a path (/) to avoid accidental conflicts with other finalizer writers',
      'metadata.finalizers: "x": prefer a domain-qualified finalizer name to avoid accidental conflicts with other finalizer writers',
    ]);
    expect(finalizerWarnings({ finalizers: ['x'] }, { finalizers: ['x'] })).toEqual([]);
  });
});
