/** Real connections that fail, each as Go's client would tell of it. */
import { createServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { CertificateAuthority } from './certificate-authority.js';
import { dialError } from './dial-error.js';
import { httpsWebhookCaller } from './webhook-caller.js';

const servers: Server[] = [];
const ports = { closed: 0, abrupt: 0, other: 0 };

async function listening(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return (server.address() as AddressInfo).port;
}

beforeAll(async () => {
  const nowMs = Date.now();
  const authority = await CertificateAuthority.create({ commonName: 'somebody', nowMs });
  const { certPem: cert, keyPem: key } = await authority.issueServer({
    commonName: 'hook',
    dns: [],
    ips: ['127.0.0.1'],
    nowMs,
  });
  ports.other = await listening(createServer({ cert, key }, (_request, response) => response.end('{}')));
  ports.abrupt = await listening(createTcpServer((socket) => void socket.destroy()));
  ports.closed = await listening(createTcpServer());
  await new Promise((done) => servers.pop()!.close(done));
});
afterAll(() => {
  for (const server of servers) server.close();
});

it.each([
  ['closed', /^dial tcp 127\.0\.0\.1:\d+: connect: connection refused$/],
  ['abrupt', /^EOF$/],
  ['other', /^tls: failed to verify certificate: x509: certificate signed by unknown authority$/],
] as const)('a port that is %s', async (which, words) => {
  const url = `https://127.0.0.1:${ports[which]}/`;
  const call = httpsWebhookCaller()({ url }, {}, AbortSignal.timeout(5000));
  await expect(call).rejects.toThrow(words);
});

it('tells of a name that nobody has, and of the first of several addresses', () => {
  const absent = Object.assign(new Error('getaddrinfo'), { code: 'ENOTFOUND', hostname: 'hook.example.com' });
  expect(dialError(absent).message).toBe('dial tcp: lookup hook.example.com: no such host');
  const refused = Object.assign(new Error('connect'), { code: 'ECONNREFUSED', address: '::1', port: 8 });
  expect(dialError(new AggregateError([refused])).message).toBe('dial tcp [::1]:8: connect: connection refused');
  expect(dialError(new Error('other')).message).toBe('other');
});

it.each([
  ['a.svc', 'DNS:b.svc, DNS:*.c, IP Address:127.0.0.1', 'certificate is valid for b.svc, *.c, not a.svc'],
  ['127.0.0.2', 'DNS:b.svc, IP Address:127.0.0.1', 'certificate is valid for 127.0.0.1, not 127.0.0.2'],
  ['127.0.0.2', 'DNS:b.svc', "cannot validate certificate for 127.0.0.2 because it doesn't contain any IP SANs"],
  ['a.svc', undefined, 'certificate is not valid for any names, but wanted to match a.svc'],
])('tells of a certificate that is not of %s, but of %s', (host, subjectaltname, words) => {
  const error = Object.assign(new Error('mismatch'), {
    ...{ code: 'ERR_TLS_CERT_ALTNAME_INVALID', host },
    cert: subjectaltname === undefined ? {} : { subjectaltname },
  });
  expect(dialError(error).message).toBe(`tls: failed to verify certificate: x509: ${words}`);
});
