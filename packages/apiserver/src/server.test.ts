/** The pipeline's semantics, through the in-process client on virtual time. */

import { describe, expect, it } from '@jest/globals';
import { CustomResourceDefinition } from '@pintle/api/apiextensions/v1';
import { Deployment } from '@pintle/api/apps/v1';
import { ConfigMap, Event, Namespace, Node, Pod, Service } from '@pintle/api/core/v1';
import { defineKind, type Infer, int32, object, StatusError, string, virtualWorld } from '@pintle/machinery';
import { createApiServer } from './server.js';

async function server(options: Parameters<typeof createApiServer>[0] = {}) {
  const world = virtualWorld();
  const api = await createApiServer({ world, ...options });
  return { api, client: api.client(), world };
}

const configMap = (name: string, data: Record<string, string> = {}): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default' },
  data,
});
const pod = (name: string, more: object = {}): Pod =>
  ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default' },
    spec: { containers: [{ name: 'main', image: 'nginx' }], ...more },
  }) as Pod;
const deployment = (name: string, replicas = 1): Deployment =>
  ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'default' },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'main', image: 'nginx:1' }] } },
    },
  }) as Deployment;

const failure = async (work: Promise<unknown>): Promise<StatusError> => {
  const error = await work.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  if (!StatusError.is(error)) throw new Error(`expected a StatusError, got ${String(error)}`);
  return error;
};

