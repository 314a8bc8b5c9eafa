/** What a container's processes use, summed over its group. */
import type { ContainerStats } from '@pintle/contracts';
import { listProcesses } from './proc.js';

/** `USER_HZ` of Linux, and the page size of nearly all its machines. */
const nanosecondsPerTick = 1e9 / 100;
const pageBytes = 4096;

/** Undefined where the group is gone, or the system has no `/proc`. */
export async function processStats(id: string, group: number, atMs: number): Promise<ContainerStats | undefined> {
  const members = (await listProcesses()).filter((info) => info.group === group);
  if (members.length === 0) return undefined;
  const sum = (pick: (info: (typeof members)[number]) => number) =>
    members.reduce((total, info) => total + pick(info), 0);
  return {
    id,
    atMs,
    cpuUsageNanoseconds: sum((info) => info.cpuTicks) * nanosecondsPerTick,
    memoryWorkingSetBytes: sum((info) => info.residentPages) * pageBytes,
  };
}
