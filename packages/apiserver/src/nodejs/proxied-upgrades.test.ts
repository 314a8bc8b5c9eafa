/** Connections that change protocols through the server: WebSocket and SPDY with what listens in a pod. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Pod } from '@pintle/api/core/v1';
import { WebSocket, WebSocketServer } from 'ws';
import { type ApiServer, createApiServer } from '../server.js';
import { type Listening, listen } from './listen.js';
import { proxyCaller } from './service-caller.js';

const ip = '127.64.250.10';
const sockets = new WebSocketServer({ noServer: true });
/** What was asked of the pod, and the connections that it has. */
const asked: IncomingMessage[] = [];
const held = new Set<Duplex>();
const backend: Server = createServer((_request, answer) => void answer.writeHead(200).end('plain'));
backend.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
  asked.push(request);
  held.add(socket);
  socket.on('error', () => {});
  socket.once('close', () => held.delete(socket));
  if (request.url === '/refuses') {
    socket.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 2\r\nx-why: mine\r\n\r\nno');
    return;
  }
  if (request.url?.startsWith('/spdy')) {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nx-mine: yes\r\n\r\n');
    socket.write(head);
    socket.pipe(socket);
    return;
  }
  sockets.handleUpgrade(request, socket, head, (client) => {
    client.on('message', (data, isBinary) => {
      if (data.toString() === 'leave') client.close(4001, 'left');
      else client.send(data, { binary: isBinary });
    });
  });
});

let hasLoopbackRange = true;
let api: ApiServer;
let listening: Listening;

beforeAll(async () => {
  backend.listen({ host: ip, port: 0 });
  hasLoopbackRange = await Promise.race([
    once(backend, 'listening').then(() => true),
    once(backend, 'error').then(() => false),
  ]);
  if (!hasLoopbackRange) return;
  const { port } = backend.address() as AddressInfo;
  api = await createApiServer({
    proxy: { call: proxyCaller() },
    authorizer: ({ user }) => ({ decision: user.name === 'system:anonymous' ? 'deny' : 'allow' }),
    tokenAuthenticators: [async (token) => (token === 'secret' ? { user: { name: 'ann', groups: [] } } : undefined)],
  });
  listening = await listen(api.handle);
  const pod = await api.client().create<Pod>({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', namespace: 'default' },
    spec: { containers: [{ name: 'main', image: 'main', ports: [{ containerPort: port }] }] },
  });
  const status = { phase: 'Running', podIP: ip, podIPs: [{ ip }] } as Pod['status'] & object;
  await api.client().update<Pod>({ ...pod, status }, { subresource: 'status' });
});
afterAll(async () => {
  for (const socket of held) socket.destroy();
  backend.close();
  await listening?.close({ drainMs: 0 });
  await api?.stop();
});

const base = '/api/v1/namespaces/default/pods/web/proxy';
const authorization = 'Bearer secret';

async function webSocket(path = '/ws', protocols: readonly string[] = []): Promise<WebSocket> {
  const client = new WebSocket(`ws://127.0.0.1:${listening.port}${base}${path}`, [...protocols], {
    headers: { authorization },
  });
  await once(client, 'open');
  return client;
}

/** A connection of HTTP/1.1 by hand; resolves with what was answered up to `until`. */
async function upgrade(path: string, until: RegExp, more = ''): Promise<{ socket: Socket; text: string }> {
  const socket = connect({ host: '127.0.0.1', port: listening.port });
  socket.write(
    `POST ${base}${path} HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n\r\n${more}`,
  );
  let text = '';
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    text += (chunk as Buffer).toString('latin1');
    if (until.test(text)) break;
  }
  return { socket, text };
}

describe('a WebSocket', () => {
  it('reaches the pod with its protocols, and without the secret of who asks', async () => {
    if (!hasLoopbackRange) return;
    asked.length = 0;
    const client = await webSocket('/ws?a=b', ['chat', 'base64url.bearer.authorization.k8s.io.c2VjcmV0']);
    expect(client.protocol).toBe('chat');
    client.send('hello');
    const [data] = (await once(client, 'message')) as [Buffer];
    expect(data.toString()).toBe('hello');
    expect(asked[0]?.url).toBe('/ws?a=b');
    expect(asked[0]?.headers).toMatchObject({ 'sec-websocket-protocol': 'chat', 'x-forwarded-for': '127.0.0.1' });
    expect(asked[0]?.headers).not.toHaveProperty('authorization');
    client.close();
    await once(client, 'close');
  });

  it('carries much in both directions, in order', async () => {
    if (!hasLoopbackRange) return;
    const client = await webSocket();
    const pieces = Array.from({ length: 64 }, (_, index) => Buffer.alloc(100_000, index));
    const received: Buffer[] = [];
    const all = new Promise<void>((resolve) => {
      client.on('message', (data) => {
        received.push(data as Buffer);
        if (received.length === pieces.length) resolve();
      });
    });
    for (const piece of pieces) client.send(piece);
    await all;
    expect(Buffer.concat(received).equals(Buffer.concat(pieces))).toBe(true);
    client.terminate();
  });

  it('ends with the pod, and the pod hears of a client that is gone', async () => {
    if (!hasLoopbackRange) return;
    const left = await webSocket();
    left.send('leave');
    expect(await once(left, 'close')).toMatchObject([4001, Buffer.from('left')]);
    const gone = await webSocket();
    const [own] = [...held].slice(-1);
    gone.terminate();
    await once(own!, 'close');
  });

  it('is refused to who may not ask for it', async () => {
    if (!hasLoopbackRange) return;
    const client = new WebSocket(`ws://127.0.0.1:${listening.port}${base}/ws`);
    const [error] = (await once(client, 'error')) as [Error];
    expect(error.message).toBe('Unexpected server response: 403');
  });
});

describe('SPDY', () => {
  it('is spoken by whoever the pod is: bytes are carried as they are, also those that came early', async () => {
    if (!hasLoopbackRange) return;
    const { socket, text } = await upgrade('/spdy', /early$/, 'early');
    expect(text).toMatch(/^HTTP\/1\.1 101 Switching Protocols\r\n/);
    expect(text).toMatch(/\r\nx-mine: yes\r\n/);
    const [late] = await Promise.all([once(socket, 'data'), socket.write('late')]);
    expect(String(late)).toBe('late');
    socket.end();
    await once(socket, 'close');
  });

  it('is not spoken where the pod says no: its answer is the answer', async () => {
    if (!hasLoopbackRange) return;
    const { socket, text } = await upgrade('/refuses', /\r\nno\r\n/);
    expect(text).toMatch(/^HTTP\/1\.1 403 Forbidden\r\n/);
    expect(text).toContain('\r\nx-why: mine\r\n');
    socket.destroy();
  });
});
