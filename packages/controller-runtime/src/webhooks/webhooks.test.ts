/** Webhooks as the API server asks them: over TLS, with certificates that are replaced while it runs. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import { afterAll, describe, expect, it } from '@jest/globals';
import type { ConfigMap } from '@pintle/api/core/v1';
import { createApiServer } from '@pintle/apiserver';
import { CertificateAuthority, httpsWebhookCaller } from '@pintle/apiserver/nodejs';
import { type KubernetesObject, realClock, virtualWorld } from '@pintle/machinery';
import { createManager, type Manager } from '../manager.js';
import { serveProbes, webhookServer } from '../nodejs/index.js';
import { admission } from './admission.js';
import { conversion } from './conversion.js';

const folder = mkdtempSync(join(tmpdir(), 'pintle-webhooks-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const hooks = admission<ConfigMap>({
  mutate: (object) => ({ ...object, data: { ...object.data, seen: 'yes' } }),
  validate: ({ object, operation }) =>
    operation !== 'DELETE' && object?.data?.['bad'] !== undefined ? ['data.bad: is not wanted here'] : [],
  warnings: ({ object }) => (object?.data?.['old'] === undefined ? [] : ['data.old is going away']),
});
const review = (request: object) => ({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', request });

describe('an admission endpoint', () => {
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } };
  const ask = async (more: object) =>
    (
      (await hooks(review({ uid: 'u', operation: 'CREATE', object, oldObject: null, userInfo: {}, ...more }))) as {
        response: Record<string, unknown>;
      }
    ).response;

  it('answers with a patch, a refusal, or warnings, under the uid of the question', async () => {
    const { patch, ...changed } = await ask({});
    expect(changed).toEqual({ uid: 'u', allowed: true, patchType: 'JSONPatch' });
    expect(JSON.parse(atob(patch as string))).toEqual([{ op: 'add', path: '/data', value: { seen: 'yes' } }]);
    expect(await ask({ object: { ...object, data: { bad: '1', old: '1' } } })).toEqual({
      uid: 'u',
      allowed: false,
      status: { code: 403, reason: 'Forbidden', message: 'data.bad: is not wanted here' },
      warnings: ['data.old is going away'],
    });
    expect(await ask({ operation: 'DELETE', object: null, oldObject: object })).toEqual({ uid: 'u', allowed: true });
  });

  it('refuses what its handler could not judge, and what is no review', async () => {
    const broken = admission({
      validate() {
        throw new Error('the database is gone');
      },
    });
    expect(await broken(review({ uid: 'u', operation: 'CREATE', object, userInfo: {} }))).toMatchObject({
      response: { uid: 'u', allowed: false, status: { code: 500, message: 'the database is gone' } },
    });
    await expect(hooks({ kind: 'Pod' })).rejects.toMatchObject({ code: 'PINTLE_BAD_REVIEW' });
    await expect(hooks(review({}))).rejects.toThrow('request.uid');
  });
});

it('a conversion endpoint converts all or says why not', async () => {
  const endpoint = conversion((object: KubernetesObject & { readonly spec?: { readonly size?: number } }) => {
    if (object.spec?.size === undefined) throw new Error(`${object.metadata.name} has no size`);
    return { ...object, spec: { replicas: object.spec.size } };
  });
  const ask = (objects: readonly object[]) =>
    endpoint({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'ConversionReview',
      request: { uid: 'u', desiredAPIVersion: 'example.com/v2', objects },
    });
  const old = { apiVersion: 'example.com/v1', kind: 'Thing', metadata: { name: 'a' }, spec: { size: 3 } };
  const there = { ...old, apiVersion: 'example.com/v2', spec: { replicas: 1 } };
  expect(await ask([old, there])).toMatchObject({
    response: {
      uid: 'u',
      result: { status: 'Success' },
      convertedObjects: [{ ...old, apiVersion: 'example.com/v2', spec: { replicas: 3 } }, there],
    },
  });
  expect(await ask([old, { ...old, spec: {} }])).toMatchObject({
    response: { result: { status: 'Failure', message: 'a has no size' } },
  });
});

it('a webhook server is asked by the API server, and takes a new certificate without a pause', async () => {
  const nowMs = realClock().now();
  const authority = await CertificateAuthority.create({ commonName: 'webhooks', nowMs });
  const [certFile, keyFile] = [join(folder, 'tls.crt'), join(folder, 'tls.key')];
  const issue = async (commonName: string) => {
    const pair = await authority.issueServer({ commonName, nowMs, dns: ['localhost'], ips: ['127.0.0.1'] });
    writeFileSync(certFile, pair.certPem);
    writeFileSync(keyFile, pair.keyPem);
  };
  await issue('first');
  const api = await createApiServer({ callWebhook: httpsWebhookCaller() });
  const client = api.client();
  const world = virtualWorld();
  let heard: (port: number) => void = () => {};
  const listening = new Promise<number>((resolve) => {
    heard = resolve;
  });
  const server = webhookServer({
    endpoints: { '/config-maps': hooks },
    certFile,
    keyFile,
    port: 0,
    host: '127.0.0.1',
    onListening: (at) => heard(at),
  });
  const manager = createManager({ client, world, runnables: [server] });
  await manager.start();
  const port = await listening;
  const { certPem } = await authority.toPem();
  await client.create({
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingWebhookConfiguration',
    metadata: { name: 'hooks' },
    webhooks: [
      {
        name: 'config-maps.example.com',
        clientConfig: {
          url: `https://127.0.0.1:${port}/config-maps`,
          caBundle: Buffer.from(certPem).toString('base64'),
        },
        rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }],
        sideEffects: 'None',
        admissionReviewVersions: ['v1'],
      },
    ],
  } as KubernetesObject);
  const make = (name: string, data: Record<string, string> = {}) =>
    client.create<ConfigMap>({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data });
  expect((await make('a')).data).toEqual({ seen: 'yes' });
  await expect(make('b', { bad: '1' })).rejects.toMatchObject({ code: 403 });

  const told = await manager.metrics.text((name) => name.startsWith('controller_runtime_webhook'));
  expect(told).toContain('controller_runtime_webhook_requests_total{code="200",webhook="/config-maps"} 2\n');
  expect(told).toContain('controller_runtime_webhook_requests_total{code="500",webhook="/config-maps"} 0\n');
  expect(told).toContain('controller_runtime_webhook_requests_in_flight{webhook="/config-maps"} 0\n');
  expect(told).toContain('controller_runtime_webhook_latency_seconds_count{webhook="/config-maps"} 2\n');

  const shown = () =>
    new Promise<string>((resolve, reject) => {
      const socket: TLSSocket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
        resolve(String(socket.getPeerCertificate().subject.CN));
        socket.destroy();
      });
      socket.on('error', reject);
    });
  expect(await shown()).toBe('first');
  await issue('second');
  await world.advance({ seconds: 10 });
  expect(await shown()).toBe('second');
  expect((await make('c')).data).toEqual({ seen: 'yes' });
  writeFileSync(certFile, 'half of a certif');
  await world.advance({ seconds: 10 });
  expect(await shown()).toBe('second');

  const probes = await serveProbes(manager, { port: 0, host: '127.0.0.1' });
  const asked = async (path: string) => {
    const answer = await fetch(`http://127.0.0.1:${probes.port}${path}`);
    return [answer.status, (await answer.text()).split('\n')[0]];
  };
  expect(await asked('/healthz')).toEqual([200, '[+]ping ok']);
  expect(await asked('/readyz')).toEqual([200, '[+]caches ok']);
  expect((await asked('/metrics'))[0]).toBe(200);
  expect((await asked('/secret'))[0]).toBe(404);
  await probes.close();
  const stopped = manager.stop();
  await world.advance({ seconds: 31 });
  await stopped;
  await api.stop();
}, 30_000);

it('a webhook server that ends answers what it was asked, and nobody else', async () => {
  const nowMs = realClock().now();
  const authority = await CertificateAuthority.create({ commonName: 'webhooks', nowMs });
  const pair = await authority.issueServer({ commonName: 'last', nowMs, dns: ['localhost'], ips: ['127.0.0.1'] });
  const [certFile, keyFile] = [join(folder, 'last.crt'), join(folder, 'last.key')];
  writeFileSync(certFile, pair.certPem);
  writeFileSync(keyFile, pair.keyPem);
  let [judge, asked] = [() => {}, () => {}];
  const isAsked = new Promise<void>((resolve) => {
    asked = resolve;
  });
  const slow = admission<ConfigMap>({
    async validate() {
      asked();
      await new Promise<void>((resolve) => {
        judge = resolve;
      });
      return [];
    },
  });
  const client = (await createApiServer()).client();
  let manager!: Manager;
  const port = await new Promise<number>((onListening) => {
    const server = webhookServer({
      ...{ endpoints: { '/slow': slow }, certFile, keyFile, port: 0, host: '127.0.0.1', onListening },
    });
    manager = createManager({ client, world: virtualWorld(), runnables: [server] });
    void manager.start();
  });
  const ask = () =>
    new Promise<number | undefined>((resolve, reject) => {
      const options = { port, host: '127.0.0.1', path: '/slow', method: 'POST', rejectUnauthorized: false };
      const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } };
      request({ ...options, agent: false }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      })
        .once('error', reject)
        .end(JSON.stringify(review({ uid: '1', operation: 'CREATE', object })));
    });
  const answered = ask();
  await isAsked;
  const stopped = manager.stop();
  await expect(ask()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  judge();
  expect(await answered).toBe(200);
  await stopped;
});
