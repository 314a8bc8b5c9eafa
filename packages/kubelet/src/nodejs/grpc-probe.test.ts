/** Against a server of HTTP/2 that answers as gRPC's health service does. */
import { createServer, type Http2Server } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { networkProber } from './network-prober.js';

/** What the service of each name answers: the status of health, or that of the call. */
const answers: Readonly<
  Record<string, { readonly status?: number; readonly code?: number; readonly message?: string }>
> = {
  '': { status: 1 },
  ill: { status: 2 },
  unknown: {},
  missing: { code: 12, message: 'unknown%20service' },
  lost: { code: 5, message: 'not found' },
};

let server: Http2Server;
let port: number;
const asked: unknown[] = [];
beforeAll(async () => {
  server = createServer();
  server.on('stream', (stream, headers) => {
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('end', () => {
      const body = Buffer.concat(chunks);
      const service = body.subarray(body.length > 5 ? 7 : 5).toString();
      asked.push([
        headers[':path'],
        headers['content-type'],
        headers['user-agent'],
        body.readUInt32BE(1) === body.length - 5,
      ]);
      const answer = answers[service];
      if (answer === undefined) return;
      const { status, code = 0, message = '' } = answer;
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': code, 'grpc-message': message }));
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
      const told = status === undefined ? [] : [0x08, status];
      stream.end(code === 0 ? Buffer.from([0, 0, 0, 0, told.length, ...told]) : undefined);
    });
  });
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  port = (server.address() as AddressInfo).port;
});
afterAll(() => {
  server.close();
});

describe('a probe by gRPC', () => {
  it.each([
    ['of the server', '', 'success', /^service healthy$/],
    ['of a service that is ill', 'ill', 'failure', /^service unhealthy \(responded with "NOT_SERVING"\)$/],
    ['of one that says nothing', 'unknown', 'failure', /^service unhealthy \(responded with "UNKNOWN"\)$/],
    [
      'where there is no such protocol',
      'missing',
      'failure',
      /does not implement the grpc health protocol .*: unknown service$/,
    ],
    [
      'of a service that is not there',
      'lost',
      'failure',
      /^error: health rpc probe failed: .*code = 5 desc = not found$/,
    ],
    ['without an answer', 'silent', 'failure', /^timeout: health rpc did not complete within 200ms$/],
  ])('%s', async (_what, service, result, output) => {
    const outcome = await networkProber().grpc({ containerId: 'c', host: '127.0.0.1', port, service, timeoutMs: 200 });
    expect(outcome).toEqual({ result, output: expect.stringMatching(output) });
    expect(asked.at(-1)).toEqual(['/grpc.health.v1.Health/Check', 'application/grpc', 'kube-probe/1.33', true]);
  });

  it('of a port where nobody is', async () => {
    const target = { containerId: 'c', host: '127.0.0.1', port: 1, service: '', timeoutMs: 2_000 };
    expect(await networkProber().grpc(target)).toEqual({
      result: 'failure',
      output: expect.stringMatching(/^error: failed to connect service at "127.0.0.1:1": .*ECONNREFUSED/),
    });
  });
});
