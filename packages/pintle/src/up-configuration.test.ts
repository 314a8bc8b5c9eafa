/** The file of `pintle up --config`: what is taken, what is refused and in which words. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { upConfiguration } from './up-configuration.js';

const folder = mkdtempSync(join(tmpdir(), 'pintle-configuration-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function read(text: string) {
  const path = join(folder, 'pintle.yaml');
  writeFileSync(path, text);
  return upConfiguration(path);
}

describe('upConfiguration', () => {
  it('takes options, and images of every form; folders are below the file', async () => {
    const text = `
      dataDir: data
      nodes: 2
      http2: true
      controllers: ['*', -job]
      images:
        'node:*': host
        guestbook:1: { folder: ./guestbook, command: [node, server.mjs], env: { LANG: C } }
        example.com/web: { ociLayout: /images/web, reference: v1 }`;
    expect(await read(text)).toEqual({
      dataDir: join(folder, 'data'),
      nodes: 2,
      http2: true,
      controllers: ['*', '-job'],
      images: {
        'node:*': 'host',
        'guestbook:1': { folder: join(folder, 'guestbook'), command: ['node', 'server.mjs'], env: { LANG: 'C' } },
        'example.com/web': { ociLayout: '/images/web', reference: 'v1' },
      },
    });
  });

  it('takes JSON', async () => expect(await read('{"inMemory":true}')).toEqual({ inMemory: true }));

  const refused: readonly [text: string, ...words: string[]][] = [
    ['', 'the file must be object'],
    ['nodes: -1', 'nodes must be >= 0'],
    ['nodes: two', 'nodes must be integer'],
    ['runtime: docker', 'runtime must be equal to one of the allowed values: process, simulated'],
    ['node: 1', 'the file has an unknown field "node"'],
    ['images: { web: hosts }', 'images.web must be equal to constant: host'],
    ['images: { web: {} }', "images.web must have required property 'folder'"],
    ['images: { web: { folder: a, cmd: [b] } }', 'images.web has an unknown field "cmd"'],
    ['images: { example.com/web: { ociLayout: 1 } }', 'images.example.com/web.ociLayout must be string'],
    ['{ port: 70000, http2: maybe }', 'port must be <= 65535', 'http2 must be boolean'],
    ['nodes: [', 'Flow sequence'],
  ];
  for (const [text, ...words] of refused) {
    it(`refuses ${JSON.stringify(text)}`, async () => {
      const error = (await read(text).catch((thrown: unknown) => thrown)) as Error;
      expect(error).toBeInstanceOf(Error);
      for (const each of [`--config ${join(folder, 'pintle.yaml')}: `, ...words]) expect(error.message).toContain(each);
      expect(error.message).not.toContain('"then"');
    });
  }

  it('says which file is not there', async () =>
    expect(upConfiguration(join(folder, 'none.yaml'))).rejects.toThrow(/--config .*none\.yaml: ENOENT/));
});
