/** Webhooks over real TLS. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ConfigMap, Namespace } from '@pintle/api/core/v1';
import { type KubernetesObject, StatusError } from '@pintle/machinery';
import { CertificateAuthority, httpsWebhookCaller } from '../../nodejs/index.js';
import { createApiServer } from '../../server.js';

type Json = Readonly<Record<string, unknown>>;
interface Review {
  readonly request: { readonly uid: string; readonly object: ConfigMap } & Json;
}

let server: Server;
let caBundle: string;
let url: string;
/** What the webhook answers at a path, and what it was asked. */
const answers = new Map<string, (review: Review) => unknown>();
const asked: { readonly path: string; readonly review: Review }[] = [];

beforeAll(async () => {
  const authority = await CertificateAuthority.create({ commonName: 'webhooks', nowMs: Date.now() });
  const keys = await authority.issueServer({
    commonName: 'hook',
    nowMs: Date.now(),
    dns: ['localhost'],
    ips: ['127.0.0.1'],
  });
  caBundle = Buffer.from((await authority.toPem()).certPem).toString('base64');
  server = createServer({ key: keys.keyPem, cert: keys.certPem }, async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const review = JSON.parse(Buffer.concat(parts).toString()) as Review;
    const path = request.url ?? '';
    asked.push({ path, review });
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

async function setup(...objects: readonly KubernetesObject[]) {
  asked.length = 0;
  const api = await createApiServer({ callWebhook: httpsWebhookCaller() });
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
    expect(await tried(client.create(configMap({})))).toBe(`${failed}the server answered with status 500`);
    answers.set('/broken', () => 'silence');
    expect(await tried(client.create(configMap({})))).toBe(`${failed}context deadline exceeded`);
    answers.set('/broken', () => ({
      apiVersion: 'admission.k8s.io/v1',
      kind: 'AdmissionReview',
      response: { uid: 'x', allowed: true },
    }));
    expect(await tried(client.create(configMap({})))).toContain('expected response.uid=');
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
});
