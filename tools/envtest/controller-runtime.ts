/**
 * Runs the tests of sigs.k8s.io/controller-runtime itself, of the version that is built for the Kubernetes that Pintle behaves
 * as, with the folder that `pintle envtest` prints in the place of kube-apiserver and etcd; and tells which packages pass:
 *
 *     npx tsx tools/envtest/controller-runtime.ts [PACKAGE…]
 *
 * Needs Go and its modules. What asks for no server is left out, and `pkg/client/apiutil`, which fetches servers of its own.
 */
import { spawnSync } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { makeAssets } from '../../packages/pintle/src/envtest/envtest.js';

const version = 'v0.21.0';
const all = [
  ...['builder', 'cache', 'client', 'cluster', 'controller', 'controller/controllerutil', 'envtest', 'handler'],
  ...['internal/controller', 'internal/recorder', 'manager', 'manager/internal/integration', 'metrics/filters'],
  ...['reconcile', 'source', 'webhook'],
];

const { positionals } = parseArgs({ allowPositionals: true });
const work = await mkdtemp(join(tmpdir(), 'controller-runtime-'));
try {
  const download = ['mod', 'download', '-json', `sigs.k8s.io/controller-runtime@${version}`];
  const { Dir, Error: why } = JSON.parse(spawnSync('go', download, { encoding: 'utf8', cwd: work }).stdout) as {
    readonly Dir: string;
    readonly Error?: string;
  };
  if (why !== undefined) throw new Error(why);
  const source = join(work, 'source');
  await cp(Dir, source, { recursive: true });
  // Modules are kept read-only, and tests write beside themselves.
  spawnSync('chmod', ['-R', 'u+w', source]);
  const cli = ['--import', import.meta.resolve('tsx'), '--conditions=@pintle/source'];
  const command = [process.execPath, ...cli, resolve(import.meta.dirname, '../../packages/pintle/src/cli.ts')];
  const env = { ...process.env, KUBEBUILDER_ASSETS: await makeAssets(join(work, 'assets'), command) };
  const asked = (positionals.length > 0 ? positionals : all).map(
    (name) => `./pkg/${name.replace(/^(\.\/)?pkg\//, '')}`,
  );
  // One after the other: each starts servers of its own.
  const { status } = spawnSync('go', ['test', '-count=1', '-p=1', ...asked], { cwd: source, env, stdio: 'inherit' });
  process.exitCode = status ?? 1;
} finally {
  await rm(work, { recursive: true, force: true });
}
