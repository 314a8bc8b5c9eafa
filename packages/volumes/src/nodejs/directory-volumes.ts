/**
 * A driver whose volumes are folders of this machine: for nodes that run here, and that see the same files. Nothing is
 * to be attached. How large a volume is to be is kept beside it; nothing holds a pod to it.
 */
import { mkdir, readFile, rename, rm, statfs, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type VolumeDriver, VolumeExhaustedError, VolumeNotFoundError, VolumeRefusedError } from '@pintle/contracts';

export interface DirectoryVolumesOptions {
  /** Where the volumes live. */
  readonly directory: string;
  /** Default `directory.volumes.pintle.dev`. */
  readonly name?: string;
}

export const directoryDriverName = 'directory.volumes.pintle.dev';

interface Facts {
  readonly capacityBytes: number;
}

export function directoryVolumes({ directory, name = directoryDriverName }: DirectoryVolumesOptions): VolumeDriver {
  const home = resolve(directory);
  const dataOf = (handle: string) => join(home, handle, 'data');
  const factsPath = (handle: string) => join(home, handle, 'volume.json');

  const factsOf = async (handle: string): Promise<Facts | undefined> => {
    try {
      return JSON.parse(await readFile(factsPath(checked(handle)), 'utf8')) as Facts;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  };
  /** Whole or not at all. */
  const keep = async (handle: string, facts: Facts) => {
    await writeFile(`${factsPath(handle)}.new`, JSON.stringify(facts));
    await rename(`${factsPath(handle)}.new`, factsPath(handle));
  };
  const checkRoom = async (bytes: number) => {
    const { bavail, bsize } = await statfs(home);
    if (bytes > bavail * bsize) throw new VolumeExhaustedError(`only ${bavail * bsize} bytes are left in ${home}`);
  };
  const told = (handle: string, { capacityBytes }: Facts) => ({
    handle,
    capacityBytes,
    attributes: { path: dataOf(handle) },
  });

  return {
    name,
    capabilities: { attaches: false, expands: true },
    async createVolume({ name: handle, capacityBytes, volumeMode }) {
      if (volumeMode === 'Block') throw new VolumeRefusedError('a folder is no block device');
      const present = await factsOf(handle);
      if (present !== undefined) {
        if (present.capacityBytes >= capacityBytes) return told(handle, present);
        throw new VolumeRefusedError(`volume ${JSON.stringify(handle)} exists and is smaller`);
      }
      await mkdir(dataOf(handle), { recursive: true, mode: 0o777 });
      await checkRoom(capacityBytes);
      await keep(handle, { capacityBytes });
      return told(handle, { capacityBytes });
    },
    async deleteVolume(handle) {
      await rm(join(home, checked(handle)), { recursive: true, force: true });
    },
    attachVolume: async () => ({}),
    detachVolume: async () => {},
    async expandVolume(handle, capacityBytes) {
      const present = await factsOf(handle);
      if (present === undefined) throw new VolumeNotFoundError(handle);
      if (capacityBytes > present.capacityBytes) {
        await checkRoom(capacityBytes - present.capacityBytes);
        await keep(handle, { capacityBytes });
      }
      return { capacityBytes: Math.max(capacityBytes, present.capacityBytes), nodeExpands: false };
    },
  };
}

/** One part of a path. Errors: `VolumeRefusedError`. */
function checked(handle: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(handle)) return handle;
  throw new VolumeRefusedError(`${JSON.stringify(handle)} is no name of a volume`);
}
