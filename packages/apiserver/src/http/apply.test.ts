/** What only HTTP can say of server-side apply: its media type and query, and the subresources that are kinds of their own. */
import { describe, expect, it } from '@jest/globals';
import { requester } from './requests.fixture.js';

const web = (replicas: number) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: {
    replicas,
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'main', image: 'x' }] } },
  },
});
const path = '/apis/apps/v1/namespaces/default/deployments/web';

describe('PATCH application/apply-patch+yaml', () => {
  it('creates with 201, changes with 200', async () => {
    const { apply } = await requester();
    expect((await apply(`${path}?fieldManager=me`, web(1))).status).toBe(201);
    expect((await apply(`${path}?fieldManager=me`, web(2))).status).toBe(200);
    expect((await apply(`${path}?fieldManager=you`, web(3))).status).toBe(409);
    expect((await apply(`${path}?fieldManager=you&force=true`, web(3))).status).toBe(200);
  });

  it('needs a manager, and takes force for nothing else', async () => {
    const { apply, send } = await requester();
    expect((await apply(path, web(1))).json).toMatchObject({
      code: 422,
      message: 'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
    });
    await apply(`${path}?fieldManager=me`, web(1));
    const merge = await send('PATCH', `${path}?force=true`, {}, { 'content-type': 'application/merge-patch+json' });
    expect(merge.json).toMatchObject({
      code: 422,
      message: 'PatchOptions.meta.k8s.io "" is invalid: force: Forbidden: may not be specified for non-apply patch',
    });
  });

  it('applies a Scale, as a manager of the parent', async () => {
    const { apply, get } = await requester();
    const scale = (replicas?: number) => ({
      apiVersion: 'autoscaling/v1',
      kind: 'Scale',
      metadata: { name: 'web' },
      spec: replicas === undefined ? {} : { replicas },
    });
    await apply(`${path}?fieldManager=me`, web(1));
    expect((await apply(`${path}/scale?fieldManager=scaler`, scale(3))).json).toMatchObject({
      message: 'Apply failed with 1 conflict: conflict with "me": .spec.replicas',
    });
    expect((await apply(`${path}/scale?fieldManager=scaler&force=true`, scale(3))).json).toMatchObject({
      kind: 'Scale',
      spec: { replicas: 3 },
    });
    const { metadata } = (await get(path)).json as { metadata: { managedFields: object[] } };
    expect(metadata.managedFields).toContainEqual(
      expect.objectContaining({
        manager: 'scaler',
        operation: 'Apply',
        apiVersion: 'apps/v1',
        subresource: 'scale',
        fieldsV1: { 'f:spec': { 'f:replicas': {} } },
      }),
    );
  });

  it.each([
    [{ spec: null }, true],
    [{ spec: {} }, true],
    [{ metadata: { name: 'web', labels: { a: 'b' } } }, true],
    [{}, false],
  ])('of the Scale that says no replicas, only %j, leaves who applied some before: %s', async (wish, leaves) => {
    const { apply, get } = await requester();
    const scale = { apiVersion: 'autoscaling/v1', kind: 'Scale', metadata: { name: 'web' } };
    await apply(`${path}?fieldManager=me`, web(1));
    for (const wished of [{ spec: { replicas: 1 } }, wish])
      await apply(`${path}/scale?fieldManager=scaler`, { ...scale, ...wished });
    const { metadata } = (await get(path)).json as { metadata: { managedFields: readonly { manager: string }[] } };
    expect(metadata.managedFields.some(({ manager }) => manager === 'scaler')).toBe(leaves);
  });

  it('is told of what Go writes in a list that is one piece, as of null times', async () => {
    const { apply, send } = await requester();
    const job = '/apis/batch/v1/namespaces/default/jobs';
    const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'i' }] } };
    await send('POST', job, { metadata: { name: 'j' }, spec: { template } });
    const status = { startTime: '2026-01-01T00:00:00Z', conditions: [{ type: 'Suspended', status: 'True' }] };
    await send('PUT', `${job}/j/status?fieldManager=you`, { metadata: { name: 'j' }, status });
    const wished = { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'j' }, status };
    expect((await apply(`${job}/j/status?fieldManager=me`, wished)).json.message).toBe(
      'Apply failed with 1 conflict: conflict with "you" with subresource "status" using batch/v1: .status.conditions',
    );
  });

  it('finds nothing that was there before where nobody owns anything but what Go writes', async () => {
    const { apply, send } = await requester();
    const sets = '/apis/apps/v1/namespaces/default/statefulsets';
    const { spec } = web(1);
    await send('POST', sets, { metadata: { name: 's' }, spec });
    await send('PUT', `${sets}/s`, { metadata: { name: 's', managedFields: [] }, spec });
    const wished = { apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name: 's' } };
    const { json } = await apply(`${sets}/s/status?fieldManager=me`, wished);
    expect(json.metadata.managedFields).toBeUndefined();
  });

  it('tells a key that is null from one of which nobody speaks', async () => {
    const { apply } = await requester();
    const port = { port: 80, protocol: null };
    const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 's' }, spec: { ports: [port] } };
    const { json } = await apply('/api/v1/namespaces/default/services/s?fieldManager=me', service);
    expect(Object.keys(json.metadata.managedFields[0].fieldsV1['f:spec']['f:ports'])).toEqual([
      'k:{"port":80,"protocol":null}',
    ]);
  });

  it('takes nothing away by another version that Go writes in any case', async () => {
    const { apply, get } = await requester();
    const [one, other] = ['v1beta2', 'v1beta1'].map(
      (version) => `/apis/resource.k8s.io/${version}/namespaces/default/resourceclaims/c?fieldManager=me`,
    );
    const said = { kind: 'ResourceClaim', metadata: { name: 'c' } };
    const spec = { devices: { requests: [{ name: 'r', exactly: { deviceClassName: 'd' } }] } };
    await apply(one!, { ...said, apiVersion: 'resource.k8s.io/v1beta2', spec });
    expect((await apply(other!, { ...said, apiVersion: 'resource.k8s.io/v1beta1' })).status).toBe(200);
    const { json } = await get(one!);
    expect([json.spec.devices.requests.length, json.metadata.managedFields]).toEqual([1, undefined]);
  });

  it('of nothing in metadata takes all of it away where something of it was applied', async () => {
    const { apply } = await requester();
    const map = { apiVersion: 'v1', kind: 'ConfigMap' };
    const at = '/api/v1/namespaces/default/configmaps/a?fieldManager=me';
    await apply(at, { ...map, metadata: { name: 'a', labels: { x: 'y' } } });
    expect((await apply(at, map)).json.message).toBe(
      'the name of the object (a based on URL) was undeterminable: name must be provided',
    );
    expect((await apply(at, { ...map, metadata: {} })).status).toBe(200);
  });

  it('is told of a value that is none as it is met, which is where others own fields in other versions', async () => {
    const { apply } = await requester();
    const said = { kind: 'HorizontalPodAutoscaler', metadata: { name: 'h' } };
    const at = (version: string, manager: string) =>
      `/apis/autoscaling/${version}/namespaces/default/horizontalpodautoscalers/h?fieldManager=${manager}`;
    const spec = { maxReplicas: 3, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd' } };
    await apply(at('v2', 'one'), { ...said, apiVersion: 'autoscaling/v2', spec });
    const status = { lastScaleTime: 'yesterday' };
    const told = async (version: string) =>
      (await apply(at(version, 'two'), { ...said, apiVersion: `autoscaling/${version}`, status })).json.message;
    expect(await told('v1')).toMatch(/^failed to convert new object: unable to convert/);
    expect(await told('v2')).toMatch(/^failed to convert new object \(.*\) to proper version: unable to convert/);
    const other = { ...said, apiVersion: 'autoscaling/v1', status };
    expect((await apply(at('v1', 'one'), other)).json.message).toMatch(
      /^failed to prune fields: failed to convert merged object to last applied version: unable to convert/,
    );
  });

  it('is told of such a value before it is told that it names nothing', async () => {
    const { apply } = await requester();
    const wished = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { deletionTimestamp: '2026-13-01T00:00:00Z' } };
    const { json } = await apply('/api/v1/namespaces/default/configmaps/x?fieldManager=me', wished);
    expect(json.message).toMatch(/to proper version: .*: month out of range$/);
  });

  it('keeps what another version has in any case where its manager names nothing there', async () => {
    const { apply } = await requester();
    const said = { kind: 'HorizontalPodAutoscaler', metadata: { name: 'h', generateName: 'a' } };
    const at = (version: string) =>
      `/apis/autoscaling/${version}/namespaces/default/horizontalpodautoscalers/h?fieldManager=one`;
    const spec = { maxReplicas: 3, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd' } };
    await apply(at('v2'), { ...said, apiVersion: 'autoscaling/v2', spec });
    const { status, json } = await apply(at('v1'), { kind: said.kind, apiVersion: 'autoscaling/v1' });
    expect([status, json.spec.maxReplicas, json.spec.scaleTargetRef.name]).toEqual([200, 3, 'd']);
  });

  it('comes into conflict with who wrote a status that did not count, which an older version has in its metadata', async () => {
    const { apply, send } = await requester();
    const at = (version: string) => `/apis/autoscaling/${version}/namespaces/default/horizontalpodautoscalers/h`;
    const said = { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', metadata: { name: 'h' } };
    const spec = { maxReplicas: 3, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd' } };
    await apply(`${at('v2')}?fieldManager=one`, { ...said, spec });
    const status = { currentCPUUtilizationPercentage: 1 };
    const merging = { 'content-type': 'application/merge-patch+json' };
    const { json } = await send('PATCH', `${at('v1')}?fieldManager=two`, { status }, merging);
    expect(json.status.currentCPUUtilizationPercentage).toBe(undefined);
    expect(json.metadata.managedFields.at(1)).toMatchObject({
      manager: 'two',
      fieldsV1: { 'f:metadata': { 'f:annotations': { 'f:autoscaling.alpha.kubernetes.io/current-metrics': {} } } },
    });
  });

  it('of the status of a claim is told to own metadata, too', async () => {
    const { apply, send } = await requester();
    const at = '/apis/resource.k8s.io/v1beta2/namespaces/default/resourceclaims';
    await send('POST', at, { metadata: { name: 'c' } });
    const said = { apiVersion: 'resource.k8s.io/v1beta2', kind: 'ResourceClaim' };
    const { json } = await apply(`${at}/c/status?fieldManager=me`, {
      ...said,
      metadata: { name: 'c', annotations: {} },
    });
    expect(json.metadata.managedFields.at(0)).toMatchObject({
      ...{ manager: 'me', subresource: 'status', fieldsV1: { 'f:metadata': { 'f:annotations': {} } } },
    });
  });
});
