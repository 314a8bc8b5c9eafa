/**
 * What every `ContainerRuntime` must do, as cases that any test runner can run: `for (const { name, run } of
 * containerRuntimeConformance(subject)) it(name, run)`. The subject says which images behave how, and lets its world
 * go on; the cases look only at what the interface shows.
 */
import type {
  ContainerConfig,
  ContainerEvent,
  ContainerRuntime,
  ContainerStatus,
  ExecSession,
  PodSandboxConfig,
} from '../container-runtime.js';
import { type ConformanceCase, check, rejects, same } from './checks.js';

/** A container that behaves in a known way. */
export interface ConformanceProgram {
  readonly image: string;
  readonly command?: readonly string[];
}

export interface ContainerRuntimeSubject {
  /** A fresh runtime. */
  create(): ContainerRuntime;
  readonly programs: {
    /** Runs until it is asked to end, and ends then with exit code 0. Prints `ready` once it would do so. */
    readonly steady: ConformanceProgram;
    /** Ends by itself with exit code 0. */
    readonly succeeds: ConformanceProgram;
    /** Ends by itself with exit code 3. */
    readonly fails: ConformanceProgram;
    /** Takes no notice of SIGTERM. Prints `ready` once it would not. */
    readonly stubborn: ConformanceProgram;
    /** Prints `one` to stdout, then `two` to stderr, then `three` to stdout, a few milliseconds or more between them, and goes on. */
    readonly talks: ConformanceProgram;
    /** Can be created, and not be started. */
    readonly unstartable: ConformanceProgram;
    /** An image that can't be had. */
    readonly missing: ConformanceProgram;
  };
  /** Commands for `exec` in `steady`: one that prints `hello` and ends with 0, one that ends with 5. */
  readonly execs: { readonly prints: readonly string[]; readonly fails: readonly string[] };
  /** Lets the world go on until `look` finds something; fails after some seconds. */
  until<T>(look: () => Promise<T | undefined>): Promise<T>;
  /** Awaits work that needs the world to go on. */
  drive<T>(work: Promise<T>): Promise<T>;
}

const sandboxConfig: PodSandboxConfig = {
  name: 'pod',
  namespace: 'default',
  uid: 'uid-1',
  attempt: 0,
  hostname: 'pod',
  hostNetwork: false,
  labels: { app: 'pod' },
  annotations: {},
  ip: '127.0.0.1',
};

/** One case's runtime, with what cases do again and again. */
class Bench {
  readonly runtime: ContainerRuntime;
  constructor(readonly subject: ContainerRuntimeSubject) {
    this.runtime = subject.create();
  }
  sandbox(): Promise<string> {
    return this.runtime.runPodSandbox(sandboxConfig);
  }
  async create(
    sandboxId: string,
    { image, command = [] }: ConformanceProgram,
    more: Partial<ContainerConfig> = {},
  ): Promise<string> {
    const imageRef = await this.subject.drive(this.runtime.pullImage(image));
    return this.runtime.createContainer(sandboxId, {
      name: 'main',
      attempt: 0,
      imageRef,
      image,
      command,
      args: [],
      env: [],
      mounts: [],
      labels: { role: 'main' },
      annotations: {},
      stdin: false,
      stdinOnce: false,
      tty: false,
      resources: {},
      ...more,
    });
  }
  async run(program: ConformanceProgram) {
    const sandboxId = await this.sandbox();
    const id = await this.create(sandboxId, program);
    await this.subject.drive(this.runtime.startContainer(id));
    return { sandboxId, id };
  }
  /** Runs a program that prints `ready`, and waits for that. */
  async runReady(program: ConformanceProgram) {
    const running = await this.run(program);
    await this.subject.until(async () => ((await this.logs(running.id)).includes('ready\n') ? true : undefined));
    return running;
  }
  exited(id: string): Promise<ContainerStatus> {
    return this.subject.until(async () => {
      const status = await this.runtime.containerStatus(id);
      return status?.state === 'exited' ? status : undefined;
    });
  }
  async state(id: string) {
    return (await this.runtime.containerStatus(id))?.state;
  }
  async logs(id: string, options = {}): Promise<string> {
    return readText(this.runtime.logs(id, options));
  }
  /** Waits for the last line of `talks`. */
  talked(id: string): Promise<string> {
    return this.subject.until(async () => {
      const text = await this.logs(id);
      return text.includes('three\n') ? text : undefined;
    });
  }
}

