/** Long answers, packed for who takes them so: over a real socket, and piece by piece. */
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ConfigMap } from '@pintle/api/core/v1';
import { virtualWorld } from '@pintle/machinery';
import { inPieces, Pieces } from '../http/pieces.js';
import { type ApiServer, createApiServer } from '../server.js';
import { type Listening, listen } from './listen.js';
import { packedFor } from './packing.js';

const count = 400;
const base = '/api/v1/namespaces/default/configmaps';
let api: ApiServer;
let listening: Listening;

beforeAll(async () => {
  // A table tells of ages: no second passes between two answers.
  api = await createApiServer({ world: virtualWorld() });
  listening = await listen(api.handle);
  const client = api.client();
  for (let index = 0; index < count; index++)
    await client.create<ConfigMap>({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: `c-${index}`, namespace: 'default' },
      data: { text: `${index} `.repeat(1_000 / String(index).length) },
    });
});
afterAll(async () => {
  await listening.close({ drainMs: 0 });
  await api.stop();
});

/** The answer as it came, up to `bytesMax`. */
function got(path: string, headers: Record<string, string> = {}, bytesMax = Number.POSITIVE_INFINITY) {
  return new Promise<{ headers: IncomingHttpHeaders; body: Buffer }>((resolve, reject) => {
    const asked = httpRequest({ port: listening.port, host: '127.0.0.1', path, headers }, (response) => {
      const chunks: Buffer[] = [];
      const done = () => resolve({ headers: response.headers, body: Buffer.concat(chunks) });
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        if (chunks.reduce((sum, { length }) => sum + length, 0) < bytesMax) return;
        asked.destroy();
        done();
      });
      response.on('end', done);
      response.on('error', reject);
    });
    asked.on('error', reject);
    asked.end();
  });
}

describe('a client that accepts gzip', () => {
  it.each([
    ['a list in pieces', base, 'application/json'],
    ['a list of protobuf', base, 'application/vnd.kubernetes.protobuf'],
    ['a list in YAML', base, 'application/yaml'],
    ['a shorter list', `${base}?limit=150`, 'application/json'],
    ['a table', `${base}?includeObject=Object`, 'application/json;as=Table;v=v1;g=meta.k8s.io'],
  ])('gets %s packed', async (_what, path, accept) => {
    const plain = await got(path, { accept });
    const packed = await got(path, { accept, 'accept-encoding': 'deflate, gzip' });
    expect([plain.headers['content-encoding'], plain.headers.vary]).toEqual([undefined, undefined]);
    expect([packed.headers['content-encoding'], packed.headers.vary]).toEqual(['gzip', 'Accept-Encoding']);
    expect(packed.headers['content-type']).toBe(plain.headers['content-type']);
    expect(packed.body.length).toBeLessThan(plain.body.length / 4);
    expect(gunzipSync(packed.body).equals(plain.body)).toBe(true);
  });

  it.each([
    ['what is short', `${base}?limit=50`, { 'accept-encoding': 'gzip' }],
    ['what is accepted with a weight', base, { 'accept-encoding': 'gzip;q=1.0' }],
    ['other ways of packing', base, { 'accept-encoding': 'x-gzip, br' }],
  ])('gets %s plain', async (_what, path, headers) => {
    const { headers: answered, body } = await got(path, headers);
    expect([answered['content-encoding'], answered.vary]).toEqual([undefined, undefined]);
    expect(JSON.parse(body.toString()).kind).toBe('ConfigMapList');
  });

  it('gets a watch as it happens', async () => {
    const path = `${base}?watch=true&resourceVersion=0`;
    const { headers, body } = await got(path, { 'accept-encoding': 'gzip' }, 300_000);
    expect(headers['content-encoding']).toBeUndefined();
    expect(JSON.parse(body.toString().split('\n')[0]!).type).toBe('ADDED');
  });
});

describe('what is packed in pieces', () => {
  const chunks = Array.from({ length: 4_000 }, (_, index) =>
    Buffer.from(Array.from({ length: 200 }, (__, at) => `${index * at * 7919}`).join(' ')),
  );
  const packedPieces = async () => {
    const { body } = await packedFor('gzip', {
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: inPieces(chunks),
    });
    return body as AsyncIterable<Uint8Array>;
  };

  it('is whole, and taken no faster than it is sent', async () => {
    const received: Uint8Array[] = [];
    for await (const piece of await packedPieces()) {
      await new Promise(setImmediate);
      received.push(Buffer.from(piece));
    }
    expect(received.length).toBeGreaterThan(3);
    expect(gunzipSync(Buffer.concat(received)).equals(Buffer.concat(chunks))).toBe(true);
  });

  it('ends where nobody takes it', async () => {
    let asked = 0;
    const source = new Pieces(chunks);
    const count = source[Symbol.asyncIterator].bind(source);
    source[Symbol.asyncIterator] = async function* () {
      for await (const piece of count()) {
        asked++;
        yield piece;
      }
    };
    const headers = { 'content-type': 'application/json' };
    const { body } = await packedFor('gzip', { status: 200, headers, body: source });
    for await (const piece of body as AsyncIterable<Uint8Array>) {
      expect(piece.length).toBeGreaterThan(0);
      break;
    }
    const all = Math.ceil(Buffer.concat(chunks).length / (256 * 1024));
    expect(asked).toBeLessThan(all);
  });
});
