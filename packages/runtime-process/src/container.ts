/**
 * One container: a process group that starts once and ends once.
 *
 * States: `created` → `running` → `exited`; `created` → `exited` where it cannot be started, or is stopped before its start.
 */
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type ContainerConfig,
  ContainerNotFoundError,
  ContainerStartError,
  type ContainerStatus,
  type ExecRequest,
  type ExecSession,
  startErrorExitCode,
} from '@pintle/contracts';
import type { Clock } from '@pintle/machinery';
import {
  type CommandContext,
  checkUser,
  commandLine,
  environmentOf,
  programCandidates,
  workingDirectory,
} from './container-command.js';
import { ContainerLog, type LogLimits } from './container-log.js';
import { forgetGroup, rememberGroup } from './orphans.js';
import { OutputTaps } from './output-tap.js';
import { cleanParts, linkFolder, linkInto, ownFolder, ownPath } from './path-in-root.js';
import { containerMark, killMarked, type ProcessEnd, type ProcessGroup, startProcess } from './process-group.js';
import { firstExecutable, inTerminal, terminalSizer } from './terminal.js';

export interface ContainerContext extends CommandContext {
  readonly sandboxId: string;
  readonly clock: Clock;
  readonly logLimits: LogLimits;
  /** The container's own folder: `root`, `log`. */
  readonly home: string;
  readonly onState: (state: 'started' | 'stopped') => void;
}

/** The rest of a container's output may take so long after its end; a process that left the group may hold the pipe. */
const drainMs = 1_000;
const terminationMessageBytesMax = 4096;

export class Container {
  readonly log: ContainerLog;
  private process: ProcessGroup | undefined;
  private readonly taps: OutputTaps;
  private readonly execs = new Set<ProcessGroup>();
  private state: 'created' | 'running' | 'exited' = 'created';
  /** Its first process has ended; what is left of it is being cleared away. */
  private isEnding = false;
  private end: (ProcessEnd & { atMs: number; reason?: string; message?: string }) | undefined;
  private startedAtMs: number | undefined;
  private starting: Promise<void> | undefined;
  private readonly createdAtMs: number;
  private resolveEnded!: () => void;
  private readonly ended = new Promise<void>((resolve) => {
    this.resolveEnded = resolve;
  });
  private terminals = 0;

  constructor(
    readonly config: ContainerConfig,
    private readonly context: ContainerContext,
  ) {
    this.createdAtMs = context.clock.now();
    this.taps = new OutputTaps(config.stdinOnce);
    this.log = new ContainerLog(join(context.home, 'log'), context.logLimits, () => context.clock.now());
  }

  /** Makes the container's root: what the image shows, and the mounts. Errors: `ContainerStartError`. */
  async create(): Promise<void> {
    const { root, image } = this.context;
    commandLine(this.config, image);
    checkUser(this.config, this.context.uid);
    try {
      if (image.folder === undefined) await mkdir(root, { recursive: true });
      else await linkFolder(image.folder, root);
      // Outer paths before inner ones, so that a mount inside another one's path is not hidden by it.
      const mounts = [...this.config.mounts].sort((a, b) => a.containerPath.length - b.containerPath.length);
      for (const { containerPath, hostPath } of mounts) await linkInto(root, containerPath, hostPath);
      for (const folder of ['/tmp', workingDirectory(this.config, image)])
        if (!isInMount(folder, mounts)) await ownFolder(root, folder);
      if (this.config.terminationMessagePath !== undefined) await ownPath(root, this.config.terminationMessagePath);
    } catch (error) {
      throw new ContainerStartError(
        'CreateContainerError',
        `the root of container ${JSON.stringify(this.config.name)} could not be made: ${text(error)}`,
        { cause: error },
      );
    }
  }

  start(): Promise<void> {
    this.starting ??= this.run();
    return this.starting;
  }

