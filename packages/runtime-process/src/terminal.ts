/**
 * A terminal around a command, by the `script` program of util-linux: Node has none of its own. The command writes
 * the name of its terminal to a file, so that its size can be changed later.
 */
import { execFile } from 'node:child_process';
import { access, constants, readFile } from 'node:fs/promises';
import { join } from 'node:path';

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

/** Changes the size of the terminal whose name `nameFile` holds. Harmless when it is gone. */
export async function resizeTerminal(nameFile: string, columns: number, rows: number): Promise<void> {
  const name = (await readFile(nameFile, 'utf8').catch(() => '')).trim();
  if (!name.startsWith('/dev/')) return;
  await new Promise<void>((resolve) =>
    execFile('stty', ['-F', name, 'cols', String(columns), 'rows', String(rows)], () => resolve()),
  );
}
