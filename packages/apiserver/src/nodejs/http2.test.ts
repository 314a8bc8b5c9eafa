/** A port that offers HTTP/2, by Node's own client over real sockets; and HTTP/1.1 on the same port. */
import { once } from 'node:events';
import { type ClientHttp2Session, type ClientHttp2Stream, connect } from 'node:http2';
import { request as httpsRequest } from 'node:https';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { clientCertificate } from '../access/authenticators.js';
import { type ApiServer, createApiServer } from '../server.js';
import { CertificateAuthority, type KeyPairPem } from './certificate-authority.js';
import { type Listening, listen } from './listen.js';

let api: ApiServer;
let listening: Listening;
let tls: { readonly ca: string; readonly client: KeyPairPem };
let session: ClientHttp2Session | undefined;

beforeAll(async () => {
  const nowMs = Date.now();
  const authority = await CertificateAuthority.create({ commonName: 'test', nowMs });
  const { certPem: ca } = await authority.toPem();
  const server = await authority.issueServer({ commonName: 'server', nowMs, dns: ['localhost'], ips: ['127.0.0.1'] });
  tls = { ca, client: await authority.issueClient({ commonName: 'jane', nowMs }) };
  api = await createApiServer({ authenticators: [clientCertificate] });
  listening = await listen(api.handle, { http2: true, tls: { ...server, clientCaPem: ca } });
});
afterEach(() => session?.destroy());
afterAll(async () => {
  await listening.close({ drainMs: 0 });
  await api.stop();
});

async function opened(): Promise<ClientHttp2Session> {
  session = connect(`https://127.0.0.1:${listening.port}`, {
    ca: tls.ca,
    cert: tls.client.certPem,
    key: tls.client.keyPem,
  });
  await once(session, 'connect');
  return session;
}

async function textOf(stream: ClientHttp2Stream): Promise<{ readonly status: number; readonly text: string }> {
  let status = 0;
  let text = '';
  stream.once('response', (headers) => {
    status = Number(headers[':status']);
  });
  stream.setEncoding('utf8').on('data', (piece: string) => {
    text += piece;
  });
  await once(stream, 'end');
  return { status, text };
}

const get = (path: string) => textOf(session!.request({ ':path': path }).end());
const post = (path: string, body: object) =>
  textOf(
    session!
      .request({ ':path': path, ':method': 'POST', 'content-type': 'application/json' })
      .end(JSON.stringify(body)),
  );
const configMaps = '/api/v1/namespaces/default/configmaps';
const configMap = (name: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } });

describe('a port that offers HTTP/2', () => {
  it('reads and writes, and knows who asks by the certificate', async () => {
    await opened();
    expect(await post(configMaps, configMap('one'))).toMatchObject({ status: 201 });
    expect(JSON.parse((await get(`${configMaps}/one`)).text)).toMatchObject({ metadata: { name: 'one' } });
    expect(await get(`${configMaps}/none`)).toMatchObject({ status: 404 });
    const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
    const { text } = await post('/apis/authentication.k8s.io/v1/selfsubjectreviews', review);
    expect(JSON.parse(text)).toMatchObject({ status: { userInfo: { username: 'jane' } } });
  });

  it('carries many watches and requests on one connection, and a watch ends when its client wants no more', async () => {
    await opened();
    const watches = Array.from({ length: 50 }, () => session!.request({ ':path': `${configMaps}?watch=true` }).end());
    const first = watches.map(async (watch) => {
      const [piece] = (await once(watch.setEncoding('utf8'), 'data')) as [string];
      return piece;
    });
    await Promise.all(watches.map((watch) => once(watch, 'response')));
    await post(configMaps, configMap('seen'));
    for (const piece of await Promise.all(first)) expect(piece).toContain('"type":"ADDED"');
    for (const watch of watches) watch.close();
    await Promise.all(watches.map((watch) => once(watch, 'close')));
    expect(await get('/readyz')).toMatchObject({ status: 200 });
  });

  it('refuses a body that is too large, and goes on', async () => {
    await opened();
    const large = { ...configMap('large'), data: { text: 'x'.repeat(4 * 1024 * 1024) } };
    expect(await post(configMaps, large)).toMatchObject({ status: 413 });
    expect(await get('/readyz')).toMatchObject({ status: 200 });
  });

  it('speaks HTTP/1.1 with who does not ask', async () => {
    const message = httpsRequest({ port: listening.port, host: '127.0.0.1', path: '/readyz', ca: tls.ca }).end();
    const [answer] = (await once(message, 'response')) as [{ statusCode: number; httpVersion: string; resume(): void }];
    answer.resume();
    expect([answer.statusCode, answer.httpVersion]).toEqual([200, '1.1']);
  });

  it('closes with watches open', async () => {
    const other = await listen(api.handle, { http2: true, tls: { ...(await ownCertificate()), clientCaPem: tls.ca } });
    session = connect(`https://127.0.0.1:${other.port}`, { rejectUnauthorized: false });
    const watch = session.request({ ':path': `${configMaps}?watch=true` }).end();
    await once(watch, 'response');
    watch.on('error', () => {});
    await other.close({ drainMs: 0 });
    expect(session.destroyed || session.closed).toBe(true);
  });
});

async function ownCertificate(): Promise<KeyPairPem> {
  const nowMs = Date.now();
  const authority = await CertificateAuthority.create({ commonName: 'other', nowMs });
  return authority.issueServer({ commonName: 'server', nowMs, dns: [], ips: ['127.0.0.1'] });
}
