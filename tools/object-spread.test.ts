/** What the build makes of objects that begin with a spread. */
import { expect, it } from '@jest/globals';
import ts from 'typescript';
import { beginSpreadsWithNothing } from './object-spread.js';
import { sources } from './tidy/sources.js';

it.each([
  ['({ ...a, b: 1 })', '({ ...null, ...a, b: 1 })'],
  ['({...a})', '({...null, ...a})'],
  ['({ ...a, b: { ...c } })', '({ ...null, ...a, b: { ...null, ...c } })'],
  ['({ ...(x ? { y } : {}) })', '({ ...null, ...(x ? { y } : {}) })'],
  ['({\n  // Why.\n  ...a,\n})', '({\n  // Why.\n  ...null, ...a,\n})'],
])('%s', (source, built) => {
  expect(beginSpreadsWithNothing(source)).toBe(built);
});

it.each(['const { a, ...rest } = b', '[...a]', 'f(...a)', '({ b, ...a })', '({ ...null, ...a })'])(
  'is as it was: %s',
  (source) => {
    expect(beginSpreadsWithNothing(source)).toBe(source);
  },
);

it('means the same, also of fields that objects have by nature', () => {
  const a = JSON.parse('{"__proto__":1,"constructor":2}');
  const { built, plain } = new Function(
    'a',
    `return { plain: { ...a }, built: ${beginSpreadsWithNothing('{ ...a }')} }`,
  )(a);
  expect(Object.keys(built)).toEqual(['__proto__', 'constructor']);
  expect(JSON.stringify(built)).toBe(JSON.stringify(plain));
  expect(Object.getPrototypeOf(built)).toBe(Object.prototype);
});

/** As a parser finds them. */
function beginSpreadsByParser(source: string): string {
  const places: number[] = [];
  const visit = (node: ts.Node): void => {
    const [first] = ts.isObjectLiteralExpression(node) ? node.properties : [];
    if (first !== undefined && ts.isSpreadAssignment(first)) places.push(first.getStart(file));
    ts.forEachChild(node, visit);
  };
  const file = ts.createSourceFile('source.ts', source, ts.ScriptTarget.ESNext);
  visit(file);
  return places.sort((a, b) => b - a).reduce((text, at) => `${text.slice(0, at)}...null, ${text.slice(at)}`, source);
}

it('finds in the code of every source what a parser finds, and nothing else', () => {
  const shipped = sources().filter(({ isTest }) => !isTest);
  const code = (text: string) => text.replace(/^ *\/?\*.*$/gm, '');
  const other = shipped.filter(({ text }) => code(beginSpreadsWithNothing(text)) !== code(beginSpreadsByParser(text)));
  expect(other.map(({ path }) => path)).toEqual([]);
});
