/** What `/metrics` tells of the server itself: which it is, what it has switched on, and how much it records. */
import { expect, it } from '@jest/globals';
import { virtualWorld } from '@pintle/machinery';
import { ask } from '../http/asking.fixture.js';
import { createApiServer } from '../server.js';
import type { ApiServerOptions } from '../server-options.js';

async function told(options: ApiServerOptions, pattern: RegExp, ...asked: readonly string[]) {
  const api = await createApiServer({ world: virtualWorld(), ...options });
  for (const line of asked) await ask(api.handle, line);
  return (await api.metricsRegistry.text()).split('\n').filter((line) => pattern.test(line));
}

it('tells which Kubernetes it is, as /version does', async () => {
  expect(await told({ gitVersion: 'v1.33.9' }, /^kubernetes_build_info/)).toEqual([
    'kubernetes_build_info{major="1",minor="33",git_version="v1.33.9",git_commit="",git_tree_state="clean",build_date="1970-01-01T00:00:00Z",go_version="",compiler="",platform="node"} 1',
  ]);
});

it('tells which feature gates are on, and of which stage they are', async () => {
  const feature = (name: string, stage: string, value: number) =>
    `kubernetes_feature_enabled{name="${name}",stage="${stage}"} ${value}`;
  const all = await told({ featureGates: { ImageVolume: true, JobManagedBy: false } }, /^kubernetes_feature_enabled/);
  expect(all).toContain(feature('ImageVolume', 'BETA', 1));
  expect(all).toContain(feature('JobManagedBy', 'BETA', 0));
  expect(all).toContain(feature('PodLevelResources', 'ALPHA', 0));
});

it('tells that nothing is recorded, or of how many requests how much is', async () => {
  const audit = /^apiserver_audit/;
  expect(await told({}, audit, 'GET /api')).toEqual([
    'apiserver_audit_event_total 0',
    'apiserver_audit_requests_rejected_total 0',
  ]);
  const policy = {
    rules: [{ level: 'None' as const, nonResourceURLs: ['/api'] }, { level: 'Metadata' as const }],
    omitStages: ['RequestReceived' as const],
  };
  expect(await told({ audit: { policy, sink: () => {} } }, audit, 'GET /api', 'GET /apis', 'GET /version')).toEqual([
    'apiserver_audit_event_total 2',
    'apiserver_audit_level_total{level="None"} 1',
    'apiserver_audit_level_total{level="Metadata"} 2',
    'apiserver_audit_requests_rejected_total 0',
  ]);
});
