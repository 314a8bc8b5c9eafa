import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  type ContainerConfig,
  ContainerNotFoundError,
  type ContainerRuntime,
  type ContainerStatus,
  ImageNotFoundError,
  type PodSandboxConfig,
} from '@pintle/contracts';
import { RuntimeDirectoryInUseError } from './orphans.js';
import { type ProcessRuntimeOptions, processRuntime } from './process-runtime.js';

let directory: string;
let runtime: ContainerRuntime;

const start = (more: Partial<ProcessRuntimeOptions> = {}) =>
  processRuntime({
    directory,
    images: { 'host:*': 'host', app: { folder: join(directory, '..', 'app'), command: ['node', 'main.js'] } },
    ...more,
  });

beforeEach(() => {
  const home = mkdtempSync(join(tmpdir(), 'pintle-runtime-'));
  directory = join(home, 'runtime');
  mkdirSync(join(home, 'app', 'etc'), { recursive: true });
  runtime = start();
});
afterEach(async () => {
  await runtime.close();
  rmSync(join(directory, '..'), { recursive: true, force: true });
});

const sandboxConfig: PodSandboxConfig = {
  name: 'web',
  namespace: 'default',
  uid: 'uid-1',
  attempt: 0,
  hostname: 'web',
  hostNetwork: false,
  labels: {},
  annotations: {},
  ip: '127.0.0.1',
};

function config(more: Partial<ContainerConfig>): ContainerConfig {
  return {
    name: 'main',
    attempt: 0,
    imageRef: '',
    image: 'host:any',
    command: [],
    args: [],
    env: [],
    mounts: [],
    labels: {},
    annotations: {},
    stdin: false,
    stdinOnce: false,
    tty: false,
    resources: {},
    ...more,
  };
}

/** A container that runs, and its sandbox. */
async function run(more: Partial<ContainerConfig>, image = 'host:any') {
  const sandboxId = await runtime.runPodSandbox(sandboxConfig);
  const imageRef = await runtime.pullImage(image);
  const id = await runtime.createContainer(sandboxId, config({ ...more, imageRef, image }));
  await runtime.startContainer(id);
  return { sandboxId, id };
}
const node = (script: string) => ({ command: [process.execPath, '-e', script] });
const sh = (script: string) => ({ command: ['/bin/sh', '-c', script] });

