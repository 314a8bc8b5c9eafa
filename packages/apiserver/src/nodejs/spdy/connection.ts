/**
 * The server's side of a SPDY/3.1 connection (SPDY Protocol draft 3.1): streams that the client opens. Kubernetes
 * uses it for remote commands and port-forwards only, and so there are no requests, no pushes and no priorities.
 *
 * Invariants:
 * 1. Frames are handled one after the other; while a stream's reader is behind by more than `bufferBytesMax`, or the
 *    client takes no answers, nothing more is read from the connection.
 * 2. Every open stream is in `streams`, and no other.
 * 3. Windows bound what is sent only once the client has shown that it keeps account of them: the one that kubectl
 *    is built on (moby/spdystream) never gives any room back.
 */
import type { ByteConnection } from '../streams/byte-connection.js';
import { type ClientWatch, watchClient } from '../streams/client-watch.js';
import type { StreamLimits } from '../streams/limits.js';
import { encodeFrame, type Frame, FrameParser, type ResetReason, resetReasons, SpdyProtocolError } from './frames.js';
import { HeaderInflater, HeaderWrapper } from './header-block.js';
import { SpdyStream, type StreamOwner, StreamResetError } from './stream.js';

/** As the draft: of every stream, and of the connection. */
const firstWindow = 64 * 1024;
const windowMax = 0x7fffffff;
/** Of one data frame that is sent. */
const dataBytesMax = 32 * 1024;
/** Room is given back in portions of this. */
const acknowledgeBytes = 16 * 1024;

export interface SpdyConnection {
  /** Resolves when the client has closed the connection or gone, or did not speak SPDY. It never rejects. */
  readonly ended: Promise<void>;
  /** Tells the client that no more streams are taken, and ends the connection `finishMs` later at the latest. */
  close(): void;
}

/** `accept` is called with each stream that the client opens; `false` refuses it. It must not throw. */
export function serveSpdy(
  connection: ByteConnection,
  limits: StreamLimits,
  accept: (stream: SpdyStream) => boolean,
): SpdyConnection {
  return new Connection(connection, limits, accept);
}

class Connection implements SpdyConnection, StreamOwner {
  readonly ended: Promise<void>;
  private readonly streams = new Map<number, SpdyStream>();
  private readonly parser = new FrameParser();
  private readonly inflater = new HeaderInflater();
  private readonly wrapper = new HeaderWrapper();
  private readonly watch: ClientWatch;
  private lastStreamId = 0;
  private nextPingId = 2;
  private isGoingAway = false;
  private isHeldUp = false;
  /** What the client lets us send on all streams together. */
  private sendWindow = firstWindow;
  private streamWindow = firstWindow;
  private hasWindows = false;
  private unacknowledged = 0;
  private readonly waiting: (() => void)[] = [];
  private finishTimer: NodeJS.Timeout | undefined;

  constructor(
    private readonly connection: ByteConnection,
    private readonly limits: StreamLimits,
    private readonly accept: (stream: SpdyStream) => boolean,
  ) {
    this.watch = watchClient(
      {
        ping: () => this.ping(),
        isExcused: () => this.isHeldUp || connection.unsentBytes > 0,
        cut: () => connection.destroy(),
      },
      limits,
    );
    connection.gone.addEventListener('abort', () => this.tearDown(), { once: true });
    this.ended = this.run();
  }

  close(): void {
    if (this.isGoingAway) return;
    this.goAway(0);
    this.finishTimer = setTimeout(() => this.connection.destroy(), this.limits.finishMs).unref();
    this.closeWhenDone();
  }

  private async run(): Promise<void> {
    try {
      for await (const chunk of this.connection.input) {
        this.watch.moved();
        for (const frame of this.parser.push(chunk)) {
          this.isHeldUp = true;
          await this.handle(frame);
        }
        this.isHeldUp = false;
      }
    } catch (error) {
      if (error instanceof SpdyProtocolError) this.goAway(resetReasons.protocolError);
    } finally {
      this.tearDown();
      this.connection.close();
    }
  }

  private async handle(frame: Frame): Promise<void> {
    switch (frame.type) {
      case 'data':
        return this.data(frame);
      case 'synStream':
        return this.open(frame);
      case 'headers':
      case 'synReply':
        // Nobody needs them; they are inflated because those that follow build on them.
        await this.inflater.inflate(frame.headers);
        return;
      case 'rstStream': {
        const stream = this.streams.get(frame.streamId);
        this.streams.delete(frame.streamId);
        stream?.tearDown();
        this.closeWhenDone();
        return this.wakeWriters();
      }
      case 'settings':
        return this.settings(frame.initialWindow);
      case 'ping':
        // Ours have even numbers, and are heard already.
        if (frame.id % 2 === 1) await this.connection.send(encodeFrame.ping(frame.id));
        return;
      case 'goAway':
        if (!this.isGoingAway) this.isGoingAway = true;
        return this.closeWhenDone();
      case 'windowUpdate':
        return this.windowUpdate(frame.streamId, frame.delta);
    }
  }

