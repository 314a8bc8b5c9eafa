/**
 * A terminal around a command, by the `script` program of util-linux: Node has none of its own. The command writes
 * the name of its terminal to a file, so that its size can be changed later.
 */
import { execFile } from 'node:child_process';
import { access, constants, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clock, sleep } from '@pintle/machinery';

/** A terminal was asked for, and this machine has no `script` program to make one. */
export class TerminalUnsupportedError extends Error {
  readonly code = 'PINTLE_TERMINAL_UNSUPPORTED';
  constructor() {
    super(
      'a terminal (tty) needs the program `script` of util-linux, which was not found in PATH; ask without tty, or install it',
    );
    this.name = 'TerminalUnsupportedError';
  }
}

/** The full path of a program that may be run, of those given. */
export async function firstExecutable(candidates: readonly string[]): Promise<string | undefined> {
  for (const candidate of candidates) {
    if (
      await access(candidate, constants.X_OK).then(
        () => true,
        () => false,
      )
    )
      return candidate;
  }
  return undefined;
}

/** The command line that runs `line` in a terminal. Errors: `TerminalUnsupportedError`. */
export async function inTerminal(line: readonly string[], path: string, nameFile: string): Promise<readonly string[]> {
  const script = await firstExecutable(path.split(':').map((folder) => join(folder, 'script')));
  if (script === undefined) throw new TerminalUnsupportedError();
  const quoted = [nameFile, ...line].map((word) => `'${word.replaceAll("'", "'\\''")}'`);
  return [script, '-qefc', `tty > ${quoted[0]}; exec ${quoted.slice(1).join(' ')}`, '/dev/null'];
}

/** The command names its terminal soon after its start; a size that is set before waits for that. */
const nameWaitMs = 50;
const nameTriesMax = 100;

/** Sets the size of the terminal whose name `nameFile` holds, the newest size where many come. Harmless when it is gone. */
export function terminalSizer(nameFile: string, clock: Clock): (columns: number, rows: number) => void {
  let wanted: { readonly columns: number; readonly rows: number } | undefined;
  let isWorking = false;
  const nameOf = async (): Promise<string | undefined> => {
    for (let tried = 0; tried < nameTriesMax; tried++) {
      const name = (await readFile(nameFile, 'utf8').catch(() => '')).trim();
      if (name.startsWith('/dev/')) return name;
      await sleep(clock, nameWaitMs);
    }
    return undefined;
  };
  const work = async () => {
    const name = await nameOf();
    while (name !== undefined && wanted !== undefined) {
      const { columns, rows } = wanted;
      wanted = undefined;
      await new Promise<void>((resolve) =>
        execFile('stty', ['-F', name, 'cols', String(columns), 'rows', String(rows)], () => resolve()),
      );
    }
    isWorking = false;
  };
  return (columns, rows) => {
    wanted = { columns, rows };
    if (isWorking) return;
    isWorking = true;
    void work();
  };
}
