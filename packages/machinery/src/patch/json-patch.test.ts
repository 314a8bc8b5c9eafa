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

  it('leaves its operations as they were', () => {
    const operations = patch();
    applyJsonPatch({}, operations);
    expect(operations).toEqual(patch());
  });
});