/** Waits for what a real process does. */
async function until<T>(what: string, look: () => T | Promise<T>): Promise<NonNullable<T>> {
  const deadline = performance.now() + 10_000;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (performance.now() > deadline) throw new Error(`waited 10 s for: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
const exited = (id: string): Promise<ContainerStatus> =>
  until(`container ${id} to exit`, async () => {
    const status = await runtime.containerStatus(id);
    return status?.state === 'exited' ? status : undefined;
  });
async function text(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of bytes) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
const logs = (id: string, options = {}) => text(runtime.logs(id, options));
const printed = (id: string, wanted: string) =>
  until(`the log to hold ${wanted}`, async () => ((await logs(id)).includes(wanted) ? wanted : undefined));
const isAlive = (pid: number) => {
  try {
    process.kill(pid, 0);
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
};

describe('the end of a container', () => {
  const cases: [what: string, script: string, exitCode: number, signal: number | undefined, reason: string][] = [
    ['success', 'exit 0', 0, undefined, 'Completed'],
    ['a failure', 'exit 7', 7, undefined, 'Error'],
    ['SIGKILL', 'kill -9 $$', 137, 9, 'Error'],
    ['SIGTERM', 'kill -15 $$', 143, 15, 'Error'],
  ];
  for (const [what, script, exitCode, signal, reason] of cases) {
    it(`by ${what}`, async () => {
      const { id } = await run(sh(script));
      const status = await exited(id);
      expect({ exitCode: status.exitCode, signal: status.signal, reason: status.reason }).toEqual({
        exitCode,
        signal,
        reason,
      });
    });
  }

  it('is told to listeners, after its start', async () => {
    const seen: string[] = [];
    runtime.onEvent((event) => seen.push(event.type));
    const { id } = await run(sh('exit 0'));
    await exited(id);
    await runtime.removeContainer(id);
    expect(seen).toEqual(['created', 'started', 'stopped', 'deleted']);
  });

  it('has the words that the container left', async () => {
    const { id } = await run({
      ...sh('printf "out of luck" > "$TERMINATION_MESSAGE_PATH"; exit 1'),
      terminationMessagePath: '/dev/termination-log',
    });
    expect((await exited(id)).message).toBe('out of luck');
  });

  it('comes where its folder was taken away, with no words', async () => {
    const { id } = await run({ ...sh('sleep 0.2; exit 4'), terminationMessagePath: '/dev/termination-log' });
    rmSync(join(directory, 'sandboxes'), { recursive: true });
    expect(await exited(id)).toMatchObject({ exitCode: 4 });
    expect((await runtime.containerStatus(id))?.message).toBeUndefined();
  });

  it('takes everything with it that the container started', async () => {
    // One process stays in the group, one leaves it.
    const { id } = await run(
      sh(
        'sleep 1000 & echo in $!; setsid sleep 1000 & sleep 0.1; echo out $!; exec node -e "setTimeout(() => process.exit(3), 200)"',
      ),
    );
    await exited(id);
    const pids = [...(await logs(id)).matchAll(/\d+/g)].map(([pid]) => Number(pid));
    expect(pids).toHaveLength(2);
    await until('both to be gone', () => pids.every((pid) => !isAlive(pid)));
  });
});

describe('stopContainer', () => {
  it('asks with SIGTERM', async () => {
    const { id } = await run(
      node(
        'process.on("SIGTERM", () => { console.log("bye"); process.exit(5); }); setInterval(() => {}, 1000); console.log("up")',
      ),
    );
    await printed(id, 'up');
    await runtime.stopContainer(id, 10_000);
    expect((await runtime.containerStatus(id))?.exitCode).toBe(5);
    expect(await logs(id)).toBe('up\nbye\n');
  });

  it('kills after the grace period', async () => {
    const { id } = await run(sh('trap "" TERM; echo up; while :; do sleep 0.1; done'));
    await printed(id, 'up');
    const before = performance.now();
    await runtime.stopContainer(id, 300);
    expect(performance.now() - before).toBeGreaterThan(250);
    expect((await runtime.containerStatus(id))?.exitCode).toBe(137);
  });

  it('called again with less grace, ends sooner', async () => {
    const { id } = await run(sh('trap "" TERM; echo up; while :; do sleep 0.1; done'));
    await printed(id, 'up');
    const first = runtime.stopContainer(id, 60_000);
    await runtime.stopContainer(id, 50);
    await first;
    expect((await runtime.containerStatus(id))?.exitCode).toBe(137);
  });
});

describe('what a container gets', () => {
  it('a root with its mounts, and an environment of its own', async () => {
    const volume = join(directory, '..', 'volume');
    mkdirSync(volume);
    writeFileSync(join(volume, 'greeting'), 'hello');
    const { id } = await run({
      ...sh(
        'cat etc/config/greeting; cat "$CONTAINER_ROOT/etc/config/greeting"; echo; echo "$POD_IP $HOST $HOSTNAME $OWN $NOT_GIVEN."; pwd',
      ),
      mounts: [{ containerPath: '/etc/config', hostPath: volume, readOnly: true }],
      env: [{ name: 'OWN', value: 'mine' }],
    });
    await exited(id);
    const [greeting, variables, folder] = (await logs(id)).split('\n');
    expect(greeting).toBe('hellohello');
    expect(variables).toBe('127.0.0.1 127.0.0.1 web mine .');
    expect(folder).toBe(join(directory, 'sandboxes', readdirSync(join(directory, 'sandboxes'))[0]!, id, 'root'));
  });

  it('the files of its image, which it can not change, with mounts among them', async () => {
    const app = join(directory, '..', 'app');
    writeFileSync(
      join(app, 'main.js'),
      'const fs = require("fs"); fs.writeFileSync("new", ""); console.log(fs.readFileSync("etc/own", "utf8") + fs.readFileSync("etc/config/greeting", "utf8"))',
    );
    writeFileSync(join(app, 'etc', 'own'), 'own ');
    const volume = join(directory, '..', 'volume');
    mkdirSync(volume);
    writeFileSync(join(volume, 'greeting'), 'hello');
    const { id } = await run({ mounts: [{ containerPath: '/etc/config', hostPath: volume, readOnly: true }] }, 'app');
    expect((await exited(id)).exitCode).toBe(0);
    expect(await logs(id)).toBe('own hello\n');
    expect(readdirSync(app).sort()).toEqual(['etc', 'main.js']);
    expect(readdirSync(join(app, 'etc'))).toEqual(['own']);
    await runtime.removeContainer(id);
    expect(readFileSync(join(volume, 'greeting'), 'utf8')).toBe('hello');
  });

  it('no path outside its root for a mount', async () => {
    const { id } = await run({
      ...sh('exit 0'),
      mounts: [{ containerPath: '/../../../x', hostPath: directory, readOnly: false }],
    });
    await exited(id);
    expect(existsSync(join(directory, 'x'))).toBe(false);
  });
});

describe('faults', () => {
  it('an unknown image is named, with the catalogue', async () => {
    await expect(runtime.pullImage('nginx:1')).rejects.toThrow(ImageNotFoundError);
    await expect(runtime.pullImage('nginx:1')).rejects.toThrow(/image catalogue/);
    expect(await runtime.imageStatus('nginx:1')).toBeUndefined();
  });
  it('an image of the machine needs a command', async () => {
    await expect(run({})).rejects.toMatchObject({
      code: 'PINTLE_CONTAINER_START',
      reason: 'CreateContainerError',
      message: expect.stringContaining('command'),
    });
  });
  it('a program that is not there', async () => {
    await expect(run({ command: ['no-such-program'] })).rejects.toMatchObject({
      reason: 'RunContainerError',
      message: expect.stringContaining('"no-such-program": executable file not found in $PATH'),
    });
  });
  it('a container that is not there', async () => {
    await expect(runtime.startContainer('none')).rejects.toThrow(ContainerNotFoundError);
    await expect(runtime.exec('none', { command: ['true'] })).rejects.toThrow(ContainerNotFoundError);
    await expect(runtime.stopContainer('none', 0)).resolves.toBeUndefined();
  });
  it('a directory that another runtime uses', async () => {
    await runtime.listContainers();
    await expect(start().listContainers()).rejects.toThrow(RuntimeDirectoryInUseError);
  });
});

describe('logs', () => {
  it('keeps both streams, apart and together, with the last lines and the newest', async () => {
    const { id } = await run(sh('echo one; sleep 0.05; echo two >&2; sleep 0.05; printf three'));
    await exited(id);
    expect(await logs(id)).toBe('one\ntwo\nthree');
    expect(await logs(id, { stream: 'Stderr' })).toBe('two\n');
    expect(await logs(id, { tailLines: 2 })).toBe('two\nthree');
    expect(await logs(id, { tailLines: 0 })).toBe('');
    expect(await logs(id, { limitBytes: 5 })).toBe('one\nt');
    expect(await logs(id, { timestamps: true })).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z one\n/);
    const status = await runtime.containerStatus(id);
    expect(await logs(id, { sinceMs: status!.finishedAtMs! + 60_000 })).toBe('');
    expect(await logs(id, { sinceMs: status!.startedAtMs! })).toBe('one\ntwo\nthree');
  });

  it('follows to the end', async () => {
    const { id } = await run(sh('echo one; sleep 0.2; echo two; sleep 0.2; echo three'));
    expect(await logs(id, { follow: true })).toBe('one\ntwo\nthree\n');
    expect(await logs(id, { follow: true, tailLines: 1 })).toBe('three\n');
  });

  it('stops following when told to', async () => {
    const { id } = await run(sh('echo one; sleep 1000'));
    const controller = new AbortController();
    const seen: string[] = [];
    for await (const chunk of runtime.logs(id, { follow: true, signal: controller.signal })) {
      seen.push(Buffer.from(chunk).toString());
      controller.abort();
    }
    expect(seen).toEqual(['one\n']);
  });

  it('keeps files of a bounded size and number, and follows across them', async () => {
    await runtime.close();
    runtime = start({ logs: { fileBytesMax: 2_000, filesMax: 3 } });
    const { id, sandboxId } = await run(sh('sleep 0.1; for i in $(seq 1000); do echo line $i; done'));
    const followed = logs(id, { follow: true });
    await exited(id);
    const folder = join(directory, 'sandboxes', sandboxId, id, 'log');
    const kept = readdirSync(folder);
    expect(kept.length).toBeLessThanOrEqual(3);
    for (const name of kept) expect(readFileSync(join(folder, name)).length).toBeLessThan(2_200);
    expect((await logs(id)).trimEnd().split('\n').at(-1)).toBe('line 1000');
    expect((await followed).trimEnd().split('\n').at(-1)).toBe('line 1000');
    expect(await logs(id, { tailLines: 2 })).toBe('line 999\nline 1000\n');
  });

  it('keeps a long line in parts', async () => {
    const { id } = await run(node('console.log("x".repeat(100_000))'));
    await exited(id);
    expect(await logs(id)).toBe(`${'x'.repeat(100_000)}\n`);
  });
});

describe('exec and attach', () => {
  const stdin = async function* (words: string) {
    yield Buffer.from(words);
  };

  it('runs beside the container, in its folder and environment', async () => {
    const { id } = await run({ ...sh('sleep 1000'), env: [{ name: 'OWN', value: 'mine' }] });
    const session = await runtime.exec(id, {
      command: ['sh', '-c', 'cat; echo $OWN; echo oops >&2; exit 4'],
      stdin: stdin('in '),
    });
    expect(await Promise.all([text(session.stdout), text(session.stderr), session.exitCode])).toEqual([
      'in mine\n',
      'oops\n',
      4,
    ]);
  });

  it('dies with the container', async () => {
    const { id } = await run(sh('sleep 1000'));
    const session = await runtime.exec(id, { command: ['sleep', '1000'] });
    await runtime.stopContainer(id, 0);
    expect(await session.exitCode).toBe(137);
  });

  it('ends when aborted', async () => {
    const { id } = await run(sh('sleep 1000'));
    const controller = new AbortController();
    const session = await runtime.exec(id, { command: ['sleep', '1000'], signal: controller.signal });
    controller.abort();
    expect(await session.exitCode).toBe(137);
  });

  it('says when the program is not there', async () => {
    const { id } = await run(sh('sleep 1000'));
    await expect(runtime.exec(id, { command: ['no-such-program'] })).rejects.toMatchObject({
      code: 'PINTLE_PROGRAM_NOT_FOUND',
    });
  });

  (existsSync('/usr/bin/script') ? it : it.skip)(
    'gives a terminal, of the asked-for size (skipped where there is no `script`)',
    async () => {
      const { id } = await run(sh('sleep 1000'));
      const session = await runtime.exec(id, { command: ['sh', '-c', 'tty; sleep 0.5; stty size; exit 3'], tty: true });
      const output = text(session.stdout);
      await new Promise((resolve) => setTimeout(resolve, 200));
      session.resize(101, 33);
      expect(await session.exitCode).toBe(3);
      expect(await output).toMatch(/^\/dev\/pts\/\d+\r\n33 101\r\n$/);
    },
  );

  it('a terminal is refused by name where there is no `script`', async () => {
    await runtime.close();
    runtime = start({ path: '/nowhere' });
    const { id } = await run(sh('/bin/sleep 1000'));
    await expect(runtime.exec(id, { command: ['/bin/sh'], tty: true })).rejects.toMatchObject({
      code: 'PINTLE_TERMINAL_UNSUPPORTED',
    });
  });

  it('attaches to what the container says and hears', async () => {
    const { id } = await run({ ...sh('read line; echo "heard $line"; exit 2'), stdin: true, stdinOnce: true });
    const session = await runtime.attach(id, { stdin: stdin('you\n') });
    expect(await text(session.stdout)).toBe('heard you\n');
    expect(await session.exitCode).toBe(2);
  });

  it('attaches the one whom the input is for to what was said before', async () => {
    const { id } = await run({ ...sh('echo early; read line; echo late'), stdin: true, stdinOnce: true });
    await printed(id, 'early');
    const session = await runtime.attach(id, { stdin: stdin('\n') });
    expect(await text(session.stdout)).toBe('early\nlate\n');
  });
});

it('forwards a port to the pod', async () => {
  const server = createServer((_request, response) => response.end('here')).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  try {
    const { sandboxId } = await run(sh('sleep 1000'));
    const stream = await runtime.portForward(sandboxId, (server.address() as { port: number }).port);
    await stream.write(Buffer.from('GET / HTTP/1.0\r\n\r\n'));
    expect(await text(stream.readable)).toMatch(/^HTTP\/1.1 200 OK\r\n.*here$/s);
    stream.close();
  } finally {
    server.close();
  }
});

(existsSync('/proc/self/stat') ? it : it.skip)('measures (skipped where there is no /proc)', async () => {
  const { id } = await run(
    node('while (process.cpuUsage().user < 300_000); console.log("done"); setInterval(() => {}, 1000)'),
  );
  await printed(id, 'done');
  const stats = await runtime.stats(id);
  expect(stats!.cpuUsageNanoseconds).toBeGreaterThan(2e8);
  expect(stats!.memoryWorkingSetBytes).toBeGreaterThan(10e6);
});

describe('no process is left', () => {
  it('after close, which also stops new ones', async () => {
    const { id, sandboxId } = await run(
      sh('trap "" TERM; (setsid sleep 1000 &) ; echo $$; while :; do sleep 0.1; done'),
    );
    await until('its pid', async () => (await logs(id)).trim());
    const pid = Number((await logs(id)).trim());
    await runtime.close();
    expect(isAlive(pid)).toBe(false);
    await expect(runtime.createContainer(sandboxId, config({}))).rejects.toMatchObject({
      code: 'PINTLE_RUNTIME_CLOSED',
    });
  });

  it('after kill -9 of the process that ran it, once the next runtime starts', async () => {
    await runtime.close();
    const parent = await startVictim();
    const pids = await new Promise<number[]>((resolve) => {
      let seen = '';
      parent.stdout!.on('data', (chunk) => {
        seen += chunk;
        const found = [...seen.matchAll(/pid (\d+)/g)].map(([, pid]) => Number(pid));
        if (found.length === 3) resolve(found);
      });
    });
    parent.kill('SIGKILL');
    await new Promise((resolve) => parent.once('exit', resolve));
    expect(pids.map(isAlive)).toEqual([true, true, true]);
    runtime = start();
    expect(await runtime.listContainers()).toEqual([]);
    await until('all to be gone', () => pids.every((pid) => !isAlive(pid)));
  });
});

/** A process that runs a container with three processes (one out of its group) and prints their pids. */
async function startVictim(): Promise<ChildProcess> {
  const script = `
    import { processRuntime } from ${JSON.stringify(join(__dirname, 'process-runtime.ts'))};
    const runtime = processRuntime({ directory: ${JSON.stringify(directory)}, images: { x: 'host' } });
    const sandbox = await runtime.runPodSandbox(${JSON.stringify(sandboxConfig)});
    const id = await runtime.createContainer(sandbox, { ...${JSON.stringify(config({}))}, imageRef: await runtime.pullImage('x'),
      command: ['/bin/sh', '-c', 'echo pid $$; sleep 1000 & echo pid $!; setsid sh -c "echo pid \\\\$\\\\$; exec sleep 1000" & wait'] });
    await runtime.startContainer(id);
    for await (const chunk of runtime.logs(id, { follow: true })) process.stdout.write(chunk);
  `;
  const file = join(directory, '..', 'victim.mts');
  writeFileSync(file, script);
  return spawn(process.execPath, ['--import', 'tsx', '--conditions=@pintle/source', file], {
    cwd: join(__dirname, '../../..'),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}
