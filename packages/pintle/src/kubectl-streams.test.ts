/**
 * Unmodified kubectl of several versions, and what people do inside of running containers: exec, attach, run, cp,
 * over real processes.
 */
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ServedCluster } from '@pintle/cluster/nodejs';
import { findKubectls, type KubectlOptions, kubectlEnvironment, runKubectl } from './kubectl-binaries.js';
import { hostContainer, hostPod, processCluster } from './streams-cluster.js';

const found = findKubectls();

let cluster: ServedCluster;
let folder: string;

const shell = (name: string, command: string) => hostContainer(name, ['sh', '-c', command]);

const run = (path: string, args: string, options: Partial<KubectlOptions> = {}) =>
  runKubectl(path, args.split(' '), { folder, ...options });

/** Writes into a terminal that runs kubectl; returns all that was shown and the exit status. */
function inTerminal(path: string, args: string, input: string): Promise<{ output: string; status: number | null }> {
  return new Promise((done) => {
    const child = spawn('script', ['-qefc', `stty cols 101 rows 31; ${path} ${args}`, '/dev/null'], {
      env: kubectlEnvironment(folder),
    });
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    child.stdin.write(input);
    const cut = setTimeout(() => child.kill('SIGKILL'), 20_000);
    child.on('close', (status) => {
      clearTimeout(cut);
      done({ output, status });
    });
  });
}

(found.length === 0 ? describe.skip : describe)('kubectl in running containers', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pintle-streams-'));
    cluster = await processCluster(folder);
    await cluster.client.create(hostPod('app', shell('main', 'sleep 100000')));
    await cluster.client.create(hostPod('two', shell('web', 'sleep 100000'), shell('side', 'sleep 100000')));
    await cluster.client.create(hostPod('ended', shell('main', 'exit 0'), shell('other', 'sleep 100000')));
    await cluster.client.create(hostPod('talker', shell('main', 'while true; do echo tick; sleep 0.2; done')));
    const { path } = found[0]!;
    await run(path, 'wait pod/app pod/two pod/talker --for=condition=Ready --timeout=30s');
    await run(path, 'wait pod/ended --for=jsonpath={.status.containerStatuses[0].state.terminated.exitCode}=0');
  }, 60_000);

  afterAll(async () => {
    await cluster.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const eachKubectl = (name: string, test: (path: string, version: string) => Promise<void>) =>
    it.each(found)(`$version: ${name}`, ({ path, version }) => test(path, version), 60_000);

  eachKubectl('exec hands on both outputs and the exit code', async (path) => {
    expect(await run(path, 'exec app -- echo hello')).toEqual({ stdout: 'hello\n', stderr: '', status: 0 });
    const failed = await runKubectl(path, ['exec', 'app', '--', 'sh', '-c', 'echo out; echo err >&2; exit 7'], {
      folder,
    });
    expect(failed).toMatchObject({ stdout: 'out\n', status: 7 });
    expect(failed.stderr).toBe('err\ncommand terminated with exit code 7\n');
  });

  eachKubectl('exec -i ends the command’s input with its own, whatever the size', async (path) => {
    expect(await run(path, 'exec -i app -- cat', { input: 'one\ntwo\n' })).toMatchObject({ stdout: 'one\ntwo\n' });
    const input = Buffer.alloc(5_000_003, 'pintle');
    const big = await run(path, 'exec -i app -- md5sum', { input });
    const expected = await new Promise((done) => {
      const child = spawn('md5sum');
      child.stdout.on('data', (chunk) => done(String(chunk)));
      child.stdin.end(input);
    });
    expect(big.stdout).toBe(expected);
    const { stdout } = await run(path, 'exec app -- head -c 5000000 /dev/zero');
    expect(stdout.length).toBe(5_000_000);
    // A command that reads nothing ends all the same.
    expect(await run(path, 'exec -i app -- echo done', { input })).toMatchObject({ stdout: 'done\n', status: 0 });
  });

  eachKubectl('exec -it has a terminal, of the size of its own', async (path) => {
    const input = 'until stty size | grep 31; do sleep 0.1; done; test -t 0 && echo "terminal $((40 + 2))"; exit 3\n';
    const { output, status } = await inTerminal(path, 'exec -it app -- sh', input);
    expect(output).toContain('31 101');
    expect(output).toContain('terminal 42');
    expect(status).toBe(3);
  });

  eachKubectl('exec says what is wrong, as upstream does', async (path) => {
    expect(await run(path, 'exec app -- no-such-program')).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(
        /error: Internal error occurred: error executing command in container: exec: "no-such-program": executable file not found in \$PATH/,
      ),
    });
    expect(await run(path, 'exec two -c none -- true')).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/container none is not valid for pod two|container none not found in pod two/),
    });
    expect(await run(path, 'exec two -- true')).toMatchObject({
      status: 0,
      stderr: 'Defaulted container "web" out of: web, side\n',
    });
    expect(await run(path, 'exec ended -c main -- true')).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/unable to upgrade connection: container not found \("main"\)/),
    });
    expect(await run(path, 'exec none -- true')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('pods "none" not found'),
    });
  });

  eachKubectl('exec needs the right to it', async (path) => {
    const denied = await run(path, 'exec app --as=nobody --as-group=system:authenticated -- true');
    expect(denied.status).toBe(1);
    expect(denied.stderr).toContain('User "nobody" cannot get resource "pods"');
  });

  eachKubectl('attach shows what a container says from now on, and leaves it running', async (path) => {
    const attached = await run(path, 'attach talker', { timeoutMs: 2_500 });
    expect(attached.stdout).toMatch(/^(tick\n)+$/);
    expect(await run(path, 'get pod talker -o jsonpath={.status.phase}')).toMatchObject({ stdout: 'Running' });
  });

  eachKubectl('run --rm -i is a pod for one command', async (path, version) => {
    const name = `once-${version.replace('.', '-')}`;
    const args = ['run', name, '--rm', '-i', '--image=host', '--restart=Never', '--command', '--'];
    const ran = await runKubectl(path, [...args, 'sh', '-c', 'read line; echo "got $line"; exit 4'], {
      folder,
      input: 'word\n',
    });
    expect(ran.stdout).toContain('got word\n');
    expect(ran.stdout).toContain(`pod "${name}" deleted`);
    expect(ran.status).toBe(4);
  });

  eachKubectl('cp carries files and folders both ways', async (path, version) => {
    const local = join(folder, `local-${version}`);
    await mkdir(join(local, 'deep/er'), { recursive: true });
    const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * 7919) % 251));
    await writeFile(join(local, 'deep/er/file'), bytes);
    await writeFile(join(local, 'note'), 'a note\n');
    expect(await run(path, `cp local-${version} app:copied-${version}`)).toMatchObject({ status: 0 });
    expect(await run(path, `exec app -- cat copied-${version}/note`)).toMatchObject({ stdout: 'a note\n' });
    expect(await run(path, `cp app:copied-${version} back-${version}`)).toMatchObject({ status: 0 });
    expect(await readFile(join(folder, `back-${version}/deep/er/file`))).toEqual(bytes);
  });
});
