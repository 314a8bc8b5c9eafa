/** The functions that expressions of Kubernetes 1.33 can call, as kube-apiserver declares them: none more, none less. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { kubernetesLibraries } from './kubernetes.js';
import { optionalLibrary } from './optionals.js';
import { standardLibrary } from './standard.js';
import { stringLibrary } from './strings.js';

const declared = [standardLibrary, stringLibrary, optionalLibrary, ...kubernetesLibraries].flatMap(({ overloads }) =>
  overloads.flatMap(({ name, as, params, result }) => {
    const line = `${name}(${params.join(', ')}) -> ${result}`;
    return [...(as === 'method' ? [] : [line]), ...(as === undefined ? [] : [`.${line}`])];
  }),
);

it('are those of kube-apiserver', () => {
  const lines = readFileSync(join(__dirname, 'functions.cases.txt'), 'utf8').trim().split('\n').slice(1);
  expect([...declared].sort()).toEqual([...lines].sort());
});
