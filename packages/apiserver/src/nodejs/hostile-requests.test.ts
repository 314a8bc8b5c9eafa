/** Clients that hold on to what they have: bodies that never end, bombs, watches without number. Each is bounded. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ConfigMap } from '@pintle/api/core/v1';
import { virtualWorld } from '@pintle/machinery';
import { begin } from '../http/asking.fixture.js';
import { createApiServer } from '../server.js';
import { type Listening, listen } from './listen.js';

/** More where the system tests are required, as in continuous integration. */
const watches = process.env['PINTLE_SYSTEM_TESTS'] === 'required' ? 10_000 : 2_000;

const configMaps = '/api/v1/namespaces/default/configmaps';

describe('a body', () => {
  let listening: Listening;
  let stop: () => Promise<void>;
  beforeAll(async () => {
    const api = await createApiServer();
    stop = () => api.stop();
    listening = await listen(api.handle, { bodyTimeoutMs: 300 });
  });
  afterAll(async () => {
    await listening.close({ drainMs: 0 });
    await stop();
  });

  /** All that the server says until it closes the connection. */
  async function sayAndListen(text: string, more?: (write: (text: string) => void) => void): Promise<string> {
    const socket = connect(listening.port, '127.0.0.1');
    let answer = '';
    socket.on('data', (chunk: Buffer) => {
      answer += chunk.toString();
    });
    socket.on('error', () => {});
    socket.write(text);
    more?.((chunk) => socket.write(chunk));
    await once(socket, 'close');
    return answer;
  }
  const head = (length: string) =>
    `POST ${configMaps} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${length}\r\n\r\n`;

  it('that never begins is given up, with the Status that says so', async () => {
    const answer = await sayAndListen(head('Content-Length: 100'));
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    expect(answer).toContain('did not arrive within 300 ms');
  });

  it('that never ends is given up', async () => {
    let timer: NodeJS.Timeout | undefined;
    const answer = await sayAndListen(head('Transfer-Encoding: chunked'), (write) => {
      timer = setInterval(() => write('1\r\n{\r\n'), 20);
    });
    clearInterval(timer);
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
  });

  it('that is too large is refused before it has come', async () => {
    expect(await sayAndListen(head('Content-Length: 4000000000'))).toMatch(/^HTTP\/1\.1 413 /);
  });

  it('that would be larger unpacked is not unpacked', async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024, 0x20));
    const response = await fetch(`http://127.0.0.1:${listening.port}${configMaps}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
      body: bomb,
    });
    expect(response.status).toBe(400);
  });
});

it(`${watches} idle watches cost little, hear what happens, and leave nothing behind`, async () => {
  const world = virtualWorld();
  const api = await createApiServer({ world });
  const before = process.memoryUsage().heapUsed;
  const gone: AbortController[] = [];
  const bodies: AsyncIterator<Uint8Array | string>[] = [];
  for (let i = 0; i < watches; i++) {
    const controller = new AbortController();
    gone.push(controller);
    const { body } = await begin(api.handle, `GET ${configMaps}?watch=true`, { signal: controller.signal });
    bodies.push((body as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]());
  }
  const each = (process.memoryUsage().heapUsed - before) / watches;
  expect(each).toBeLessThan(40 * 1024);
  const heard = Promise.all(bodies.map((body) => body.next()));
  await api
    .client()
    .create<ConfigMap>({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'default' } });
  await world.settle();
  const lines = new Set((await heard).map(({ value }) => value as Uint8Array));
  // One line for all of them, encoded once.
  expect(lines.size).toBe(1);
  for (const controller of gone) controller.abort();
  expect((await Promise.all(bodies.map((body) => body.next()))).every(({ done }) => done)).toBe(true);
  await api.stop();
}, 120_000);

it('a selector of a megabyte is read in time', async () => {
  const api = await createApiServer({ world: virtualWorld() });
  const selectors = {
    many: Array.from({ length: 100_000 }, (_, i) => `a${i}!=b`).join(','),
    long: `a in (${Array.from({ length: 100_000 }, (_, i) => `v${i}`).join(',')})`,
    deep: '('.repeat(1_000_000),
    broken: 'a='.repeat(300_000),
  };
  for (const selector of Object.values(selectors)) {
    const beganMs = performance.now();
    const { status } = await begin(api.handle, `GET ${configMaps}?labelSelector=${encodeURIComponent(selector)}`);
    expect(status).toBeLessThan(500);
    expect(performance.now() - beganMs).toBeLessThan(3_000);
  }
  await api.stop();
}, 60_000);
