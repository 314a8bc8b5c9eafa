/** What expressions cost when they run: as kube-apiserver counts it, so that budgets are spent at the same place. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { schemaFromOpenApi } from '@pintle/machinery';
import { typeOfSchema } from './check/schema-type.js';
import { celEnvironment } from './compile.js';
import { celValueOf } from './json-values.js';
import { kubernetesLibraries } from './library/kubernetes.js';

const lines = readFileSync(join(__dirname, 'run-costs.cases.txt'), 'utf8').trimEnd().split('\n').slice(1);
const cases = lines.flatMap((line, at) => (at % 2 === 0 ? [[line, Number(lines[at + 1])] as const] : []));
const text = { type: 'string' };
const integer = { type: 'integer' };
const object = (properties: Readonly<Record<string, unknown>>) => ({ type: 'object', properties });
const list = (items: unknown) => ({ type: 'array', items });
const texts = Object.fromEntries(['s', 't', 'six', 'c', 'c6', 'u', 'q', 'v', 'e', 're'].map((name) => [name, text]));
const schema = schemaFromOpenApi(
  object({
    ...texts,
    l: list(integer),
    ls: list(text),
    m: { type: 'object', additionalProperties: text },
    o: object({ i: integer, s: text, p: object({ q: text }) }),
    lo: list(object({ n: text, v: integer })),
    a: object({ b: object({ c: integer }) }),
  }),
  '',
).node;
const environment = celEnvironment({
  variables: { self: typeOfSchema(schema, 'self') },
  libraries: kubernetesLibraries,
});
const self = celValueOf(
  {
    s: 'abcdefghijklmnopqrstuvwxyz, abcdefghijklmnopqrstuvwxyz',
    t: '10.1.2.3',
    six: '2001:db8:1:2:3:4:5:6',
    c: '10.0.0.0/8',
    c6: '2001:db8::/32',
    u: 'https://user@host.example.com:8443/a/b?x=y&z=1#f',
    q: '123456789012Ki',
    v: '1.2.3-alpha.beta.1+build.number',
    l: [1, 2, 3],
    ls: ['a', 'bb', 'ccc'],
    e: '',
    re: '^[a-z]+, [a-z]+$',
    m: { a: 'x', bb: 'yy' },
    o: { i: 3, s: 'hello world', p: { q: 'deep' } },
    lo: [
      { n: 'a', v: 1 },
      { n: 'b', v: 2 },
    ],
    a: { b: { c: 1 } },
  },
  schema,
);

it.each(cases)('a run of %s costs what it costs kube-apiserver', (expression, cost) => {
  expect(environment.compile(expression).run({ self }).cost).toBe(cost);
});