  private async run(): Promise<void> {
    if (this.state !== 'created') throw new ContainerNotFoundError(this.context.containerId);
    const started = await this.spawn(
      commandLine(this.config, this.context.image),
      this.config.stdin || this.config.tty,
      this.config.tty,
    ).catch((error) => this.failStart(error));
    this.process = started.group;
    this.startedAtMs = this.context.clock.now();
    this.state = 'running';
    const output = Promise.all([
      this.log.capture('stdout', started.group.stdout, (chunk) => this.taps.push('stdout', chunk)),
      this.log.capture('stderr', started.group.stderr, (chunk) => this.taps.push('stderr', chunk)),
    ]).catch(() => {});
    this.context.onState('started');
    void started.group.ended.then((end) => this.finish(end, output));
  }

  private async failStart(error: unknown): Promise<never> {
    const message = `container ${JSON.stringify(this.config.name)} could not be started: ${text(error)}`;
    const fault =
      error instanceof ContainerStartError
        ? error
        : new ContainerStartError('RunContainerError', message, { cause: error });
    const atMs = this.context.clock.now();
    await this.log.close();
    this.end = { exitCode: startErrorExitCode, atMs, reason: 'StartError', message: fault.message };
    this.markExited();
    throw fault;
  }

  /** After the first process: all that is left of the container ends, then its output, then it counts as exited. */
  private async finish(end: ProcessEnd, output: Promise<unknown>): Promise<void> {
    this.isEnding = true;
    const group = this.process!;
    const { clock, containerId, directory } = this.context;
    const atMs = clock.now();
    group.kill('SIGKILL');
    for (const exec of this.execs) exec.kill('SIGKILL');
    await killMarked(containerMark, containerId);
    let cancel = () => {};
    await Promise.race([
      output,
      new Promise<void>((resolve) => {
        cancel = clock.schedule(drainMs, resolve);
      }),
    ]);
    cancel();
    group.stdout.destroy();
    group.stderr.destroy();
    await this.log.close();
    await forgetGroup(directory, group.pid);
    const message = await this.terminationMessage();
    this.end = { ...end, atMs, ...(message === undefined ? {} : { message }) };
    this.markExited();
  }

  private markExited(): void {
    this.state = 'exited';
    this.taps.close();
    this.resolveEnded();
    this.context.onState('stopped');
  }

  private async terminationMessage(): Promise<string | undefined> {
    const path = this.config.terminationMessagePath;
    if (path === undefined) return undefined;
    // Its folder may be gone: the container has ended all the same.
    const bytes = await ownPath(this.context.root, path)
      .then((own) => readFile(own))
      .catch(() => undefined);
    return bytes === undefined || bytes.length === 0
      ? undefined
      : bytes.subarray(0, terminationMessageBytesMax).toString('utf8');
  }

  /** SIGTERM to the group, SIGKILL after `graceMs`. Called again meanwhile, the earlier end wins. */
  async stop(graceMs: number): Promise<void> {
    if (this.state === 'created') {
      await this.starting?.catch(() => {});
      if ((this.state as string) === 'created') {
        this.end = { exitCode: 137, signal: 9, atMs: this.context.clock.now() };
        await this.log.close();
        this.markExited();
        return;
      }
    }
    if (this.state === 'exited') return;
    const group = this.process!;
    if (graceMs > 0) group.kill('SIGTERM');
    const cancel = this.context.clock.schedule(graceMs, () => group.kill('SIGKILL'));
    await this.ended;
    cancel();
  }

  async remove(): Promise<void> {
    await this.stop(0);
    await rm(this.context.home, { recursive: true, force: true });
  }

  async exec({ command, tty, stdin, signal }: ExecRequest): Promise<ExecSession> {
    if (this.state !== 'running') throw new ContainerNotFoundError(this.context.containerId);
    const { group, resize } = await this.spawn(command, stdin !== undefined, tty === true);
    this.execs.add(group);
    if ((this.state as string) !== 'running') group.kill('SIGKILL');
    const onAbort = () => group.kill('SIGKILL');
    if (signal?.aborted) onAbort();
    signal?.addEventListener('abort', onAbort, { once: true });
    if (stdin !== undefined) void this.feed(group, stdin, true);
    const exitCode = group.ended.then(async (end) => {
      signal?.removeEventListener('abort', onAbort);
      group.kill('SIGKILL');
      this.execs.delete(group);
      await forgetGroup(this.context.directory, group.pid);
      return end.exitCode;
    });
    return { stdout: group.stdout, stderr: group.stderr, resize, exitCode };
  }

