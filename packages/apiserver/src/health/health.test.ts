/** `/livez`, `/readyz` and `/healthz` in the words of kube-apiserver. */
import { describe, expect, it } from '@jest/globals';
import { virtualWorld } from '@pintle/machinery';
import { ask } from '../http/asking.fixture.js';
import { createApiServer } from '../server.js';
import { planReport } from './health-checks.js';

describe('the report', () => {
  const none = new Set<string>();
  const names = ['ping', 'etcd'];
  const well = [{ name: 'ping' }, { name: 'etcd' }];
  const ill = [{ name: 'ping' }, { name: 'etcd', failure: 'no leader' }];
  const cases = [
    ['is short when all is well', well, none, false, true, 'ok'],
    ['lists every check', well, none, true, true, '[+]ping ok\n[+]etcd ok\nlivez check passed\n'],
    [
      'withholds the reason',
      ill,
      none,
      false,
      false,
      '[+]ping ok\n[-]etcd failed: reason withheld\nlivez check failed\n',
    ],
    [
      'names what was excluded',
      [{ name: 'ping' }],
      new Set(['etcd']),
      true,
      true,
      '[+]ping ok\n[+]etcd excluded: ok\nlivez check passed\n',
    ],
    [
      'warns of exclusions that mean nothing',
      well,
      new Set(['b', 'a']),
      true,
      true,
      '[+]ping ok\n[+]etcd ok\nwarn: some health checks cannot be excluded: no matches for "a","b"\nlivez check passed\n',
    ],
  ] as const;
  it.each(cases)('%s', (_name, results, excluded, verbose, healthy, text) => {
    expect(planReport('livez', names, results, { excluded, verbose })).toEqual({ healthy, text });
  });
});

