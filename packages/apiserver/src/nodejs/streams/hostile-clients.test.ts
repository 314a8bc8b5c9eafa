/**
 * Clients that mean no good, or are gone without a word: whatever they send, memory and time are bounded, the
 * command ends with them, and no fault of theirs becomes one of the process.
 */
import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { seededRandom } from '@pintle/machinery';
import { WebSocket } from 'ws';
import { BytePipe } from '../../streams/byte-pipe.js';
import type { Listening } from '../listen.js';
import { serveSpdy } from '../spdy/connection.js';
import { encodeFrame } from '../spdy/frames.js';
import type { ByteConnection } from './byte-connection.js';
import { streamLimits } from './limits.js';
import {
  echoPorts,
  echoSession,
  endlessSession,
  rawClient,
  serveSession,
  spdyClient,
  until,
  upgradeToSpdy,
} from './test-sessions.js';

const open: Listening[] = [];
const faults: unknown[] = [];
const note = (fault: unknown) => faults.push(fault);

beforeAll(() => {
  process.on('unhandledRejection', note);
  process.on('uncaughtException', note);
});
afterEach(async () => {
  for (const listening of open.splice(0)) await listening.close({ drainMs: 0 });
  expect(faults).toEqual([]);
});
afterAll(() => {
  process.off('unhandledRejection', note);
  process.off('uncaughtException', note);
});

async function serve(...args: Parameters<typeof serveSession>): Promise<number> {
  const listening = await serveSession(...args);
  open.push(listening);
  return listening.port;
}

async function webSocket(port: number, protocol = 'v5.channel.k8s.io', options = {}) {
  const client = new WebSocket(`ws://127.0.0.1:${port}/`, protocol, options);
  client.on('error', () => {});
  await once(client, 'open');
  return client;
}

const handshake = [
  'GET / HTTP/1.1',
  'Host: x',
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  `Sec-WebSocket-Key: ${Buffer.alloc(16).toString('base64')}`,
  'Sec-WebSocket-Protocol: v5.channel.k8s.io',
  '\r\n',
].join('\r\n');

/** The command's four streams. */
async function fullClient(port: number) {
  const client = await spdyClient(port);
  await client.open(1, { streamType: 'error' });
  await client.open(3, { streamType: 'stdin' });
  await client.open(5, { streamType: 'stdout' });
  await client.open(7, { streamType: 'stderr' });
  return client;
}

/** A number once it has been the same for half a second: the sockets of both sides take their time here. */
async function atRest(read: () => number): Promise<number> {
  let now = read();
  for (let same = 0; same < 10; ) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    const before = now;
    now = read();
    same = now === before ? same + 1 : 0;
  }
  return now;
}

