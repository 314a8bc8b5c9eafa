import { createDeflate, constants as zlib } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { adler32, spdyDictionary } from './dictionary.js';
import { SpdyProtocolError } from './frames.js';
import { formatHeaders, HeaderInflater, HeaderWrapper, parseHeaders } from './header-block.js';

describe('header blocks', () => {
  it('are compressed against the dictionary that zlib knows by this checksum', () => {
    expect(spdyDictionary.length).toBe(1423);
    expect(adler32(spdyDictionary)).toBe(0xe3c6a7c2);
  });

  it('of kubectl are read, one after the other', async () => {
    const inflater = new HeaderInflater();
    const first = Buffer.from('78f9e3c6a7c26260606004a7b392a2d4c45c6851c29a0a0a6800000000ffff', 'hex');
    const second = Buffer.from('c22ac5565c92925f5a02000000ffff', 'hex');
    expect(await inflater.inflate(first)).toEqual(new Map([['streamtype', 'error']]));
    expect(await inflater.inflate(second)).toEqual(new Map([['streamtype', 'stdout']]));
  });

  it('that are wrapped here are one zlib stream', async () => {
    const wrapper = new HeaderWrapper();
    const inflater = new HeaderInflater();
    for (const headers of [new Map(), new Map([['a', 'b']]), new Map([['long', 'x'.repeat(60_000)]])])
      expect(await inflater.inflate(wrapper.wrap(headers))).toEqual(headers);
  });

  it('that unfold without end are refused', async () => {
    const deflate = createDeflate({ dictionary: spdyDictionary });
    const pieces: Buffer[] = [];
    deflate.on('data', (piece) => pieces.push(piece));
    deflate.write(formatHeaders(new Map([['bomb', 'x'.repeat(10_000_000)]])));
    await new Promise<void>((resolve) => deflate.flush(zlib.Z_SYNC_FLUSH, resolve));
    const bomb = Buffer.concat(pieces);
    expect(bomb.length).toBeLessThan(20_000);
    await expect(new HeaderInflater().inflate(bomb)).rejects.toThrow(SpdyProtocolError);
  });

  it('that are no zlib stream, or come when the connection is over, are refused', async () => {
    await expect(new HeaderInflater().inflate(Buffer.from('no zlib at all'))).rejects.toThrow(SpdyProtocolError);
    const closed = new HeaderInflater();
    closed.close();
    await expect(closed.inflate(new HeaderWrapper().wrap(new Map()))).rejects.toThrow(SpdyProtocolError);
  });

  const broken: [why: string, block: number[]][] = [
    ['nothing', []],
    ['a count without headers', [0, 0, 0, 1]],
    ['a huge count', [0xff, 0xff, 0xff, 0xff, 0, 0, 0, 1, 65, 0, 0, 0, 0]],
    ['a length beyond the end', [0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff, 65]],
    ['no name', [0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]],
    ['a name twice', [0, 0, 0, 2, 0, 0, 0, 1, 65, 0, 0, 0, 0, 0, 0, 0, 1, 97, 0, 0, 0, 0]],
  ];
  it.each(broken)('%s is refused', (_why, block) => {
    expect(() => parseHeaders(Buffer.from(block))).toThrow(SpdyProtocolError);
  });
});
