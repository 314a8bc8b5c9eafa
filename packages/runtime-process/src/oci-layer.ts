/**
 * Unpacks one layer of an image over what is there already: files, folders, links and whiteouts. No entry can leave
 * the folder: paths are followed as if it were `/`, and symbolic links are rewritten to stay inside.
 *
 * Owners, devices and extended attributes are not kept: they need root.
 */
import { chmod, link, lstat, mkdir, open, readdir, rm, symlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { linkTargetInRoot, pathInRoot } from './path-in-root.js';
import { readTar } from './tar.js';

export interface LayerLimits {
  /** Default 16 GiB. */
  readonly bytesMax: number;
  /** Default 1,000,000. */
  readonly entriesMax: number;
}

/** An image is larger than it may be. */
export class LayerLimitError extends Error {
  readonly code = 'PINTLE_LAYER_LIMIT';
  constructor(limit: string) {
    super(`the image's layer holds more than ${limit}`);
    this.name = 'LayerLimitError';
  }
}

const whiteout = '.wh.';
const opaque = '.wh..wh..opq';

export async function unpackLayer(
  archive: AsyncIterable<Uint8Array>,
  root: string,
  limits: LayerLimits,
): Promise<void> {
  let bytes = 0;
  let entries = 0;
  const written = new Set<string>();
  for await (const entry of readTar(archive)) {
    if (++entries > limits.entriesMax) throw new LayerLimitError(`${limits.entriesMax} entries`);
    bytes += entry.size;
    if (bytes > limits.bytesMax) throw new LayerLimitError(`${limits.bytesMax} bytes`);
    const target = await pathInRoot(root, entry.path);
    if (target === root) continue;
    const name = basename(target);
    await mkdir(dirname(target), { recursive: true });
    if (name === opaque) {
      await emptyFolder(dirname(target), written);
      continue;
    }
    if (name.startsWith(whiteout)) {
      await rm(join(dirname(target), name.slice(whiteout.length)), { recursive: true, force: true });
      continue;
    }
    written.add(target);
    const present = await lstat(target).catch(() => undefined);
    if (entry.type === 'directory') {
      if (present !== undefined && !present.isDirectory()) await rm(target, { force: true });
      await mkdir(target, { recursive: true });
      // Keep the right to write: a later layer, and the removal of the image, need it.
      await chmod(target, (entry.mode & 0o777) | 0o700);
      continue;
    }
    if (present !== undefined) await rm(target, { recursive: true, force: true });
    if (entry.type === 'file') {
      const file = await open(target, 'wx', entry.mode & 0o777);
      try {
        for await (const chunk of entry.content) await file.write(chunk);
        await file.chmod((entry.mode & 0o777) | 0o400);
      } finally {
        await file.close();
      }
    } else if (entry.type === 'symlink') await symlink(linkTargetInRoot(root, target, entry.linkTarget), target);
    else if (entry.type === 'hardlink') await link(await pathInRoot(root, entry.linkTarget), target);
  }
}

/** Removes what lower layers put into `folder`; what this layer wrote stays. */
async function emptyFolder(folder: string, written: ReadonlySet<string>): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const keep = written.has(path) || [...written].some((own) => own.startsWith(`${path}/`));
    if (!keep) await rm(path, { recursive: true, force: true });
  }
}
