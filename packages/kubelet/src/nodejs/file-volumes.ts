/**
 * Volumes as folders of this machine. Files change all at once: they are written into a new folder, and a symbolic
 * link is swapped over to it, in the layout that kubelet's atomic writer has (`..data` → `..2025_01_01…`).
 */
import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readlink,
  realpath,
  rename,
  rm,
  stat,
  symlink,
  unlink,
  writeFile,
} from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { type VolumeContent, type VolumeFile, VolumeMountError, type VolumePort } from '../volumes/volume-port.js';

export interface FileVolumesOptions {
  /** Where pods' volumes live. */
  readonly directory: string;
}

export function fileVolumes({ directory }: FileVolumesOptions): VolumePort {
  const home = resolve(directory);
  const podFolder = (uid: string) => join(home, safeName(uid));
  return {
    keepsFiles: true,
    async mount(podUid, volume, content) {
      if (content.type === 'hostPath') return hostPath(volume, content);
      if (content.type === 'claim')
        throw new VolumeMountError(
          volume,
          `claim ${JSON.stringify(content.claimName)}: no volume driver mounts it here`,
        );
      const path = join(podFolder(podUid), safeName(volume));
      try {
        await mkdir(path, { recursive: true });
        if (content.type === 'files') await writeAtomically(path, content.files);
        else await chmod(path, 0o777);
        return path;
      } catch (error) {
        throw new VolumeMountError(volume, error instanceof Error ? error.message : String(error), { cause: error });
      }
    },
    async makeSubPath(volumePath, path) {
      const root = await realpath(volumePath);
      let there = path;
      while ((await lstat(there).catch(() => undefined)) === undefined) there = dirname(there);
      const real = await realpath(there);
      if (real !== root && !real.startsWith(`${root}/`)) throw new Error(`${path} leads out of its volume`);
      if (there !== path) await mkdir(path, { recursive: true, mode: (await stat(root)).mode & 0o777 });
    },
    async unmountAll(podUid) {
      await rm(podFolder(podUid), { recursive: true, force: true });
    },
  };
}

/** One part of a path, whatever the name. */
const safeName = (name: string) => basename(name.replaceAll('/', '_')).replace(/^\.\.?$/, '_');

const dataLink = '..data';

async function writeAtomically(path: string, files: readonly VolumeFile[]): Promise<void> {
  const previous = await readlink(join(path, dataLink)).catch(() => undefined);
  const next = await mkdtemp(join(path, '..version-'));
  await chmod(next, 0o755);
  for (const file of files) {
    const target = join(next, file.path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, file.content);
    await chmod(target, file.mode);
  }
  // Renaming over the old link is the one step that everybody sees.
  await symlink(basename(next), join(path, `${dataLink}_new`));
  await rename(join(path, `${dataLink}_new`), join(path, dataLink));

  const wanted = new Set(files.map((file) => file.path.split('/')[0]!));
  for (const name of wanted) {
    const link = join(path, name);
    if ((await lstat(link).catch(() => undefined)) === undefined) await symlink(join(dataLink, name), link);
  }
  for (const name of await readdir(path))
    if (!name.startsWith('..') && !wanted.has(name)) await unlink(join(path, name));
  if (previous !== undefined) await rm(join(path, previous), { recursive: true, force: true });
}

/** Checks or makes what a hostPath volume says must be there. */
async function hostPath(
  volume: string,
  { path, mustBe }: Extract<VolumeContent, { type: 'hostPath' }>,
): Promise<string> {
  const found = await stat(path).catch(() => undefined);
  const fail = (what: string): never => {
    throw new VolumeMountError(volume, `hostPath type check failed: ${path} is not ${what}`);
  };
  switch (mustBe) {
    case 'DirectoryOrCreate':
      if (found === undefined) await mkdir(path, { recursive: true, mode: 0o755 });
      else if (!found.isDirectory()) fail('a directory');
      break;
    case 'FileOrCreate':
      if (found === undefined) {
        await writeFile(path, '', { mode: 0o644 });
      } else if (!found.isFile()) fail('a file');
      break;
    case 'Directory':
      if (!found?.isDirectory()) fail('a directory');
      break;
    case 'File':
      if (!found?.isFile()) fail('a file');
      break;
    case 'Socket':
      if (!found?.isSocket()) fail('a socket file');
      break;
    case 'CharDevice':
      if (!found?.isCharacterDevice()) fail('a character device');
      break;
    case 'BlockDevice':
      if (!found?.isBlockDevice()) fail('a block device');
      break;
  }
  return path;
}
