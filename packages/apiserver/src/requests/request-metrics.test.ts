/** What `/metrics` shows of requests, under the names that dashboards of Kubernetes ask for. */
import { expect, it } from '@jest/globals';
import { createMetrics, virtualWorld } from '@pintle/machinery';
import { ask, begin } from '../http/asking.fixture.js';
import { createApiServer } from '../server.js';
import { requestMetrics } from './request-metrics.js';

const server = async () => {
  const world = virtualWorld();
  const api = await createApiServer({ world });
  const lines = async () => (await ask(api.handle, 'GET /metrics')).text.split('\n');
  return { world, api, lines };
};

it('counts requests by what they ask for and how they end', async () => {
  const { api, lines } = await server();
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } };
  await ask(api.handle, 'POST /api/v1/namespaces/default/configmaps', { body: object });
  await ask(api.handle, 'POST /api/v1/namespaces/default/configmaps?dryRun=All', { body: object });
  await ask(api.handle, 'GET /api/v1/namespaces/default/configmaps/a');
  await ask(api.handle, 'GET /api/v1/namespaces/default/configmaps/b');
  await ask(api.handle, 'GET /api/v1/configmaps');
  await ask(api.handle, 'PATCH /api/v1/namespaces/default/configmaps/a?fieldManager=me', {
    headers: { 'content-type': 'application/apply-patch+yaml' },
    body: object,
  });
  await ask(api.handle, 'DELETE /api/v1/namespaces/default/configmaps');
  const total = (await lines()).filter(
    (line) => line.startsWith('apiserver_request_total') && line.includes('configmaps'),
  );
  const line = (verb: string, dryRun: string, scope: string, code: number) =>
    `apiserver_request_total{verb="${verb}",dry_run="${dryRun}",group="",version="v1",resource="configmaps",subresource="",scope="${scope}",component="apiserver",code="${code}"} 1`;
  expect(total.sort()).toEqual(
    [
      line('POST', '', 'resource', 201),
      line('POST', 'All', 'resource', 409),
      line('GET', '', 'resource', 200),
      line('GET', '', 'resource', 404),
      line('LIST', '', 'cluster', 200),
      line('APPLY', '', 'resource', 200),
      line('DELETECOLLECTION', '', 'namespace', 200),
    ].sort(),
  );
});

it('measures a watch from its begin to its end, and counts its events', async () => {
  const { api, world, lines } = await server();
  const gone = new AbortController();
  const { body } = await begin(api.handle, 'GET /api/v1/namespaces?watch=1', { signal: gone.signal });
  await (body as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]().next();
  const place = 'group="",version="v1",resource="namespaces"';
  const open = `apiserver_longrunning_requests{verb="WATCH",${place},subresource="",scope="cluster",component="apiserver"}`;
  expect(await lines()).toContain(`${open} 1`);
  await world.advance(7000);
  gone.abort();
  const after = await lines();
  expect(after).toContain(`${open} 0`);
  expect(after).toContain(`apiserver_watch_events_total{group="",version="v1",kind="Namespace"} 4`);
  expect(after.find((line) => line.startsWith('apiserver_request_duration_seconds_sum{verb="WATCH"'))).toMatch(/ 7$/);
});

it('tells which versions that will go were asked for, and times requests as service levels are measured', async () => {
  const { api, lines } = await server();
  await ask(api.handle, 'GET /api/v1/namespaces/default/endpoints');
  const place = 'group="",version="v1",resource="endpoints",subresource=""';
  const shown = await lines();
  expect(shown).toContain(`apiserver_requested_deprecated_apis{${place},removed_release=""} 1`);
  const labels = `verb="LIST",${place},scope="namespace",component="apiserver"`;
  expect(shown).toContain(`apiserver_request_sli_duration_seconds_count{${labels}} 1`);
});

it('shows how much is stored, which Kubernetes this is, and what is being answered', async () => {
  const { lines } = await server();
  const shown = await lines();
  expect(shown).toContain('apiserver_storage_objects{resource="namespaces"} 4');
  expect(shown).toContain('apiserver_storage_objects{resource="deployments.apps"} 0');
  expect(shown).toContain('apiserver_current_inflight_requests{request_kind="readOnly"} 1');
  expect(shown).toContain('apiserver_current_inflight_requests{request_kind="mutating"} 0');
  expect(shown.find((line) => line.startsWith('kubernetes_build_info'))).toContain('minor="33"');
});

it('makes no series without end out of paths that clients make up', async () => {
  const { clock } = virtualWorld();
  const metrics = createMetrics();
  const requests = requestMetrics(metrics, clock);
  for (let i = 0; i < 20_000; i++) {
    const name = `made-up-${i}`;
    const place = i % 2 === 0 ? { type: 'path' as const, verb: 'get', path: `/${name}` } : undefined;
    const info = place ?? {
      type: 'resource' as const,
      verb: 'get',
      path: '/',
      group: name,
      version: 'v1',
      resource: name,
    };
    const record = requests.begin(info, { dryRun: false, apply: false });
    record.answered(404);
    record.ended();
  }
  const total = (await metrics.text()).split('\n').filter((line) => line.startsWith('apiserver_request_total'));
  expect(total.length).toBeLessThan(5010);
});
