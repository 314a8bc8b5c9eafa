/** Watches and logs over WebSocket, as programs in browsers ask for them. */
import { once } from 'node:events';
import { afterEach, describe, expect, it } from '@jest/globals';
import { ConfigMap } from '@pintle/api/core/v1';
import { openEnvelope, realWorld } from '@pintle/machinery';
import { WebSocket } from 'ws';
import type { HttpResponse } from '../../http/message.js';
import { createApiServer } from '../../server.js';
import { listen } from '../listen.js';
import { until } from './test-sessions.js';

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const watched = '/api/v1/namespaces/default/configmaps?watch=true';
const configMap = (name: string): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default' },
});

async function server() {
  const api = await createApiServer({ world: realWorld() });
  const listening = await listen(api.handle, { port: 0 });
  ends.push(
    () => api.stop(),
    () => listening.close({ drainMs: 0 }),
  );
  return { client: api.client(), port: listening.port };
}

async function hear(port: number, path: string, protocols: string[] = [], headers = {}) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, protocols, { headers });
  const heard: (string | Buffer)[] = [];
  socket.on('message', (data: Buffer, isBinary) => heard.push(isBinary ? data : data.toString()));
  const closed = once(socket, 'close') as Promise<[code: number]>;
  await once(socket, 'open');
  return { socket, heard, closed };
}

describe('a watch over WebSocket', () => {
  it('tells each event in a message of text, many at a time or one', async () => {
    const { client, port } = await server();
    for (const name of ['a', 'b', 'c']) await client.create(configMap(name));
    const { socket, heard } = await hear(port, watched);
    await until(() => heard.length === 3, 'the first state is heard');
    await client.delete(ConfigMap, { name: 'a' });
    await until(() => heard.length === 4, 'the deletion is heard');
    const events = heard.map((text) => JSON.parse(text as string) as { type: string; object: ConfigMap });
    expect(events.map(({ type, object }) => `${type} ${object.metadata.name}`)).toEqual([
      ...['ADDED a', 'ADDED b', 'ADDED c', 'DELETED a'],
    ]);
    socket.close();
  });

  it('goes by the protocol that is offered, and takes no notice of what its client says', async () => {
    const { client, port } = await server();
    const { socket, heard } = await hear(port, watched, ['base64.binary.k8s.io']);
    expect(socket.protocol).toBe('base64.binary.k8s.io');
    for (let i = 0; i < 100; i++) socket.send(Buffer.alloc(16 * 1024));
    await client.create(configMap('a'));
    await until(() => heard.length === 1, 'the event is heard');
    expect(JSON.parse(heard[0] as string)).toMatchObject({ type: 'ADDED' });
    socket.close();
  });

  it('is in protobuf where that is asked for, each event as long as its message', async () => {
    const { client, port } = await server();
    await client.create(configMap('a'));
    const accept = 'application/vnd.kubernetes.protobuf;stream=watch';
    const { socket, heard } = await hear(port, watched, [], { accept });
    await until(() => heard.length === 1, 'the event is heard');
    const event = heard[0] as Buffer;
    const begin = event.indexOf('k8s\0');
    expect(openEnvelope(event.subarray(begin))).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap' });
    socket.close();
  });

  it('says goodbye when its time is over, and ends with its client', async () => {
    const { port } = await server();
    const { closed } = await hear(port, `${watched}&timeoutSeconds=1`);
    expect((await closed)[0]).toBe(1000);
    const { socket, closed: left } = await hear(port, watched);
    socket.close(1000);
    expect((await left)[0]).toBe(1000);
  });

  it('is refused as any other request is', async () => {
    const { port } = await server();
    const socket = new WebSocket(`ws://127.0.0.1:${port}/api/v1/nothing?watch=true`);
    const [, response] = (await once(socket, 'unexpected-response')) as [unknown, { readonly statusCode: number }];
    expect(response.statusCode).toBe(404);
    socket.on('error', () => {});
    socket.terminate();
  });
});

describe('a log over WebSocket', () => {
  async function log(protocols: string[]) {
    const response: HttpResponse = {
      ...{ status: 200, headers: { 'content-type': 'text/plain' }, messages: 'bytes' },
      body: (async function* () {
        yield Buffer.from('one\n');
        yield Buffer.from('two\n');
      })(),
    };
    const listening = await listen(async () => response, { port: 0 });
    ends.push(() => listening.close({ drainMs: 0 }));
    const { socket, heard, closed } = await hear(listening.port, '/log', protocols);
    await closed;
    return { protocol: socket.protocol, heard };
  }

  it.each([
    [[], '', [Buffer.from('one\n'), Buffer.from('two\n')]],
    [['binary.k8s.io'], 'binary.k8s.io', [Buffer.from('one\n'), Buffer.from('two\n')]],
    [['other', 'base64.binary.k8s.io'], 'base64.binary.k8s.io', ['b25lCg==', 'dHdvCg==']],
  ])('of a client that offers %j', async (offered, protocol, heard) => {
    expect(await log(offered)).toEqual({ protocol, heard });
  });
});
