/** JSON patches as kube-apiserver takes them, where that is other than the letter of RFC 6902 (`tools/kube-apiserver/fuzz.ts --areas patching`). */
import { describe, expect, it } from '@jest/globals';
import { deepFreeze } from '../meta/frozen.js';
import { PatchError } from './patch-error.js';
import { applyUpstreamJsonPatch, CopiedTooMuchError } from './upstream-json-patch.js';

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
    expect(applyUpstreamJsonPatch(document, [operation])).toEqual({ ...document, ...changed });
  });

  it.each([
    { op: 'add', path: '', value: {} },
    { op: 'add', path: '/list/4', value: 1 },
    { op: 'add', path: '/list/x', value: 1 },
    { op: 'add', path: '/a/none/x', value: 1 },
    { op: 'replace', path: '/list/3', value: 1 },
    { op: 'replace', path: '/list/-', value: 1 },
    { op: 'remove', path: '/nothing' },
    { op: 'move', from: '/nothing', path: '/a' },
    { op: 'copy', path: '/a' },
    { op: 'test', path: '/nothing' },
    { op: 'test', path: '/a/b~1c', value: '1' },
    { op: 'jump', path: '/a' },
    { op: 'add' },
    'add',
  ])('%j is refused', (operation) => {
    expect(() => applyUpstreamJsonPatch(document, [operation])).toThrow(PatchError);
  });

  it('does not copy without end', () => {
    const double = { op: 'copy', from: '/list', path: '/list/-' };
    expect(() =>
      applyUpstreamJsonPatch(
        document,
        Array.from({ length: 100 }, () => double),
      ),
    ).toThrow(CopiedTooMuchError);
  });
});
