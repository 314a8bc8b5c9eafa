import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openLayout } from './oci-layout.js';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'pintle-oci-'));
  mkdirSync(join(home, 'layout', 'blobs', 'sha256'), { recursive: true });
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

interface Entry {
  name: string;
  type?: '0' | '1' | '2' | '5' | 'x';
  content?: string;
  link?: string;
  mode?: number;
}

function tar(entries: readonly Entry[]): Buffer {
  const blocks = entries.flatMap(({ name, type = '0', content = '', link = '', mode = 0o644 }) => {
    const body = Buffer.from(content);
    const header = Buffer.alloc(512);
    header.write(name, 0, 100);
    header.write(mode.toString(8).padStart(7, '0'), 100);
    header.write(body.length.toString(8).padStart(11, '0'), 124);
    header.write('        ', 148);
    header.write(type, 156);
    header.write(link, 157, 100);
    header.write('ustar\0', 257);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    return [header, body, Buffer.alloc((512 - (body.length % 512)) % 512)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

function blob(bytes: Buffer): string {
  const hex = createHash('sha256').update(bytes).digest('hex');
  writeFileSync(join(home, 'layout', 'blobs', 'sha256', hex), bytes);
  return `sha256:${hex}`;
}
const json = (value: unknown) => Buffer.from(JSON.stringify(value));

function image(layers: readonly (readonly Entry[])[], config: object = {}) {
  const manifest = json({
    config: { digest: blob(json({ config })) },
    layers: layers.map((entries, i) =>
      i % 2 === 0
        ? { mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', digest: blob(gzipSync(tar(entries))) }
        : { mediaType: 'application/vnd.oci.image.layer.v1.tar', digest: blob(tar(entries)) },
    ),
  });
  writeFileSync(join(home, 'layout', 'index.json'), json({ manifests: [{ digest: blob(manifest) }] }));
}

const open = (limits = { bytesMax: 1e6, entriesMax: 1_000 }) =>
  openLayout({ image: 'app', layout: join(home, 'layout'), imagesDirectory: join(home, 'images'), limits });

describe('openLayout', () => {
  it('unpacks layers over one another, and reads the config', async () => {
    image(
      [
        [
          { name: './bin/', type: '5', mode: 0o755 },
          { name: './bin/run', content: 'run', mode: 0o755 },
          { name: 'etc/a', content: 'a' },
          { name: 'etc/b', content: 'b' },
          { name: 'old/x', content: 'x' },
          { name: 'old/y', content: 'y' },
          { name: 'sbin', type: '2', link: '/bin' },
        ],
        [
          { name: 'etc/.wh.a' },
          { name: 'etc/b', content: 'b2' },
          { name: 'old/z', content: 'z' },
          { name: 'old/.wh..wh..opq' },
          { name: 'sbin/more', content: 'more' },
          { name: 'hard', type: '1', link: 'etc/b' },
          { name: 'pax', type: 'x', content: '23 path=long/name/here\n' },
          { name: 'short', content: 'long' },
        ],
      ],
      { Entrypoint: ['/bin/run'], Cmd: ['x'], Env: ['A=1'], WorkingDir: '/etc' },
    );
    const { rootfs, ...rest } = await open();
    expect(rest).toMatchObject({ entrypoint: ['/bin/run'], cmd: ['x'], env: ['A=1'], workingDir: '/etc' });
    const text = (path: string) => readFileSync(join(rootfs, path), 'utf8');
    expect(readdirSync(join(rootfs, 'etc'))).toEqual(['b']);
    expect(readdirSync(join(rootfs, 'old'))).toEqual(['z']);
    expect([text('etc/b'), text('hard'), text('bin/more'), text('long/name/here')]).toEqual([
      'b2',
      'b2',
      'more',
      'long',
    ]);
    expect(readlinkSync(join(rootfs, 'sbin'))).toBe('bin');
    expect(statSync(join(rootfs, 'bin/run')).mode & 0o111).not.toBe(0);
    expect((await open()).rootfs).toBe(rootfs);
  });

  it('lets no entry out of its folder', async () => {
    image([
      [
        { name: '../../escaped', content: 'x' },
        { name: '/absolute', content: 'x' },
        { name: 'out', type: '2', link: '../../../../..' },
        { name: 'out/through', content: 'x' },
        { name: 'abs', type: '2', link: '/' },
        { name: 'abs/etc/passwd', content: 'x' },
        { name: 'hard', type: '1', link: '../../../escaped' },
      ],
    ]);
    const { rootfs } = await open();
    for (const path of ['escaped', 'absolute', 'through', 'etc/passwd'])
      expect(readFileSync(join(rootfs, path), 'utf8')).toBe('x');
    expect(existsSync(join(home, 'escaped'))).toBe(false);
    expect(existsSync(join(home, 'images', 'escaped'))).toBe(false);
  });

  const faults: [what: string, break_: () => void, message: RegExp][] = [
    [
      'a blob that was changed',
      () =>
        writeFileSync(
          join(home, 'layout', 'blobs', 'sha256', readdirSync(join(home, 'layout', 'blobs', 'sha256'))[0]!),
          '{}',
        ),
      /sha256/,
    ],
    ['no index', () => rmSync(join(home, 'layout', 'index.json')), /index\.json/],
    [
      'an index of another platform',
      () =>
        writeFileSync(
          join(home, 'layout', 'index.json'),
          json({ manifests: [{ digest: 'x', platform: { os: 'plan9', architecture: 'mips' } }] }),
        ),
      /has no image for/,
    ],
    [
      'a digest that is a path',
      () => writeFileSync(join(home, 'layout', 'index.json'), json({ manifests: [{ digest: 'sha256:../../x' }] })),
      /is not sha256/,
    ],
    ['no JSON', () => writeFileSync(join(home, 'layout', 'index.json'), '[1'), /JSON/],
  ];
  for (const [what, break_, message] of faults) {
    it(`names ${what}`, async () => {
      image([[{ name: 'a', content: 'a' }]]);
      break_();
      await expect(open()).rejects.toMatchObject({
        code: 'PINTLE_IMAGE_PULL',
        message: expect.stringMatching(message),
      });
    });
  }

  it('stops at its limits', async () => {
    image([[{ name: 'a', content: 'x'.repeat(2_000) }, { name: 'b' }]]);
    await expect(open({ bytesMax: 1_000, entriesMax: 10 })).rejects.toThrow('more than 1000 bytes');
    await expect(open({ bytesMax: 1e6, entriesMax: 1 })).rejects.toThrow('more than 1 entries');
  });
});
