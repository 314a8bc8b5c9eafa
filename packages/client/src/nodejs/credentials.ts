/**
 * What is shown to the server with a request, as it is now: files are read again every minute, programs run again when
 * what they gave has expired or was refused. Many requests at once wait for one run.
 */
import type { Clock } from '@pintle/machinery';
import { type ExecCredential, runExecPlugin } from './exec-plugin.js';
import { type Credentials, type ExecPlugin, type Pem, readText } from './kube-config.js';

interface ProgramRun {
  readonly credential: Promise<ExecCredential>;
  expiresAtMs: number;
}

export interface Shown {
  /** Of several values each is a header of its own. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly cert?: string;
  readonly key?: string;
  /** The run of a program that gave it. */
  readonly run?: ProgramRun;
}

export interface CredentialSource {
  current(): Promise<Shown>;
  /** What was shown was refused. Whether something else may be shown now. */
  refused(shown: Shown): boolean;
}

/** How long a file, or a credential that names no end, is good for without a look. */
const fileMaxAgeMs = 60_000;
/** Beyond its end a credential is not used; nor so short before. */
const expiryMarginMs = 10_000;

export function credentialSource(credentials: Credentials, clock: Clock): CredentialSource {
  const files = new Map<string, { readonly text: string; readonly readMs: number }>();
  let given: ProgramRun | undefined;

  const fileText = (file: string): string => {
    const known = files.get(file);
    const now = clock.monotonic();
    if (known !== undefined && now - known.readMs < fileMaxAgeMs) return known.text;
    try {
      const text = readText('credentials', file);
      files.set(file, { text, readMs: now });
      return text;
    } catch (error) {
      // It is being replaced: what it said last holds for a while.
      if (known === undefined) throw error;
      return known.text;
    }
  };
  const pemText = (pem: Pem | undefined) =>
    pem === undefined ? undefined : 'text' in pem ? pem.text : fileText(pem.file);

  const runOf = (exec: ExecPlugin): ProgramRun => {
    if (given !== undefined && given.expiresAtMs - expiryMarginMs > clock.now()) return given;
    const run: ProgramRun = { credential: runExecPlugin(exec), expiresAtMs: Number.POSITIVE_INFINITY };
    run.credential.then(
      ({ expiresAtMs }) => {
        run.expiresAtMs = expiresAtMs ?? run.expiresAtMs;
      },
      () => forget(run),
    );
    given = run;
    return run;
  };
  const forget = (run: ProgramRun | undefined) => {
    if (given === run) given = undefined;
  };

  return {
    async current() {
      const run = credentials.exec === undefined ? undefined : runOf(credentials.exec);
      const program = (await run?.credential) ?? {};
      const token =
        program.token ??
        (credentials.tokenFile === undefined ? credentials.token : fileText(credentials.tokenFile).trim());
      const { username, password = '' } = credentials;
      const authorization =
        token !== undefined
          ? `Bearer ${token}`
          : username === undefined
            ? undefined
            : `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
      const cert = program.cert ?? pemText(credentials.cert);
      const key = program.key ?? pemText(credentials.key);
      return {
        headers: {
          ...(authorization === undefined ? {} : { authorization }),
          ...impersonationHeaders(credentials),
        },
        ...(cert === undefined || key === undefined ? {} : { cert, key }),
        ...(run === undefined ? {} : { run }),
      };
    },
    refused({ run }) {
      files.clear();
      // Another request may have had it refused before, and run the program again.
      forget(run);
      return credentials.exec !== undefined || credentials.tokenFile !== undefined || isFile(credentials.cert);
    },
  };
}

const isFile = (pem: Pem | undefined): boolean => pem !== undefined && 'file' in pem;

function impersonationHeaders({ impersonate }: Credentials): Record<string, string | readonly string[]> {
  if (impersonate === undefined) return {};
  const { user, uid, groups, extra } = impersonate;
  return {
    'impersonate-user': user,
    ...(uid === undefined ? {} : { 'impersonate-uid': uid }),
    ...(groups.length === 0 ? {} : { 'impersonate-group': groups }),
    ...Object.fromEntries(
      Object.entries(extra).map(([name, values]) => [`impersonate-extra-${encodeURIComponent(name)}`, values]),
    ),
  };
}
