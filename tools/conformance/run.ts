/**
 * Runs upstream's end-to-end tests, of the Kubernetes that Pintle behaves as, against `pintle up`, and tells which pass:
 *
 *     npx tsx tools/conformance/run.ts [--focus PATTERN] [--skip PATTERN] [--kubeconfig FILE]
 *
 * Needs Go and its modules, kubectl, busybox, and root. Containers are processes of this machine, each with a file system and a
 * host name of its own by `launch`; of the images of these tests a few are made here, agnhost from its source. What asks for
 * others, or for a network of each pod's own, is left out by `beyond.ts`.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { beyond } from './beyond.js';

const here = import.meta.dirname;
/** Git-ignored, as all of node_modules is. */
const built = resolve(here, '../../node_modules/.cache/conformance');
const startMaxMs = 60_000;

const { values } = parseArgs({
  options: {
    focus: { type: 'string', default: String.raw`\[Conformance\]` },
    skip: { type: 'string' },
    kubeconfig: { type: 'string' },
  },
});

function build(command: readonly string[]): void {
  const { status } = spawnSync('go', command, {
    cwd: here,
    stdio: 'inherit',
    env: { ...process.env, CGO_ENABLED: '0' },
  });
  if (status !== 0) throw new Error(`go ${command[0]} ended with ${status}`);
}

/** A folder whose programs, called by their names, are all run by `launch`. */
async function imageOf(home: string, name: string, programs: readonly string[]): Promise<string> {
  const root = join(home, name);
  await mkdir(join(root, 'bin'), { recursive: true });
  for (const program of programs) await symlink(join(here, 'launch'), join(root, program));
  return root;
}

/** Its kubeconfig, once it is up. */
async function startCluster(folder: string): Promise<{ readonly process: ChildProcess; readonly kubeconfig: string }> {
  const registry = 'registry.k8s.io';
  const applets = spawnSync('busybox', ['--list'], { encoding: 'utf8' }).stdout.trim().split('\n');
  const programs = applets.map((name) => `bin/${name}`);
  const home = join(folder, 'images');
  const env = { IMAGES: home, FILES: folder, AGNHOST: join(built, 'agnhost') };
  const image = async (name: string, command: string, ...more: readonly string[]) => ({
    folder: await imageOf(home, name, [...programs, ...more]),
    ...{ command: [command], env },
  });
  const httpd = await image('httpd', '/httpd', 'httpd');
  const config = {
    nodes: 3,
    images: {
      [`${registry}/e2e-test-images/agnhost:*`]: await image('agnhost', '/agnhost', 'agnhost', 'agnhost-2'),
      [`${registry}/e2e-test-images/busybox:*`]: await image('busybox', 'sh'),
      [`${registry}/e2e-test-images/httpd:*`]: httpd,
      [`${registry}/e2e-test-images/nginx:*`]: httpd,
      [`${registry}/e2e-test-images/nautilus:*`]: httpd,
      [`${registry}/pause:*`]: await image('pause', '/pause', 'pause'),
    },
  };
  const file = join(folder, 'pintle.json');
  await writeFile(file, JSON.stringify(config));
  const kubeconfig = join(folder, 'data', 'kubeconfig');
  await mkdir(join(folder, 'data'));
  const cli = ['--import', import.meta.resolve('tsx'), '--conditions=@pintle/source'];
  const child = spawn(
    process.execPath,
    [
      ...[...cli, resolve(here, '../../packages/pintle/src/cli.ts'), 'up', '--in-memory'],
      ...['--config', file, '--data-dir', join(folder, 'data'), '--port', '0'],
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const until = Date.now() + startMaxMs;
  while (!existsSync(kubeconfig)) {
    if (child.exitCode !== null || Date.now() > until) throw new Error('pintle up did not start');
    await new Promise((done) => setTimeout(done, 200));
  }
  return { process: child, kubeconfig };
}

build(['test', '-vet=off', '-c', '-o', join(built, 'e2e.test'), 'k8s.io/kubernetes/test/e2e']);
build(['build', '-o', join(built, 'agnhost'), 'k8s.io/kubernetes/test/images/agnhost']);
const folder = await mkdtemp(join(tmpdir(), 'conformance-'));
// Some containers run as another user than the one who runs this.
await chmod(folder, 0o755);
const cluster = values.kubeconfig === undefined ? await startCluster(folder) : undefined;
try {
  const skip = [...beyond.map(({ tests }) => tests), ...(values.skip === undefined ? [] : [values.skip])].join('|');
  const tests = spawn(
    join(built, 'e2e.test'),
    [
      ...[`--kubeconfig=${values.kubeconfig ?? cluster?.kubeconfig}`, '--provider=skeleton', '--disable-log-dump'],
      ...[`--ginkgo.focus=${values.focus}`, `--ginkgo.skip=${skip}`, '--ginkgo.no-color', '--ginkgo.silence-skips'],
    ],
    { cwd: folder, stdio: 'inherit' },
  );
  const [code] = (await once(tests, 'close')) as [number | null];
  process.exitCode = code ?? 1;
} finally {
  if (cluster !== undefined) {
    cluster.process.kill('SIGTERM');
    if (cluster.process.exitCode === null) await once(cluster.process, 'close');
  }
  await rm(folder, { recursive: true, force: true });
}
