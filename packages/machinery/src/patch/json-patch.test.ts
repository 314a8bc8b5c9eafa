/** JSON patches as kube-apiserver takes them, where that is other than the letter of RFC 6902 too (`tools/kube-apiserver/compare.ts --only json-patches`). */
import { describe, expect, it } from '@jest/globals';
import { deepFreeze } from '../meta/frozen.js';
import { applyJsonPatch, PatchTestError } from './json-patch.js';
import { PatchError } from './patch-error.js';

const document = deepFreeze({ a: { 'b/c': 1, none: null }, list: ['x', 'y', 'z'] });

describe('a JSON patch', () => {
  it.each<readonly [operation: object, changed: object]>([
    [{ op: 'add', path: '/a/d' }, { a: { ...document.a, d: null } }],
    [{ op: 'replace', path: '/a/d', value: 2 }, { a: { ...document.a, d: 2 } }],
    [{ op: 'replace', path: 'nonsense/a/b~1c', value: 2 }, { a: { ...document.a, 'b/c': 2 } }],
    [{ op: 'copy', from: '/nothing', path: '/a' }, { a: null }],
    [{ op: 'test', path: '/nothing', value: null }, {}],
    [{ op: 'test', path: '/a/none', value: null }, {}],
    [{ op: 'test', path: '', value: document }, {}],
    [{ op: 'remove', path: '/list/-1' }, { list: ['x', 'y'] }],
    [{ op: 'add', path: '/list/-1', value: 'w' }, { list: ['x', 'y', 'z', 'w'] }],
    [{ op: 'replace', path: '/list/01', value: 'w' }, { list: ['x', 'w', 'z'] }],
    [{ op: 'move', from: '/list/0', path: '/list/-' }, { list: ['y', 'z', 'x'] }],
    [{ op: 'replace', path: '', value: 7 }, {}],
    [{ op: 'add', path: '/__proto__', value: { b: 1 } }, { ['__proto__']: { b: 1 } }],
  ])('%j', (operation, changed) => {
    expect(applyJsonPatch(document, [operation])).toEqual({ ...document, ...changed });
  });

  it('changes what it has added, of frozen operations too', () => {
    const operations = deepFreeze([
      { op: 'add', path: '/annotations', value: {} },
      { op: 'add', path: '/annotations/a~1b', value: 'c' },
    ]);
    expect(applyJsonPatch(deepFreeze({ name: 'p' }), operations)).toEqual({ name: 'p', annotations: { 'a/b': 'c' } });
  });

  it.each<readonly [operation: unknown, words: string]>([
    [{ op: 'add', path: '', value: {} }, 'add operation does not apply: doc is missing path: "": missing value'],
    [
      { op: 'add', path: '/list/4', value: 1 },
      "error in add for path: '/list/4': Unable to access invalid index: 4: invalid index referenced",
    ],
    [
      { op: 'add', path: '/list/x', value: 1 },
      `error in add for path: '/list/x': value was not a proper array index: 'x': strconv.Atoi: parsing "x": invalid syntax`,
    ],
    [
      { op: 'add', path: '/list/99999999999999999999', value: 1 },
      `error in add for path: '/list/99999999999999999999': value was not a proper array index: '99999999999999999999': strconv.Atoi: parsing "99999999999999999999": value out of range`,
    ],
    [
      { op: 'add', path: '/a/none/x', value: 1 },
      'add operation does not apply: doc is missing path: "/a/none/x": missing value',
    ],
    [{ op: 'add' }, 'add operation failed to decode path: missing value'],
    [
      { op: 'replace', path: '/list/3', value: 1 },
      'replace operation does not apply: doc is missing key: /list/3: missing value',
    ],
    [
      { op: 'replace', path: '/list/-', value: 1 },
      'replace operation does not apply: doc is missing key: /list/-: missing value',
    ],
    [
      { op: 'replace', path: '/x/y', value: 1 },
      'replace operation does not apply: doc is missing path: /x/y: missing value',
    ],
    [
      { op: 'replace', path: 7 },
      'replace operation failed to decode path: json: cannot unmarshal number into Go value of type string',
    ],
    [
      { op: 'remove', path: '/nothing' },
      "error in remove for path: '/nothing': Unable to remove nonexistent key: nothing: missing value",
    ],
    [
      { op: 'remove', path: '/list/-4' },
      "error in remove for path: '/list/-4': Unable to access invalid index: -4: invalid index referenced",
    ],
    [
      { op: 'remove', path: '/list/x' },
      `error in remove for path: '/list/x': strconv.Atoi: parsing "x": invalid syntax`,
    ],
    [{ op: 'remove', path: '/x/y' }, 'remove operation does not apply: doc is missing path: "/x/y": missing value'],
    [
      { op: 'move', from: '/nothing', path: '/a' },
      "error in move for path: 'nothing': Unable to remove nonexistent key: nothing: missing value",
    ],
    [
      { op: 'move', from: '/a', path: '/a/b' },
      'move operation does not apply: doc is missing destination path: /a/b: missing value',
    ],
    [
      { op: 'move', from: '/x/y', path: '/a' },
      'move operation does not apply: doc is missing from path: /x/y: missing value',
    ],
    [{ op: 'move', path: '/a' }, 'move operation failed to decode from: operation, missing from field: missing value'],
    [{ op: 'move', from: '/a' }, 'move operation failed to decode path: operation missing path field: missing value'],
    [{ op: 'copy', path: '/a' }, 'copy operation failed to decode from: operation, missing from field: missing value'],
    [{ op: 'copy', from: '/a' }, 'copy operation failed to decode path: missing value'],
    [
      { op: 'copy', from: '/list/9', path: '/a' },
      "error in copy for from: '/list/9': Unable to access invalid index: 9: invalid index referenced",
    ],
    [
      { op: 'copy', from: '/a', path: '/list/9' },
      'error while adding value during copy: Unable to access invalid index: 9: invalid index referenced',
    ],
    [{ op: 'test', path: '/nothing' }, 'testing value /nothing failed: test failed'],
    [{ op: 'test', path: '/a/b~1c', value: '1' }, 'testing value /a/b~1c failed: test failed'],
    [{ op: 'test', path: '/x/y', value: 1 }, 'test operation does not apply: is missing path: /x/y: missing value'],
    [
      { op: 'test', path: '/list/x', value: 1 },
      `error in test for path: '/list/x': strconv.Atoi: parsing "x": invalid syntax`,
    ],
    [{ op: 'jump', path: '/a' }, 'Unexpected kind: jump'],
    [{ op: 7 }, 'Unexpected kind: unknown'],
    [null, 'Unexpected kind: unknown'],
  ])('%j is refused', (operation, words) => {
    const patching = () => applyJsonPatch(document, [operation]);
    expect(patching).toThrow(PatchError);
    expect(patching).toThrow(new Error(words));
  });

  it('says of a test that it is one', () => {
    expect(() => applyJsonPatch(document, [{ op: 'test', path: '/a', value: 1 }])).toThrow(PatchTestError);
    expect(() => applyJsonPatch(document, [{ op: 'test', path: '/a/x/y', value: 1 }])).not.toThrow(PatchTestError);
  });

  it('does not copy without end', () => {
    const double = { op: 'copy', from: '/list', path: '/list/-' };
    expect(() =>
      applyJsonPatch(
        document,
        Array.from({ length: 100 }, () => double),
      ),
    ).toThrow(
      /^Unable to complete the copy, the accumulated size increase of copy is \d+, exceeding the limit 3145728$/,
    );
  });
});
