/**
 * One runtime a directory, and no process outlives it for long: a lock names the runtime that uses a directory, and
 * a file for each process group names what to end where that runtime died without ending it (`kill -9`).
 */
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readProcess } from './proc.js';
import { directoryMark, killMarked, signalGroup } from './process-group.js';

/** Another living runtime uses this directory. */
export class RuntimeDirectoryInUseError extends Error {
  readonly code = 'PINTLE_RUNTIME_DIRECTORY_IN_USE';
  constructor(directory: string, pid: number) {
    super(
      `directory ${directory} is in use by the process runtime of process ${pid}; stop that one, or choose another directory`,
    );
    this.name = 'RuntimeDirectoryInUseError';
  }
}

interface ProcessRecord {
  readonly pid: number;
  /** Absent where the system has no `/proc`. */
  readonly startTicks?: number;
}

const lockName = 'lock.json';

async function readRecord(path: string): Promise<ProcessRecord | undefined> {
  try {
    const record: unknown = JSON.parse(await readFile(path, 'utf8'));
    const pid = (record as ProcessRecord | null)?.pid;
    return typeof pid === 'number' && Number.isInteger(pid) && pid > 1 ? (record as ProcessRecord) : undefined;
  } catch {
    return undefined;
  }
}

async function writeRecord(path: string, pid: number): Promise<void> {
  const startTicks = (await readProcess(pid))?.startTicks;
  await writeFile(`${path}.new`, JSON.stringify({ pid, ...(startTicks === undefined ? {} : { startTicks }) }));
  await rename(`${path}.new`, path);
}

/** Whether it is the very process that was recorded, and not a later one with its number. */
async function isAlive({ pid, startTicks }: ProcessRecord): Promise<boolean> {
  const info = await readProcess(pid);
  return info !== undefined && !info.zombie && info.startTicks === startTicks;
}

/** Errors: `RuntimeDirectoryInUseError`. A lock whose process is gone counts for nothing. */
export async function lockDirectory(directory: string): Promise<void> {
  const path = join(directory, lockName);
  const holder = await readRecord(path);
  if (holder !== undefined && (await isAlive(holder))) throw new RuntimeDirectoryInUseError(directory, holder.pid);
  await writeRecord(path, process.pid);
}

export const unlockDirectory = (directory: string) => rm(join(directory, lockName), { force: true });

/** Remembers a process group until `forgetGroup`. */
export async function rememberGroup(directory: string, pid: number): Promise<void> {
  await mkdir(join(directory, 'pids'), { recursive: true });
  await writeRecord(join(directory, 'pids', `${pid}.json`), pid);
}

export const forgetGroup = (directory: string, pid: number) =>
  rm(join(directory, 'pids', `${pid}.json`), { force: true });

/** Ends what an earlier runtime left in `directory`. Returns the processes that were killed. */
export async function killOrphans(directory: string): Promise<readonly number[]> {
  const killed: number[] = [];
  for (const name of await readdir(join(directory, 'pids')).catch(() => [])) {
    const path = join(directory, 'pids', name);
    const record = name.endsWith('.json') ? await readRecord(path) : undefined;
    if (record !== undefined && (await isAlive(record))) {
      signalGroup(record.pid, 'SIGKILL');
      killed.push(record.pid);
    }
    await rm(path, { force: true });
  }
  return [...killed, ...(await killMarked(directoryMark, directory))];
}
