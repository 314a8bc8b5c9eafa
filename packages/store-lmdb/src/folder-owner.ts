/**
 * Who has a folder open: a file names the process, and one whose process is gone counts for nothing. Called by the store,
 * whose memory is true only as long as nobody else writes. It is no lock for moments: who owns a folder does so until it is let go.
 */
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { StoreInUseError } from '@pintle/contracts';

interface Owner {
  readonly pid: number;
  /** When it began, in the system's own count, as numbers are given anew; absent where the system has no `/proc`. */
  readonly startTicks?: string;
}

/** Takes the folder until the function that is returned is called. Errors: `StoreInUseError`. */
export function ownFolder(path: string): () => void {
  const file = join(path, 'owner.json');
  // Written apart, so that nobody reads half of it.
  const own = `${file}.${process.pid}`;
  writeFileSync(own, JSON.stringify(ownerOf(process.pid)));
  try {
    for (;;) {
      try {
        linkSync(own, file);
        return () => rmSync(file, { force: true });
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const owner = readOwner(file);
      if (owner !== undefined && isAlive(owner)) throw new StoreInUseError(path, owner.pid);
      rmSync(file, { force: true });
    }
  } finally {
    rmSync(own, { force: true });
  }
}

/** Undefined: it is gone meanwhile, or names nobody. */
function readOwner(file: string): Owner | undefined {
  try {
    const owner: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return Number.isInteger((owner as Owner | null)?.pid) ? (owner as Owner) : undefined;
  } catch {
    return undefined;
  }
}

/** The very process that is named, and not a later one with its number. */
function isAlive({ pid, startTicks }: Owner): boolean {
  if (startTicks !== undefined) return ownerOf(pid).startTicks === startTicks;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

const stateAt = 0;
const startTicksAt = 19;

function ownerOf(pid: number): Owner {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name of the program comes before, in parentheses, and may hold anything.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const startTicks = fields[startTicksAt];
    return fields[stateAt] === 'Z' || startTicks === undefined ? { pid } : { pid, startTicks };
  } catch {
    return { pid };
  }
}
