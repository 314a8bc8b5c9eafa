import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from '@jest/globals';
import { runExecPlugin } from './exec-plugin.js';
import type { ExecPlugin } from './kube-config.js';

const folder = mkdtempSync(join(tmpdir(), 'pintle-exec-plugin-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const apiVersion = 'client.authentication.k8s.io/v1';
/** Asks for a token, and gives it with whether it was told that it may ask. */
const asking = `
  const { spec } = JSON.parse(process.env.KUBERNETES_EXEC_INFO);
  console.error('token, please');
  const token = require('node:fs').readFileSync(0, 'utf8').trim() + ' ' + spec.interactive;
  console.log(JSON.stringify({ apiVersion: '${apiVersion}', kind: 'ExecCredential', status: { token } }));`;
const plugin = (script: string, interactiveMode: ExecPlugin['interactiveMode'] = 'IfAvailable'): ExecPlugin => ({
  apiVersion,
  command: process.execPath,
  args: ['-e', script],
  env: {},
  interactiveMode,
});

it('who asks a person does so on the terminal, and hears what is typed', async () => {
  writeFileSync(join(folder, 'typed'), 'abc\n');
  const [stdin, stderr] = [openSync(join(folder, 'typed'), 'r'), openSync(join(folder, 'shown'), 'w')];
  for (const mode of ['IfAvailable', 'Always', 'Never'] as const) {
    const { token } = await runExecPlugin(plugin(asking, mode), { stdin, stderr });
    // Nothing is left to be read of the file after the first.
    expect(token).toBe({ IfAvailable: 'abc true', Always: ' true', Never: ' false' }[mode]);
  }
  expect(readFileSync(join(folder, 'shown'), 'utf8')).toBe('token, please\n'.repeat(2));
  for (const descriptor of [stdin, stderr]) closeSync(descriptor);
});

it.each([
  ['process.kill(process.pid, "SIGTERM")', 'it was ended by SIGTERM'],
  ['process.exit(3)', 'it ended with 3'],
  ['process.stdout.write("x".repeat(3_000_000), () => {}); setInterval(() => {}, 1000)', 'it was ended by SIGTERM'],
])('%s: %s', async (script, words) => {
  await expect(runExecPlugin(plugin(script), undefined)).rejects.toThrow(words);
});
