/** Requests to what listens in pods, through a server with sockets. */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Endpoints, Pod, Service } from '@pintle/api/core/v1';
import { type ApiServer, createApiServer } from '../server.js';
import { type Listening, listen } from './listen.js';
import { proxyCaller } from './service-caller.js';

const ip = '127.64.250.9';
/** Says what it was asked. */
const echo: Server = createServer((asked, answer) => {
  if (asked.url === '/away') {
    answer.writeHead(302, { location: '/home?a=b' }).end();
    return;
  }
  const chunks: Buffer[] = [];
  asked.on('data', (chunk: Buffer) => chunks.push(chunk));
  asked.on('end', () => {
    answer.writeHead(207, { 'content-type': 'application/json', 'x-mine': 'yes' });
    const { method, url, headers } = asked;
    answer.end(JSON.stringify({ method, url, headers, body: Buffer.concat(chunks).toString() }));
  });
});
let hasLoopbackRange = true;
let port = 0;
let api: ApiServer;
let listening: Listening;

beforeAll(async () => {
  echo.listen({ host: ip, port: 0 });
  hasLoopbackRange = await Promise.race([
    once(echo, 'listening').then(() => true),
    once(echo, 'error').then(() => false),
  ]);
  if (!hasLoopbackRange) return;
  ({ port } = echo.address() as AddressInfo);
  api = await createApiServer({
    proxy: { call: proxyCaller() },
    flowControl: {},
    tokenAuthenticators: [
      async (token) => (token === 'secret' ? { user: { name: 'ann', groups: ['system:masters'] } } : undefined),
    ],
  });
  listening = await listen(api.handle);
  const client = api.client();
  const metadata = { name: 'web', namespace: 'default' };
  const pod = await client.create<Pod>({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata,
    spec: { containers: [{ name: 'main', image: 'main', ports: [{ containerPort: port }] }] },
  });
  await client.update<Pod>(
    { ...pod, status: { phase: 'Running', podIP: ip, podIPs: [{ ip }] } },
    { subresource: 'status' },
  );
  await client.create<Service>({
    apiVersion: 'v1',
    kind: 'Service',
    metadata,
    spec: { ports: [{ name: 'http', port: 80 }] },
  });
  await client.create<Endpoints>({
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata,
    subsets: [
      {
        addresses: [{ ip, targetRef: { kind: 'Pod', name: 'web', namespace: 'default' } }],
        ports: [{ name: 'http', port }],
      },
    ],
  });
});
afterAll(async () => {
  echo.close();
  await listening?.close({ drainMs: 0 });
  await api?.stop();
});

function asked(method: string, path: string, headers: Record<string, string> = {}, body?: string) {
  return new Promise<{ status: number | undefined; headers: IncomingHttpHeaders; text: string }>((resolve, reject) => {
    const sent = request(
      { host: '127.0.0.1', port: listening.port, method, path: `/api/v1/namespaces/default${path}`, headers },
      (answer) => {
        let text = '';
        answer.on('data', (chunk: Buffer) => {
          text += chunk.toString();
        });
        answer.on('end', () => resolve({ status: answer.statusCode, headers: answer.headers, text }));
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

describe('a request', () => {
  it('to a pod is passed on with what it says, but for who asks, and so is the answer', async () => {
    if (!hasLoopbackRange) return;
    const path = '/pods/web/proxy/a%2Fb/?x=1&y=z';
    const headers = { 'x-own': 'kept', authorization: 'Bearer secret', 'content-type': 'text/plain' };
    const answer = await asked('POST', path, headers, 'hello');
    expect([answer.status, answer.headers['x-mine']]).toEqual([207, 'yes']);
    const told = JSON.parse(answer.text);
    expect(told).toMatchObject({ method: 'POST', url: '/a%2Fb/?x=1&y=z', body: 'hello' });
    expect(told.headers).toMatchObject({
      'x-own': 'kept',
      'content-type': 'text/plain',
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-host': `127.0.0.1:${listening.port}`,
    });
    expect(told.headers).not.toHaveProperty('authorization');
  });

  it.each(['GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])('to a Service with %s is passed on', async (method) => {
    if (!hasLoopbackRange) return;
    const { status, text } = await asked(method, '/services/http:web:http/proxy/x');
    expect([status, JSON.parse(text)]).toMatchObject([207, { method, url: '/x' }]);
  });

  it('to a Service with TRACE is not', async () => {
    expect((await asked('TRACE', '/services/http:web:http/proxy/x')).status).toBe(405);
  });

  it('without a path is sent to the one with a slash, and redirections come back through the server', async () => {
    if (!hasLoopbackRange) return;
    const base = '/api/v1/namespaces/default/services/web:80/proxy';
    const first = await asked('GET', '/services/web:80/proxy?a=b');
    expect([first.status, first.headers.location]).toEqual([301, `${base}/?a=b`]);
    const away = await asked('GET', '/services/web:80/proxy/away');
    expect([away.status, away.headers.location]).toEqual([302, `${base}/home?a=b`]);
  });

  it('passes admission, which sees what is asked for', async () => {
    if (!hasLoopbackRange) return;
    const [apiVersion, metadata] = ['admissionregistration.k8s.io/v1', { name: 'kept' }];
    const rule = { apiGroups: [''], apiVersions: ['v1'], operations: ['CONNECT'], resources: ['pods/proxy'] };
    const kept = { expression: "object.kind == 'PodProxyOptions' && object.path != '/kept/x'" };
    const spec = { matchConstraints: { resourceRules: [rule] }, validations: [kept] };
    const bound = { policyName: 'kept', validationActions: ['Deny'] };
    const client = api.client();
    const write = (kind: string, of: object) =>
      client.create({ apiVersion, kind, metadata, spec: of } as unknown as Pod);
    await write('ValidatingAdmissionPolicy', spec);
    await write('ValidatingAdmissionPolicyBinding', bound);
    expect((await asked('GET', '/pods/web/proxy/kept/x')).status).toBe(422);
    expect((await asked('GET', '/pods/web/proxy/kept')).status).toBe(207);
  });

  it.each<readonly [path: string, code: number, message: string | RegExp]>([
    ['/pods/absent/proxy/', 404, 'pods "absent" not found'],
    ['/pods/ftp:web:80/proxy/', 400, 'invalid pod request "ftp:web:80"'],
    ['/pods/web:1/proxy/', 503, /^error trying to reach service: dial tcp 127[.0-9]+:1: connect: connection refused$/],
    ['/services/web:81/proxy/', 503, 'no service port 81 found for service "web"'],
    ['/services/kubernetes/proxy/', 404, 'services "kubernetes" not found'],
  ])('to %s: %d', async (path, code, message) => {
    if (!hasLoopbackRange) return;
    const { status, text } = await asked('GET', path);
    expect(status).toBe(code);
    const told = JSON.parse(text).message as string;
    if (typeof message === 'string') expect(told).toBe(message);
    else expect(told).toMatch(message);
  });
});
