/**
 * Builds upstream's kube-apiserver, starts it with etcd, and runs a command with `PINTLE_TEST_KUBECONFIG` naming an
 * administrator's kubeconfig; then stops both:
 *
 *     node --import tsx --conditions=@pintle/source tools/kube-apiserver/run.ts [COMMAND …]
 *
 * Without a command: the tests that run anywhere (`anywhere.test.ts`). Needs Go.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeAccessFiles, writeKubeConfig } from './access-files.js';
import { buildPrograms, builtVersion } from './build.js';
import { startKubeApiServer } from './servers.js';

const [program = 'npx', ...args] =
  process.argv.length > 2 ? process.argv.slice(2) : ['npx', 'jest', '-w', '1', 'anywhere.test.ts'];

console.log(`Building kube-apiserver ${builtVersion()}, which takes minutes the first time`);
const startedMs = Date.now();
const programs = await buildPrograms();
console.log(`It was built in ${Math.round((Date.now() - startedMs) / 1000)} s`);
const folder = await mkdtemp(join(tmpdir(), 'kube-apiserver-'));
const files = await writeAccessFiles(folder);
const server = await startKubeApiServer(programs, files);
console.log(`kube-apiserver serves at ${server.url}`);
const kubeconfig = await writeKubeConfig(folder, server.url, files.caPem);
const env = { ...process.env, PINTLE_TEST_KUBECONFIG: kubeconfig, KUBECONFIG: kubeconfig };
const child = spawn(program, args, { stdio: 'inherit', env });
// The terminal sends these to the child as well; what was started here ends after it.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
process.exitCode = await new Promise<number>((done) => {
  child.once('error', (error) => {
    console.error(error.message);
    done(127);
  });
  child.once('close', (code) => done(code ?? 1));
});
await server.stop();
await rm(folder, { recursive: true, force: true });
