/** Webhooks over real TLS. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Deployment } from '@pintle/api/apps/v1';
import type { HorizontalPodAutoscaler } from '@pintle/api/autoscaling/v2';
import { ConfigMap, type Namespace, type Pod } from '@pintle/api/core/v1';
import { type KubernetesObject, StatusError } from '@pintle/machinery';
import type { AuditEvent } from '../../audit/audit.js';
import { ask } from '../../http/asking.fixture.js';
import { CertificateAuthority, httpsWebhookCaller } from '../../nodejs/index.js';
import { createApiServer } from '../../server.js';
import type { ApiServerOptions } from '../../server-options.js';
import type { WebhookCredentials } from './webhook-caller.js';

type Json = Readonly<Record<string, unknown>>;
interface Review {
  readonly request: { readonly uid: string; readonly object: ConfigMap } & Json;
}

let server: Server;
let caBundle: string;
let url: string;
/** What the webhook answers at a path, and what it was asked. */
const answers = new Map<string, (review: Review) => unknown>();
const asked: { readonly path: string; readonly review: Review; readonly shown: readonly unknown[] }[] = [];
/** Of the server itself, where it shows one. */
let clientKeys: { readonly certPem: string; readonly keyPem: string };

beforeAll(async () => {
  const authority = await CertificateAuthority.create({ commonName: 'webhooks', nowMs: Date.now() });
  const keys = await authority.issueServer({
    commonName: 'hook',
    nowMs: Date.now(),
    dns: ['localhost'],
    ips: ['127.0.0.1'],
  });
  caBundle = Buffer.from((await authority.toPem()).certPem).toString('base64');
  clientKeys = await authority.issueClient({ commonName: 'kube-apiserver', nowMs: Date.now() });
  const tls = { key: keys.keyPem, cert: keys.certPem, requestCert: true, rejectUnauthorized: false };
  server = createServer(tls, async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const review = JSON.parse(Buffer.concat(parts).toString()) as Review;
    const path = request.url?.split('?')[0] ?? '';
    const certificate = (request.socket as TLSSocket).getPeerCertificate();
    asked.push({ path, review, shown: [request.headers.authorization, certificate.subject?.CN] });
    const answer = answers.get(path)?.(review);
    if (answer === 'silence') return;
    if (answer === 'broken') response.writeHead(500).end('no');
    else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const answer = (response: Json) => (review: Review) => ({
  apiVersion: 'admission.k8s.io/v1',
  kind: 'AdmissionReview',
  response: { uid: review.request.uid, ...response },
});
const patch = (...operations: readonly Json[]) => ({
  allowed: true,
  patchType: 'JSONPatch',
  patch: Buffer.from(JSON.stringify(operations)).toString('base64'),
});

const webhook = (path: string, more: Json = {}) => ({
  name: `${path.slice(1)}.example.com`,
  clientConfig: { url: `${url}${path}`, caBundle },
  rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['configmaps'] }],
  sideEffects: 'None',
  admissionReviewVersions: ['v1'],
  ...more,
});
const configuration = (kind: 'Mutating' | 'Validating', ...webhooks: readonly Json[]): KubernetesObject =>
  ({
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: `${kind}WebhookConfiguration`,
    metadata: { name: `${kind.toLowerCase()}-hooks` },
    webhooks,
  }) as unknown as KubernetesObject;
const configMap = (data: Record<string, string>): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'c', namespace: 'default' },
  data,
});

const setup = (...objects: readonly KubernetesObject[]) => setupWith({}, ...objects);

async function setupWith(options: ApiServerOptions, ...objects: readonly KubernetesObject[]) {
  asked.length = 0;
  const api = await createApiServer({ callWebhook: httpsWebhookCaller(), ...options });
  const client = api.client();
  for (const object of objects) await client.create(object);
  const tried = async (work: Promise<unknown>): Promise<string> => {
    try {
      await work;
      return 'accepted';
    } catch (error) {
      if (!StatusError.is(error)) throw error;
      return `${error.status.code} ${error.status.message}`;
    }
  };
  return { api, client, tried };
}

