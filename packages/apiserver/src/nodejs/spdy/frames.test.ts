import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { controlBytesMax, encodeFrame, type Frame, FrameParser, SpdyProtocolError } from './frames.js';

const headers = Buffer.from([1, 2, 3]);

const cases: [name: string, bytes: Buffer, frame: Frame][] = [
  [
    'data',
    encodeFrame.data(3, Buffer.from('abc'), true),
    { type: 'data', streamId: 3, bytes: Buffer.from('abc'), fin: true },
  ],
  [
    'an empty end',
    encodeFrame.data(3, Buffer.alloc(0), true),
    { type: 'data', streamId: 3, bytes: Buffer.alloc(0), fin: true },
  ],
  [
    'SYN_STREAM',
    encodeFrame.synStream(5, headers, true),
    { type: 'synStream', streamId: 5, fin: true, unidirectional: false, headers },
  ],
  ['SYN_REPLY', encodeFrame.synReply(5, headers), { type: 'synReply', streamId: 5, fin: false, headers }],
  ['RST_STREAM', encodeFrame.rstStream(5, 2), { type: 'rstStream', streamId: 5, reason: 2 }],
  ['SETTINGS', encodeFrame.settings(70_000), { type: 'settings', initialWindow: 70_000 }],
  ['PING', encodeFrame.ping(0xfffffffe), { type: 'ping', id: 0xfffffffe }],
  ['GOAWAY', encodeFrame.goAway(7, 1), { type: 'goAway', lastStreamId: 7 }],
  ['WINDOW_UPDATE', encodeFrame.windowUpdate(5, 0x7fffffff), { type: 'windowUpdate', streamId: 5, delta: 0x7fffffff }],
];

const plain = (frames: readonly Frame[]) =>
  frames.map((frame) => ({
    ...frame,
    ...('bytes' in frame ? { bytes: [...frame.bytes] } : {}),
    ...('headers' in frame ? { headers: [...frame.headers] } : {}),
  }));

describe('frames', () => {
  it.each(cases)('%s', (_name, bytes, frame) => {
    expect(plain(new FrameParser().push(bytes))).toEqual(plain([frame]));
  });

  it('are the same in whatever pieces they come', () => {
    const whole = Buffer.concat(cases.map(([, bytes]) => bytes));
    const joined = (frames: readonly Frame[]) => {
      const all: Frame[] = [];
      for (const frame of frames) {
        const last = all.at(-1);
        if (frame.type === 'data' && last?.type === 'data' && !last.fin && last.streamId === frame.streamId)
          all[all.length - 1] = { ...frame, bytes: Buffer.concat([last.bytes, frame.bytes]) };
        else all.push(frame);
      }
      return plain(all);
    };
    const expected = joined(new FrameParser().push(whole));
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 40 })), (sizes) => {
        const parser = new FrameParser();
        const frames: Frame[] = [];
        let at = 0;
        for (const size of [...sizes, whole.length]) {
          frames.push(...parser.push(whole.subarray(at, at + size)));
          at += size;
        }
        expect(joined(frames)).toEqual(expected);
      }),
    );
  });

  it('of types that nobody knows are left out', () => {
    const unknown = Buffer.from([0x80, 3, 0, 99, 0, 0, 0, 2, 1, 2]);
    expect(plain(new FrameParser().push(Buffer.concat([unknown, encodeFrame.ping(1)])))).toEqual([
      { type: 'ping', id: 1 },
    ]);
  });

  it('of data cost no memory before their bytes are there', () => {
    const head = Buffer.from([0, 0, 0, 1, 0, 0xff, 0xff, 0xff]);
    const parser = new FrameParser();
    expect(parser.push(head)).toEqual([]);
    for (let i = 0; i < 255; i++) expect(parser.push(Buffer.alloc(65_536))).toHaveLength(1);
  });

  const broken: [why: string, bytes: Buffer][] = [
    ['HTTP', Buffer.from('\xff\xff GET / HTTP/1.1\r\n', 'latin1')],
    ['another version', Buffer.from([0x80, 2, 0, 6, 0, 0, 0, 4, 0, 0, 0, 1])],
    ['a control frame without end', Buffer.from([0x80, 3, 0, 1, 0, 0xff, 0xff, 0xff])],
    ['a control frame just too long', Buffer.from([0x80, 3, 0, 1, 0, 1, 0, (controlBytesMax & 0xff) + 1])],
    ['too short a SYN_STREAM', Buffer.from([0x80, 3, 0, 1, 0, 0, 0, 4, 0, 0, 0, 1])],
    ['settings that promise more', Buffer.from([0x80, 3, 0, 4, 0, 0, 0, 4, 0xff, 0xff, 0xff, 0xff])],
  ];
  it.each(broken)('%s is refused', (_why, bytes) => {
    expect(() => new FrameParser().push(bytes)).toThrow(SpdyProtocolError);
  });

  it('at random end in frames or in refusal', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 60 })), (chunks) => {
        const parser = new FrameParser();
        try {
          for (const chunk of chunks) parser.push(chunk);
        } catch (error) {
          expect(error).toBeInstanceOf(SpdyProtocolError);
        }
      }),
    );
  });
});
