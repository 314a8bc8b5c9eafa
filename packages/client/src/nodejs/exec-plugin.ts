/** Runs a program that gives credentials, and reads what it prints (an `ExecCredential`). Caching is its caller's affair. */
import { spawn } from 'node:child_process';
import { parseTime } from '@pintle/machinery';
import type { ExecPlugin } from './kube-config.js';

export interface ExecCredential {
  readonly token?: string;
  readonly cert?: string;
  readonly key?: string;
  /** Milliseconds since the epoch; absent where it holds until it is refused. */
  readonly expiresAtMs?: number;
}

/** A program that was to give credentials did not. */
export class ExecPluginError extends Error {
  readonly code = 'PINTLE_EXEC_PLUGIN';
  constructor(command: string, what: string, options?: ErrorOptions) {
    super(`credentials by ${command}: ${what}`, options);
    this.name = 'ExecPluginError';
  }
}

/** Of a program that asks nobody anything. A person takes as long as they like. */
const timeoutMs = 60_000;
const outputBytesMax = 1024 * 1024;

/** Where a person is asked, by file descriptors. */
export interface Terminal {
  readonly stdin: number;
  readonly stderr: number;
}

const ownTerminal = (): Terminal | undefined => (process.stdin.isTTY === true ? { stdin: 0, stderr: 2 } : undefined);

/** Errors: `ExecPluginError`. */
export async function runExecPlugin(plugin: ExecPlugin, terminal = ownTerminal()): Promise<ExecCredential> {
  const { apiVersion, interactiveMode, command, cluster } = plugin;
  const asked = interactiveMode === 'Never' ? undefined : terminal;
  const interactive = asked !== undefined;
  if (interactiveMode === 'Always' && !interactive)
    throw new ExecPluginError(command, 'it wants to ask for something, and there is no terminal');
  const info = {
    apiVersion,
    kind: 'ExecCredential',
    spec: { interactive, ...(cluster === undefined ? {} : { cluster }) },
  };
  return parseExecCredential(await outputOf(plugin, JSON.stringify(info), asked), plugin);
}

/** What the program prints. It has the terminal, where there is one, so that it can ask and be answered. */
function outputOf(plugin: ExecPlugin, info: string, terminal: Terminal | undefined): Promise<string> {
  const { command, args, env, installHint } = plugin;
  const child = spawn(command, [...args], {
    env: { ...process.env, ...env, KUBERNETES_EXEC_INFO: info },
    stdio: [terminal?.stdin ?? 'ignore', 'pipe', terminal?.stderr ?? 'pipe'],
  });
  const late = terminal === undefined ? setTimeout(() => child.kill(), timeoutMs) : undefined;
  const text = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name]?.setEncoding('utf8').on('data', (piece: string) => {
      text[name] += piece;
      if (text[name].length > outputBytesMax) child.kill();
    });
  return new Promise((resolve, reject) => {
    const fail = (what: string, cause?: unknown) =>
      reject(new ExecPluginError(command, what, cause === undefined ? {} : { cause }));
    child.on('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(late);
      const hint = installHint === undefined ? '' : `\n${installHint}`;
      fail(error.code === 'ENOENT' ? `there is no such program${hint}` : `it failed: ${error.message}`, error);
    });
    child.on('close', (code, signal) => {
      clearTimeout(late);
      if (code === 0) resolve(text.stdout);
      else
        fail(
          `it failed: ${text.stderr.trim() || (signal === null ? `it ended with ${code}` : `it was ended by ${signal}`)}`,
        );
    });
  });
}

export function parseExecCredential(output: string, { command, apiVersion }: ExecPlugin): ExecCredential {
  let answer: { apiVersion?: string; kind?: string; status?: Record<string, unknown> };
  try {
    answer = JSON.parse(output);
  } catch (error) {
    throw new ExecPluginError(command, 'what it printed is no JSON', { cause: error });
  }
  if (answer?.kind !== 'ExecCredential') throw new ExecPluginError(command, 'what it printed is no ExecCredential');
  if (answer.apiVersion !== apiVersion)
    throw new ExecPluginError(command, `it was asked for ${apiVersion} and answered in ${answer.apiVersion}`);
  const text = (name: string) => {
    const value = answer.status?.[name];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const [token, cert, key] = [text('token'), text('clientCertificateData'), text('clientKeyData')];
  if (token === undefined && cert === undefined)
    throw new ExecPluginError(command, 'it printed neither a token nor a client certificate');
  if ((cert === undefined) !== (key === undefined))
    throw new ExecPluginError(
      command,
      'it printed a client certificate without its key, or a key without its certificate',
    );
  const expiresAtMs = parseTime(text('expirationTimestamp'));
  return {
    ...(token === undefined ? {} : { token }),
    ...(cert === undefined ? {} : { cert, key: key! }),
    ...(expiresAtMs === undefined ? {} : { expiresAtMs }),
  };
}
