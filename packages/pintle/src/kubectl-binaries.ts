/** For the tests with unmodified kubectl: which versions this machine has, and how to run one. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const versions = ['1.27', '1.28', '1.29', '1.30', '1.31', '1.32', '1.33'];

export interface Kubectl {
  readonly version: string;
  readonly path: string;
}

/** Where a kubectl of this version is; by the names that distributions give it. */
function kubectlOf(version: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/lib/google-cloud-sdk/bin'];
  return folders.map((folder) => join(folder, `kubectl.${version}`)).find((path) => existsSync(path));
}

/** Those that are here. Errors: some are not, where `PINTLE_SYSTEM_TESTS` is `required`. */
export function findKubectls(): readonly Kubectl[] {
  const found = versions.flatMap((version) => {
    const path = kubectlOf(version);
    return path === undefined ? [] : [{ version, path }];
  });
  const missing = versions.filter((version) => !found.some((kubectl) => kubectl.version === version));
  if (missing.length > 0) {
    const names = `kubectl.${missing.join(', kubectl.')}`;
    if (process.env['PINTLE_SYSTEM_TESTS'] === 'required')
      throw new Error(`these tests are required here, and need ${names} on the PATH`);
    process.stdout.write(`skipped: no ${names} on this machine's PATH\n`);
  }
  return found;
}

/** Without the colours that older versions print anywhere. */
const plain = (text: string) => text.replaceAll(new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g'), '');

export interface KubectlRun {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number;
}

export interface KubectlOptions {
  /** Holds `kubeconfig`; is the home of the run and its working directory. */
  readonly folder: string;
  readonly input?: string | Uint8Array;
  /** Default 40,000. */
  readonly timeoutMs?: number;
}

/** What a kubectl needs of its surroundings. It edits with `editor.sh` of the folder. */
export const kubectlEnvironment = (folder: string) => ({
  PATH: process.env['PATH'],
  HOME: folder,
  KUBECONFIG: join(folder, 'kubeconfig'),
  KUBE_EDITOR: join(folder, 'editor.sh'),
});

export function runKubectl(path: string, args: readonly string[], options: KubectlOptions): Promise<KubectlRun> {
  const { folder, input, timeoutMs = 40_000 } = options;
  return new Promise((done) => {
    const child = execFile(
      path,
      args,
      { cwd: folder, env: kubectlEnvironment(folder), timeout: timeoutMs, maxBuffer: 64 << 20 },
      (error, stdout, stderr) =>
        done({
          stdout: plain(stdout),
          stderr: plain(stderr),
          status: error === null ? 0 : typeof error.code === 'number' ? error.code : -1,
        }),
    );
    // A command may end without having read all of its input.
    child.stdin?.on('error', () => {});
    child.stdin?.end(input ?? '');
  });
}
