/** APIs that another server answers: found, told of, asked for the right user, and missed when it has gone. */
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { CustomResourceDefinition } from '@pintle/api/apiextensions/v1';
import { APIService } from '@pintle/api/apiregistration/v1';
import type { Service } from '@pintle/api/core/v1';
import { EndpointSlice } from '@pintle/api/discovery/v1';
import type { Client } from '@pintle/client';
import { type KubernetesObject, type VirtualWorld, virtualWorld } from '@pintle/machinery';
import { ask } from '../http/asking.fixture.js';
import { CertificateAuthority } from '../nodejs/certificate-authority.js';
import { httpsServiceCaller } from '../nodejs/service-caller.js';
import { type ApiServer, createApiServer } from '../server.js';
import type { ServiceRequest, ServiceTarget } from './service-caller.js';

let world: VirtualWorld;
let api: ApiServer;
let client: Client;
let asked: { readonly target: ServiceTarget; readonly request: ServiceRequest }[];
let down: boolean;
let location: string;

const resources = [
  {
    name: 'flunders',
    singularName: 'flunder',
    namespaced: true,
    kind: 'Flunder',
    verbs: ['get', 'list'],
    shortNames: ['fl'],
  },
  { name: 'flunders/status', singularName: '', namespaced: true, kind: 'Flunder', verbs: ['get'] },
];

beforeEach(async () => {
  world = virtualWorld();
  asked = [];
  down = false;
  location = '';
  api = await createApiServer({
    world,
    authorizer: 'rbac',
    authenticators: [
      async (request) => ({
        ...{ name: request.header('x-user') ?? '', extra: { 'a/b': ['c'] } },
        groups: [request.header('x-groups') ?? 'cooks'],
      }),
    ],
    aggregation: {
      async call(target, request) {
        if (down) throw new Error('connect ECONNREFUSED');
        asked.push({ target, request });
        const body = target.url.endsWith('/apis/wardle.example.com/v1alpha1')
          ? { kind: 'APIResourceList', groupVersion: 'wardle.example.com/v1alpha1', resources }
          : { kind: 'Flunder', metadata: { name: 'x' } };
        const headers = { 'content-type': 'application/json', ...(location === '' ? {} : { location }) };
        return { status: location === '' ? 200 : 302, headers, body: JSON.stringify(body) };
      },
    },
  });
  client = api.client();
  await client.create({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'wardle', namespace: 'default' },
    spec: { clusterIP: '10.96.0.77', ports: [{ port: 443 }] },
  } as unknown as Service);
  await client.create<EndpointSlice>({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: 'wardle', namespace: 'default', labels: { 'kubernetes.io/service-name': 'wardle' } },
    addressType: 'IPv4',
    endpoints: [{ addresses: ['10.0.0.1'] }],
    ports: [{ name: '', port: 8443 }],
  });
});

const register = () =>
  client.create({
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: { name: 'v1alpha1.wardle.example.com' },
    spec: {
      group: 'wardle.example.com',
      version: 'v1alpha1',
      groupPriorityMinimum: 2000,
      versionPriority: 200,
      service: { name: 'wardle', namespace: 'default' },
      caBundle: btoa('a certificate'),
    },
  } as unknown as KubernetesObject);
const available = async (name: string) => {
  const { status } = await client.get(APIService, { name });
  const condition = status?.conditions?.find(({ type }) => type === 'Available');
  return condition && `${condition.status} ${condition.reason}: ${condition.message}`;
};