describe('create', () => {
  it('stamps, defaults and freezes', async () => {
    const { client } = await server();
    const made = await client.create(deployment('web'));
    expect(made.metadata).toMatchObject({
      generation: 1,
      creationTimestamp: '2025-01-01T00:00:00Z',
      uid: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(made.spec).toMatchObject({
      revisionHistoryLimit: 10,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
    });
    expect(made.spec!.template.spec!).toMatchObject({
      restartPolicy: 'Always',
      terminationGracePeriodSeconds: 30,
      containers: [{ imagePullPolicy: 'IfNotPresent' }],
    });
    expect(Object.isFrozen(made.spec!.template.spec!.containers)).toBe(true);
    expect(await client.get(Deployment, { name: 'web', namespace: 'default' })).toBe(made);
  });

  it('refuses what is there, what is invalid and what lives in no namespace', async () => {
    const { client } = await server();
    await client.create(configMap('a'));
    expect(await failure(client.create(configMap('a')))).toMatchObject({
      reason: 'AlreadyExists',
      code: 409,
      message: 'configmaps "a" already exists',
    });
    expect(await failure(client.create(configMap('Bad Name')))).toMatchObject({
      reason: 'Invalid',
      code: 422,
      message: expect.stringContaining('metadata.name: Invalid value: "Bad Name"'),
    });
    expect(
      await failure(client.create({ ...configMap('b'), metadata: { name: 'b', namespace: 'nowhere' } })),
    ).toMatchObject({ reason: 'NotFound', message: 'namespaces "nowhere" not found' });
    expect(await failure(client.create(pod('p', { containers: [] })))).toMatchObject({
      message: 'Pod "p" is invalid: spec.containers: Required value',
    });
  });

  it('generates names, and counts up to eight attempts', async () => {
    const { client } = await server();
    const { metadata } = await client.create({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { generateName: 'web-', namespace: 'default' },
    } as ConfigMap);
    expect(metadata.name).toMatch(/^web-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
  });

  it('writes nothing on a dry run', async () => {
    const { client } = await server();
    expect((await client.create(configMap('a'), { dryRun: true })).metadata.name).toBe('a');
    expect(await failure(client.get(ConfigMap, { name: 'a', namespace: 'default' }))).toMatchObject({
      reason: 'NotFound',
    });
  });

  it('reports unknown fields when asked to be strict', async () => {
    const { client } = await server();
    const odd = { ...deployment('web'), spec: { ...deployment('web').spec, replica: 3 } } as unknown as Deployment;
    expect(await failure(client.create(odd, { fieldValidation: 'Strict' }))).toMatchObject({
      reason: 'BadRequest',
      message:
        'Deployment in version "v1" cannot be handled as a Deployment: strict decoding error: unknown field "spec.replica"',
    });
    expect(await client.create(odd)).not.toHaveProperty('spec.replica');
  });
});

describe('update', () => {
  it('takes only the newest version, counts generations, and keeps the status apart', async () => {
    const { client } = await server();
    const made = await client.create(deployment('web'));
    const scaled = await client.update({
      ...made,
      spec: { ...made.spec!, replicas: 2 },
      status: { replicas: 9 },
    } as Deployment);
    expect(scaled.metadata.generation).toBe(2);
    expect(scaled.status).toEqual({});
    expect(await failure(client.update({ ...made, spec: { ...made.spec!, replicas: 3 } } as Deployment))).toMatchObject(
      { reason: 'Conflict', message: expect.stringContaining('the object has been modified') },
    );
    const told = await client.update(
      { ...scaled, spec: { ...scaled.spec!, replicas: 7 }, status: { replicas: 2 } } as Deployment,
      { subresource: 'status' },
    );
    expect(told).toMatchObject({ spec: { replicas: 2 }, status: { replicas: 2 }, metadata: { generation: 2 } });
  });

  it('writes nothing when nothing changes', async () => {
    const { client } = await server();
    const made = await client.create(deployment('web'));
    expect(await client.update(made)).toBe(made);
    expect(await client.patch(Deployment, { name: 'web' }, { type: 'merge', body: { spec: { replicas: 1 } } })).toBe(
      made,
    );
  });

  it('makes a patch anew when somebody was faster, and an update that names a version not', async () => {
    const { client } = await server();
    const made = await client.create(configMap('a'));
    const key = { name: 'a', namespace: 'default' };
    const patches = Array.from({ length: 10 }, (_, index) =>
      client.patch(ConfigMap, key, { type: 'merge', body: { data: { [`k${index}`]: 'x' } } }),
    );
    await Promise.all(patches);
    expect(Object.keys((await client.get(ConfigMap, key)).data ?? {})).toHaveLength(10);
    const stale = { resourceVersion: made.metadata.resourceVersion };
    const named = client.patch(ConfigMap, key, { type: 'merge', body: { metadata: stale, data: { late: 'x' } } });
    expect((await failure(named)).reason).toBe('Conflict');
    expect((await failure(client.update({ ...made, data: { late: 'x' } }))).reason).toBe('Conflict');
  });

  it('patches by JSON patch, merge patch and strategic merge patch', async () => {
    const { client } = await server();
    await client.create(deployment('web'));
    const key = { name: 'web', namespace: 'default' };
    const merged = await client.patch(Deployment, key, {
      type: 'strategic',
      body: { spec: { template: { spec: { containers: [{ name: 'side', image: 'busybox' }] } } } },
    });
    expect(merged.spec!.template.spec!.containers.map(({ name }) => name)).toEqual(['side', 'main']);
    const patched = await client.patch(Deployment, key, {
      type: 'json',
      operations: [{ op: 'replace', path: '/spec/replicas', value: 5 }],
    });
    expect(patched.spec!.replicas).toBe(5);
    expect(
      await failure(
        client.patch(Deployment, key, { type: 'json', operations: [{ op: 'remove', path: '/spec/nothing' }] }),
      ),
    ).toMatchObject({ reason: 'Invalid' });
    expect(
      (await client.patch(Deployment, key, { type: 'merge', body: { spec: { replicas: null } } })).spec!.replicas,
    ).toBe(1);
  });
});

describe('server-side apply', () => {
  it('creates, changes nothing the second time, drops what is no longer named, and tells of conflicts', async () => {
    const { client } = await server();
    const wish = (data: Record<string, string>): ConfigMap => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'a', namespace: 'default' },
      data,
    });
    const made = await client.apply(wish({ x: '1', y: '2' }), { fieldManager: 'one' });
    expect(made.metadata.managedFields).toMatchObject([
      { manager: 'one', operation: 'Apply', fieldsV1: { 'f:data': { 'f:x': {}, 'f:y': {} } } },
    ]);
    expect(await client.apply(wish({ x: '1', y: '2' }), { fieldManager: 'one' })).toBe(made);
    expect((await client.apply(wish({ x: '1' }), { fieldManager: 'one' })).data).toEqual({ x: '1' });
    const both = await client.apply(wish({ z: '3' }), { fieldManager: 'two' });
    expect(both.data).toEqual({ x: '1', z: '3' });
    const conflict = await failure(client.apply(wish({ x: '9' }), { fieldManager: 'two' }));
    expect(conflict).toMatchObject({
      reason: 'Conflict',
      message: 'Apply failed with 1 conflict: conflict with "one": .data.x',
    });
    expect((await client.apply(wish({ x: '9' }), { fieldManager: 'two', force: true })).data).toEqual({ x: '9' });
  });
});

