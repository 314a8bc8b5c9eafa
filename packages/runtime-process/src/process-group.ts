/**
 * A child process at the head of a group of its own, so that what it starts can be signalled with it. Every process
 * of a container carries two marks in its environment: by them those that left the group are found as well, and
 * those that an earlier run of the runtime left behind.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import { PassThrough, type Readable, type Writable } from 'node:stream';
import { processesWithEnvironment } from './proc.js';

export const directoryMark = 'PINTLE_RUNTIME_DIRECTORY';
export const containerMark = 'PINTLE_CONTAINER_ID';

export interface ProcessSpec {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly stdin: boolean;
  readonly uid?: number;
}

export interface ProcessEnd {
  /** As a shell reports it: 128 and the signal's number where a signal ended it. */
  readonly exitCode: number;
  readonly signal?: number;
}

export interface ProcessGroup {
  readonly pid: number;
  readonly stdin: Writable | undefined;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Resolves when the first process ended. The rest of its group may still run. */
  readonly ended: Promise<ProcessEnd>;
  /** Signals the whole group. Harmless when it is gone. */
  kill(signal: NodeJS.Signals): void;
}

/** Errors: what `spawn` says, as ENOENT where there is no such program. */
export async function startProcess(spec: ProcessSpec): Promise<ProcessGroup> {
  const child: ChildProcess = spawn(spec.file, spec.args, {
    cwd: spec.cwd,
    env: spec.env,
    detached: true,
    stdio: [spec.stdin ? 'pipe' : 'ignore', 'pipe', 'pipe'],
    ...(spec.uid === undefined ? {} : { uid: spec.uid, gid: spec.uid }),
  });
  const ended = new Promise<ProcessEnd>((resolve) => {
    child.once('exit', (code, signal) => resolve(processEnd(code, signal)));
  });
  const stdout = keep(child.stdout!);
  const stderr = keep(child.stderr!);
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
  // Errors after the start (a signal that can't be sent) say nothing that the end of the process does not.
  child.on('error', () => {});
  const pid = child.pid!;
  // A program may close its input before all of it is written; that is its right.
  child.stdin?.on('error', () => {});
  return {
    pid,
    stdin: child.stdin ?? undefined,
    stdout,
    stderr,
    ended,
    kill: (signal) => signalGroup(pid, signal),
  };
}

/** Node drops the output of an ended process that nobody reads yet; from here it can be read at leisure. */
function keep(output: Readable): Readable {
  const kept = output.pipe(new PassThrough());
  kept.once('close', () => output.destroy());
  output.once('close', () => kept.end());
  return kept;
}

export function processEnd(code: number | null, signal: NodeJS.Signals | null): ProcessEnd {
  if (signal === null) return { exitCode: code ?? 0 };
  const number = constants.signals[signal];
  return { exitCode: 128 + number, signal: number };
}

/** Signals a process group. Harmless when it is gone. */
export function signalGroup(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-group, signal);
  } catch {
    // ESRCH: it is gone.
  }
}

const roundsMax = 20;

/**
 * Kills every process that carries a mark, those included that left their group. Repeats until none is found, for one
 * may start another meanwhile; after 20 rounds it gives up.
 */
export async function killMarked(mark: string, value: string): Promise<readonly number[]> {
  const killed = new Set<number>();
  for (let round = 0; round < roundsMax; round++) {
    const pids = await processesWithEnvironment(mark, value);
    if (pids.length === 0) break;
    for (const pid of pids) {
      killed.add(pid);
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // ESRCH: it is gone.
      }
    }
    await new Promise((resolve) => setTimeout(resolve, round));
  }
  return [...killed];
}
