/**
 * SPDY/3.1 frames to and from bytes. Pure; headers stay compressed here, for they need the connection's state.
 *
 * A data frame is handed on in the pieces that it comes in, so that its size costs no memory. A control frame is
 * kept until it is whole, and so is bounded.
 */

export const frameTypes = {
  synStream: 1,
  synReply: 2,
  rstStream: 3,
  settings: 4,
  ping: 6,
  goAway: 7,
  headers: 8,
  windowUpdate: 9,
} as const;

const flagFin = 1;
const flagUnidirectional = 2;
const settingInitialWindow = 7;

/** Reasons of RST_STREAM. */
export const resetReasons = {
  protocolError: 1,
  invalidStream: 2,
  refusedStream: 3,
  cancel: 5,
  internalError: 6,
  flowControlError: 7,
} as const;

export type ResetReason = (typeof resetReasons)[keyof typeof resetReasons];

export type Frame =
  | { readonly type: 'data'; readonly streamId: number; readonly bytes: Uint8Array; readonly fin: boolean }
  | {
      readonly type: 'synStream';
      readonly streamId: number;
      readonly fin: boolean;
      readonly unidirectional: boolean;
      readonly headers: Uint8Array;
    }
  | {
      readonly type: 'synReply' | 'headers';
      readonly streamId: number;
      readonly fin: boolean;
      readonly headers: Uint8Array;
    }
  | { readonly type: 'rstStream'; readonly streamId: number; readonly reason: number }
  /** `initialWindow`: undefined where the frame does not set it. */
  | { readonly type: 'settings'; readonly initialWindow: number | undefined }
  | { readonly type: 'ping'; readonly id: number }
  | { readonly type: 'goAway'; readonly lastStreamId: number }
  | { readonly type: 'windowUpdate'; readonly streamId: number; readonly delta: number };

/** The bytes are no SPDY/3.1; the connection can't go on. */
export class SpdyProtocolError extends Error {
  readonly code = 'PINTLE_SPDY_PROTOCOL';
  constructor(why: string, options?: ErrorOptions) {
    super(`not SPDY/3.1: ${why}`, options);
    this.name = 'SpdyProtocolError';
  }
}

/** Of a control frame. Headers of Kubernetes' clients take some hundred bytes. */
export const controlBytesMax = 64 * 1024;

const headBytes = 8;

export class FrameParser {
  private kept: Buffer = Buffer.alloc(0);
  /** The data frame that is being handed on. */
  private data: { readonly streamId: number; readonly fin: boolean; left: number } | undefined;

  /** What the bytes complete. Errors: `SpdyProtocolError`. Frames of an unknown type are left out, as the draft says. */
  push(chunk: Uint8Array): Frame[] {
    let bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
    if (this.kept.length > 0) bytes = Buffer.concat([this.kept, bytes]);
    const frames: Frame[] = [];
    let at = 0;
    for (;;) {
      if (this.data !== undefined) {
        const piece = bytes.subarray(at, at + this.data.left);
        at += piece.length;
        this.data.left -= piece.length;
        const { streamId, fin, left } = this.data;
        if (left === 0) this.data = undefined;
        if (piece.length > 0 || left === 0)
          frames.push({ type: 'data', streamId, bytes: piece, fin: fin && left === 0 });
        if (left > 0) break;
      }
      if (bytes.length - at < headBytes) break;
      const length = bytes.readUInt32BE(at + 4) & 0xffffff;
      const first = bytes.readUInt32BE(at);
      if (first < 0x80000000) {
        this.data = { streamId: first, fin: (bytes[at + 4]! & flagFin) !== 0, left: length };
        at += headBytes;
        continue;
      }
      if (((first >>> 16) & 0x7fff) !== 3) throw new SpdyProtocolError(`version ${(first >>> 16) & 0x7fff}`);
      if (length > controlBytesMax) throw new SpdyProtocolError(`a control frame of ${length} bytes`);
      if (bytes.length - at < headBytes + length) break;
      const body = bytes.subarray(at + headBytes, at + headBytes + length);
      const frame = controlFrame(first & 0xffff, bytes[at + 4]!, body);
      if (frame !== undefined) frames.push(frame);
      at += headBytes + length;
    }
    this.kept = bytes.subarray(at);
    return frames;
  }
}

