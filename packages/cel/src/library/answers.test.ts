/** Addresses, URLs, quantities and named formats: what is one, what is in it, and why it is none, as kube-apiserver says it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { CelCompileError, celEnvironment } from '../compile.js';
import { CelError } from '../values.js';
import { kubernetesLibraries } from './kubernetes.js';

const lines = readFileSync(join(__dirname, 'answers.cases.txt'), 'utf8').trimEnd().split('\n').slice(1);
const cases = lines.flatMap((line, at) => (at % 2 === 0 ? [[line, lines[at + 1]!.trim()] as const] : []));
const environment = celEnvironment({ libraries: kubernetesLibraries });

function answer(expression: string): string {
  try {
    const { value } = environment.compile(expression).run();
    return typeof value === 'string' ? JSON.stringify(value) : String(value);
  } catch (error) {
    if (error instanceof CelError || error instanceof CelCompileError) return `! ${error.message}`;
    throw error;
  }
}

it.each(cases)('%s is answered as by kube-apiserver', (expression, answered) => {
  expect(answer(expression)).toBe(answered);
});
