/** Who a client is by its certificate, and keys that are found over HTTPS: real sockets. */
import { once } from 'node:events';
import { createServer, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { HttpHandler, Peer } from '../http/message.js';
import { CertificateAuthority, type KeyPairPem } from './certificate-authority.js';
import { type Listening, listen } from './listen.js';
import { oidcKeys } from './oidc-keys.js';
import { httpsServiceCaller } from './service-caller.js';
import { httpsWebhookCaller } from './webhook-caller.js';

const nowMs = Date.now();
const tellPeer: HttpHandler = async ({ peer }) => ({ status: 200, headers: {}, body: JSON.stringify(peer) });
const ends: (() => Promise<unknown>)[] = [];
let authority: CertificateAuthority;
let proxies: CertificateAuthority;
let listening: Listening;
let caPem: string;

beforeAll(async () => {
  [authority, proxies] = await Promise.all([
    CertificateAuthority.create({ commonName: 'clients', nowMs }),
    CertificateAuthority.create({ commonName: 'proxies', nowMs }),
  ]);
  caPem = (await authority.toPem()).certPem;
  const tls = await authority.issueServer({ commonName: 'server', dns: ['localhost'], ips: ['127.0.0.1'], nowMs });
  listening = await listen(tellPeer, {
    tls: { ...tls, clientCaPem: caPem, proxyCaPem: (await proxies.toPem()).certPem },
  });
  ends.push(() => listening.close({ drainMs: 0 }));
});

afterAll(async () => {
  for (const end of ends) await end();
});

async function peerOf(client?: KeyPairPem, { port }: Listening = listening): Promise<Peer> {
  const asked = request({
    host: '127.0.0.1',
    port,
    ca: caPem,
    agent: false,
    ...(client === undefined ? {} : { cert: client.certPem, key: client.keyPem }),
  }).end();
  const [answer] = (await once(asked, 'response')) as [AsyncIterable<Buffer>];
  const parts: Buffer[] = [];
  for await (const part of answer) parts.push(part);
  return JSON.parse(Buffer.concat(parts).toString()) as Peer;
}

describe('a client', () => {
  const certified = { fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/), validUntilMs: expect.any(Number) };
  it('of the authority of clients is a user', async () => {
    const peer = await peerOf(await authority.issueClient({ commonName: 'ann', organizations: ['a', 'b'], nowMs }));
    expect(peer.clientCertificate).toEqual({ commonName: 'ann', organizations: ['a', 'b'], ...certified });
    expect(peer.proxyCertificate).toBeUndefined();
  });
  it('of the authority of proxies is a proxy and no user', async () => {
    const peer = await peerOf(await proxies.issueClient({ commonName: 'front', nowMs }));
    expect(peer.proxyCertificate).toEqual({ commonName: 'front', organizations: [], ...certified });
    expect(peer.clientCertificate).toBeUndefined();
  });
  it('of another authority, or of none, is nobody', async () => {
    const stranger = await CertificateAuthority.create({ commonName: 'clients', nowMs });
    for (const shown of [await stranger.issueClient({ commonName: 'ann', nowMs }), undefined]) {
      const peer = await peerOf(shown);
      expect([peer.clientCertificate, peer.proxyCertificate]).toEqual([undefined, undefined]);
    }
  });
});

describe('bundles of authorities', () => {
  const peerAt = async (tls: { clientCaPem: string; proxyCaPem: string }, client: KeyPairPem) => {
    const server = await authority.issueServer({ commonName: 'server', dns: [], ips: ['127.0.0.1'], nowMs });
    const other = await listen(tellPeer, { tls: { ...server, ...tls } });
    ends.push(() => other.close({ drainMs: 0 }));
    return peerOf(client, other);
  };
  it('vouch for proxies by each of their certificates', async () => {
    const proxyCaPem = `${(await proxies.toPem()).certPem}\n${caPem}`;
    const shown = await proxies.issueClient({ commonName: 'front', nowMs });
    const peer = await peerAt({ clientCaPem: caPem, proxyCaPem: `${caPem}\n${proxyCaPem}` }, shown);
    expect([peer.proxyCertificate?.commonName, peer.clientCertificate]).toEqual(['front', undefined]);
  });
  it('may be one for clients and for proxies', async () => {
    const shown = await authority.issueClient({ commonName: 'ann', nowMs });
    const peer = await peerAt({ clientCaPem: caPem, proxyCaPem: caPem }, shown);
    expect([peer.proxyCertificate?.commonName, peer.clientCertificate?.commonName]).toEqual(['ann', 'ann']);
  });
});

it('believes a bundle that holds no more than the server’s own certificate', async () => {
  const tls = await authority.issueServer({ commonName: 'hook', dns: ['localhost'], ips: ['127.0.0.1'], nowMs });
  const hook = createServer({ cert: tls.certPem, key: tls.keyPem }, (_message, response) => response.end('{}'));
  await once(hook.listen(0, '127.0.0.1'), 'listening');
  ends.push(async () => hook.close());
  const url = `https://127.0.0.1:${(hook.address() as AddressInfo).port}`;
  const { signal } = new AbortController();
  const asked = { method: 'GET', headers: [], body: undefined };
  for (const [caBundle, isBelieved] of [
    [tls.certPem, true],
    [(await proxies.toPem()).certPem, false],
  ] as const) {
    const answers = [
      httpsWebhookCaller()({ url, caBundle }, {}, signal),
      httpsServiceCaller()({ url, caBundle }, asked, signal),
      oidcKeys({ issuer: url, caPem: caBundle, nowMs: () => 0 })({ fresh: false }),
    ];
    const told = await Promise.all(answers.map((answer) => answer.then(() => '', String)));
    expect(told.map((text) => !/unknown authority|unable to (verify|get)/.test(text))).toEqual([
      isBelieved,
      isBelieved,
      isBelieved,
    ]);
  }
});

describe('the keys of a provider', () => {
  it('are found by its discovery document, and asked for again at most every ten seconds', async () => {
    const asked: string[] = [];
    const tls = await authority.issueServer({ commonName: 'provider', dns: ['localhost'], ips: ['127.0.0.1'], nowMs });
    const provider = createServer({ cert: tls.certPem, key: tls.keyPem }, (message, response) => {
      asked.push(message.url ?? '');
      const document = message.url === '/keys' ? { keys: [] } : { issuer, jwks_uri: `${issuer}/keys` };
      response.end(message.url === '/broken' ? '{' : JSON.stringify(document));
    }).listen(0, '127.0.0.1');
    await once(provider, 'listening');
    ends.push(async () => provider.close());
    const issuer = `https://127.0.0.1:${(provider.address() as AddressInfo).port}`;
    let now = 0;
    const keys = oidcKeys({ issuer, caPem, nowMs: () => now });
    expect(await keys({ fresh: false })).toEqual({ keys: [] });
    await keys({ fresh: true });
    expect(asked).toEqual(['/.well-known/openid-configuration', '/keys']);
    now = 10_000;
    await keys({ fresh: true });
    expect(asked).toHaveLength(4);
    // Without its authority the provider is not believed.
    await expect(oidcKeys({ issuer, nowMs: () => 0 })({ fresh: false })).rejects.toThrow();
  });
});
