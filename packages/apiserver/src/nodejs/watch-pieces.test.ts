/** How the events of a watch go out over a real socket. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, expect, it } from '@jest/globals';
import type { ConfigMap } from '@pintle/api/core/v1';
import { createApiServer } from '../server.js';
import { listen } from './listen.js';

const path = '/api/v1/namespaces/default/configmaps?watch=true&resourceVersion=1';
const configMap = (name: string): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default' },
});

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

it('what happens in one turn goes out as one chunk, to all that watch', async () => {
  const api = await createApiServer();
  const listening = await listen(api.handle);
  ends.push(
    () => listening.close({ drainMs: 0 }),
    () => api.stop(),
  );
  const names = Array.from({ length: 20 }, (_, index) => `object-${index}`);
  const watchers = await Promise.all(
    [1, 2].map(async () => {
      const socket = connect(listening.port, '127.0.0.1');
      ends.unshift(() => socket.destroy());
      let text = '';
      socket.on('data', (part: Buffer) => {
        text += part.toString();
      });
      socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
      await once(socket, 'data');
      return { text: () => text };
    }),
  );
  const client = api.client();
  for (const name of names) await client.create(configMap(name));
  const hasAll = (text: string) => text.includes(names.at(-1)!) && text.endsWith('}\n\r\n');
  while (!watchers.every(({ text }) => hasAll(text()))) await new Promise(setImmediate);
  for (const { text } of watchers) {
    const [, ...chunks] = text()
      .split('\r\n\r\n', 2)[1]!
      .split(/^[0-9a-f]+\r\n/m);
    expect(chunks).toHaveLength(1);
    expect(
      chunks[0]!
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).object.metadata.name),
    ).toEqual(names);
  }
});
