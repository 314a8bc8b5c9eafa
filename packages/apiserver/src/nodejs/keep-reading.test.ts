/** Requests that come while the answer before is on its way: real TLS sockets. */
import { once } from 'node:events';
import { type AddressInfo, connect as connectSocket, createServer, type Server } from 'node:net';
import { connect } from 'node:tls';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { HttpHandler } from '../http/message.js';
import { CertificateAuthority } from './certificate-authority.js';
import { type Listening, listen } from './listen.js';

const long = 'x'.repeat(8 * 1024 * 1024);
/** Answers a GET with more than sockets hold, and a POST with what it was sent. */
const handle: HttpHandler = async (request) => ({
  ...{ status: 200, headers: {} },
  body: request.method === 'GET' ? long : Buffer.from(await request.body(1024)).toString(),
});
let listening: Listening;
let ca: string;

beforeAll(async () => {
  const nowMs = Date.now();
  const authority = await CertificateAuthority.create({ commonName: 'test', nowMs });
  ca = (await authority.toPem()).certPem;
  const tls = await authority.issueServer({ commonName: 'server', dns: [], ips: ['127.0.0.1'], nowMs });
  listening = await listen(handle, { tls: { ...tls, clientCaPem: ca } });
});
afterAll(() => listening.close({ drainMs: 0 }));

/** A way to the server that hands on in one piece what a client sends within a tenth of a second. */
async function gathering(): Promise<Server> {
  const between = createServer((near) => {
    const far = connectSocket(listening.port, '127.0.0.1');
    far.pipe(near);
    let gathered: Buffer[] = [];
    near.on('data', (piece: Buffer) => {
      if (gathered.push(piece) > 1) return;
      setTimeout(() => {
        far.write(Buffer.concat(gathered));
        gathered = [];
      }, 100);
    });
    for (const end of [near, far]) end.on('error', () => {}).on('close', () => [near, far].map((one) => one.destroy()));
  });
  await once(between.listen(0, '127.0.0.1'), 'listening');
  return between;
}

/** Sends the pieces as records of their own that arrive together, and reads nothing before. */
async function answersTo(...pieces: readonly string[]): Promise<readonly string[]> {
  const between = await gathering();
  const socket = connect({ host: '127.0.0.1', port: (between.address() as AddressInfo).port, ca });
  await once(socket, 'secureConnect');
  socket.write('GET /long HTTP/1.1\r\nhost: a\r\n\r\n');
  await new Promise((resolve) => setTimeout(resolve, 400));
  for (const piece of pieces) socket.write(piece);
  await new Promise((resolve) => setTimeout(resolve, 400));
  let text = '';
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
    if (text.endsWith('last')) socket.destroy();
  });
  socket.on('error', () => {});
  await once(socket, 'close');
  between.close();
  const answers = text.split('HTTP/1.1 200 OK').slice(1);
  return answers.map((answer) => answer.split('\r\n\r\n')[1]!);
}

const head = (length: number) => `POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: ${length}\r\n\r\n`;

it('are answered, though their body comes apart from their head', async () => {
  const [first, second] = await answersTo(head(4), 'last');
  expect(first).toHaveLength(long.length);
  expect(second).toBe('last');
});
it('are answered in their order, where more come than have their turn', async () => {
  const [first, ...others] = await answersTo(head(4), 'then', `${head(4)}last`);
  expect(first).toHaveLength(long.length);
  expect(others).toEqual(['then', 'last']);
});
