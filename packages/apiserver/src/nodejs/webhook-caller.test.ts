/** What a webhook is asked for, and where it sends us on: real sockets. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { CertificateAuthority } from './certificate-authority.js';
import { httpsWebhookCaller } from './webhook-caller.js';

const asked: string[] = [];
let hook: Server;
let base: string;
let caBundle: string;

beforeAll(async () => {
  const nowMs = Date.now();
  const authority = await CertificateAuthority.create({ commonName: 'hooks', nowMs });
  caBundle = (await authority.toPem()).certPem;
  const tls = await authority.issueServer({
    ...{ commonName: 'hook', dns: ['localhost'], ips: ['127.0.0.1'], nowMs },
  });
  hook = createServer({ cert: tls.certPem, key: tls.keyPem }, async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
    const { authorization = 'nobody' } = request.headers;
    asked.push(`${request.method} ${request.url} ${authorization} ${Buffer.concat(parts).toString()}`);
    const { port } = hook.address() as AddressInfo;
    const moved = new Map([
      ['/moved', '/review'],
      ['/round', '/round'],
      ['/elsewhere', `https://localhost:${port}/review`],
      ['/plain', `http://127.0.0.1:${port}/review`],
    ]).get(request.url ?? '');
    if (moved !== undefined) response.writeHead(307, { location: moved });
    if (request.url === '/made') response.writeHead(201);
    if (request.url?.startsWith('/refused')) {
      const status = request.url === '/refused' ? { status: 'Failure', message: 'go away' } : { status: 'Success' };
      response.writeHead(403).end(JSON.stringify(status));
      return;
    }
    if (request.url === '/seen') response.writeHead(302, { location: '/review' });
    response.end('{"response":{}}');
  });
  await once(hook.listen(0, '127.0.0.1'), 'listening');
  base = `https://127.0.0.1:${(hook.address() as AddressInfo).port}`;
});
beforeEach(() => void asked.splice(0));
afterAll(() => void hook.close());

const call = (path: string) =>
  httpsWebhookCaller()(
    { url: base + path, caBundle, credentials: { token: 'secret' } },
    { kind: 'AdmissionReview' },
    AbortSignal.timeout(5_000),
  );
const posted = (path: string, who = 'Bearer secret') => `POST ${path} ${who} {"kind":"AdmissionReview"}`;

describe('the path', () => {
  it.each([
    ['', '/'],
    ['/', '/'],
    ['//failing', '/failing'],
    ['/a//b/', '/a/b'],
    ['/a/./b/../c', '/a/c'],
  ])('%j is asked for as %s', async (path, expected) => {
    expect(await call(path)).toEqual({ response: {} });
    expect(asked).toEqual([posted(expected)]);
  });
});

describe('a redirect', () => {
  it('that keeps the method is followed with the same body', async () => {
    expect(await call('/moved')).toEqual({ response: {} });
    expect(asked).toEqual([posted('/moved'), posted('/review')]);
  });
  it('to another host is followed without credentials', async () => {
    expect(await call('/elsewhere')).toEqual({ response: {} });
    expect(asked.at(-1)).toBe(posted('/review', 'nobody'));
  });
  it('to no end is given up', async () => {
    await expect(call('/round')).rejects.toThrow('stopped after 10 redirects');
    expect(asked).toHaveLength(11);
  });
  it('to what is not encrypted is refused', () =>
    expect(call('/plain')).rejects.toThrow(/Protocol "http:" not supported/));
  it('that asks for another method is an answer that is no review', () =>
    expect(call('/seen')).rejects.toThrow('the server responded with the status code 302'));
});

describe('an answer', () => {
  it('of another success than 200 is one', async () => expect(await call('/made')).toEqual({ response: {} }));
  it('that is a Status is told in its words', () => expect(call('/refused')).rejects.toThrow(/^go away$/));
  it('that is none is told by its code', () =>
    expect(call('/refused-in-other-words')).rejects.toThrow('the server responded with the status code 403'));
});
