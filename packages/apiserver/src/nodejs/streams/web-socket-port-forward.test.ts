/** Port-forwards over WebSocket channels, as libraries of other languages speak them. */
import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { afterEach, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';
import type { PortForwardSession } from '../../streams/stream-session.js';
import type { Listening } from '../listen.js';
import { echoPorts, serveSession, until } from './test-sessions.js';

const open: Listening[] = [];
afterEach(async () => {
  for (const listening of open.splice(0)) await listening.close({ drainMs: 0 });
});

async function client(
  session: PortForwardSession,
  protocol: readonly string[] = ['v5.channel.k8s.io', 'v4.channel.k8s.io'],
) {
  const listening = await serveSession(session);
  open.push(listening);
  const socket = new WebSocket(`ws://127.0.0.1:${listening.port}/`, [...protocol]);
  const heard: Buffer[] = [];
  socket.on('message', (data: Buffer) => heard.push(data));
  await once(socket, 'open');
  const on = (channel: number) =>
    Buffer.concat(heard.filter(([from]) => from === channel).map((data) => data.subarray(1)));
  return { socket, on, heard, closed: once(socket, 'close') as Promise<[number]> };
}
/** The port 8080, as it comes first on its channels. */
const [low, high] = [8080 & 0xff, 8080 >> 8];

it('each port has a channel of data and one for an error, which begin with its number', async () => {
  const session = echoPorts({ ports: [8080, 1] });
  const { socket, on } = await client(session);
  expect(socket.protocol).toBe('v4.channel.k8s.io');
  socket.send(Buffer.from('\0hello'));
  socket.send(Buffer.from('\x01dropped'));
  socket.send(Buffer.from('\x09dropped, too'));
  await until(() => on(0).toString('latin1') === `${String.fromCharCode(low, high)}hello`, 'the echo came');
  expect([...on(1)]).toEqual([low, high]);
  await until(() => on(3).toString() === '\x01\0nothing at 1', 'the refusal came');
  expect([...on(2)]).toEqual([1, 0]);
  expect(session.openNow()).toBe(1);
  socket.close();
  await until(() => session.openNow() === 0, 'the connection was closed');
});

it('when the last port has said all, the client hears goodbye', async () => {
  const session = echoPorts({ ports: [8080] });
  const says = {
    ...session,
    open: async (port: number) => {
      const stream = await session.open(port);
      await stream.write(Buffer.from('bye'));
      stream.end();
      return stream;
    },
  };
  const { on, closed } = await client(says);
  expect((await closed)[0]).toBe(1000);
  expect(on(0).subarray(2).toString()).toBe('bye');
  expect(session.openNow()).toBe(0);
});

it.each([
  [['v4.base64.channel.k8s.io'], `0${btoa('hi')}`, `0${btoa('hi')}`],
  [[], '\0hi', '\0hi'],
])('other clients: %j', async (protocol, message, echo) => {
  const { socket, heard } = await client(echoPorts({ ports: [8080] }), protocol);
  expect(socket.protocol).toBe(protocol[0] ?? '');
  socket.send(Buffer.from(message));
  await until(() => heard.some((data) => data.toString() === echo), 'the echo came');
  socket.terminate();
});

it('who names no port is refused', async () => {
  const listening = await serveSession(echoPorts());
  open.push(listening);
  const headers = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': Buffer.alloc(16).toString('base64'),
    'sec-websocket-protocol': 'v4.channel.k8s.io',
  };
  const request = httpRequest({ port: listening.port, agent: false, headers });
  request.end();
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of response) text += chunk;
  expect([response.statusCode, text]).toEqual([400, 'query parameter "port" is required']);
});
