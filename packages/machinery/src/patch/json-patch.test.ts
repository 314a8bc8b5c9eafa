import { describe, expect, it } from '@jest/globals';
import { deepFreeze } from '../meta/frozen.js';
import { applyJsonPatch } from './json-patch.js';
import { PatchError } from './patch-error.js';

const patch = () => [
  { op: 'add', path: '/annotations', value: {} },
  { op: 'add', path: '/annotations/a~1b', value: 'c' },
];

describe('JSON Patch', () => {
  it('changes what it has added, of frozen operations too', () => {
    expect(applyJsonPatch(deepFreeze({ name: 'p' }), deepFreeze(patch()))).toEqual({
      name: 'p',
      annotations: { 'a/b': 'c' },
    });
  });

  it('replaces what an object lacks, and nothing beyond', () => {
    expect(applyJsonPatch({ a: {} }, [{ op: 'replace', path: '/a/b', value: 1 }])).toEqual({ a: { b: 1 } });
    expect(() => applyJsonPatch({ a: {} }, [{ op: 'replace', path: '/a/b/c', value: 1 }])).toThrow(PatchError);
    expect(() => applyJsonPatch({ a: [] }, [{ op: 'replace', path: '/a/0', value: 1 }])).toThrow(PatchError);
  });

  it.each<readonly [object, string]>([
    [{ op: 'test', path: '/a/b', value: 2 }, 'testing value /a/b failed: test failed'],
    [{ op: 'test', path: '/x/b', value: 2 }, 'test operation does not apply: is missing path: /x/b: missing value'],
    [{ op: 'add', path: '/x/y', value: 1 }, 'add operation does not apply: doc is missing path: "/x/y": missing value'],
    [{ op: 'remove', path: '/x/y' }, 'remove operation does not apply: doc is missing path: "/x/y": missing value'],
    [
      { op: 'remove', path: '/a/x' },
      "error in remove for path: '/a/x': Unable to remove nonexistent key: x: missing value",
    ],
    [
      { op: 'remove', path: '/l/3' },
      "error in remove for path: '/l/3': Unable to access invalid index: 3: invalid index referenced",
    ],
    [
      { op: 'replace', path: '/x/y', value: 1 },
      'replace operation does not apply: doc is missing path: /x/y: missing value',
    ],
    [
      { op: 'copy', from: '/x/y', path: '/a' },
      'copy operation does not apply: doc is missing from path: /x/y: missing value',
    ],
    [{ op: 'sing', path: '/a' }, 'Unexpected kind: sing'],
  ])('says of %j why it does not apply', (operation, words) => {
    expect(() => applyJsonPatch({ a: { b: 1 }, l: [] }, [operation])).toThrow(words);
  });

  it('leaves its operations as they were', () => {
    const operations = patch();
    applyJsonPatch({}, operations);
    expect(operations).toEqual(patch());
  });
});
