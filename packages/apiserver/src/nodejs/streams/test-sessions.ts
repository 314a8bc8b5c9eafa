/** For the tests of the transports: sessions that do as little as shows what the client hears, and what clients do. */
import { once } from 'node:events';
import { type ClientRequest, request as httpRequest } from 'node:http';
import { connect, type Socket } from 'node:net';
import { createDeflate, constants as zlib } from 'node:zlib';
import type { ByteStream, ExecSession } from '@pintle/contracts';
import { BytePipe } from '../../streams/byte-pipe.js';
import type { PortForwardSession, RemoteCommandSession, StreamSession } from '../../streams/stream-session.js';
import { type Listening, listen } from '../listen.js';
import { spdyDictionary } from '../spdy/dictionary.js';
import { encodeFrame, type Frame, FrameParser } from '../spdy/frames.js';
import { formatHeaders } from '../spdy/header-block.js';
import type { StreamLimits } from './limits.js';

export interface EchoSession extends RemoteCommandSession {
  /** Of those that run now. */
  running: number;
  /** Of all that have been started. */
  started: number;
  readonly sizes: string[];
}

/** A command that says what it hears, ends with its input, and leaves with code `exitCode`. */
export function echoSession(options: Partial<RemoteCommandSession> & { readonly exitCode?: number } = {}): EchoSession {
  const session: EchoSession = {
    kind: 'remoteCommand',
    action: 'exec',
    wants: { stdin: true, stdout: true, stderr: true, tty: false },
    running: 0,
    started: 0,
    sizes: [],
    check: async () => {},
    async start({ stdin, signal }): Promise<ExecSession> {
      session.running++;
      session.started++;
      const stdout = new BytePipe(64 * 1024);
      const stderr = new BytePipe(64 * 1024);
      const stop = () => {
        stdout.close();
        stderr.close();
      };
      signal.addEventListener('abort', stop, { once: true });
      const exitCode = (async () => {
        try {
          for await (const chunk of stdin ?? []) {
            if (signal.aborted) break;
            await stdout.push(chunk);
          }
        } catch {
          // The client has gone.
        }
        stop();
        session.running--;
        return options.exitCode ?? 0;
      })();
      return { stdout, stderr, exitCode, resize: (columns, rows) => session.sizes.push(`${columns}x${rows}`) };
    },
    ...options,
  };
  return session;
}

/** A command that says the same for ever. `said` counts its bytes. */
export function endlessSession(): RemoteCommandSession & { said: number; running: number } {
  const chunk = Buffer.alloc(64 * 1024, 'x');
  const session = {
    ...echoSession({ wants: { stdin: false, stdout: true, stderr: false, tty: false } }),
    said: 0,
    async start({ signal }: { readonly signal: AbortSignal }): Promise<ExecSession> {
      session.running++;
      const stderr = new BytePipe(1);
      stderr.close();
      const stdout = async function* () {
        try {
          while (!signal.aborted) {
            session.said += chunk.length;
            yield chunk;
            await new Promise((resolve) => setImmediate(resolve));
          }
        } finally {
          session.running--;
        }
      };
      return { stdout: stdout(), stderr, resize: () => {}, exitCode: Promise.resolve(0) };
    },
  };
  return session;
}

/** Every port says what it hears; port 1 refuses. */
export function echoPorts({
  ports = [],
}: {
  readonly ports?: readonly number[];
} = {}): PortForwardSession & { open: PortForwardSession['open']; openNow: () => number } {
  const open = new Set<BytePipe>();
  return {
    kind: 'portForward',
    ports,
    openNow: () => open.size,
    async open(port): Promise<ByteStream> {
      if (port === 1) throw new Error(`nothing at ${port}`);
      const pipe = new BytePipe(64 * 1024);
      open.add(pipe);
      return {
        readable: pipe,
        write: async (chunk) => pipe.push(chunk),
        end: () => pipe.close(),
        close() {
          pipe.close();
          open.delete(pipe);
        },
      };
    },
  };
}

/** A server that answers every upgrade with this session. */
export const serveSession = (session: StreamSession, streams: Partial<StreamLimits> = {}): Promise<Listening> =>
  listen(
    async ({ upgrade, method, body }) =>
      upgrade === true
        ? { status: 101, headers: {}, session }
        : { status: 200, headers: {}, body: `${method} ${Buffer.from(await body(1000))}` },
    { streams },
  );

export interface SpdyClient {
  readonly socket: Socket;
  readonly frames: Frame[];
  /** What came as data on a stream. */
  text(streamId: number): string;
  isEnded(streamId: number): boolean;
  open(streamId: number, headers: Readonly<Record<string, string>>, fin?: boolean): Promise<void>;
  send(bytes: Uint8Array): void;
}

export async function upgradeToSpdy(port: number, protocol: string): Promise<{ socket: Socket; head: Buffer }> {
  const request: ClientRequest = httpRequest({
    port,
    method: 'POST',
    agent: false,
    headers: { connection: 'Upgrade', upgrade: 'SPDY/3.1', 'x-stream-protocol-version': protocol },
  });
  request.end();
  const [, socket, head] = (await once(request, 'upgrade')) as [unknown, Socket, Buffer];
  return { socket, head };
}

export async function spdyClient(port: number, protocol = 'v4.channel.k8s.io'): Promise<SpdyClient> {
  const { socket, head } = await upgradeToSpdy(port, protocol);
  const parser = new FrameParser();
  const frames: Frame[] = [];
  frames.push(...parser.push(head));
  socket.on('data', (chunk) => frames.push(...parser.push(chunk)));
  socket.on('error', () => {});
  const deflate = createDeflate({ dictionary: spdyDictionary });
  let pieces: Buffer[] = [];
  deflate.on('data', (piece) => pieces.push(piece));
  const ofStream = (streamId: number) =>
    frames.flatMap((frame) => (frame.type === 'data' && frame.streamId === streamId ? [frame] : []));
  return {
    socket,
    frames,
    text: (streamId) => Buffer.concat(ofStream(streamId).map(({ bytes }) => bytes)).toString(),
    isEnded: (streamId) => ofStream(streamId).some(({ fin }) => fin),
    async open(streamId, headers, fin = false) {
      pieces = [];
      deflate.write(formatHeaders(new Map(Object.entries(headers))));
      await new Promise<void>((resolve) => deflate.flush(zlib.Z_SYNC_FLUSH, resolve));
      socket.write(encodeFrame.synStream(streamId, Buffer.concat(pieces), fin));
    },
    send: (bytes) => void socket.write(bytes),
  };
}

/** A plain socket with these bytes sent. */
export async function rawClient(port: number, text: string): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.on('error', () => {});
  socket.write(text);
  return socket;
}

/** Waits on real time, for there are sockets in between. */
export async function until(holds: () => boolean, what: string): Promise<void> {
  const deadline = performance.now() + 4_000;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`within 4 s it did not come about that ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
