/** Remote commands over WebSocket channels, as libraries speak them. */
import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import { notFound } from '@pintle/machinery';
import { WebSocket } from 'ws';
import type { RemoteCommandSession } from '../../streams/stream-session.js';
import type { Listening } from '../listen.js';
import { echoPorts, echoSession, rawClient, serveSession, until } from './test-sessions.js';

const open: Listening[] = [];
afterEach(async () => {
  for (const listening of open.splice(0)) await listening.close({ drainMs: 0 });
});

async function serve(...args: Parameters<typeof serveSession>): Promise<number> {
  const listening = await serveSession(...args);
  open.push(listening);
  return listening.port;
}

/** A client that keeps what it hears, by channel. */
async function client(port: number, protocol: string | string[]) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/`, protocol);
  const heard: [channel: number, text: string][] = [];
  socket.on('message', (data: Buffer) => heard.push([data[0]!, data.subarray(1).toString()]));
  await once(socket, 'open');
  const on = (channel: number) =>
    heard
      .filter(([from]) => from === channel)
      .map(([, text]) => text)
      .join('');
  return { socket, heard, on, closed: once(socket, 'close') as Promise<[number]> };
}

/** What is answered to an upgrade that fails. */
async function refusal(port: number, headers: Readonly<Record<string, string>>) {
  const request = httpRequest({ port, agent: false, headers });
  request.end();
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of response) text += chunk;
  return { status: response.statusCode, text };
}

const handshake = {
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': Buffer.alloc(16).toString('base64'),
};

describe('remote commands over WebSocket', () => {
  it('v5: the client ends its input, hears the rest, the result, and goodbye', async () => {
    const port = await serve(echoSession({ exitCode: 3 }));
    const { socket, heard, on, closed } = await client(port, ['v5.channel.k8s.io', 'v4.channel.k8s.io']);
    expect(socket.protocol).toBe('v5.channel.k8s.io');
    socket.send(Buffer.from('\0hello '));
    socket.send(Buffer.from('\0world'));
    socket.send(Buffer.from([255, 0]));
    expect((await closed)[0]).toBe(1000);
    // The first is empty: the streams are open.
    expect(heard[0]).toEqual([1, '']);
    expect(on(1)).toBe('hello world');
    expect(JSON.parse(on(3))).toMatchObject({
      status: 'Failure',
      reason: 'NonZeroExitCode',
      details: { causes: [{ reason: 'ExitCode', message: '3' }] },
    });
  });

  it('v4: knows no end of input but the end of all', async () => {
    const session = echoSession();
    const { socket, on } = await client(await serve(session), 'v4.channel.k8s.io');
    socket.send(Buffer.from('\0one'));
    socket.send(Buffer.from([255, 0]));
    await until(() => on(1) === 'one', 'the echo came');
    socket.send(Buffer.from('\0two'));
    await until(() => on(1) === 'onetwo', 'input goes on');
    expect(session.running).toBe(1);
    socket.close();
    await until(() => session.running === 0, 'the command ended with its client');
  });

  const olders: [protocol: string[], message: Buffer, echo: string][] = [
    [['v4.base64.channel.k8s.io'], Buffer.from(`0${Buffer.from('hi').toString('base64')}`), `1${btoa('hi')}`],
    [['base64.channel.k8s.io'], Buffer.from(`0${Buffer.from('hi').toString('base64')}`), `1${btoa('hi')}`],
    [['channel.k8s.io'], Buffer.from('\0hi'), '\x01hi'],
    [[], Buffer.from('\0hi'), '\x01hi'],
  ];
  it.each(olders)('older clients: %j', async (protocol, message, echo) => {
    const port = await serve(echoSession());
    const { socket, heard } = await client(port, protocol);
    expect(socket.protocol).toBe(protocol[0] ?? '');
    socket.send(message);
    const all = () => heard.map(([channel, text]) => String.fromCharCode(channel) + text);
    await until(() => all().includes(echo), 'the echo came');
    socket.terminate();
  });

  it('sizes reach the terminal; what is no size, and channels that nobody has, are dropped', async () => {
    const session = echoSession({ wants: { stdin: true, stdout: true, stderr: false, tty: true } });
    const { socket, on } = await client(await serve(session), 'v5.channel.k8s.io');
    for (const text of [
      '{"Width":80,"Height":24}',
      'x',
      '{"Width":-1,"Height":24}',
      '{"Width":1e9,"Height":1}',
      'null',
    ])
      socket.send(Buffer.from(`\x04${text}`));
    socket.send(Buffer.from('\x07what'));
    socket.send(Buffer.from('\x01mine'));
    socket.send(Buffer.alloc(0));
    socket.send(Buffer.from([255]));
    socket.send(Buffer.from([255, 9]));
    socket.send(Buffer.from('\0still here'));
    await until(() => on(1) === 'still here', 'the echo came');
    expect(session.sizes).toEqual(['80x24']);
    socket.terminate();
  });

  it('a node that refuses is told of on the error channel', async () => {
    const refusing: RemoteCommandSession = echoSession({
      check: async () => {
        throw notFound({ group: '', plural: 'pods' }, 'x');
      },
    });
    const { on, closed } = await client(await serve(refusing), 'v5.channel.k8s.io');
    await closed;
    expect(JSON.parse(on(3))).toMatchObject({
      reason: 'InternalError',
      message: 'Internal error occurred: unable to upgrade connection: pods "x" not found',
    });
  });
});

describe('upgrades that come to nothing', () => {
  it('protocols that nobody speaks here', async () => {
    const port = await serve(echoSession());
    expect(await refusal(port, { ...handshake, 'sec-websocket-protocol': 'v9.channel.k8s.io' })).toEqual({
      status: 403,
      text: expect.stringContaining(
        'unable to negotiate protocol: client supports [v9.channel.k8s.io], server accepts',
      ),
    });
    expect(
      await refusal(await serve(echoPorts()), { ...handshake, 'sec-websocket-protocol': 'v5.channel.k8s.io' }),
    ).toMatchObject({ status: 403 });
    expect(
      await refusal(port, { connection: 'Upgrade', upgrade: 'SPDY/3.1', 'x-stream-protocol-version': 'v1' }),
    ).toMatchObject({ status: 403 });
  });

  it('no handshake', async () => {
    const port = await serve(echoSession());
    const protocol = { 'sec-websocket-protocol': 'v5.channel.k8s.io' };
    expect(await refusal(port, { ...handshake, ...protocol, 'sec-websocket-key': 'short' })).toMatchObject({
      status: 400,
    });
    expect(await refusal(port, { ...handshake, ...protocol, 'sec-websocket-version': '3' })).toMatchObject({
      status: 400,
    });
  });

  it('a node that refuses, before SPDY begins', async () => {
    const port = await serve(
      echoSession({
        check: async () => {
          throw new Error('container not found ("main")');
        },
      }),
    );
    const headers = { connection: 'Upgrade', upgrade: 'SPDY/3.1', 'x-stream-protocol-version': 'v4.channel.k8s.io' };
    expect(await refusal(port, headers)).toEqual({ status: 500, text: 'container not found ("main")' });
  });

  it('an offer of h2c is a request like any other, its body included', async () => {
    const port = await serve(echoSession());
    const head = 'POST /x HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n';
    const socket = await rawClient(port, `${head}HTTP2-Settings: AAMAAABk\r\nContent-Length: 4\r\n\r\nbo`);
    socket.write('dy');
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk;
    });
    await until(() => text.includes('POST body'), 'the body was answered');
    expect(text).toMatch(/^HTTP\/1\.1 200 OK/);
    socket.destroy();
  });
});