/** By type: how long its body is at least. */
const bodyBytesMin: Readonly<Record<number, number>> = {
  [frameTypes.synStream]: 10,
  [frameTypes.synReply]: 4,
  [frameTypes.rstStream]: 8,
  [frameTypes.settings]: 4,
  [frameTypes.ping]: 4,
  [frameTypes.goAway]: 4,
  [frameTypes.headers]: 4,
  [frameTypes.windowUpdate]: 8,
};

function controlFrame(type: number, flags: number, body: Buffer): Frame | undefined {
  const least = bodyBytesMin[type];
  if (least === undefined) return undefined;
  if (body.length < least) throw new SpdyProtocolError(`a frame of type ${type} with ${body.length} bytes`);
  const first = body.readUInt32BE(0);
  const streamId = first & 0x7fffffff;
  const fin = (flags & flagFin) !== 0;
  switch (type) {
    case frameTypes.synStream:
      return {
        type: 'synStream',
        streamId,
        fin,
        unidirectional: (flags & flagUnidirectional) !== 0,
        headers: body.subarray(10),
      };
    case frameTypes.synReply:
      return { type: 'synReply', streamId, fin, headers: body.subarray(4) };
    case frameTypes.headers:
      return { type: 'headers', streamId, fin, headers: body.subarray(4) };
    case frameTypes.rstStream:
      return { type: 'rstStream', streamId, reason: body.readUInt32BE(4) };
    case frameTypes.settings:
      return { type: 'settings', initialWindow: initialWindowIn(body) };
    case frameTypes.ping:
      return { type: 'ping', id: first };
    case frameTypes.goAway:
      return { type: 'goAway', lastStreamId: streamId };
    default:
      return { type: 'windowUpdate', streamId, delta: body.readUInt32BE(4) & 0x7fffffff };
  }
}

function initialWindowIn(body: Buffer): number | undefined {
  const count = body.readUInt32BE(0);
  if (body.length < 4 + count * 8) throw new SpdyProtocolError(`settings of ${count} entries in ${body.length} bytes`);
  let found: number | undefined;
  for (let i = 0; i < count; i++) {
    const at = 4 + i * 8;
    if ((body.readUInt32BE(at) & 0xffffff) === settingInitialWindow) found = body.readUInt32BE(at + 4) & 0x7fffffff;
  }
  return found;
}

function control(type: number, flags: number, ...numbers: readonly number[]): Buffer {
  const bytes = Buffer.alloc(headBytes + numbers.length * 4);
  bytes.writeUInt32BE((0x80030000 | type) >>> 0, 0);
  bytes.writeUInt32BE(((flags << 24) | (numbers.length * 4)) >>> 0, 4);
  for (const [index, number] of numbers.entries()) bytes.writeUInt32BE(number >>> 0, headBytes + index * 4);
  return bytes;
}

function withHeaders(frame: Buffer, headers: Uint8Array): Buffer {
  const whole = Buffer.concat([frame, headers]);
  whole.writeUIntBE(whole.length - headBytes, 5, 3);
  return whole;
}

/** For each frame that is sent: its bytes. Headers come compressed. */
export const encodeFrame = {
  data(streamId: number, bytes: Uint8Array, fin: boolean): Buffer {
    const head = Buffer.alloc(headBytes);
    head.writeUInt32BE(streamId, 0);
    head.writeUInt32BE(((fin ? flagFin << 24 : 0) | bytes.length) >>> 0, 4);
    return bytes.length === 0 ? head : Buffer.concat([head, bytes]);
  },
  synStream: (streamId: number, headers: Uint8Array, fin = false) =>
    withHeaders(
      Buffer.concat([control(frameTypes.synStream, fin ? flagFin : 0, streamId, 0), Buffer.alloc(2)]),
      headers,
    ),
  synReply: (streamId: number, headers: Uint8Array) => withHeaders(control(frameTypes.synReply, 0, streamId), headers),
  rstStream: (streamId: number, reason: number) => control(frameTypes.rstStream, 0, streamId, reason),
  settings: (initialWindow: number) => control(frameTypes.settings, 0, 1, settingInitialWindow, initialWindow),
  ping: (id: number) => control(frameTypes.ping, 0, id),
  goAway: (lastStreamId: number, reason = 0) => control(frameTypes.goAway, 0, lastStreamId, reason),
  windowUpdate: (streamId: number, delta: number) => control(frameTypes.windowUpdate, 0, streamId, delta),
} as const;