describe('what is served here', () => {
  it('is listed as local, and custom kinds as long as they are there', async () => {
    const names = async () => (await client.list(APIService)).map(({ metadata }) => metadata.name);
    expect(await names()).toEqual(expect.arrayContaining(['v1.', 'v1.apps', 'v2.autoscaling', 'v1.autoscaling']));
    const mine = {
      metadata: { name: 'v1.mine' },
      spec: { group: 'mine', version: 'v1', groupPriorityMinimum: 1, versionPriority: 1 },
    };
    await client.create({ apiVersion: 'apiregistration.k8s.io/v1', kind: 'APIService', ...mine } as APIService);
    expect(await available('v1.mine')).toBe('True Local: Local APIServices are always available');
    expect(await available('v1.apps')).toBe('True Local: Local APIServices are always available');
    const { spec } = await client.get(APIService, { name: 'v2.autoscaling' });
    expect(spec).toMatchObject({ groupPriorityMinimum: 17500, versionPriority: 30 });
    await client.create({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'gadgets.example.com' },
      spec: {
        group: 'example.com',
        scope: 'Namespaced',
        names: { plural: 'gadgets', kind: 'Gadget' },
        versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
      },
    } as unknown as CustomResourceDefinition);
    await world.settle();
    expect(await names()).toContain('v1.example.com');
    const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
    const { items } = (await ask(api.handle, 'GET /apis', { headers: { 'x-user': 'ann', accept } })).json;
    // In the order in which kube-apiserver has them for custom kinds.
    expect(items.at(-1).versions[0].resources[0].verbs).toEqual([
      ...['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'],
    ]);
    await client.delete(CustomResourceDefinition, { name: 'gadgets.example.com' });
    await world.settle();
    expect(await names()).not.toContain('v1.example.com');
  });
});

