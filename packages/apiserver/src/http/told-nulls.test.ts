/** What Go writes as null is told as null over HTTP, and is not there in process. */
import { describe, expect, it } from '@jest/globals';
import type { Deployment } from '@pintle/api/apps/v1';
import { Pod } from '@pintle/api/core/v1';
import { requester } from './requests.fixture.js';

const pods = '/api/v1/namespaces/default/pods';
const container = { name: 'c', image: 'i' };
const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' }, spec: { containers: [container] } };
const deployment = {
  ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' } },
  spec: {
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [container] } },
  },
};
const ready = { type: 'Ready', status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z' };
const told = { ...ready, lastProbeTime: null };

async function withPod() {
  const asked = await requester();
  await asked.send('POST', pods, pod);
  await asked.send('PATCH', `${pods}/a/status`, { status: { conditions: [ready] } }, merge);
  return asked;
}
const merge = { 'content-type': 'application/merge-patch+json' };

describe('over HTTP', () => {
  it('an object says it in each form of answer', async () => {
    const { get, stream } = await withPod();
    expect((await get(`${pods}/a`)).json.status.conditions).toEqual([told]);
    expect((await get(`${pods}/a/status`)).json.status.conditions).toEqual([told]);
    expect((await get(`${pods}/a?pretty=true`)).json.status.conditions).toEqual([told]);
    expect((await get(`${pods}/a`, { accept: 'application/yaml' })).text).toContain('lastProbeTime: null');
    expect((await get(pods)).json.items[0].status.conditions).toEqual([told]);
    const until = new AbortController();
    for await (const line of stream(`${pods}?watch=true`, until.signal)) {
      expect(JSON.parse(Buffer.from(line).toString()).object.status.conditions).toEqual([told]);
      until.abort();
    }
  });
  it('a JSON patch finds it', async () => {
    const { send } = await withPod();
    const operations = [
      { op: 'test', path: '/status/conditions', value: [told] },
      { op: 'remove', path: '/status/conditions/0/lastProbeTime' },
    ];
    const json = { 'content-type': 'application/json-patch+json' };
    expect((await send('PATCH', `${pods}/a/status`, operations, json)).json.status.conditions).toEqual([told]);
  });
  it('a template has no time of its making', async () => {
    const { send, get } = await requester();
    const path = '/apis/apps/v1/namespaces/default/deployments';
    const created = (await send('POST', path, deployment)).json;
    expect(created.spec.template.metadata).toEqual({ creationTimestamp: null, labels: { app: 'web' } });
    expect((await get(`${path}/web`)).json).toEqual(created);
  });
  it('an event tells of three times, a role of no rules, and a pod of no unit to divide by', async () => {
    const { send } = await requester();
    const involvedObject = { kind: 'Pod', name: 'a', namespace: 'default' };
    const event = { apiVersion: 'v1', kind: 'Event', metadata: { name: 'e' }, involvedObject };
    const { eventTime, firstTimestamp, lastTimestamp } = (
      await send('POST', '/api/v1/namespaces/default/events', event)
    ).json;
    expect([eventTime, firstTimestamp, lastTimestamp]).toEqual([null, null, null]);
    const role = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name: 'r' } };
    expect((await send('POST', '/apis/rbac.authorization.k8s.io/v1/clusterroles', role)).json.rules).toBeNull();
    const env = [{ name: 'CPU', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } }];
    const { spec } = (await send('POST', pods, { ...pod, spec: { containers: [{ ...container, env }] } })).json;
    expect(spec.containers[0].env[0].valueFrom.resourceFieldRef.divisor).toBe('0');
  });
  it('it can be sent back as it came', async () => {
    const { get, send } = await withPod();
    const before = (await get(`${pods}/a`)).json;
    expect((await send('PUT', `${pods}/a`, before)).json).toEqual(before);
    expect((await send('PUT', `${pods}/a/status`, before)).json).toEqual(before);
  });
  it('it belongs to who wrote what it stands in', async () => {
    const { get } = await withPod();
    const [, entry] = (await get(`${pods}/a`)).json.metadata.managedFields;
    expect(entry.fieldsV1['f:status']['f:conditions']['k:{"type":"Ready"}']['f:lastProbeTime']).toEqual({});
  });
});

it('in process it is not there', async () => {
  const { client } = await withPod();
  const { status } = (await client.get(Pod, { name: 'a', namespace: 'default' }))!;
  expect(status!.conditions).toEqual([ready]);
  const { spec } = await client.create(deployment as unknown as Deployment);
  expect(spec!.template.metadata).toEqual({ labels: { app: 'web' } });
});
