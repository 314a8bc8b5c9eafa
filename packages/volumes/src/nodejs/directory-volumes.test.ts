import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { volumeDriverConformance } from '@pintle/contracts/conformance';
import { directoryVolumes } from './directory-volumes.js';

const folders: string[] = [];
const fresh = async () => {
  const directory = await mkdtemp(join(tmpdir(), 'pintle-volumes-'));
  folders.push(directory);
  return directory;
};
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

describe('directoryVolumes keeps the contract', () => {
  const cases = volumeDriverConformance(
    {
      create: async () => directoryVolumes({ directory: await fresh() }),
      nodeNames: ['node-0', 'node-1'],
      tooManyBytes: 2 ** 62,
      drive: (work) => work,
    },
    { attaches: false, expands: true },
  );
  it.each(cases)('$name', ({ run }) => run());
});

describe('directoryVolumes', () => {
  const request = { name: 'pvc-1', capacityBytes: 1_024, accessModes: ['ReadWriteOnce'], parameters: {} };

  it('keeps what is in a volume, whoever asks for it again, until it is deleted', async () => {
    const directory = await fresh();
    const { attributes, handle } = await directoryVolumes({ directory }).createVolume({
      ...request,
      volumeMode: 'Filesystem',
    });
    await writeFile(join(attributes['path']!, 'row'), 'kept');
    const again = directoryVolumes({ directory });
    expect((await again.createVolume({ ...request, volumeMode: 'Filesystem' })).attributes).toEqual(attributes);
    expect(await readdir(attributes['path']!)).toEqual(['row']);
    await again.deleteVolume(handle);
    expect(await readdir(directory)).toEqual([]);
  });

  it.each(['..', '../../etc', 'a/b', ''])('refuses the handle %j', async (handle) => {
    const driver = directoryVolumes({ directory: await fresh() });
    await expect(driver.deleteVolume(handle)).rejects.toThrow('is no name of a volume');
    await expect(driver.expandVolume(handle, 1)).rejects.toThrow('is no name of a volume');
  });

  it('has no block devices', async () => {
    const driver = directoryVolumes({ directory: await fresh() });
    await expect(driver.createVolume({ ...request, volumeMode: 'Block' })).rejects.toThrow('no block device');
  });
});