describe('delete', () => {
  it('removes at once what nothing holds, and answers with a Status', async () => {
    const { client } = await server();
    await client.create(configMap('a'));
    expect(await client.delete(ConfigMap, { name: 'a' })).toMatchObject({
      kind: 'Status',
      status: 'Success',
      details: { name: 'a', kind: 'configmaps' },
    });
  });

  it('waits for finalizers', async () => {
    const { client } = await server();
    await client.create({
      ...configMap('a'),
      metadata: { name: 'a', namespace: 'default', finalizers: ['example.com/hold'] },
    });
    expect(await client.delete(ConfigMap, { name: 'a' })).toMatchObject({
      metadata: { deletionTimestamp: '2025-01-01T00:00:00Z' },
    });
    await client.patch(ConfigMap, { name: 'a' }, { type: 'merge', body: { metadata: { finalizers: null } } });
    expect(await failure(client.get(ConfigMap, { name: 'a' }))).toMatchObject({ reason: 'NotFound' });
  });

  it('gives a bound pod its grace, and ends it when asked for none', async () => {
    const { client } = await server();
    const made = await client.create(pod('p'));
    await client.createSubresource(Pod, { name: 'p' }, 'binding', {
      apiVersion: 'v1',
      kind: 'Binding',
      metadata: { name: 'p' },
      target: { kind: 'Node', name: 'n' },
    });
    expect(await client.delete(Pod, { name: 'p' })).toMatchObject({
      metadata: { uid: made.metadata.uid, deletionGracePeriodSeconds: 30, deletionTimestamp: '2025-01-01T00:00:30Z' },
    });
    expect(await client.delete(Pod, { name: 'p' }, { gracePeriodSeconds: 0 })).toMatchObject({
      metadata: { uid: made.metadata.uid, deletionGracePeriodSeconds: 0, deletionTimestamp: '2025-01-01T00:00:00Z' },
    });
    expect(await failure(client.get(Pod, { name: 'p' }))).toMatchObject({ reason: 'NotFound' });
  });

  it('keeps a namespace until it is finalized, and lets nothing new in', async () => {
    const { client } = await server();
    await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team' } } as Namespace);
    expect(await client.delete(Namespace, { name: 'team' })).toMatchObject({ status: { phase: 'Terminating' } });
    expect(
      await failure(client.create({ ...configMap('a'), metadata: { name: 'a', namespace: 'team' } })),
    ).toMatchObject({ reason: 'Forbidden', message: expect.stringContaining('because it is being terminated') });
    const going = await client.get(Namespace, { name: 'team' });
    await client.update({ ...going, spec: { finalizers: [] } }, { subresource: 'finalize' });
    expect(await failure(client.get(Namespace, { name: 'team' }))).toMatchObject({ reason: 'NotFound' });
  });
});