describe('an API of another server', () => {
  const path = '/apis/wardle.example.com/v1alpha1/namespaces/default/flunders';
  const headers = {
    'x-user': 'ann',
    authorization: 'Bearer secret',
    accept: 'application/json',
    'x-remote-user': 'root',
    'impersonate-user': 'ann',
  };

  it('is available once it answers, and told of in discovery', async () => {
    await register();
    await world.settle();
    expect(await available('v1alpha1.wardle.example.com')).toBe('True Passed: all checks passed');
    const target = {
      url: 'https://10.96.0.77:443/apis/wardle.example.com/v1alpha1',
      serverName: 'wardle.default.svc',
    };
    // To see whether it is there anybody is believed, and nobody else for what it says.
    expect(asked[0]!.target).toEqual({ ...target, insecureSkipTlsVerify: true });
    expect(asked[1]!.target).toEqual({ ...target, caBundle: 'a certificate' });
    const master = { 'x-user': 'ann' };
    const groups = (await ask(api.handle, 'GET /apis', { headers: master })).json.groups;
    expect(groups).toContainEqual(expect.objectContaining({ name: 'wardle.example.com' }));
    const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
    const { items } = (await ask(api.handle, 'GET /apis', { headers: { ...master, accept } })).json;
    const found = items.find(({ metadata }: KubernetesObject) => metadata.name === 'wardle.example.com');
    expect(found.versions[0].resources).toMatchObject([
      {
        resource: 'flunders',
        responseKind: { group: '', version: '', kind: 'Flunder' },
        scope: 'Namespaced',
        shortNames: ['fl'],
        subresources: [{ subresource: 'status' }],
      },
    ]);
  });

  it('is asked for the user, if he may, and without what was shown here', async () => {
    await register();
    await world.settle();
    const refused = await ask(api.handle, `GET ${path}`, {
      headers: { ...headers, 'impersonate-user': '', 'impersonate-group': '' },
    });
    expect(refused.status).toBe(400);
    const { 'impersonate-user': _none, ...plain } = headers;
    const forbidden = await ask(api.handle, `GET ${path}`, { headers: plain });
    expect(forbidden.json).toMatchObject({
      code: 403,
      message: expect.stringContaining('cannot list resource "flunders"'),
    });
    await client.create({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: 'flunders' },
      rules: [{ verbs: ['*'], apiGroups: ['wardle.example.com'], resources: ['*'] }],
    } as unknown as KubernetesObject);
    await client.create({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: 'flunders' },
      roleRef: { kind: 'ClusterRole', name: 'flunders' },
      subjects: [{ kind: 'User', name: 'ann' }],
    } as unknown as KubernetesObject);
    asked.length = 0;
    const answer = await ask(api.handle, `POST ${path}?fieldManager=me`, { headers: plain, body: { kind: 'Flunder' } });
    expect(answer.json).toMatchObject({ kind: 'Flunder' });
    const { target, request } = asked[0]!;
    expect(target.url).toBe(`https://10.96.0.77:443${path}?fieldManager=me`);
    expect(Buffer.from(request.body ?? []).toString()).toBe('{"kind":"Flunder"}');
    expect(request.headers).toEqual(
      expect.arrayContaining([
        ['accept', 'application/json'],
        ['x-remote-user', 'ann'],
        ['x-remote-group', 'cooks'],
        ['x-remote-extra-a%2Fb', 'c'],
      ]),
    );
    expect(request.headers.map(([name, value]) => `${name} ${value}`)).not.toContain('x-remote-user root');
    expect(request.headers.map(([name]) => name)).not.toContain('authorization');
  });

  it('that has gone is told of, and answered for with 503', async () => {
    await register();
    await world.settle();
    down = true;
    await world.advance(31_000);
    const url = 'https://10.96.0.77:443/apis/wardle.example.com/v1alpha1';
    expect(await available('v1alpha1.wardle.example.com')).toBe(
      `False FailedDiscoveryCheck: failing or missing response from ${url}: Get "${url}": connect ECONNREFUSED`,
    );
    const master = api.client();
    expect(master).toBeDefined();
    const headers = { 'x-user': 'ann' };
    const answer = await ask(api.handle, 'GET /apis/wardle.example.com/v1alpha1', { headers });
    expect([answer.status, answer.text]).toEqual([503, 'service unavailable\n']);
    const { groups } = (await ask(api.handle, 'GET /apis', { headers })).json;
    expect(groups).toContainEqual(expect.objectContaining({ name: 'wardle.example.com' }));
    const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
    const told = async () => {
      const { items } = (await ask(api.handle, 'GET /apis', { headers: { ...headers, accept } })).json;
      const found = items.find(({ metadata }: KubernetesObject) => metadata.name === 'wardle.example.com');
      return [found.versions[0].freshness, found.versions[0].resources?.length];
    };
    const metrics = async () =>
      (await ask(api.handle, 'GET /metrics', { headers: { ...headers, 'x-groups': 'system:masters' } })).text;
    expect(await metrics()).toContain('aggregator_unavailable_apiservice{name="v1alpha1.wardle.example.com"} 1');
    expect(await metrics()).toContain(
      'aggregator_unavailable_apiservice_total{name="v1alpha1.wardle.example.com",reason="FailedDiscoveryCheck"} 1',
    );
    expect(await metrics()).toContain('aggregator_unavailable_apiservice{name="v1.apps"} 0');
    expect(await told()).toEqual(['Stale', undefined]);
    expect(api.remoteKinds()).toEqual({ kinds: [], undiscovered: ['wardle.example.com/v1alpha1'] });
    down = false;
    await world.advance(31_000);
    expect(await available('v1alpha1.wardle.example.com')).toMatch(/^True/);
    expect(await told()).toEqual(['Current', 1]);
    const { kinds } = api.remoteKinds();
    expect(kinds).toMatchObject([{ kind: 'Flunder', plural: 'flunders', verbs: ['get', 'list'] }]);
    await world.advance(31_000);
    expect(api.remoteKinds().kinds).toBe(kinds);
  });

  it('that could not be reached is asked again soon, and less and less so', async () => {
    down = true;
    await register();
    await world.settle();
    down = false;
    await world.advance(10);
    expect(await available('v1alpha1.wardle.example.com')).toBe('True Passed: all checks passed');
  });

  it('is asked no more once the server has stopped', async () => {
    down = true;
    await register();
    await world.settle();
    await api.stop();
    const before = asked.length;
    down = false;
    await world.advance(120_000);
    expect(asked).toHaveLength(before);
  });

  it('whose endpoints change is looked at again', async () => {
    await register();
    await world.settle();
    const slice = { name: 'wardle', namespace: 'default' };
    const ready = (is: boolean) =>
      client.patch(EndpointSlice, slice, {
        type: 'merge',
        body: { endpoints: [{ addresses: ['10.0.0.1'], conditions: { ready: is } }] },
      });
    await ready(false);
    await world.settle();
    expect(await available('v1alpha1.wardle.example.com')).toBe(
      'False MissingEndpoints: endpointslices for service/wardle in "default" have no addresses with port name ""',
    );
    await ready(true);
    await world.settle();
    expect(await available('v1alpha1.wardle.example.com')).toBe('True Passed: all checks passed');
  });

  it('is told who asked first, what as Go reads it, and may send nobody elsewhere', async () => {
    await register();
    await world.settle();
    const master = { 'x-user': 'root', 'x-groups': 'system:masters', host: 'api:6443', 'x-forwarded-for': '1.2.3.4' };
    await ask(api.handle, `GET ${path}//a%2Fb%20c?b=2&a=1`, { headers: master });
    const { target, request } = asked.at(-1)!;
    expect(target.url).toBe(`https://10.96.0.77:443${path}//a/b%20c?a=1&b=2`);
    expect(Object.fromEntries(request.headers)).toMatchObject({
      'x-forwarded-for': '1.2.3.4',
      'x-forwarded-host': 'api:6443',
      'x-forwarded-proto': 'https',
      'x-forwarded-uri': `${path}/a/b%20c`,
    });
    location = '/elsewhere';
    const answer = await ask(api.handle, `GET ${path}`, { headers: master });
    expect([answer.status, answer.text]).toEqual([502, expect.stringMatching(/^the backend attempted to redirect/)]);
  });

  it('is told of where its APIService ranks it, and another version of it before it', async () => {
    await register();
    await client.create({
      apiVersion: 'apiregistration.k8s.io/v1',
      kind: 'APIService',
      metadata: { name: 'v1.wardle.example.com' },
      spec: { group: 'wardle.example.com', version: 'v1', groupPriorityMinimum: 17_790, versionPriority: 100 },
    } as unknown as KubernetesObject);
    const { groups } = (await ask(api.handle, 'GET /apis', { headers: { 'x-user': 'ann' } })).json;
    expect(groups.slice(0, 3).map(({ name }: { name: string }) => name)).toEqual([
      ...['apiregistration.k8s.io', 'apps', 'wardle.example.com'],
    ]);
    const versions = ['v1alpha1', 'v1'].map((version) => ({ groupVersion: `wardle.example.com/${version}`, version }));
    expect(groups[2]).toEqual({ name: 'wardle.example.com', versions, preferredVersion: versions[0] });
  });

  it('that is taken over by this server is told of as local, and not any more as of another', async () => {
    await register();
    await world.settle();
    await client.patch(
      APIService,
      { name: 'v1alpha1.wardle.example.com' },
      { type: 'merge', body: { spec: { service: null, caBundle: null } } },
    );
    await world.settle();
    expect(await available('v1alpha1.wardle.example.com')).toMatch(/^True Local: /);
    expect(api.remoteKinds()).toEqual({ kinds: [], undiscovered: [] });
  });

  it('whose Service is not there is told of', async () => {
    await client.delete(
      {
        group: '',
        version: 'v1',
        kind: 'Service',
        plural: 'services',
        scope: 'Namespaced',
        T: undefined as unknown as KubernetesObject,
      },
      { name: 'wardle', namespace: 'default' },
    );
    await register();
    await world.settle();
    expect(await available('v1alpha1.wardle.example.com')).toBe(
      'False ServiceNotFound: service/wardle in "default" is not present',
    );
  });
});