describe('garbage', () => {
  it('in the place of WebSocket frames ends the connection', async () => {
    const session = echoSession();
    const port = await serve(session);
    const random = seededRandom(1);
    for (let i = 0; i < 30; i++) {
      const socket = await rawClient(port, handshake);
      await once(socket, 'data');
      socket.write(Buffer.from(Array.from({ length: 200 }, () => Math.floor(random.next() * 256))));
      socket.resume();
      setTimeout(() => socket.end(), 20);
      await once(socket, 'close');
    }
    await until(() => session.running === 0, 'every command has ended');
  });

  it('in the place of SPDY frames ends the connection', async () => {
    const port = await serve(echoPorts());
    const random = seededRandom(2);
    for (let i = 0; i < 30; i++) {
      const { socket } = await upgradeToSpdy(port, 'portforward.k8s.io');
      socket.on('error', () => {});
      // Half of them begin as control frames of the right version.
      const head = i % 2 === 0 ? [] : [0x80, 3, 0, 1 + (i % 9), 0, 0, 0, 40];
      socket.write(Buffer.from([...head, ...Array.from({ length: 200 }, () => Math.floor(random.next() * 256))]));
      socket.resume();
      setTimeout(() => socket.end(), 20);
      await once(socket, 'close');
    }
  });

  it('is answered by SPDY with a goodbye for what breaks the protocol', async () => {
    const port = await serve(echoPorts());
    for (const bytes of [
      encodeFrame.synStream(1, Buffer.from('not compressed')),
      encodeFrame.windowUpdate(0, 0x7fffffff),
      Buffer.from([0x80, 3, 0, 1, 0, 0xff, 0xff, 0xff]),
    ]) {
      const client = await spdyClient(port, 'portforward.k8s.io');
      client.send(bytes);
      await until(() => client.frames.some(({ type }) => type === 'goAway'), 'the server said goodbye');
      await until(() => client.socket.readableEnded, 'the server closed');
      client.socket.destroy();
    }
  });

  it('of one stream costs that stream alone', async () => {
    const client = await spdyClient(await serve(echoPorts()), 'portforward.k8s.io');
    client.send(encodeFrame.data(99, Buffer.from('for nobody'), false));
    await until(
      () => client.frames.some((frame) => frame.type === 'rstStream' && frame.streamId === 99),
      'it is refused',
    );
    await client.open(1, { streamType: 'error', port: '80' }, true);
    await client.open(3, { streamType: 'data', port: '80' });
    client.send(encodeFrame.windowUpdate(3, 0x7fffffff));
    await until(() => client.frames.some((frame) => frame.type === 'rstStream' && frame.reason === 7), 'it is refused');
    client.send(encodeFrame.ping(1));
    await until(() => client.frames.some(({ type }) => type === 'ping'), 'the connection goes on');
    client.socket.destroy();
  });

  it('a number of a stream that was there already ends the connection', async () => {
    const client = await spdyClient(await serve(echoPorts()), 'portforward.k8s.io');
    await client.open(5, { streamType: 'error', port: '80' }, true);
    await client.open(3, { streamType: 'data', port: '80' });
    await until(() => client.socket.readableEnded, 'the server closed');
    client.socket.destroy();
  });
});

describe('too much', () => {
  it('in one WebSocket message ends the connection with 1009', async () => {
    const session = echoSession();
    const client = await webSocket(await serve(session, { messageBytesMax: 1_000 }));
    client.send(Buffer.alloc(2_000));
    expect((await once(client, 'close'))[0]).toBe(1009);
    await until(() => session.running === 0, 'the command has ended');
  });

  it('of input that the command does not read is left with the client', async () => {
    const session = echoSession({
      async start({ signal }) {
        const silence = new BytePipe(1);
        const exitCode = new Promise<number>((resolve) => {
          signal.addEventListener('abort', () => {
            silence.close();
            resolve(1);
          });
        });
        return { stdout: silence, stderr: new BytePipe(1), resize: () => {}, exitCode };
      },
    });
    const port = await serve(session, { bufferBytesMax: 64 * 1024 });
    const overWebSocket = await webSocket(port);
    for (let i = 0; i < 1_000; i++) overWebSocket.send(Buffer.alloc(64 * 1024));
    const overSpdy = await fullClient(port);
    for (let i = 0; i < 1_000; i++) overSpdy.send(encodeFrame.data(3, Buffer.alloc(64 * 1024), false));
    // What the sockets of both sides hold, some megabytes, is gone from here; the rest of 64 MB is not.
    expect(await atRest(() => overWebSocket.bufferedAmount)).toBeGreaterThan(32 << 20);
    expect(await atRest(() => overSpdy.socket.writableLength)).toBeGreaterThan(32 << 20);
    overWebSocket.terminate();
    overSpdy.socket.destroy();
  });

  it('of output that the client does not take is not made', async () => {
    const [first, second] = [endlessSession(), endlessSession()];
    const overWebSocket = await webSocket(await serve(first));
    overWebSocket.pause();
    const overSpdy = await spdyClient(await serve(second));
    await overSpdy.open(1, { streamType: 'error' });
    await overSpdy.open(3, { streamType: 'stdout' });
    overSpdy.socket.pause();
    await until(() => first.said > 0 && second.said > 0, 'both have begun');
    expect(await atRest(() => first.said + second.said)).toBeLessThan(64 << 20);
    overWebSocket.terminate();
    overSpdy.socket.destroy();
    await until(() => first.running + second.running === 0, 'both commands have ended');
  });

  it('of pings whose answers nobody takes is read no further', async () => {
    let read = 0;
    const gone = new AbortController();
    const pings = Buffer.concat(Array.from({ length: 100 }, () => encodeFrame.ping(1)));
    const sent: (() => void)[] = [];
    const connection: ByteConnection = {
      input: (async function* () {
        while (!gone.signal.aborted && read < 1_000) {
          read++;
          yield pings;
        }
      })(),
      send: () => new Promise((resolve) => sent.push(resolve)),
      unsentBytes: 0,
      close: () => gone.abort(),
      destroy: () => gone.abort(),
      gone: gone.signal,
    };
    const { ended } = serveSpdy(connection, streamLimits(), () => true);
    for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
    expect({ read, answers: sent.length }).toEqual({ read: 1, answers: 1 });
    gone.abort();
    const take = setInterval(() => sent.shift()?.(), 0);
    await ended;
    clearInterval(take);
  });

  it('of streams is refused one by one', async () => {
    const client = await spdyClient(await serve(echoPorts(), { streamsMax: 4 }), 'portforward.k8s.io');
    for (let i = 0; i < 8; i++) await client.open(2 * i + 1, { streamType: 'error', port: '80', requestID: String(i) });
    await until(() => client.frames.filter(({ type }) => type === 'rstStream').length === 4, 'four are refused');
    expect(client.frames.filter(({ type }) => type === 'synReply')).toHaveLength(4);
    client.socket.destroy();
  });
});

