/** Remote commands and port-forwards over SPDY streams, frame by frame. */
import { afterEach, describe, expect, it } from '@jest/globals';
import type { Listening } from '../listen.js';
import { encodeFrame } from '../spdy/frames.js';
import { echoPorts, echoSession, endlessSession, serveSession, spdyClient, until } from './test-sessions.js';

const open: Listening[] = [];
afterEach(async () => {
  for (const listening of open.splice(0)) await listening.close({ drainMs: 0 });
});

async function serve(...args: Parameters<typeof serveSession>): Promise<number> {
  const listening = await serveSession(...args);
  open.push(listening);
  return listening.port;
}

describe('a remote command over SPDY', () => {
  it('begins when all its streams are there, and ends with the result on the error stream', async () => {
    const session = echoSession({ exitCode: 4 });
    const client = await spdyClient(await serve(session));
    await client.open(1, { streamType: 'error' });
    await client.open(3, { streamType: 'stdin' });
    await client.open(5, { streamType: 'stdout' });
    await until(() => client.frames.filter(({ type }) => type === 'synReply').length === 3, 'three replies came');
    expect(session.started).toBe(0);
    await client.open(7, { streamType: 'stderr' });
    client.send(encodeFrame.data(3, Buffer.from('hello '), false));
    client.send(encodeFrame.data(3, Buffer.from('world'), true));
    await until(() => client.isEnded(1), 'the result came');
    expect(client.text(5)).toBe('hello world');
    expect(JSON.parse(client.text(1))).toMatchObject({ reason: 'NonZeroExitCode' });
    expect([3, 5, 7].map(client.isEnded)).toEqual([true, true, true]);
    await until(() => client.frames.some(({ type }) => type === 'goAway'), 'the server says goodbye');
    for (const id of [1, 5, 7]) client.send(encodeFrame.data(id, Buffer.alloc(0), true));
    await until(() => client.socket.closed || client.socket.readableEnded, 'the connection is closed');
  });

  it('refuses a stream that it has no use for', async () => {
    const client = await spdyClient(await serve(echoSession()));
    await client.open(1, { streamType: 'resize' });
    await client.open(3, { streamType: 'error' });
    await client.open(5, { streamType: 'error' });
    await client.open(7, {});
    await until(() => client.frames.filter(({ type }) => type === 'rstStream').length === 3, 'three are refused');
    expect(client.frames.flatMap((frame) => (frame.type === 'rstStream' ? [frame.streamId] : []))).toEqual([1, 5, 7]);
    client.socket.destroy();
  });

  it('answers pings, with the client’s numbers only', async () => {
    const client = await spdyClient(await serve(echoSession()));
    for (const id of [1, 2, 3]) client.send(encodeFrame.ping(id));
    await until(() => client.frames.length === 2, 'two answers came');
    expect(client.frames).toEqual([
      { type: 'ping', id: 1 },
      { type: 'ping', id: 3 },
    ]);
    client.socket.destroy();
  });

  it('keeps to the windows of a client that gives them', async () => {
    const session = endlessSession();
    const client = await spdyClient(await serve(session));
    client.send(encodeFrame.settings(1_000));
    await client.open(1, { streamType: 'error' });
    await client.open(3, { streamType: 'stdout' });
    await until(() => client.text(3).length === 1_000, 'the window is full');
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(client.text(3).length).toBe(1_000);
    client.send(encodeFrame.windowUpdate(3, 500));
    await until(() => client.text(3).length === 1_500, 'the window is full again');
    client.send(encodeFrame.windowUpdate(3, 10_000_000));
    // Of all streams together there are 64 KiB.
    await until(() => client.text(3).length === 65_536, 'the window of the connection is full');
    client.send(encodeFrame.windowUpdate(0, 10_000));
    await until(() => client.text(3).length === 75_536, 'and again');
    client.socket.destroy();
    await until(() => session.running === 0, 'the command ended with its client');
  });

  it('gives room back as input is read', async () => {
    const client = await spdyClient(await serve(echoSession()));
    await client.open(1, { streamType: 'error' });
    await client.open(3, { streamType: 'stdin' });
    await client.open(5, { streamType: 'stdout' });
    await client.open(7, { streamType: 'stderr' });
    client.send(encodeFrame.data(3, Buffer.alloc(40_000), false));
    const given = (streamId: number) =>
      client.frames.reduce(
        (sum, frame) => (frame.type === 'windowUpdate' && frame.streamId === streamId ? sum + frame.delta : sum),
        0,
      );
    await until(() => given(3) === 40_000 && given(0) === 40_000, 'room was given back');
    client.socket.destroy();
  });
});

describe('a port-forward over SPDY', () => {
  const pair = (requestId: string, port = '80') => ({
    error: { streamType: 'error', port, requestID: requestId },
    data: { streamType: 'data', port, requestID: requestId },
  });

  it('carries many connections, each by itself', async () => {
    const ports = echoPorts();
    const client = await spdyClient(await serve(ports), 'portforward.k8s.io');
    for (let i = 0; i < 10; i++) {
      await client.open(4 * i + 1, pair(String(i)).error, true);
      await client.open(4 * i + 3, pair(String(i)).data);
    }
    for (let i = 0; i < 10; i++) client.send(encodeFrame.data(4 * i + 3, Buffer.from(`said ${i}`), i % 2 === 0));
    const data = (i: number) => client.text(4 * i + 3);
    await until(
      () => Array.from({ length: 10 }, (_, i) => data(i)).every((text, i) => text === `said ${i}`),
      'all came',
    );
    await until(() => [0, 2, 4, 6, 8].every((i) => client.isEnded(4 * i + 3)), 'those that ended are ended');
    expect([1, 3, 5, 7, 9].some((i) => client.isEnded(4 * i + 3))).toBe(false);
    expect(ports.openNow()).toBe(5);
    client.send(encodeFrame.rstStream(7, 5));
    await until(() => ports.openNow() === 4, 'a reset closes the connection to the port');
    client.socket.destroy();
    await until(() => ports.openNow() === 0, 'all are closed with the client');
  });

  it('says on the error stream why a port does not answer', async () => {
    const client = await spdyClient(await serve(echoPorts()), 'portforward.k8s.io');
    await client.open(1, pair('a', '1').error, true);
    await client.open(3, pair('a', '1').data);
    await until(() => client.isEnded(1), 'the error came');
    expect(client.text(1)).toBe('nothing at 1');
    client.socket.destroy();
  });

  it('pairs the streams of clients that name no request', async () => {
    const client = await spdyClient(await serve(echoPorts()), 'portforward.k8s.io');
    await client.open(1, { streamType: 'error', port: '80' }, true);
    await client.open(3, { streamType: 'data', port: '80' });
    client.send(encodeFrame.data(3, Buffer.from('paired'), true));
    await until(() => client.text(3) === 'paired', 'the echo came');
    client.socket.destroy();
  });

  it('refuses streams without a port or a use, and waits for no other half', async () => {
    const client = await spdyClient(await serve(echoPorts(), { creationMs: 50 }), 'portforward.k8s.io');
    await client.open(1, { streamType: 'data' });
    await client.open(3, { streamType: 'data', port: '0' });
    await client.open(5, { streamType: 'data', port: '70000' });
    await client.open(7, { streamType: 'other', port: '80' });
    await until(() => client.frames.filter(({ type }) => type === 'rstStream').length === 4, 'four are refused');
    await client.open(9, pair('alone').error, true);
    await until(() => client.isEnded(9), 'the half alone was given up');
    expect(client.text(9)).toBe('(request=alone) timed out waiting for streams');
    client.socket.destroy();
  });
});