describe('list and watch', () => {
  it('pages through a consistent snapshot', async () => {
    const { client } = await server();
    for (let i = 0; i < 7; i++) await client.create(configMap(`c${i}`));
    const first = await client.list(ConfigMap, { namespace: 'default', limit: 3 });
    expect(first.metadata.remainingItemCount).toBe(4);
    await client.create(configMap('c00'));
    const rest = await client.list(ConfigMap, { namespace: 'default', continue: first.metadata.continue! });
    expect([...first, ...rest].map(({ metadata }) => metadata.name)).toEqual([
      'c0',
      'c1',
      'c2',
      'c3',
      'c4',
      'c5',
      'c6',
    ]);
    expect(rest.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
  });

  it('selects by label and field, and says what cannot be selected by', async () => {
    const { client } = await server();
    await client.create({ ...pod('a'), metadata: { name: 'a', labels: { app: 'web' } } } as Pod);
    await client.create(pod('b'));
    expect((await client.list(Pod, { labelSelector: 'app in (web,db)' })).map(({ metadata }) => metadata.name)).toEqual(
      ['a'],
    );
    expect(await client.list(Pod, { fieldSelector: 'spec.nodeName=' })).toHaveLength(2);
    expect(await failure(client.list(Pod, { fieldSelector: 'spec.nope=1' }))).toMatchObject({
      reason: 'BadRequest',
      message: expect.stringContaining('field label not supported: spec.nope'),
    });
    expect(await failure(client.list(Pod, { labelSelector: 'a=(' }))).toMatchObject({ reason: 'BadRequest' });
  });

  it('turns changes into arrivals and departures of a selection', async () => {
    const { client, world } = await server();
    const seen: string[] = [];
    const subscription = client
      .watch(ConfigMap, { namespace: 'default', labelSelector: 'on' })
      .subscribe(({ type, object: { metadata } }) => seen.push(`${type} ${metadata.name} ${metadata.resourceVersion}`));
    await world.settle();
    const label = (labels: object | null) =>
      client.patch(ConfigMap, { name: 'a' }, { type: 'merge', body: { metadata: { labels } } });
    const start = Number((await client.create(configMap('a'))).metadata.resourceVersion);
    await label({ on: '1' });
    await label({ on: '2' });
    await label(null);
    await client.delete(ConfigMap, { name: 'a' });
    subscription.unsubscribe();
    expect(seen).toEqual([`ADDED a ${start + 1}`, `MODIFIED a ${start + 2}`, `DELETED a ${start + 3}`]);
  });

  it('refuses a version from the future, and one that is compacted', async () => {
    const { api, client, world } = await server();
    const { metadata } = await client.create(configMap('a'));
    await client.create(configMap('b'));
    await api.core.backend.compact(api.core.backend.status().revision);
    let error: unknown;
    client
      .watch(ConfigMap, { resourceVersion: metadata.resourceVersion! })
      .subscribe({ error: (caught: unknown) => (error = caught) });
    await world.settle();
    expect(error).toMatchObject({ reason: 'Expired', code: 410 });
    expect(await failure(client.list(ConfigMap, { resourceVersion: '99999' }))).toMatchObject({ reason: 'Timeout' });
  });
});

describe('custom resources', () => {
  const Website = defineKind({
    group: 'example.com',
    version: 'v1',
    kind: 'Website',
    fields: { spec: object({ replicas: int32().default(1), host: string().required() }).required() },
    subresources: { scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' } },
  });
  type Website = Infer<typeof Website>;

  it('serves kinds that a program declares', async () => {
    const { client } = await server({ kinds: [Website] });
    const made = await client.create<Website>({
      apiVersion: 'example.com/v1',
      kind: 'Website',
      metadata: { name: 'shop' },
      spec: { host: 'shop.test' },
    });
    expect(made.spec).toEqual({ host: 'shop.test', replicas: 1 });
    expect(await client.get(Website, { name: 'shop' }, { subresource: 'scale' })).toMatchObject({
      kind: 'Scale',
      spec: { replicas: 1 },
    });
  });

  it('serves a CustomResourceDefinition from the moment it is written, and empties it before it goes', async () => {
    const { client, world } = await server();
    const properties = { spec: { type: 'object', properties: { size: { type: 'integer', minimum: 1, default: 3 } } } };
    await client.create({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'boats.sea.test' },
      spec: {
        group: 'sea.test',
        scope: 'Namespaced',
        names: { plural: 'boats', kind: 'Boat' },
        versions: [
          { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', properties } } },
        ],
      },
    } as unknown as CustomResourceDefinition);
    await world.settle();
    const crd = await client.get(CustomResourceDefinition, { name: 'boats.sea.test' });
    expect(crd.status?.conditions).toMatchObject([
      { type: 'NamesAccepted', status: 'True' },
      { type: 'Established', status: 'True' },
    ]);
    const boat = (name: string, spec: object) =>
      client.create({ apiVersion: 'sea.test/v1', kind: 'Boat', metadata: { name }, spec } as never);
    expect(await boat('a', { junk: 1 })).toMatchObject({ spec: { size: 3 } });
    expect(await failure(boat('b', { size: 0 }))).toMatchObject({
      reason: 'Invalid',
      message:
        'Boat.sea.test "b" is invalid: spec.size: Invalid value: 0: spec.size in body should be greater than or equal to 1',
    });
    await client.delete(CustomResourceDefinition, { name: 'boats.sea.test' });
    await world.settle();
    expect(await failure(client.get(CustomResourceDefinition, { name: 'boats.sea.test' }))).toMatchObject({
      reason: 'NotFound',
    });
    expect(await failure(boat('c', {}))).toMatchObject({ reason: 'NotFound' });
  });
});

describe('services', () => {
  it('get addresses of their own and node ports', async () => {
    const { client } = await server();
    const service = (name: string, spec: object): Service =>
      ({ apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { ports: [{ port: 80 }], ...spec } }) as Service;
    const [a, b] = [await client.create(service('a', {})), await client.create(service('b', { type: 'NodePort' }))];
    expect(a.spec).toMatchObject({
      type: 'ClusterIP',
      ipFamilies: ['IPv4'],
      clusterIP: expect.stringMatching(/^10\.(9[6-9]|1[01]\d)\./),
      ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }],
    });
    expect(a.spec!.clusterIP).not.toBe(b.spec!.clusterIP);
    expect(b.spec!.ports![0]!.nodePort).toBeGreaterThanOrEqual(30000);
    expect(await failure(client.create(service('c', { clusterIP: a.spec!.clusterIP })))).toMatchObject({
      reason: 'Invalid',
      message: expect.stringContaining('provided IP is already allocated'),
    });
    await client.delete(Service, { name: 'a' });
    expect((await client.create(service('c', { clusterIP: a.spec!.clusterIP }))).spec!.clusterIP).toBe(
      a.spec!.clusterIP,
    );
  });
});

describe('other versions', () => {
  it('serves events as events.k8s.io/v1 too', async () => {
    const { client } = await server();
    await client.create({
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: 'e' },
      involvedObject: { kind: 'Pod', name: 'p' },
      message: 'hello',
    } as Event);
    const kind = { ...Event, group: 'events.k8s.io' };
    expect(await client.get(kind as typeof Event, { name: 'e', namespace: 'default' })).toMatchObject({
      apiVersion: 'events.k8s.io/v1',
      note: 'hello',
      regarding: { name: 'p' },
    });
  });
});

describe('many nodes', () => {
  it('are told apart by name', async () => {
    const { client } = await server();
    await client.create({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1' } } as Node);
    expect((await client.list(Node)).map(({ metadata }) => metadata.name)).toEqual(['n1']);
  });
});