async function readText(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of bytes) text += decoder.decode(chunk, { stream: true });
  return text;
}

async function readSession({ stdout, stderr, exitCode }: ExecSession) {
  const [out, err, code] = await Promise.all([readText(stdout), readText(stderr), exitCode]);
  return { out, err, code };
}

const cases: readonly (readonly [name: string, run: (bench: Bench) => Promise<void>])[] = [
  [
    'a sandbox is ready, then not, then gone',
    async ({ runtime }) => {
      const id = await runtime.runPodSandbox(sandboxConfig);
      const states = async () =>
        (await runtime.listPodSandboxes()).map((sandbox) => [sandbox.id, sandbox.state, sandbox.config.uid]);
      same(await states(), [[id, 'ready', 'uid-1']], 'after runPodSandbox');
      await runtime.stopPodSandbox(id);
      await runtime.stopPodSandbox(id);
      same(await states(), [[id, 'notReady', 'uid-1']], 'after stopPodSandbox, twice');
      await runtime.removePodSandbox(id);
      await runtime.removePodSandbox(id);
      same(await states(), [], 'after removePodSandbox, twice');
    },
  ],
  [
    'a container is created, runs, and exits with 0',
    async (bench) => {
      const sandboxId = await bench.sandbox();
      const id = await bench.create(sandboxId, bench.subject.programs.succeeds, { attempt: 4 });
      const created = await bench.runtime.containerStatus(id);
      same(
        [created?.state, created?.attempt, created?.name, created?.sandboxId, created?.labels],
        ['created', 4, 'main', sandboxId, { role: 'main' }],
        'before its start',
      );
      same([created?.startedAtMs, created?.exitCode], [undefined, undefined], 'before its start');
      await bench.subject.drive(bench.runtime.startContainer(id));
      const { exitCode, reason, signal, startedAtMs, finishedAtMs } = await bench.exited(id);
      same([exitCode, reason, signal], [0, 'Completed', undefined], 'at its end');
      check(
        startedAtMs !== undefined && finishedAtMs !== undefined && startedAtMs <= finishedAtMs,
        'its times are in order',
      );
    },
  ],
  [
    'a failure has its exit code, and the reason Error',
    async (bench) => {
      const { id } = await bench.run(bench.subject.programs.fails);
      const { exitCode, reason } = await bench.exited(id);
      same([exitCode, reason], [3, 'Error'], 'at its end');
    },
  ],
  [
    'what cannot be started has failed, and its start is told so',
    async (bench) => {
      const id = await bench.create(await bench.sandbox(), bench.subject.programs.unstartable);
      await rejects(bench.subject.drive(bench.runtime.startContainer(id)), 'PINTLE_CONTAINER_START', 'startContainer');
      const { exitCode, reason, message = '' } = await bench.exited(id);
      same([exitCode, reason], [128, 'StartError'], 'at its end');
      check(message !== '', 'its message says why');
    },
  ],
  [
    'containers are listed by sandbox, and all together',
    async (bench) => {
      const first = await bench.run(bench.subject.programs.steady);
      const second = await bench.run(bench.subject.programs.steady);
      const ids = async (sandboxId?: string) =>
        (await bench.runtime.listContainers(sandboxId)).map(({ id }) => id).sort();
      same(await ids(first.sandboxId), [first.id], 'in the first sandbox');
      same(await ids(), [first.id, second.id].sort(), 'in all');
      same(await ids('none'), [], 'in a sandbox that is not there');
    },
  ],
  [
    'stopContainer asks first',
    async (bench) => {
      const { id } = await bench.runReady(bench.subject.programs.steady);
      await bench.subject.drive(bench.runtime.stopContainer(id, 60_000));
      same(
        [(await bench.runtime.containerStatus(id))?.state, (await bench.runtime.containerStatus(id))?.exitCode],
        ['exited', 0],
        'after stopContainer',
      );
      await bench.runtime.stopContainer(id, 0);
    },
  ],
  [
    'stopContainer kills after the grace period',
    async (bench) => {
      const { id } = await bench.runReady(bench.subject.programs.stubborn);
      await bench.subject.drive(bench.runtime.stopContainer(id, 100));
      const status = await bench.runtime.containerStatus(id);
      same([status?.state, status?.exitCode, status?.signal], ['exited', 137, 9], 'after stopContainer');
    },
  ],
  [
    'stopContainer with less grace overtakes one with more',
    async (bench) => {
      const { id } = await bench.runReady(bench.subject.programs.stubborn);
      const patient = bench.runtime.stopContainer(id, 3_600_000);
      await bench.subject.drive(bench.runtime.stopContainer(id, 50));
      await bench.subject.drive(patient);
      same((await bench.runtime.containerStatus(id))?.exitCode, 137, 'after both');
    },
  ],
  [
    'stopPodSandbox ends its containers, and lets no more be made',
    async (bench) => {
      const { sandboxId, id } = await bench.runReady(bench.subject.programs.steady);
      const waiting = await bench.create(sandboxId, bench.subject.programs.steady);
      await bench.subject.drive(bench.runtime.stopPodSandbox(sandboxId));
      same(await bench.state(id), 'exited', 'the container');
      await rejects(
        bench.create(sandboxId, bench.subject.programs.steady),
        'PINTLE_CONTAINER_START',
        'createContainer',
      );
      await rejects(bench.runtime.startContainer(waiting), 'PINTLE_CONTAINER_START', 'startContainer');
    },
  ],
  [
    'removeContainer ends it, and forgets it',
    async (bench) => {
      const { id } = await bench.runReady(bench.subject.programs.steady);
      await bench.subject.drive(bench.runtime.removeContainer(id));
      same(await bench.runtime.containerStatus(id), undefined, 'its status');
      await bench.runtime.removeContainer(id);
    },
  ],
  [
    'events come in order, until nobody listens',
    async (bench) => {
      const seen: ContainerEvent[] = [];
      const stop = bench.runtime.onEvent((event) => seen.push(event));
      const { sandboxId, id } = await bench.run(bench.subject.programs.succeeds);
      await bench.exited(id);
      await bench.runtime.removeContainer(id);
      same(
        seen,
        ['created', 'started', 'stopped', 'deleted'].map((type) => ({ type, sandboxId, containerId: id })),
        'events',
      );
      stop();
      await bench.run(bench.subject.programs.steady);
      same(seen.length, 4, 'events after nobody listened');
    },
  ],
  [
    'at the event of its end, the status has it',
    async (bench) => {
      let state: Promise<string | undefined> | undefined;
      bench.runtime.onEvent(({ type, containerId }) => {
        if (type === 'stopped') state = bench.state(containerId);
      });
      const { id } = await bench.run(bench.subject.programs.succeeds);
      await bench.exited(id);
      same(await state, 'exited', 'state at the event');
    },
  ],
  [
    'logs: all, one stream, the last lines, the first bytes',
    async (bench) => {
      const { id } = await bench.run(bench.subject.programs.talks);
      same(await bench.talked(id), 'one\ntwo\nthree\n', 'all');
      same(await bench.logs(id, { stream: 'Stdout' }), 'one\nthree\n', 'stdout');
      same(await bench.logs(id, { stream: 'Stderr' }), 'two\n', 'stderr');
      same(await bench.logs(id, { tailLines: 2 }), 'two\nthree\n', 'two lines');
      same(await bench.logs(id, { tailLines: 0 }), '', 'no lines');
      same(await bench.logs(id, { limitBytes: 6 }), 'one\ntw', 'six bytes');
      check(
        /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z one\n/.test(await bench.logs(id, { timestamps: true })),
        'a line begins with its time',
      );
      same(await bench.logs(id, { sinceMs: 8e15 }), '', 'since a time to come');
    },
  ],
  [
    'logs are there after the end',
    async (bench) => {
      const { id } = await bench.run(bench.subject.programs.talks);
      await bench.talked(id);
      await bench.subject.drive(bench.runtime.stopContainer(id, 0));
      same(await bench.logs(id), 'one\ntwo\nthree\n', 'all');
      same(await bench.logs(id, { follow: true }), 'one\ntwo\nthree\n', 'followed');
    },
  ],
  [
    'logs follow until the end, or until told to stop',
    async (bench) => {
      const { id } = await bench.run(bench.subject.programs.talks);
      const controller = new AbortController();
      const aborted = bench.logs(id, { follow: true, signal: controller.signal });
      const followed = bench.logs(id, { follow: true });
      await bench.talked(id);
      controller.abort();
      check('one\ntwo\nthree\n'.startsWith(await bench.subject.drive(aborted)), 'what was read before the signal');
      await bench.subject.drive(bench.runtime.stopContainer(id, 0));
      same(await bench.subject.drive(followed), 'one\ntwo\nthree\n', 'followed');
    },
  ],
  [
    'exec has its output and its exit code',
    async (bench) => {
      const { id } = await bench.runReady(bench.subject.programs.steady);
      const { prints, fails } = bench.subject.execs;
      const first = await bench.subject.drive(bench.runtime.exec(id, { command: prints }).then(readSession));
      same([first.out.trim(), first.code], ['hello', 0], 'the one that prints');
      same(
        (await bench.subject.drive(bench.runtime.exec(id, { command: fails }).then(readSession))).code,
        5,
        'the one that fails',
      );
    },
  ],
  [
    'attach ends with the container',
    async (bench) => {
      const { id } = await bench.runReady(bench.subject.programs.steady);
      const session = await bench.runtime.attach(id, {});
      const read = readSession(session);
      await bench.subject.drive(bench.runtime.stopContainer(id, 60_000));
      same((await bench.subject.drive(read)).code, 0, 'its exit code');
    },
  ],
  [
    'an image that can not be had is named',
    async (bench) => {
      const { image } = bench.subject.programs.missing;
      same(await bench.runtime.imageStatus(image), undefined, 'imageStatus');
      const error = await bench.subject.drive(
        bench.runtime.pullImage(image).then(
          () => undefined,
          (reason: unknown) => reason,
        ),
      );
      check(
        ['PINTLE_IMAGE_NOT_FOUND', 'PINTLE_IMAGE_PULL'].includes((error as { code?: string })?.code ?? ''),
        'pullImage fails with ImageNotFoundError or ImagePullError',
      );
      check((error as Error).message.includes(image), 'its message names the image');
    },
  ],
  [
    'what is not there is said to be so',
    async (bench) => {
      const { runtime } = bench;
      await rejects(runtime.startContainer('none'), 'PINTLE_CONTAINER_NOT_FOUND', 'startContainer');
      await rejects(runtime.exec('none', { command: ['x'] }), 'PINTLE_CONTAINER_NOT_FOUND', 'exec');
      await rejects(runtime.attach('none', {}), 'PINTLE_CONTAINER_NOT_FOUND', 'attach');
      await rejects(readText(runtime.logs('none', {})), 'PINTLE_CONTAINER_NOT_FOUND', 'logs');
      same(
        [await runtime.containerStatus('none'), await runtime.stats('none')],
        [undefined, undefined],
        'status and stats',
      );
      const { id } = await bench.run(bench.subject.programs.succeeds);
      await bench.exited(id);
      await rejects(
        runtime.exec(id, { command: ['x'] }),
        'PINTLE_CONTAINER_NOT_FOUND',
        'exec in a container that has ended',
      );
    },
  ],
  [
    'close ends everything',
    async (bench) => {
      await bench.run(bench.subject.programs.steady);
      await bench.subject.drive(bench.runtime.close());
      same([await bench.runtime.listContainers(), await bench.runtime.listPodSandboxes()], [[], []], 'what is left');
    },
  ],
];

/** Each case makes its own runtime, and closes it. */
export function containerRuntimeConformance(subject: ContainerRuntimeSubject): readonly ConformanceCase[] {
  return cases.map(([name, run]) => ({
    name,
    async run() {
      const bench = new Bench(subject);
      try {
        await run(bench);
      } finally {
        await subject.drive(bench.runtime.close());
      }
    },
  }));
}
