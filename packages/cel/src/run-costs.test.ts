/** What expressions cost when they run: as kube-apiserver counts it, so that budgets are spent at the same place. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { dyn } from './check/checked-type.js';
import { celEnvironment } from './compile.js';
import { celValueOf } from './json-values.js';
import { kubernetesLibraries } from './library/kubernetes.js';

const lines = readFileSync(join(__dirname, 'run-costs.cases.txt'), 'utf8').trimEnd().split('\n').slice(1);
const cases = lines.flatMap((line, at) => (at % 2 === 0 ? [[line, Number(lines[at + 1])] as const] : []));
const environment = celEnvironment({ variables: { self: dyn }, libraries: kubernetesLibraries });
const self = celValueOf({
  a: { b: { c: 1 } },
  l: [1, 2, 3],
  s: 'abcdefghijklmnopqrstuvwxyz',
  t: '10.1.2.3',
  m: { a: 'x', b: 'y' },
  o: [
    { n: 'a', v: 1 },
    { n: 'b', v: 2 },
  ],
});

it.each(cases)('a run of %s costs what it costs kube-apiserver', (expression, cost) => {
  expect(environment.compile(expression).run({ self }).cost).toBe(cost);
});