  async attach({ stdin, signal }: Omit<ExecRequest, 'command'>): Promise<ExecSession> {
    if (this.state !== 'running' || (this.isEnding && !this.taps.hasEarly))
      throw new ContainerNotFoundError(this.context.containerId);
    const { stdout, stderr, leave } = this.taps.attach();
    signal?.addEventListener('abort', leave, { once: true });
    if (stdin !== undefined && this.process?.stdin !== undefined)
      void this.feed(this.process, stdin, this.config.stdinOnce);
    return {
      stdout,
      stderr,
      resize: this.resizeMain,
      exitCode: this.ended.then(() => this.end!.exitCode),
    };
  }

  private resizeMain: (columns: number, rows: number) => void = () => {};

  private async feed(group: ProcessGroup, stdin: AsyncIterable<Uint8Array>, close: boolean): Promise<void> {
    const target = group.stdin;
    if (target === undefined) return;
    try {
      for await (const chunk of stdin) {
        if (target.destroyed) return;
        await new Promise<void>((resolve) => target.write(chunk, () => resolve()));
      }
    } catch {
      // The sender went away: the same as the end of input.
    }
    if (close) target.end();
  }

  private async spawn(line: readonly string[], stdin: boolean, tty: boolean) {
    const { root, image, directory, home, uid } = this.context;
    const env = environmentOf(this.config, this.context);
    const cwd = join(root, ...cleanParts(workingDirectory(this.config, image)));
    await mkdir(cwd, { recursive: true });
    const path = env['PATH'] ?? '';
    const program = await firstExecutable(programCandidates(line[0]!, cwd, root, path));
    if (program === undefined) throw new ProgramNotFoundError(line[0]!);
    const nameFile = join(home, `terminal-${this.terminals++}`);
    const [file, ...args] = tty
      ? await inTerminal([program, ...line.slice(1)], this.context.path, nameFile)
      : [program, ...line.slice(1)];
    const user = checkUser(this.config, uid);
    const group = await startProcess({
      file: file!,
      args,
      cwd,
      env,
      stdin,
      ...(user === undefined ? {} : { uid: user }),
    });
    await rememberGroup(directory, group.pid);
    const resize = tty ? terminalSizer(nameFile, this.context.clock) : () => {};
    if (this.process === undefined) this.resizeMain = resize;
    return { group, resize };
  }

  get group(): number | undefined {
    return this.state === 'running' ? this.process?.pid : undefined;
  }

  status(): ContainerStatus {
    const { containerId, sandboxId, image } = this.context;
    const { end, config } = this;
    return {
      id: containerId,
      sandboxId,
      name: config.name,
      attempt: config.attempt,
      state: this.state,
      image: config.image ?? image.name,
      imageRef: config.imageRef,
      createdAtMs: this.createdAtMs,
      labels: config.labels,
      ...(this.startedAtMs === undefined ? {} : { startedAtMs: this.startedAtMs }),
      ...(this.state !== 'exited' || end === undefined
        ? {}
        : {
            finishedAtMs: end.atMs,
            exitCode: end.exitCode,
            reason: end.reason ?? (end.exitCode === 0 ? 'Completed' : 'Error'),
            ...(end.signal === undefined ? {} : { signal: end.signal }),
            ...(end.message === undefined ? {} : { message: end.message }),
          }),
    };
  }
}

/** A command names a program that is neither in the container's root nor on this machine. */
export class ProgramNotFoundError extends Error {
  readonly code = 'PINTLE_PROGRAM_NOT_FOUND';
  constructor(readonly program: string) {
    super(`exec: ${JSON.stringify(program)}: executable file not found in $PATH`);
    this.name = 'ProgramNotFoundError';
  }
}

/** Whether a path is a mount, or below one: what is there is the volume's. */
function isInMount(path: string, mounts: ContainerConfig['mounts']): boolean {
  const clean = `/${cleanParts(path).join('/')}/`;
  return mounts.some(({ containerPath }) => clean.startsWith(`/${cleanParts(containerPath).join('/')}/`));
}

const text = (error: unknown) => (error instanceof Error ? error.message : String(error));
