/**
 * controller-runtime's own envtest on the folder that `pintle envtest` prints: `main.go`, built with Go. Where Go is absent,
 * or nobody requires it, the test says that it was skipped: building it takes minutes.
 */
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { makeAssets } from '../../packages/pintle/src/envtest/envtest.js';

const hasGo = spawnSync('go', ['version']).status === 0;
const isWanted = process.env['PINTLE_SYSTEM_TESTS'] === 'required';
/** Whether the modules are here or can be had. */
const hasModules = () =>
  spawnSync('go', ['mod', 'download'], { cwd: resolve('tools/envtest'), timeout: 300_000 }).status === 0;
const why = !hasGo
  ? 'needs Go, which this machine lacks'
  : !isWanted
    ? 'is built where PINTLE_SYSTEM_TESTS is `required`'
    : hasModules()
      ? undefined
      : 'needs Go modules, which cannot be had from here';
if (why !== undefined) process.stdout.write(`skipped: envtest ${why}\n`);

let folder: string;

(why === undefined ? describe : describe.skip)('envtest', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pintle-go-'));
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('starts, serves a manager and a user with few rights, and stops', async () => {
    const program = join(folder, 'envtest');
    const built = spawnSync('go', ['build', '-o', program, '.'], { cwd: resolve('tools/envtest'), encoding: 'utf8' });
    expect(built).toMatchObject({ status: 0, stderr: expect.not.stringContaining('error') });
    const cli = ['--import', 'tsx', '--conditions=@pintle/source', resolve('packages/pintle/src/cli.ts')];
    const assets = await makeAssets(join(folder, 'assets'), [process.execPath, ...cli]);
    const run = spawnSync(program, {
      env: { ...process.env, KUBEBUILDER_ASSETS: assets },
      encoding: 'utf8',
      timeout: 300_000,
    });
    expect({ status: run.status, lines: run.stdout.split('\n').filter(Boolean), errors: run.stderr }).toEqual({
      status: 0,
      lines: [
        'starts with a definition of its own',
        'makes a client',
        'runs a manager',
        'creates a custom object',
        'reconciles it',
        'speaks protobuf',
        'adds a user with few rights',
        'starts a second environment beside it',
        'makes a client of the second',
        'keeps them apart',
        'stops the second',
        'stops',
      ],
      errors: expect.any(String),
    });
  }, 1_200_000);
});
