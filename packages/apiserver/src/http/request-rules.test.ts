/** What a put and a deletion come to, kind by kind, as upstream's kube-apiserver answers them. */
import { describe, expect, it } from '@jest/globals';
import { requester } from './requests.fixture.js';

const core = '/api/v1/namespaces/default';
const kinds = {
  configmaps: [core, { apiVersion: 'v1', kind: 'ConfigMap' }],
  services: [core, { apiVersion: 'v1', kind: 'Service', spec: { ports: [{ port: 80 }] } }],
  pods: [core, { apiVersion: 'v1', kind: 'Pod', spec: { containers: [{ name: 'c', image: 'i' }] } }],
  limitranges: [core, { apiVersion: 'v1', kind: 'LimitRange', spec: { limits: [] } }],
  poddisruptionbudgets: [
    '/apis/policy/v1/namespaces/default',
    { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', spec: { minAvailable: 1 } },
  ],
  storageclasses: [
    '/apis/storage.k8s.io/v1',
    { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', provisioner: 'example.com/p' },
  ],
  runtimeclasses: ['/apis/node.k8s.io/v1', { apiVersion: 'node.k8s.io/v1', kind: 'RuntimeClass', handler: 'runc' }],
  clusterroles: [
    '/apis/rbac.authorization.k8s.io/v1',
    { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', rules: [] },
  ],
  flowschemas: [
    '/apis/flowcontrol.apiserver.k8s.io/v1',
    {
      apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
      kind: 'FlowSchema',
      spec: { matchingPrecedence: 9, priorityLevelConfiguration: { name: 'exempt' } },
    },
  ],
} as const;

interface Told {
  readonly put: number;
  readonly unversioned: number;
  readonly deleted: string;
  readonly generation?: number;
}

const rows: readonly (readonly [keyof typeof kinds, Told])[] = [
  ['configmaps', { put: 404, unversioned: 200, deleted: 'Status' }],
  ['services', { put: 201, unversioned: 200, deleted: 'Service' }],
  ['pods', { put: 404, unversioned: 422, deleted: 'Pod', generation: 1 }],
  ['limitranges', { put: 201, unversioned: 200, deleted: 'Status' }],
  ['poddisruptionbudgets', { put: 404, unversioned: 422, deleted: 'Status', generation: 1 }],
  ['storageclasses', { put: 404, unversioned: 200, deleted: 'StorageClass' }],
  ['runtimeclasses', { put: 201, unversioned: 422, deleted: 'Status' }],
  ['clusterroles', { put: 201, unversioned: 200, deleted: 'Status' }],
  ['flowschemas', { put: 404, unversioned: 200, deleted: 'Status', generation: 1 }],
];

describe('kind by kind', () => {
  it.each(rows)('%s', async (plural, told) => {
    const { send } = await requester();
    const [root, object] = kinds[plural];
    const named = (name: string) => JSON.stringify({ ...object, metadata: { name } });
    const collection = `${root}/${plural}`;
    const put = await send('PUT', `${collection}/absent`, named('absent'));
    const made = await send('POST', collection, named('a'));
    const unversioned = await send('PUT', `${collection}/a`, named('a'));
    const deleted = await send('DELETE', `${collection}/a`);
    expect({
      put: put.status,
      unversioned: unversioned.status,
      deleted: deleted.json.kind,
      generation: made.json.metadata.generation,
    }).toEqual({ generation: undefined, ...told });
  });

  it('a pod that ends at once tells that its grace is over', async () => {
    const { send } = await requester();
    await send('POST', `${core}/pods`, JSON.stringify({ ...kinds.pods[1], metadata: { name: 'a' } }));
    const { json } = await send('DELETE', `${core}/pods/a`);
    expect(json.metadata).toMatchObject({ deletionGracePeriodSeconds: 0, generation: 2 });
    expect(json.metadata.deletionTimestamp).toBeDefined();
  });

  it('a namespace that is going has no seconds of grace', async () => {
    const { send } = await requester();
    await send('POST', '/api/v1/namespaces', JSON.stringify({ metadata: { name: 'going' } }));
    const { json } = await send('DELETE', '/api/v1/namespaces/going');
    expect(Object.keys(json.metadata)).toContain('deletionTimestamp');
    expect(Object.keys(json.metadata)).not.toContain('deletionGracePeriodSeconds');
  });

  it('a ReplicationController leaves its pods behind, as of old', async () => {
    const { send } = await requester();
    const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } };
    await send(
      'POST',
      `${core}/replicationcontrollers`,
      JSON.stringify({ metadata: { name: 'a' }, spec: { template } }),
    );
    const { json, headers } = await send('DELETE', `${core}/replicationcontrollers/a`);
    expect([json.metadata.finalizers, headers['warning']]).toEqual([['orphan'], undefined]);
  });
});
