/** What `/metrics` tells of what is read of the store and of what happens in it. */
import { expect, it } from '@jest/globals';
import { virtualWorld } from '@pintle/machinery';
import { ask, begin } from '../http/asking.fixture.js';
import { createApiServer } from '../server.js';

const maps = '/api/v1/namespaces/default/configmaps';

async function server() {
  const world = virtualWorld();
  const api = await createApiServer({ world });
  for (const name of ['a', 'b', 'c'])
    await ask(api.handle, `POST ${maps}`, {
      body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, labels: { name } } },
    });
  await world.advance(0);
  const series = async (pattern: RegExp) =>
    (await api.metricsRegistry.text()).split('\n').filter((line) => pattern.test(line));
  return { world, api, series };
}

it('lists of what there is and of what there was are counted apart, with what was read for them', async () => {
  const { api, series } = await server();
  await ask(api.handle, `GET ${maps}`);
  await ask(api.handle, `GET ${maps}?resourceVersion=0&labelSelector=name%3Da`);
  const { json } = await ask(api.handle, `GET ${maps}?limit=1&labelSelector=name`);
  await ask(api.handle, `GET ${maps}?limit=1&continue=${json.metadata.continue}`);
  expect(await series(/^apiserver_(cache|storage)_list_\w+\{.*configmaps|consistent_read.*configmaps/)).toEqual([
    'apiserver_cache_list_fetched_objects_total{resource_prefix="/configmaps",index=""} 9',
    'apiserver_cache_list_returned_objects_total{resource_prefix="/configmaps"} 5',
    'apiserver_cache_list_total{resource_prefix="/configmaps",index=""} 3',
    'apiserver_storage_list_evaluated_objects_total{resource="configmaps"} 1',
    'apiserver_storage_list_fetched_objects_total{resource="configmaps"} 1',
    'apiserver_storage_list_returned_objects_total{resource="configmaps"} 1',
    'apiserver_storage_list_total{resource="configmaps"} 1',
    'apiserver_watch_cache_consistent_read_total{resource="/configmaps",success="true",fallback="false"} 2',
  ]);
});

it('names places as etcd has them', async () => {
  const { api, series } = await server();
  for (const path of [
    '/api/v1/nodes',
    '/api/v1/services',
    '/apis/networking.k8s.io/v1/ingresses',
    '/apis/apps/v1/deployments',
  ])
    await ask(api.handle, `GET ${path}`);
  expect(await series(/^apiserver_cache_list_total\{.*(minions|specs|ingress|deployments)"/)).toEqual([
    ...['/minions', '/services/specs', '/ingress', '/deployments'].map(
      (place) => `apiserver_cache_list_total{resource_prefix="${place}",index=""} 1`,
    ),
  ]);
});

it('what is written is counted by resource, and what watchers are told at their begin', async () => {
  const { api, world, series } = await server();
  const gone = new AbortController();
  const { body } = await begin(
    api.handle,
    `GET ${maps}?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true`,
    {
      signal: gone.signal,
    },
  );
  await (body as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]().next();
  await ask(api.handle, `DELETE ${maps}/a`);
  await world.advance(0);
  gone.abort();
  const { revision } = api.core.backend.status();
  expect(await series(/^apiserver_(init|storage_events|terminated|watch).*("configmaps"|"ConfigMap")\}/)).toEqual([
    'apiserver_init_events_total{resource="configmaps"} 3',
    'apiserver_storage_events_received_total{resource="configmaps"} 4',
    'apiserver_watch_cache_events_dispatched_total{resource="configmaps"} 4',
    'apiserver_watch_cache_events_received_total{resource="configmaps"} 4',
    `apiserver_watch_cache_resource_version{resource="configmaps"} ${revision}`,
    expect.stringMatching(/^apiserver_watch_events_sizes_sum\{.*\} \d{3,}$/),
    'apiserver_watch_events_sizes_count{group="",version="v1",kind="ConfigMap"} 5',
    'apiserver_watch_events_total{group="",version="v1",kind="ConfigMap"} 5',
  ]);
  expect(await series(/^apiserver_watch_list_duration_seconds_count/)).toEqual([
    'apiserver_watch_list_duration_seconds_count{group="",version="v1",resource="configmaps",scope="namespace"} 1',
  ]);
});
