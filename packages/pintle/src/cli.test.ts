/** What the command says of itself, and of what it does not know. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from '@jest/globals';

const cli = ['--import', 'tsx', '--conditions=@pintle/source', resolve('packages/pintle/src/cli.ts')];
const { version } = JSON.parse(readFileSync('packages/pintle/package.json', 'utf8')) as { readonly version: string };

it.each([
  ['--version', 0, new RegExp(`^${version.replaceAll('.', '\\.')}\n$`)],
  ['apiserver --version', 0, /^Kubernetes v1\.33\.\d+\+pintle\n$/],
  ['up --nodes many', 1, /'--nodes <count>' argument 'many' is invalid/],
  ['up --nonsense', 1, /^error: unknown option '--nonsense'/],
  ['nonsense', 1, /^error: unknown command 'nonsense'/],
])('pintle %s', (line, status, said) => {
  const run = spawnSync(process.execPath, [...cli, ...line.split(' ')], { encoding: 'utf8' });
  expect({ status: run.status, said: run.stdout + run.stderr }).toEqual({ status, said: expect.stringMatching(said) });
});