describe('webhooks', () => {
  it('change what is written, one after the other, and see what others changed', async () => {
    answers.set('/first', ({ request }) =>
      answer(patch({ op: 'add', path: '/data/first', value: String(Object.keys(request.object.data ?? {}).length) }))({
        request,
      }),
    );
    answers.set('/second', answer(patch({ op: 'add', path: '/metadata/labels', value: { seen: 'yes' } })));
    const { api, client } = await setup(
      configuration('Mutating', webhook('/first', { reinvocationPolicy: 'IfNeeded' }), webhook('/second')),
    );
    const made = await client.create(configMap({ a: '1' }));
    expect(made).toMatchObject({ data: { a: '1', first: '2' }, metadata: { labels: { seen: 'yes' } } });
    expect(asked.map(({ path }) => path)).toEqual(['/first', '/second', '/first']);
    expect(asked[0]!.review.request).toMatchObject({
      operation: 'CREATE',
      kind: { group: '', version: 'v1', kind: 'ConfigMap' },
      resource: { group: '', version: 'v1', resource: 'configmaps' },
      name: 'c',
      namespace: 'default',
      userInfo: { username: 'system:admin' },
      dryRun: false,
      oldObject: null,
    });
    await api.stop();
  });

  it('are shown who asks, each as it is configured', async () => {
    answers.set('/yes', answer({ allowed: true }));
    const hooks = [configuration('Mutating', webhook('/yes')), configuration('Validating', webhook('/yes'))];
    const address = url.slice('https://'.length);
    const shownTo = async (mutating: WebhookCredentials | undefined, validating: WebhookCredentials) => {
      const pluginConfigurations = {
        MutatingAdmissionWebhook: { users: mutating === undefined ? {} : { [address]: mutating } },
        ValidatingAdmissionWebhook: { users: { 'other:443': { token: 'other' } }, current: validating },
      };
      const { api, client } = await setupWith({ pluginConfigurations }, ...hooks);
      await client.create(configMap({}));
      await api.stop();
      return asked.map(({ shown }) => shown);
    };
    expect(await shownTo({ token: 't' }, { username: 'u', password: 'p' })).toEqual([
      ['Bearer t', undefined],
      [`Basic ${btoa('u:p')}`, undefined],
    ]);
    expect(await shownTo(undefined, clientKeys)).toEqual([
      [undefined, undefined],
      [undefined, 'kube-apiserver'],
    ]);
  });

  it('refuse with their own words and code', async () => {
    answers.set('/no', answer({ allowed: false, status: { message: 'not today', code: 403, reason: 'Forbidden' } }));
    const { api, client, tried } = await setup(configuration('Validating', webhook('/no')));
    expect(await tried(client.create(configMap({})))).toBe(
      '403 admission webhook "no.example.com" denied the request: not today',
    );
    answers.set('/no', answer({ allowed: false }));
    expect(await tried(client.create(configMap({})))).toBe(
      '400 admission webhook "no.example.com" denied the request without explanation',
    );
    await api.stop();
  });

  it('that cannot be asked fail the write, or are passed over where they say so', async () => {
    const { api, client, tried } = await setup(configuration('Validating', webhook('/broken', { timeoutSeconds: 1 })));
    const failed = '500 Internal error occurred: failed calling webhook "broken.example.com": ';
    answers.set('/broken', () => 'broken');
    expect(await tried(client.create(configMap({})))).toBe(
      `${failed}failed to call webhook: an error on the server ("no") has prevented the request from succeeding`,
    );
    await expect(client.create(configMap({}))).rejects.toMatchObject({
      status: { details: { causes: [{ message: expect.stringMatching(/^failed calling webhook "broken/) }] } },
    });
    answers.set('/broken', () => 'silence');
    expect(await tried(client.create(configMap({})))).toBe(
      `${failed}failed to call webhook: Post "${url}/broken?timeout=1s": context deadline exceeded`,
    );
    answers.set('/broken', () => ({
      apiVersion: 'admission.k8s.io/v1',
      kind: 'AdmissionReview',
      response: { uid: 'x', allowed: true },
    }));
    expect(await tried(client.create(configMap({})))).toContain(
      `${failed}received invalid webhook response: expected response.uid=`,
    );
    answers.set('/broken', (review) => answer({ allowed: true, patch: 'W10=' })(review));
    expect(await tried(client.create(configMap({})))).toBe(
      `${failed}received invalid webhook response: validating webhook may not return response.patch`,
    );
    await api.stop();
    const lenient = await setup(configuration('Validating', webhook('/broken', { failurePolicy: 'Ignore' })));
    expect(await lenient.tried(lenient.client.create(configMap({})))).toBe('accepted');
    await lenient.api.stop();
  });

  it('whose certificate is not of the authority are not believed', async () => {
    answers.set('/yes', answer({ allowed: true }));
    const other = await CertificateAuthority.create({ commonName: 'other', nowMs: Date.now() });
    const wrong = Buffer.from((await other.toPem()).certPem).toString('base64');
    const { api, client, tried } = await setup(
      configuration('Validating', webhook('/yes', { clientConfig: { url: `${url}/yes`, caBundle: wrong } })),
    );
    expect(await tried(client.create(configMap({})))).toContain('failed to call webhook: Post');
    await api.stop();
  });

  it('are asked only where labels and conditions say so, in a dry run too', async () => {
    answers.set('/no', answer({ allowed: false }));
    const { api, client, tried } = await setup(
      configuration(
        'Validating',
        webhook('/no', {
          sideEffects: 'NoneOnDryRun',
          namespaceSelector: { matchLabels: { guarded: 'yes' } },
          matchConditions: [{ name: 'named', expression: "object.metadata.name != 'free'" }],
        }),
      ),
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'guarded', labels: { guarded: 'yes' } } } as Namespace,
    );
    const inGuarded = (name: string): ConfigMap => ({ ...configMap({}), metadata: { name, namespace: 'guarded' } });
    expect(await tried(client.create(configMap({})))).toBe('accepted');
    expect(await tried(client.create(inGuarded('free')))).toBe('accepted');
    expect(await tried(client.create(inGuarded('c')))).toContain('denied the request');
    expect(await tried(client.create(inGuarded('c'), { dryRun: true }))).toContain('denied the request');
    await api.stop();
  });

  it('of a Service that is not there are told of by its name', async () => {
    const service = { namespace: 'hooks', name: 'none', path: '/check' };
    const { api, client, tried } = await setup(
      configuration('Validating', webhook('/none', { clientConfig: { service, caBundle } })),
    );
    expect(await tried(client.create(configMap({})))).toBe(
      '500 Internal error occurred: failed calling webhook "none.example.com": failed to call webhook: Post "https://none.hooks.svc:443/check?timeout=10s": service "none" not found',
    );
    await api.stop();
  });

  it('whose conditions have no value refuse, or are passed over where they say so', async () => {
    answers.set('/no', answer({ allowed: false }));
    const matchConditions = [{ name: 'labelled', expression: "object.metadata.labels.a == 'b'" }];
    const { api, client, tried } = await setup(configuration('Validating', webhook('/no', { matchConditions })));
    expect(await tried(client.create(configMap({})))).toBe(
      `403 configmaps "c" is forbidden: expression 'object.metadata.labels.a == 'b'' resulted in error: no such key: labels`,
    );
    await api.stop();
    const lenient = await setup(
      configuration('Validating', webhook('/no', { matchConditions, failurePolicy: 'Ignore' })),
    );
    expect(await lenient.tried(lenient.client.create(configMap({})))).toBe('accepted');
    await lenient.api.stop();
  });

  it('that know only reviews of v1beta1 are asked in it', async () => {
    answers.set('/old', () => ({
      apiVersion: 'admission.k8s.io/v1beta1',
      kind: 'AdmissionReview',
      response: {
        allowed: true,
        patch: Buffer.from(JSON.stringify([{ op: 'add', path: '/data/old', value: 'yes' }])).toString('base64'),
      },
    }));
    const { api, client } = await setup(
      configuration('Mutating', webhook('/old', { admissionReviewVersions: ['v0', 'v1beta1', 'v1'] })),
    );
    expect(await client.create(configMap({ a: '1' }))).toMatchObject({ data: { a: '1', old: 'yes' } });
    expect(asked[0]!.review).toMatchObject({ apiVersion: 'admission.k8s.io/v1beta1' });
    await api.stop();
  });

  it('are asked again as long as somebody after them changes something', async () => {
    const grown = (letter: string) => (review: Review) => {
      const { data } = review.request.object as unknown as { readonly data?: { readonly calls?: string } };
      const calls = data?.calls ?? '';
      const patch = [{ op: 'add', path: '/data', value: { calls: `${calls}${letter}` } }];
      return answer({ allowed: true, patchType: 'JSONPatch', patch: btoa(JSON.stringify(patch)) })(review);
    };
    answers.set('/first', grown('a'));
    answers.set('/second', grown('b'));
    const again = { reinvocationPolicy: 'IfNeeded' } as const;
    const { api, client } = await setup(configuration('Mutating', webhook('/first', again), webhook('/second', again)));
    expect(await client.create(configMap({}))).toMatchObject({ data: { calls: 'abab' } });
    await api.stop();
  });

  it.each<readonly [string, readonly object[], string]>([
    ['a test', [{ op: 'test', path: '/data/a', value: 'c' }], 'testing value /data/a failed: test failed'],
    [
      'no place',
      [{ op: 'replace', path: '/no/such/place', value: 1 }],
      'replace operation does not apply: doc is missing path: /no/such/place: missing value',
    ],
    [
      'another type',
      [{ op: 'add', path: '/data', value: 1 }],
      'json: cannot unmarshal number into Go struct field ConfigMap.data of type map[string]string',
    ],
  ])('whose patch fails by %s are told of', async (_what, patch, words) => {
    answers.set('/patch', answer({ allowed: true, patchType: 'JSONPatch', patch: btoa(JSON.stringify(patch)) }));
    const { api, client, tried } = await setup(configuration('Mutating', webhook('/patch')));
    expect(await tried(client.create(configMap({ a: 'b' })))).toBe(`500 Internal error occurred: ${words}`);
    await api.stop();
  });

  it.each<readonly [patch: string, words: string]>([
    ['{', 'unexpected end of JSON input'],
    ['7', 'json: cannot unmarshal number into Go value of type jsonpatch.Patch'],
    ['["x"]', 'json: cannot unmarshal string into Go value of type jsonpatch.Operation'],
    ['[{"op":"replace","path":"","value":[]}]', "couldn't get version/kind; json parse error: "],
  ])('that send %s for a patch refuse, though their failures are ignored', async (patch, words) => {
    answers.set('/patch', answer({ allowed: true, patchType: 'JSONPatch', patch: btoa(patch) }));
    const { api, client, tried } = await setup(
      configuration('Mutating', webhook('/patch', { failurePolicy: 'Ignore' })),
    );
    expect(await tried(client.create(configMap({ a: 'b' })))).toContain(`500 Internal error occurred: ${words}`);
    await api.stop();
  });

  it('are asked of what is deleted, and have nothing to patch', async () => {
    const kinds: unknown[] = [];
    const rules = [{ apiGroups: [''], apiVersions: ['v1'], operations: ['DELETE'], resources: ['configmaps'] }];
    answers.set('/delete', (review) => {
      const { operation, object, oldObject } = review.request as unknown as Json;
      kinds.push([operation, object, (oldObject as Json)['data']]);
      return answer({ allowed: kinds.length === 1 })(review);
    });
    const { api, client, tried } = await setup(configuration('Mutating', webhook('/delete', { rules })));
    await client.create(configMap({ a: 'b' }));
    const deleted = () => tried(client.delete(ConfigMap, { name: 'c', namespace: 'default' }));
    expect(await deleted()).toBe('accepted');
    await client.create(configMap({ a: 'c' }));
    expect(await deleted()).toMatch(/^400 admission webhook ".*" denied the request/);
    answers.set('/delete', answer(patch({ op: 'remove', path: '/data' })));
    expect(await deleted()).toMatch(
      /^500 Internal error occurred: admission webhook ".*" attempted to modify the object, which is not supported for this operation$/,
    );
    expect(kinds).toEqual([
      ['DELETE', null, { a: 'b' }],
      ['DELETE', null, { a: 'c' }],
    ]);
    await api.stop();
  });

  it('are asked about a Scale where one is written, and may change it', async () => {
    const rules = [
      { apiGroups: ['apps'], apiVersions: ['v1'], operations: ['UPDATE'], resources: ['deployments/scale'] },
    ];
    const patch = btoa(JSON.stringify([{ op: 'replace', path: '/spec/replicas', value: 5 }]));
    answers.set('/scale', answer({ allowed: true, patchType: 'JSONPatch', patch }));
    const { api, client } = await setup(configuration('Mutating', webhook('/scale', { rules })));
    await client.create({
      ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'd', namespace: 'default' } },
      spec: {
        selector: { matchLabels: { a: 'b' } },
        template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } },
      },
    } as KubernetesObject);
    const scale = { apiVersion: 'autoscaling/v1', kind: 'Scale', metadata: { name: 'd', namespace: 'default' } };
    const made = await client.patch(
      Deployment,
      { name: 'd', namespace: 'default' },
      { type: 'merge', body: { spec: { replicas: 3 } } },
      { subresource: 'scale' },
    );
    expect(made).toMatchObject({ kind: 'Scale', spec: { replicas: 5 } });
    const { request } = asked.at(-1)!.review as unknown as { request: Record<string, unknown> };
    expect(request).toMatchObject({
      kind: { group: 'autoscaling', version: 'v1', kind: 'Scale' },
      resource: { group: 'apps', version: 'v1', resource: 'deployments' },
      object: { ...scale, spec: { replicas: 3 } },
      oldObject: { ...scale, spec: { replicas: 1 } },
    });
    await api.stop();
  });

  it('may not move an object to another namespace', async () => {
    const patch = btoa(JSON.stringify([{ op: 'replace', path: '/metadata/namespace', value: 'elsewhere' }]));
    answers.set('/move', answer({ allowed: true, patchType: 'JSONPatch', patch }));
    const { api, client, tried } = await setup(configuration('Mutating', webhook('/move')));
    expect(await tried(client.create(configMap({})))).toBe(
      '400 the namespace of the provided object does not match the namespace sent on the request',
    );
    await api.stop();
  });

  it.each([
    ['its kind', '/kind', 'v1 ConfigMap default c'],
    ['its version', '/apiVersion', 'v1 ConfigMap default c'],
    ['its namespace', '/metadata/namespace', 'v1 ConfigMap default c'],
    ['its name', '/metadata/name', /^422 .*name or generateName is required/],
    ['all of these', '/metadata', /^422 .*name or generateName is required/],
  ])('may take %s away', async (_what, path, outcome) => {
    const patch = btoa(JSON.stringify([{ op: 'remove', path }]));
    answers.set('/take', answer({ allowed: true, patchType: 'JSONPatch', patch }));
    const { api, client } = await setup(configuration('Mutating', webhook('/take')));
    const told = await client.create(configMap({})).then(
      ({ apiVersion, kind, metadata: { namespace, name } }) => [apiVersion, kind, namespace, name].join(' '),
      ({ code, message }: StatusError) => `${code} ${message}`,
    );
    if (typeof outcome === 'string') expect(told).toBe(outcome);
    else expect(told).toMatch(outcome);
    await api.stop();
  });

  it('bring containers that get what all containers get, and those before them see that', async () => {
    const rules = [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }];
    answers.set('/look', answer({ allowed: true }));
    const { api, client } = await setup(
      configuration(
        'Mutating',
        webhook('/look', { rules, reinvocationPolicy: 'IfNeeded' }),
        webhook('/inject', { rules, reinvocationPolicy: 'IfNeeded' }),
      ),
      {
        apiVersion: 'v1',
        kind: 'LimitRange',
        metadata: { name: 'all', namespace: 'default' },
        spec: { limits: [{ type: 'Container', defaultRequest: { cpu: '50m' }, default: { cpu: '1' } }] },
      } as KubernetesObject,
    );
    answers.set('/inject', (review) =>
      (review.request.object as unknown as Pod).spec!.containers.length > 1
        ? answer({ allowed: true })(review)
        : answer(patch({ op: 'add', path: '/spec/containers/-', value: { name: 'sidecar', image: 'proxy' } }))(review),
    );
    const made = await client.create<Pod>({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p', namespace: 'default' },
      spec: { containers: [{ name: 'main', image: 'nginx' }] },
    });
    const [main, sidecar] = made.spec!.containers;
    expect(sidecar).toMatchObject({ name: 'sidecar', resources: { requests: { cpu: '50m' }, limits: { cpu: '1' } } });
    expect(sidecar!.volumeMounts).toEqual(main!.volumeMounts);
    expect(made.spec!.volumes).toHaveLength(1);
    expect(asked.map(({ path }) => path)).toEqual(['/look', '/inject', '/look', '/inject']);
    await api.stop();
  });

  it('are asked in the version that they know, of what is written in another', async () => {
    const rules = (version: string) => [
      {
        apiGroups: ['autoscaling'],
        apiVersions: [version],
        operations: ['CREATE'],
        resources: ['horizontalpodautoscalers'],
      },
    ];
    answers.set('/older', answer(patch({ op: 'replace', path: '/spec/targetCPUUtilizationPercentage', value: 70 })));
    const { api, client } = await setup(
      configuration(
        'Mutating',
        webhook('/older', { rules: rules('v1') }),
        webhook('/exact', { rules: rules('v1'), matchPolicy: 'Exact' }),
        webhook('/unknown', { rules: rules('v9') }),
      ),
    );
    const made = await client.create<HorizontalPodAutoscaler>({
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'web', namespace: 'default' },
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
        maxReplicas: 3,
        metrics: [
          { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } },
        ],
      },
    });
    expect(made.spec?.metrics).toEqual([
      { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } } },
    ]);
    const version = (of: string) => ({ group: 'autoscaling', version: of });
    expect(asked.map(({ path, review }) => [path, review.request])).toEqual([
      [
        '/older',
        expect.objectContaining({
          kind: { ...version('v1'), kind: 'HorizontalPodAutoscaler' },
          resource: { ...version('v1'), resource: 'horizontalpodautoscalers' },
          requestKind: { ...version('v2'), kind: 'HorizontalPodAutoscaler' },
          requestResource: { ...version('v2'), resource: 'horizontalpodautoscalers' },
          object: expect.objectContaining({
            apiVersion: 'autoscaling/v1',
            spec: expect.objectContaining({ targetCPUUtilizationPercentage: 50 }),
          }),
        }),
      ],
    ]);
    await api.stop();
  });

  it('are told what was said beside the object', async () => {
    answers.set('/look', answer({ allowed: true }));
    const rules = [
      { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE', 'DELETE'], resources: ['configmaps'] },
    ];
    const { api, client } = await setup(configuration('Validating', webhook('/look', { rules })));
    const of = { name: 'c', namespace: 'default' };
    await client.create(configMap({}), { fieldManager: 'me', fieldValidation: 'Strict' });
    await client.apply(configMap({ a: '1' }), { fieldManager: 'me', dryRun: true });
    await client.delete(ConfigMap, of, { propagationPolicy: 'Background', gracePeriodSeconds: 5 });
    const options = { apiVersion: 'meta.k8s.io/v1' };
    expect(asked.map(({ review }) => review.request['options'])).toEqual([
      { ...options, kind: 'CreateOptions', fieldManager: 'me', fieldValidation: 'Strict' },
      { ...options, kind: 'UpdateOptions', fieldManager: 'me', dryRun: ['All'] },
      { ...options, kind: 'DeleteOptions', propagationPolicy: 'Background', gracePeriodSeconds: 5 },
    ]);
    await api.stop();
  });
});

