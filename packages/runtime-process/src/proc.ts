/**
 * What `/proc` tells of processes: groups, start times, environments, use of processor and memory. Where a system
 * has no `/proc` every question is answered with "nothing known", and callers do without.
 */
import { readdir, readFile } from 'node:fs/promises';

export interface ProcessInfo {
  readonly pid: number;
  readonly group: number;
  /** Clock ticks since the machine started; with the pid, it names a process for good. */
  readonly startTicks: number;
  readonly cpuTicks: number;
  readonly residentPages: number;
  readonly zombie: boolean;
}

/** Undefined where there is no such process. */
export async function readProcess(pid: number): Promise<ProcessInfo | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : parseStat(pid, text);
}

/** One line of `/proc/<pid>/stat`. The command may hold spaces and parentheses, so fields count from its last `)`. */
export function parseStat(pid: number, text: string): ProcessInfo {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const field = (number: number) => Number(fields[number - 3]);
  return {
    pid,
    group: field(5),
    cpuTicks: field(14) + field(15) + field(16) + field(17),
    startTicks: field(22),
    residentPages: field(24),
    zombie: fields[0] === 'Z' || fields[0] === 'X',
  };
}

export async function listProcesses(): Promise<readonly ProcessInfo[]> {
  const names = await readdir('/proc').catch(() => []);
  const found = await Promise.all(names.filter((name) => /^\d+$/.test(name)).map((name) => readProcess(Number(name))));
  return found.filter((info) => info !== undefined && !info.zombie) as ProcessInfo[];
}

/** The processes whose environment holds `NAME=value`, of those that this user may look into. */
export async function processesWithEnvironment(name: string, value: string): Promise<readonly number[]> {
  const names = await readdir('/proc').catch(() => []);
  const entry = Buffer.from(`${name}=${value}\0`);
  const pids = await Promise.all(
    names
      .filter((pid) => /^\d+$/.test(pid))
      .map(async (pid) => {
        const environment = await readFile(`/proc/${pid}/environ`).catch(() => undefined);
        const at = environment?.indexOf(entry) ?? -1;
        return at === 0 || (at > 0 && environment![at - 1] === 0) ? Number(pid) : undefined;
      }),
  );
  return pids.filter((pid) => pid !== undefined && pid !== process.pid) as number[];
}