it('is reached over TLS, as somebody whom it can believe', async () => {
  const nowMs = Date.now();
  const authority = await CertificateAuthority.create({ commonName: 'ca', nowMs });
  const { certPem: ca } = await authority.toPem();
  const tls = await authority.issueServer({ commonName: 'wardle', dns: ['wardle.default.svc'], ips: [], nowMs });
  const seen: unknown[] = [];
  const server = createServer({ cert: tls.certPem, key: tls.keyPem, ca, requestCert: true }, (message, response) => {
    const { subject } = (
      message.socket as unknown as { getPeerCertificate(): { subject: { CN: string } } }
    ).getPeerCertificate();
    seen.push([message.method, message.url, subject.CN, message.headers['x-remote-user']]);
    response.writeHead(201, { 'content-type': 'text/plain', connection: 'close' });
    response.write('first ');
    response.end('second');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/apis/a?b=c`;
  const call = httpsServiceCaller(await authority.issueClient({ commonName: 'front', nowMs }));
  const request = { method: 'POST', headers: [['x-remote-user', 'ann']] as const, body: Buffer.from('x') };
  const { status, headers, body } = await call(
    { url, serverName: 'wardle.default.svc', caBundle: ca },
    request,
    new AbortController().signal,
  );
  let text = '';
  for await (const chunk of body as AsyncIterable<Buffer>) text += chunk.toString();
  expect({ status, text, type: headers['content-type'], connection: headers['connection'] }).toEqual({
    status: 201,
    text: 'first second',
    type: 'text/plain',
    connection: undefined,
  });
  expect(seen).toEqual([['POST', '/apis/a?b=c', 'front', 'ann']]);
  await expect(
    call({ url, serverName: 'other.default.svc', caBundle: ca }, request, new AbortController().signal),
  ).rejects.toThrow();
  server.close();
});
