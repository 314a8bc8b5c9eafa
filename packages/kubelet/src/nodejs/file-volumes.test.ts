import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { VolumeFile } from '../volumes/volume-port.js';
import { fileVolumes } from './file-volumes.js';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'pintle-volumes-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const file = (path: string, text: string, mode = 0o644): VolumeFile => ({
  path,
  content: new TextEncoder().encode(text),
  mode,
});
const files = (...all: VolumeFile[]) => ({ type: 'files' as const, files: all });

describe('fileVolumes', () => {
  it('holds exactly the files asked for, and changes all of them at once', async () => {
    const volumes = fileVolumes({ directory });
    const path = await volumes.mount('u1', 'cfg', files(file('a', '1'), file('deep/b', '2', 0o400), file('gone', 'x')));
    expect([readFileSync(join(path, 'a'), 'utf8'), readFileSync(join(path, 'deep/b'), 'utf8')]).toEqual(['1', '2']);
    expect(statSync(join(path, 'deep/b')).mode & 0o777).toBe(0o400);
    const before = readlinkSync(join(path, '..data'));

    expect(await volumes.mount('u1', 'cfg', files(file('a', '10'), file('c', '3')))).toBe(path);
    expect(
      readdirSync(path)
        .filter((name) => !name.startsWith('..'))
        .sort(),
    ).toEqual(['a', 'c']);
    expect(readFileSync(join(path, 'a'), 'utf8')).toBe('10');
    expect(readlinkSync(join(path, '..data'))).not.toBe(before);
    expect(existsSync(join(path, before))).toBe(false);
  });

  it('makes parts of a volume where nothing is, and none that lead out of it', async () => {
    const volumes = fileVolumes({ directory });
    const path = await volumes.mount('u1', 'data', { type: 'emptyDir', medium: '' });
    await volumes.makeSubPath(path, join(path, 'a/b'));
    expect(statSync(join(path, 'a/b')).isDirectory()).toBe(true);
    writeFileSync(join(path, 'a/file'), 'x');
    await volumes.makeSubPath(path, join(path, 'a/file'));
    expect(readFileSync(join(path, 'a/file'), 'utf8')).toBe('x');
    symlinkSync(tmpdir(), join(path, 'out'));
    for (const part of ['out', 'out/new'])
      await expect(volumes.makeSubPath(path, join(path, part))).rejects.toThrow('leads out of its volume');
    expect(existsSync(join(tmpdir(), 'new'))).toBe(false);
  });

  it('keeps an emptyDir until the pod is gone, and touches no hostPath', async () => {
    const volumes = fileVolumes({ directory });
    const host = join(directory, 'host');
    const path = await volumes.mount('u1', 'data', { type: 'emptyDir', medium: '' });
    writeFileSync(join(path, 'x'), 'x');
    expect(await volumes.mount('u1', 'data', { type: 'emptyDir', medium: '' })).toBe(path);
    expect(readFileSync(join(path, 'x'), 'utf8')).toBe('x');
    expect(await volumes.mount('u1', 'host', { type: 'hostPath', path: host, mustBe: 'DirectoryOrCreate' })).toBe(host);
    await volumes.unmountAll('u1');
    await volumes.unmountAll('u1');
    expect([existsSync(path), existsSync(host)]).toEqual([false, true]);
  });

  it('refuses a hostPath of another type', async () => {
    const volumes = fileVolumes({ directory });
    await expect(
      volumes.mount('u1', 'h', { type: 'hostPath', path: join(directory, 'none'), mustBe: 'Directory' }),
    ).rejects.toThrow('hostPath type check failed');
    await expect(volumes.mount('u1', 'h', { type: 'hostPath', path: directory, mustBe: 'File' })).rejects.toThrow(
      'is not a file',
    );
  });

  it('stays in its directory, whatever the names', async () => {
    const path = await fileVolumes({ directory }).mount('../../u', '..', { type: 'emptyDir', medium: '' });
    expect(path.startsWith(`${directory}/`)).toBe(true);
  });
});