describe('the audit of a request that webhooks saw', () => {
  const annotated = async (level: 'Metadata' | 'Request', ...objects: readonly KubernetesObject[]) => {
    const events: AuditEvent[] = [];
    const api = await createApiServer({
      callWebhook: httpsWebhookCaller(),
      audit: { policy: { rules: [{ level }] }, sink: (event) => events.push(event) },
    });
    for (const object of objects) await api.client().create(object);
    await ask(api.handle, 'POST /api/v1/namespaces/default/configmaps', { body: configMap({}) });
    await api.stop();
    const { annotations = {} } = events.at(-1)!;
    return Object.fromEntries(Object.entries(annotations).filter(([key]) => key.includes('webhook.admission.k8s.io/')));
  };
  const add = { op: 'add', path: '/metadata/labels', value: { a: 'b' } };
  const hooks = () => [
    configuration(
      'Mutating',
      webhook('/elsewhere', { objectSelector: { matchLabels: { is: 'elsewhere' } } }),
      webhook('/changes', { reinvocationPolicy: 'IfNeeded' }),
      webhook('/same'),
      webhook('/open', { failurePolicy: 'Ignore' }),
    ),
    configuration(
      'Validating',
      webhook('/elsewhere', { objectSelector: { matchLabels: { is: 'elsewhere' } } }),
      webhook('/open', { failurePolicy: 'Ignore' }),
    ),
  ];
  const of = (name: string, more: Json) =>
    JSON.stringify({ configuration: 'mutating-hooks', webhook: `${name}.example.com`, ...more });
  const always = {
    'mutation.webhook.admission.k8s.io/round_0_index_1': of('changes', { mutated: true }),
    'mutation.webhook.admission.k8s.io/round_0_index_2': of('same', { mutated: false }),
    'mutation.webhook.admission.k8s.io/round_0_index_3': of('open', { mutated: false }),
    'failed-open.mutation.webhook.admission.k8s.io/round_0_index_3': 'open.example.com',
    'failed-open.validating.webhook.admission.k8s.io/round_0_index_0': 'open.example.com',
  };

  beforeAll(() => {
    answers.set('/changes', answer(patch(add)));
    answers.set('/same', answer({ allowed: true }));
    answers.set('/open', () => 'broken');
  });

  it('says who was asked, who changed it and who was passed over', async () => {
    expect(await annotated('Metadata', ...hooks())).toEqual(always);
  });

  it('has their patches where it has the request', async () => {
    expect(await annotated('Request', ...hooks())).toEqual({
      ...always,
      'patch.webhook.admission.k8s.io/round_0_index_1': of('changes', { patch: [add], patchType: 'JSONPatch' }),
    });
  });
});
