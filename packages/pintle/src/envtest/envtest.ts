/**
 * `pintle envtest`: a folder in the form that test harnesses look for (`KUBEBUILDER_ASSETS`), whose `kube-apiserver` and
 * `etcd` are this program. It is made anew with every call, so that it leads to the Pintle that was asked.
 */
import { access, chmod, constants, mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';

export interface EnvtestOptions {
  readonly dir?: string;
}

export async function envtest({ dir }: EnvtestOptions): Promise<void> {
  console.log(await makeAssets(dir ?? join(cacheFolder(), 'pintle', 'envtest')));
}

const cacheFolder = () => process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');

/** The command that runs this program again. */
const self = (): readonly string[] => [process.execPath, ...process.execArgv, resolve(process.argv[1] ?? '')];

export async function makeAssets(dir: string, command: readonly string[] = self()): Promise<string> {
  const folder = resolve(dir);
  await mkdir(folder, { recursive: true });
  await writeExecutable(join(folder, 'kube-apiserver'), [...command, 'apiserver']);
  await writeExecutable(join(folder, 'etcd'), [...command, 'etcd']);
  await linkKubectl(join(folder, 'kubectl'));
  return folder;
}

const quoted = (word: string) => `'${word.replaceAll("'", `'\\''`)}'`;

/** Written aside and renamed: a harness may be starting the one before. */
async function writeExecutable(path: string, command: readonly string[]): Promise<void> {
  const next = `${path}.${process.pid}`;
  await writeFile(next, `#!/bin/sh\nexec ${command.map(quoted).join(' ')} "$@"\n`);
  await chmod(next, 0o755);
  await rename(next, path);
}

async function linkKubectl(path: string): Promise<void> {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const found = resolve(folder, 'kubectl');
    if (folder === '' || found === path) continue;
    const isThere = await access(found, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (!isThere) continue;
    await rm(path, { force: true });
    await symlink(found, path);
    return;
  }
}
