/** One stream of a SPDY connection, as whoever serves it sees it. */
import { BytePipe } from '../../streams/byte-pipe.js';
import type { Headers } from './header-block.js';

/** The client has ended the stream, or the connection has. */
export class StreamResetError extends Error {
  readonly code = 'PINTLE_SPDY_STREAM_RESET';
  constructor(readonly streamId: number) {
    super(`SPDY stream ${streamId} was reset`);
    this.name = 'StreamResetError';
  }
}

/** What a stream needs of its connection. */
export interface StreamOwner {
  /** Sends data as far as the client's windows allow. Errors: `StreamResetError`, `ClientGoneError`. */
  sendData(stream: SpdyStream, bytes: Uint8Array, fin: boolean): Promise<void>;
  /** `bytes` of the stream were read; tells the client that there is room again. */
  consumed(stream: SpdyStream, bytes: number): void;
  reset(stream: SpdyStream): void;
  /** Both sides have said all. */
  finished(stream: SpdyStream): void;
}

/**
 * States: open → half closed by either side (`isInputEnded`, `isOutputEnded`) → finished, when both are;
 * any → reset, by either side.
 */
export class SpdyStream {
  readonly input: BytePipe;
  /** Bytes that the client lets us send. Below zero where its window came after our data. */
  sendWindow: number;
  /** Bytes read that the client has not been told of. */
  unacknowledged = 0;
  private outputEnded = false;
  private isOver = false;
  private readonly ended = new AbortController();

  constructor(
    readonly id: number,
    readonly headers: Headers,
    private readonly owner: StreamOwner,
    options: { readonly sendWindow: number; readonly bufferBytesMax: number },
  ) {
    this.sendWindow = options.sendWindow;
    this.input = new BytePipe(options.bufferBytesMax, (bytes) => owner.consumed(this, bytes));
  }

  /** Aborted when the stream was cut: reset by either side, or its connection gone. Not when both sides have said all. */
  get gone(): AbortSignal {
    return this.ended.signal;
  }

  /** Resolves when the bytes are handed to the system. Errors: `StreamResetError`, `ClientGoneError`. */
  async write(bytes: Uint8Array): Promise<void> {
    if (this.outputEnded) throw new StreamResetError(this.id);
    if (bytes.length > 0) await this.owner.sendData(this, bytes, false);
  }

  /** Says that nothing more will come from here. */
  async end(): Promise<void> {
    if (this.outputEnded) return;
    this.outputEnded = true;
    await this.owner.sendData(this, new Uint8Array(), true);
    this.finishIfDone();
  }

  /** Ends both directions at once. */
  reset(): void {
    if (!this.isOver) this.owner.reset(this);
  }

  /** The client has said all. For the connection to call. */
  endInput(): void {
    this.input.close();
    this.finishIfDone();
  }

  /** For the connection to call: no more of it, from either side. */
  tearDown(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.outputEnded = true;
    this.input.close(new StreamResetError(this.id));
    this.ended.abort();
  }

  private finishIfDone(): void {
    if (!this.outputEnded || !this.input.ended || this.isOver) return;
    this.isOver = true;
    this.owner.finished(this);
  }
}