describe('of a server', () => {
  const started = async (failing?: string) =>
    createApiServer({
      world: virtualWorld(),
      authorizer: 'rbac',
      healthChecks: [
        {
          name: 'mine',
          endpoints: ['readyz'],
          check() {
            if (failing !== undefined) throw new Error(failing);
          },
        },
      ],
    });

  it('says that it lives and is ready, to anybody', async () => {
    const { handle } = await started();
    for (const path of ['/healthz', '/livez', '/readyz']) {
      const { status, text, headers } = await ask(handle, `GET ${path}`);
      expect({ path, status, text }).toEqual({ path, status: 200, text: 'ok' });
      expect(headers).toMatchObject({
        'content-type': 'text/plain; charset=utf-8',
        'x-content-type-options': 'nosniff',
      });
    }
    expect((await ask(handle, 'GET /readyz?verbose')).text).toBe(
      [
        '[+]ping ok',
        '[+]log ok',
        '[+]etcd ok',
        '[+]etcd-readiness ok',
        '[+]informer-sync ok',
        '[+]poststarthook/start-apiserver-admission-initializer ok',
        '[+]poststarthook/generic-apiserver-start-informers ok',
        '[+]poststarthook/start-apiextensions-informers ok',
        '[+]poststarthook/start-apiextensions-controllers ok',
        '[+]poststarthook/crd-informer-synced ok',
        '[+]poststarthook/start-system-namespaces-controller ok',
        '[+]poststarthook/rbac/bootstrap-roles ok',
        '[+]poststarthook/scheduling/bootstrap-system-priority-classes ok',
        '[+]mine ok',
        '[+]shutdown ok',
        'readyz check passed',
        '',
      ].join('\n'),
    );
  });

  it('tells of what it does at its start, in the order of kube-apiserver, once all is done', async () => {
    const { handle } = await createApiServer({
      ...{ world: virtualWorld(), authorizer: 'rbac', port: 6443, flowControl: {}, identity: { hostname: 'a' } },
      aggregation: { call: () => Promise.reject(new Error('nobody is there')) },
    });
    const { status, text } = await ask(handle, 'GET /livez?verbose', { headers: {} });
    expect(status).toBe(200);
    expect(text.split('\n').slice(3, -2)).toEqual(
      [
        ...['poststarthook/start-apiserver-admission-initializer', 'poststarthook/generic-apiserver-start-informers'],
        ...['priority-and-fairness-config-consumer', 'priority-and-fairness-filter'].map(
          (step) => `poststarthook/${step}`,
        ),
        ...['storage-object-count-tracker-hook', 'start-apiextensions-informers'].map(
          (step) => `poststarthook/${step}`,
        ),
        ...['start-apiextensions-controllers', 'crd-informer-synced'].map((step) => `poststarthook/${step}`),
        'poststarthook/start-system-namespaces-controller',
        'poststarthook/start-cluster-authentication-info-controller',
        'poststarthook/start-kube-apiserver-identity-lease-controller',
        'poststarthook/start-kube-apiserver-identity-lease-garbage-collector',
        'poststarthook/start-service-ip-repair-controllers',
        ...['rbac/bootstrap-roles', 'scheduling/bootstrap-system-priority-classes'].map(
          (step) => `poststarthook/${step}`,
        ),
        ...['priority-and-fairness-config-producer', 'bootstrap-controller'].map((step) => `poststarthook/${step}`),
        ...['start-kubernetes-service-cidr-controller', 'start-kube-aggregator-informers'].map(
          (step) => `poststarthook/${step}`,
        ),
        ...['local', 'remote'].map((which) => `poststarthook/apiservice-status-${which}-available-controller`),
        ...['apiservice-registration-controller', 'apiservice-discovery-controller'].map(
          (step) => `poststarthook/${step}`,
        ),
        ...['poststarthook/kube-apiserver-autoregistration', 'autoregister-completion'],
        ...['apiservice-openapi-controller', 'apiservice-openapiv3-controller'].map((step) => `poststarthook/${step}`),
      ].map((name) => `[+]${name} ok`),
    );
  });

  it('is not ready while a check of its host fails, unless that is excluded', async () => {
    const { handle } = await started('the disk is gone');
    const { status, text } = await ask(handle, 'GET /readyz');
    expect(status).toBe(500);
    expect(text).toContain('[-]mine failed: reason withheld\n');
    expect(text).not.toContain('disk');
    expect(await ask(handle, 'GET /readyz?exclude=mine')).toMatchObject({ status: 200, text: 'ok' });
    expect(await ask(handle, 'GET /livez')).toMatchObject({ status: 200, text: 'ok' });
  });

  it('answers for each check by its path, to those who may know', async () => {
    const { handle } = await createApiServer({
      world: virtualWorld(),
      healthChecks: [{ name: 'mine', check: () => Promise.reject(new Error('the disk is gone')) }],
    });
    expect(await ask(handle, 'GET /livez/etcd')).toMatchObject({ status: 200, text: 'ok' });
    expect(await ask(handle, 'GET /livez/mine')).toMatchObject({
      status: 500,
      text: 'internal server error: the disk is gone\n',
    });
    expect((await ask(handle, 'GET /readyz/poststarthook/crd-informer-synced')).text).toBe('ok');
    expect((await ask(handle, 'GET /livez/informer-sync')).status).toBe(404);
    const { handle: guarded } = await started();
    expect((await ask(guarded, 'GET /livez/etcd')).status).toBe(403);
  });

  it('is not ready once it ends', async () => {
    const { handle, stop } = await started();
    await stop();
    expect((await ask(handle, 'GET /readyz')).text).toContain('[-]shutdown failed');
    expect((await ask(handle, 'GET /livez')).status).toBe(200);
  });

  it('counts results for service level indicators', async () => {
    const { handle } = await createApiServer({ world: virtualWorld() });
    await ask(handle, 'GET /readyz');
    const { text } = await ask(handle, 'GET /metrics/slis');
    expect(text).toContain('kubernetes_healthcheck{name="etcd",type="readyz"} 1\n');
    expect(text).toContain('kubernetes_healthchecks_total{name="etcd",status="success",type="readyz"} 1\n');
    expect(text).not.toContain('apiserver_');
    expect((await ask(handle, 'GET /metrics')).text).not.toContain('kubernetes_healthcheck');
  });
});