  private async open(frame: Frame & { readonly type: 'synStream' }): Promise<void> {
    const { streamId, fin } = frame;
    const headers = await this.inflater.inflate(frame.headers);
    if (streamId % 2 === 0 || streamId <= this.lastStreamId)
      throw new SpdyProtocolError(`a new stream with the number ${streamId} after ${this.lastStreamId}`);
    this.lastStreamId = streamId;
    if (this.isGoingAway) return;
    if (this.streams.size >= this.limits.streamsMax)
      return this.connection.send(encodeFrame.rstStream(streamId, resetReasons.refusedStream));
    const stream = new SpdyStream(streamId, headers, this, {
      sendWindow: this.streamWindow,
      bufferBytesMax: this.limits.bufferBytesMax,
    });
    this.streams.set(streamId, stream);
    await this.connection.send(encodeFrame.synReply(streamId, this.wrapper.wrap(new Map())));
    if (!this.accept(stream)) return stream.reset();
    if (fin) stream.endInput();
  }

  private async data({ streamId, bytes, fin }: Frame & { readonly type: 'data' }): Promise<void> {
    const stream = this.streams.get(streamId);
    if (stream === undefined || stream.input.ended) {
      this.acknowledge(bytes.length);
      // Of a stream that has been here, the client may not yet have heard that it is over.
      if (streamId === 0 || streamId > this.lastStreamId)
        await this.connection.send(encodeFrame.rstStream(streamId, resetReasons.invalidStream));
      return;
    }
    const full = stream.input.push(bytes);
    if (fin) stream.endInput();
    await full;
  }

  private settings(initialWindow: number | undefined): void {
    if (initialWindow === undefined) return;
    this.hasWindows = true;
    const change = initialWindow - this.streamWindow;
    this.streamWindow = initialWindow;
    for (const stream of this.streams.values()) stream.sendWindow += change;
    this.wakeWriters();
  }

  private async windowUpdate(streamId: number, delta: number): Promise<void> {
    this.hasWindows = true;
    const stream = this.streams.get(streamId);
    if (streamId === 0) {
      this.sendWindow += delta;
      if (this.sendWindow > windowMax) throw new SpdyProtocolError('a window of more than 2^31 - 1 bytes');
    } else if (stream !== undefined) {
      stream.sendWindow += delta;
      if (stream.sendWindow > windowMax) await this.drop(stream, resetReasons.flowControlError);
    }
    this.wakeWriters();
  }

  async sendData(stream: SpdyStream, bytes: Uint8Array, fin: boolean): Promise<void> {
    let at = 0;
    do {
      let size = Math.min(bytes.length - at, dataBytesMax);
      if (size > 0) size = Math.min(size, await this.room(stream));
      if (stream.gone.aborted) throw new StreamResetError(stream.id);
      const piece = bytes.subarray(at, at + size);
      at += size;
      this.sendWindow -= size;
      stream.sendWindow -= size;
      this.watch.moved();
      await this.connection.send(encodeFrame.data(stream.id, piece, fin && at === bytes.length));
    } while (at < bytes.length);
  }

  /** How many bytes may be sent now, at least one. */
  private async room(stream: SpdyStream): Promise<number> {
    for (;;) {
      if (stream.gone.aborted) throw new StreamResetError(stream.id);
      if (!this.hasWindows) return dataBytesMax;
      const room = Math.min(this.sendWindow, stream.sendWindow);
      if (room > 0) return room;
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
  }

  private wakeWriters(): void {
    for (const wake of this.waiting.splice(0)) wake();
  }

  consumed(stream: SpdyStream, bytes: number): void {
    this.acknowledge(bytes);
    stream.unacknowledged += bytes;
    if (stream.unacknowledged < acknowledgeBytes || stream.input.ended) return;
    this.tell(encodeFrame.windowUpdate(stream.id, stream.unacknowledged));
    stream.unacknowledged = 0;
  }

  private acknowledge(bytes: number): void {
    this.unacknowledged += bytes;
    if (this.unacknowledged < acknowledgeBytes) return;
    this.tell(encodeFrame.windowUpdate(0, this.unacknowledged));
    this.unacknowledged = 0;
  }

  reset(stream: SpdyStream): void {
    void this.drop(stream, resetReasons.cancel).catch(() => {});
  }

  private async drop(stream: SpdyStream, reason: ResetReason): Promise<void> {
    this.streams.delete(stream.id);
    stream.tearDown();
    this.wakeWriters();
    await this.connection.send(encodeFrame.rstStream(stream.id, reason));
    this.closeWhenDone();
  }

  finished(stream: SpdyStream): void {
    this.streams.delete(stream.id);
    this.closeWhenDone();
  }

  private ping(): void {
    this.tell(encodeFrame.ping(this.nextPingId));
    this.nextPingId = (this.nextPingId + 2) % 0x80000000;
  }

  private goAway(reason: number): void {
    this.isGoingAway = true;
    this.tell(encodeFrame.goAway(this.lastStreamId, reason));
  }

  /** A word that nobody waits for: a client that has gone is noticed elsewhere. */
  private tell(frame: Uint8Array): void {
    this.connection.send(frame).catch(() => {});
  }

  private closeWhenDone(): void {
    if (this.isGoingAway && this.streams.size === 0) this.connection.close();
  }

  private tearDown(): void {
    this.watch.stop();
    clearTimeout(this.finishTimer);
    this.inflater.close();
    for (const stream of this.streams.values()) stream.tearDown();
    this.streams.clear();
    this.wakeWriters();
  }
}
