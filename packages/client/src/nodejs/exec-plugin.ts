/** Runs a program that gives credentials, and reads what it prints (an `ExecCredential`). Caching is its caller's affair. */
import { execFile } from 'node:child_process';
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

const timeoutMs = 60_000;
const outputBytesMax = 1024 * 1024;

/** Errors: `ExecPluginError`. */
export async function runExecPlugin(plugin: ExecPlugin): Promise<ExecCredential> {
  const { apiVersion, command, args, env, installHint, interactiveMode, cluster } = plugin;
  const interactive = interactiveMode !== 'Never' && process.stdin.isTTY === true;
  if (interactiveMode === 'Always' && !interactive)
    throw new ExecPluginError(command, 'it wants to ask for something, and there is no terminal');
  const info = {
    apiVersion,
    kind: 'ExecCredential',
    spec: { interactive, ...(cluster === undefined ? {} : { cluster }) },
  };
  const output = await new Promise<string>((resolve, reject) => {
    const options = {
      env: { ...process.env, ...env, KUBERNETES_EXEC_INFO: JSON.stringify(info) },
      timeout: timeoutMs,
      maxBuffer: outputBytesMax,
      encoding: 'utf8' as const,
    };
    const child = execFile(command, [...args], options, (error, stdout, stderr) => {
      if (error === null) return resolve(stdout);
      const hint = installHint === undefined ? '' : `\n${installHint}`;
      const what =
        (error as NodeJS.ErrnoException).code === 'ENOENT'
          ? `there is no such program${hint}`
          : `it failed: ${stderr.trim() || error.message}`;
      return reject(new ExecPluginError(command, what, { cause: error }));
    });
    if (!interactive) child.stdin?.end();
  });
  return parseExecCredential(output, plugin);
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
