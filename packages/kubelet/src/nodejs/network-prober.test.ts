import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { HttpTarget } from '../probe/prober.js';
import { networkProber } from './network-prober.js';

let server: Server;
let target: HttpTarget;
beforeAll(async () => {
  server = createServer((request, response) => {
    if (request.url === '/slow') return;
    if (request.url === '/moved') response.writeHead(302, { location: '/ok' });
    else if (request.url === '/away') response.writeHead(302, { location: 'http://example.invalid/' });
    else if (request.url === '/loop') response.writeHead(302, { location: '/loop' });
    else if (request.url === '/header') response.writeHead(request.headers['x-own'] === 'yes' ? 200 : 400);
    else response.writeHead(request.url === '/ok' ? 200 : 503);
    response.end('body');
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  target = {
    containerId: 'c',
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    scheme: 'HTTP',
    path: '/',
    headers: [],
    timeoutMs: 2_000,
  };
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

describe('networkProber', () => {
  const cases: [path: string, more: Partial<HttpTarget>, result: string, output: RegExp][] = [
    ['/ok', {}, 'success', /^body$/],
    ['/bad', {}, 'failure', /^HTTP probe failed with statuscode: 503$/],
    ['/moved', {}, 'success', /^body$/],
    ['/away', {}, 'success', /redirects/],
    ['/loop', {}, 'success', /./],
    ['/header', { headers: [{ name: 'X-Own', value: 'yes' }] }, 'success', /./],
    ['/slow', { timeoutMs: 100 }, 'failure', /deadline exceeded/],
    ['/ok', { port: 1 }, 'failure', /connection refused/],
  ];
  for (const [path, more, result, output] of cases) {
    it(`${path} ${JSON.stringify(more)}: ${result}`, async () => {
      const outcome = await networkProber().http({ ...target, path, ...more });
      expect(outcome.result).toBe(result);
      expect(outcome.output).toMatch(output);
    });
  }

  it('tcp', async () => {
    expect((await networkProber().tcp(target)).result).toBe('success');
    expect(await networkProber().tcp({ ...target, port: 1 })).toMatchObject({
      result: 'failure',
      output: expect.stringContaining('connection refused'),
    });
  });
});