describe('silence', () => {
  const quick = { pingMs: 20, silenceMs: 60 };

  it('of a WebSocket client that answers no pings ends the connection', async () => {
    const session = echoSession();
    const client = await webSocket(await serve(session, quick), 'v5.channel.k8s.io', { autoPong: false });
    await until(() => session.running === 1, 'the command runs');
    await once(client, 'close');
    await until(() => session.running === 0, 'the command has ended');
  });

  it('of a SPDY client that answers no pings ends the connection', async () => {
    const session = echoSession();
    const client = await fullClient(await serve(session, quick));
    await until(() => session.running === 1, 'the command runs');
    await until(() => client.socket.readableEnded || client.socket.closed, 'the connection is cut');
    await until(() => session.running === 0, 'the command has ended');
  });

  it('of a client that answers pings is no reason to cut it off, until it is idle', async () => {
    const session = echoSession();
    const client = await webSocket(await serve(session, { pingMs: 20, silenceMs: 500, idleMs: 1_000 }));
    const begun = performance.now();
    await once(client, 'close');
    expect(performance.now() - begun).toBeGreaterThanOrEqual(990);
    await until(() => session.running === 0, 'the command has ended');
  });

  it('after the upgrade, with no stream opened, ends the connection', async () => {
    const session = echoSession();
    const client = await spdyClient(await serve(session, { creationMs: 30 }));
    await client.open(1, { streamType: 'error' });
    await until(() => client.socket.readableEnded || client.socket.closed, 'the connection is cut');
    expect(session.started).toBe(0);
  });

  it('after the end, of a client that does not close, is cut off', async () => {
    const client = await fullClient(await serve(echoSession(), { finishMs: 30 }));
    client.send(encodeFrame.data(3, Buffer.alloc(0), true));
    await until(() => client.isEnded(1), 'the result came');
    await until(() => client.socket.readableEnded || client.socket.closed, 'the connection is cut');
  });

  it('of a connection that breaks while the command starts ends it all the same', async () => {
    const session = echoSession({ check: () => new Promise((resolve) => setTimeout(resolve, 50)) });
    const client = await webSocket(await serve(session));
    client.terminate();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(session.running).toBe(0);
  });

  it('a server that closes takes its streams with it', async () => {
    const session = echoSession();
    const listening = await serveSession(session);
    const client = await webSocket(listening.port);
    await until(() => session.running === 1, 'the command runs');
    const closed = once(client, 'close');
    await listening.close({ drainMs: 10 });
    await closed;
    await until(() => session.running === 0, 'the command has ended');
  });
});
