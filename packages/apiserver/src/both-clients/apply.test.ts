/** Server-side apply and managed fields through whole verbs: what upstream's own tests of `apply` are about. */

import { describe, expect, it } from '@jest/globals';
import { Deployment } from '@pintle/api/apps/v1';
import { HorizontalPodAutoscaler as HpaV1 } from '@pintle/api/autoscaling/v1';
import type { HorizontalPodAutoscaler as HpaV2 } from '@pintle/api/autoscaling/v2';
import { ConfigMap, type Pod } from '@pintle/api/core/v1';
import type { KubernetesObject, ManagedFieldsEntry } from '@pintle/machinery';
import { StatusError } from '@pintle/machinery';
import { clients, configMap, deployment, refusal } from './clients.fixture.js';

/** Entries in short: who, how, on what, and which fields. In the order of their names: that of times is proved where time stands still. */
const entriesOf = ({ metadata }: KubernetesObject) =>
  [...(metadata.managedFields ?? [])]
    .map(({ manager, operation, apiVersion, subresource, fieldsV1 }) => ({
      by: [manager, operation, apiVersion, ...(subresource === undefined ? [] : [subresource])].join(' '),
      fields: fieldsV1,
    }))
    .sort((a, b) => (a.by < b.by ? -1 : 1));
const managersOf = (object: KubernetesObject) => entriesOf(object).map(({ by }) => by);

const web = (replicas: number | undefined, image = 'nginx'): Deployment => {
  const { metadata, spec, ...rest } = deployment('web');
  return {
    ...rest,
    metadata,
    spec: {
      ...spec!,
      ...(replicas === undefined ? {} : { replicas }),
      template: { ...spec!.template, spec: { containers: [{ name: 'main', image }] } },
    },
  };
};
const key = { name: 'web' };

describe.each(clients)('%s', (_name, connect) => {
  it('accounts for what a creator wrote and what was filled in, as kube-apiserver does', async () => {
    const client = await connect();
    const made = await client.create(
      {
        ...web(3),
        spec: {
          ...web(3).spec!,
          template: {
            metadata: { labels: { app: 'web' } },
            spec: {
              enableServiceLinks: false,
              containers: [{ name: 'main', image: 'nginx', ports: [{ containerPort: 80 }] }],
            },
          },
        },
      },
      { fieldManager: 'kubectl-create' },
    );
    expect(entriesOf(made)).toEqual([
      {
        by: 'kubectl-create Update apps/v1',
        fields: {
          'f:metadata': { 'f:labels': { '.': {}, 'f:app': {} } },
          'f:spec': {
            'f:progressDeadlineSeconds': {},
            'f:replicas': {},
            'f:revisionHistoryLimit': {},
            'f:selector': {},
            'f:strategy': {
              'f:rollingUpdate': { '.': {}, 'f:maxSurge': {}, 'f:maxUnavailable': {} },
              'f:type': {},
            },
            'f:template': {
              'f:metadata': { 'f:labels': { '.': {}, 'f:app': {} } },
              'f:spec': {
                'f:containers': {
                  'k:{"name":"main"}': {
                    '.': {},
                    'f:image': {},
                    'f:imagePullPolicy': {},
                    'f:name': {},
                    'f:ports': {
                      '.': {},
                      'k:{"containerPort":80,"protocol":"TCP"}': { '.': {}, 'f:containerPort': {}, 'f:protocol': {} },
                    },
                    'f:resources': {},
                    'f:terminationMessagePath': {},
                    'f:terminationMessagePolicy': {},
                  },
                },
                'f:dnsPolicy': {},
                'f:enableServiceLinks': {},
                'f:restartPolicy': {},
                'f:schedulerName': {},
                'f:securityContext': {},
                'f:terminationGracePeriodSeconds': {},
              },
            },
          },
        },
      },
    ]);
  });

  it.each<[what: string, object: object, fields: object]>([
    [
      'any value, and an owner reference, as one piece',
      {
        apiVersion: 'apps/v1',
        kind: 'ControllerRevision',
        metadata: { name: 'x', ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'a', uid: 'b' }] },
        revision: 1,
        data: { spec: { template: { $patch: 'replace', metadata: { labels: { a: 'b' } } } } },
      },
      {
        'f:data': {},
        'f:metadata': { 'f:ownerReferences': { '.': {}, 'k:{"uid":"b"}': {} } },
        'f:revision': {},
      },
    ],
    [
      'the claim of a volume by its fields, though references are one piece elsewhere',
      {
        apiVersion: 'v1',
        kind: 'PersistentVolume',
        metadata: { name: 'pv' },
        spec: {
          capacity: { storage: '1Mi' },
          accessModes: ['ReadWriteOnce'],
          hostPath: { path: '/x' },
          claimRef: { name: 'a', namespace: 'default' },
        },
      },
      {
        'f:spec': {
          'f:accessModes': {},
          'f:capacity': { '.': {}, 'f:storage': {} },
          'f:claimRef': { '.': {}, 'f:name': {}, 'f:namespace': {} },
          'f:hostPath': { '.': {}, 'f:path': {}, 'f:type': {} },
          'f:persistentVolumeReclaimPolicy': {},
          'f:volumeMode': {},
        },
      },
    ],
  ])('accounts for %s', async (_what, object, fields) => {
    const client = await connect();
    const made = await client.create(object as KubernetesObject, { fieldManager: 'm' });
    expect(entriesOf(made)[0]!.fields).toEqual(fields);
  });

  it('accounts for nothing that admission adds', async () => {
    const client = await connect();
    const pod = await client.create<Pod>({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p' },
      spec: { containers: [{ name: 'main', image: 'x' }] },
    });
    expect(pod.spec?.serviceAccountName).toBe('default');
    const [entry] = entriesOf(pod);
    expect(Object.keys((entry!.fields as Record<string, object>)['f:spec']!)).not.toContain('f:serviceAccountName');
  });

  it('tells of every conflict, by manager and field', async () => {
    const client = await connect();
    await client.apply(web(2), { fieldManager: 'one' });
    await client.patch(Deployment, key, { type: 'merge', body: { spec: { paused: true } } }, { fieldManager: 'two' });
    const wishes = { ...web(5, 'httpd'), spec: { ...web(5, 'httpd').spec!, paused: false } };
    const error = await client.apply(wishes, { fieldManager: 'three' }).catch((caught: unknown) => caught);
    expect(StatusError.is(error, 'Conflict')).toBe(true);
    const { message, details, code } = (error as StatusError).status;
    expect(code).toBe(409);
    expect(message).toBe(
      [
        'Apply failed with 3 conflicts: conflicts with "one":',
        '- .spec.replicas',
        '- .spec.template.spec.containers[name="main"].image',
        'conflicts with "two" using apps/v1:',
        '- .spec.paused',
      ].join('\n'),
    );
    expect(details?.causes).toEqual([
      { reason: 'FieldManagerConflict', message: 'conflict with "one"', field: '.spec.replicas' },
      {
        reason: 'FieldManagerConflict',
        message: 'conflict with "one"',
        field: '.spec.template.spec.containers[name="main"].image',
      },
      { reason: 'FieldManagerConflict', message: 'conflict with "two" using apps/v1', field: '.spec.paused' },
    ]);
    expect(await refusal(client.apply(web(5), { fieldManager: 'three' }))).toMatchObject({
      message: 'Apply failed with 1 conflict: conflict with "one": .spec.replicas',
    });
    const forced = await client.apply(wishes, { fieldManager: 'three', force: true });
    // Go leaves a plain boolean out where it is false.
    expect([forced.spec?.replicas, forced.spec?.paused]).toEqual([5, undefined]);
  });

  it('takes away what nobody names any more, and leaves what others named', async () => {
    const client = await connect();
    await client.apply(configMap('a', { x: '1', y: '1' }), { fieldManager: 'one' });
    await client.apply(configMap('a', { x: '1' }), { fieldManager: 'two' });
    await client.patch(ConfigMap, { name: 'a' }, { type: 'merge', body: { data: { z: '1' } } });
    const left = await client.apply(configMap('a', {}), { fieldManager: 'one' });
    expect(left.data).toEqual({ x: '1', z: '1' });
    expect(managersOf(left)).toEqual(['one Apply v1', 'pintle Update v1', 'two Apply v1']);
    const gone = await client.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } } as ConfigMap, {
      fieldManager: 'two',
    });
    expect([gone.data, managersOf(gone)]).toEqual([{ z: '1' }, ['one Apply v1', 'pintle Update v1']]);
  });

  it('changes nothing, not even the version, when the same is applied again', async () => {
    const client = await connect();
    const first = await client.apply(web(2), { fieldManager: 'one' });
    const second = await client.apply(web(2), { fieldManager: 'one' });
    expect(second).toEqual(first);
    const shared = await client.apply(web(2), { fieldManager: 'two' });
    expect(shared.metadata.generation).toBe(1);
    expect(managersOf(shared)).toEqual(['one Apply apps/v1', 'two Apply apps/v1']);
  });

  it('takes over what kubectl applied on its own side', async () => {
    const client = await connect();
    const annotation = 'kubectl.kubernetes.io/last-applied-configuration';
    const wishes = web(2);
    await client.create(
      { ...wishes, metadata: { ...wishes.metadata, annotations: { [annotation]: JSON.stringify(wishes) } } },
      { fieldManager: 'kubectl-client-side-apply' },
    );
    expect(await refusal(client.apply(web(3), { fieldManager: 'other' }))).toMatchObject({ reason: 'Conflict' });
    const applied = await client.apply(web(3), { fieldManager: 'kubectl' });
    expect(applied.spec?.replicas).toBe(3);
    expect(JSON.parse(applied.metadata.annotations![annotation]!).spec.replicas).toBe(3);
    await client.patch(Deployment, key, { type: 'merge', body: { spec: { replicas: 7 } } }, { fieldManager: 'hpa' });
    expect(await refusal(client.apply(web(4), { fieldManager: 'kubectl' }))).toMatchObject({
      message: 'Apply failed with 1 conflict: conflict with "hpa" using apps/v1: .spec.replicas',
    });
  });

  it('lets a client rewrite the entries, as kubectl does to leave client-side apply behind', async () => {
    const client = await connect();
    const made = await client.create(configMap('a', { x: '1' }), { fieldManager: 'kubectl-client-side-apply' });
    const [entry] = made.metadata.managedFields as readonly ManagedFieldsEntry[];
    const upgraded = await client.patch(
      ConfigMap,
      { name: 'a' },
      {
        type: 'json',
        operations: [
          {
            op: 'replace',
            path: '/metadata/managedFields',
            value: [{ ...entry, manager: 'kubectl', operation: 'Apply' }],
          },
          { op: 'replace', path: '/metadata/resourceVersion', value: made.metadata.resourceVersion },
        ],
      },
    );
    expect(managersOf(upgraded)).toEqual(['kubectl Apply v1']);
    const emptied = await client.apply(configMap('a'), { fieldManager: 'kubectl' });
    expect(emptied.data).toBeUndefined();
  });

  it.each([
    ['an empty list', []],
    ['one empty entry', [{}]],
  ])('forgets all managers on %s; the next apply finds what was there before it', async (_what, managedFields) => {
    const client = await connect();
    await client.create(configMap('a', { x: '1' }));
    const reset = await client.patch(
      ConfigMap,
      { name: 'a' },
      { type: 'merge', body: { metadata: { managedFields } } },
    );
    expect(reset.metadata.managedFields).toBeUndefined();
    const still = await client.patch(ConfigMap, { name: 'a' }, { type: 'merge', body: { data: { y: '1' } } });
    expect(still.metadata.managedFields).toBeUndefined();
    expect(await refusal(client.apply(configMap('a', { x: '2' }), { fieldManager: 'me' }))).toMatchObject({
      message: 'Apply failed with 1 conflict: conflict with "before-first-apply" using v1: .data.x',
    });
    const applied = await client.apply(configMap('a', { z: '1' }), { fieldManager: 'me' });
    expect(entriesOf(applied)).toEqual([
      { by: 'before-first-apply Update v1', fields: { 'f:data': { '.': {}, 'f:x': {}, 'f:y': {} } } },
      { by: 'me Apply v1', fields: { 'f:data': { 'f:z': {} } } },
    ]);
  });

  it('keeps the managers of status and scale apart', async () => {
    const client = await connect();
    await client.apply(web(2), { fieldManager: 'one' });
    await client.patch(
      Deployment,
      key,
      { type: 'merge', body: { spec: { replicas: 3 } } },
      { subresource: 'scale', fieldManager: 'scaler' },
    );
    const status = { ...web(undefined), status: { replicas: 1 } };
    const told = await client.apply(status, { subresource: 'status', fieldManager: 'teller' });
    expect([told.status?.replicas, told.spec?.replicas]).toEqual([1, 3]);
    expect(entriesOf(told).slice(1)).toEqual([
      { by: 'scaler Update apps/v1 scale', fields: { 'f:spec': { 'f:replicas': {} } } },
      // The labels of a Deployment are not its status's to write.
      { by: 'teller Apply apps/v1 status', fields: { 'f:status': { 'f:replicas': {} } } },
    ]);
    expect(await refusal(client.apply(web(2), { fieldManager: 'one' }))).toMatchObject({
      message:
        'Apply failed with 1 conflict: conflict with "scaler" with subresource "scale" using apps/v1: .spec.replicas',
    });
    const scale = { apiVersion: 'autoscaling/v1', kind: 'Scale', metadata: { name: 'web' }, spec: { replicas: 4 } };
    expect(await client.patch(Deployment, key, { type: 'merge', body: scale }, { subresource: 'scale' })).toMatchObject(
      {
        spec: { replicas: 4 },
      },
    );
  });

  it('has a scaler, who has no time, before who wrote at one, so that a write of nothing changes nothing', async () => {
    const client = await connect();
    await client.create(web(2), { fieldManager: 'a' });
    const scaling = { type: 'merge', body: { spec: { replicas: 3 } } } as const;
    await client.patch(Deployment, key, scaling, { subresource: 'scale', fieldManager: 'z' });
    const scaled = await client.get(Deployment, key);
    expect(scaled.metadata.managedFields?.map(({ manager }) => manager)).toEqual(['z', 'a']);
    const nothing = await client.patch(Deployment, key, { type: 'merge', body: {} }, { fieldManager: 'm' });
    expect(nothing).toEqual(scaled);
  });

  it('reads the fields of each manager in the version that it wrote in', async () => {
    const client = await connect();
    const scaler = {
      apiVersion: 'autoscaling/v1',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'web' },
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
        maxReplicas: 10,
        targetCPUUtilizationPercentage: 50,
      },
    } as HpaV1;
    await client.apply(scaler, { fieldManager: 'old' });
    const newer = {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'web' },
      spec: { minReplicas: 2 },
    } as unknown as HpaV2;
    const both = await client.apply(newer, { fieldManager: 'new' });
    expect(both.spec).toMatchObject({ minReplicas: 2, maxReplicas: 10, metrics: [{ type: 'Resource' }] });
    expect(managersOf(both)).toEqual(['new Apply autoscaling/v2', 'old Apply autoscaling/v1']);
    // The same manager goes on in another version, and gives up what it named in the first.
    const { targetCPUUtilizationPercentage: _gone, ...rest } = scaler.spec!;
    const moved = await client.apply({ ...newer, spec: { ...rest, maxReplicas: 10 } } as unknown as HpaV2, {
      fieldManager: 'old',
    });
    expect(managersOf(moved)).toEqual(['new Apply autoscaling/v2', 'old Apply autoscaling/v2']);
    const seen = await client.get(HpaV1, key);
    // What nobody wishes for any more is as it was: the newer version, by way of which it would go, has it in any case.
    expect([seen.spec?.targetCPUUtilizationPercentage, seen.spec?.minReplicas]).toEqual([50, 2]);
  });

  it('refuses wishes that it cannot read', async () => {
    const client = await connect();
    const apply = (wishes: unknown) => refusal(client.apply(wishes as Deployment, { fieldManager: 'me' }));
    const withSpec = (spec: object) => ({ ...web(1), spec: { ...web(1).spec, ...spec } });
    const prefix = 'failed to create typed patch object (/web; apps/v1, Kind=Deployment): ';
    expect((await apply(withSpec({ replica: 1 }))).message).toBe(
      `${prefix}.spec.replica: field not declared in schema`,
    );
    expect((await apply(withSpec({ replicas: 'two' }))).message).toBe(
      `${prefix}.spec.replicas: expected numeric (int or float), got string`,
    );
    const containers = [
      { name: 'a', image: 'x' },
      { name: 'a', image: 'y' },
    ];
    expect((await apply(withSpec({ template: { spec: { containers } } }))).message).toBe(
      `${prefix}.spec.template.spec.containers: duplicate entries for key [name="a"]`,
    );
    // A name that nobody says is the empty one.
    expect((await apply(withSpec({ template: { spec: { containers: [{ image: 'x' }] } } }))).message).toContain(
      'spec.template.spec.containers[0].name: Required value',
    );
    const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: web(1).metadata, secrets: [{ uid: 'u' }] };
    expect((await apply(account)).message).toBe(
      'failed to create typed patch object (/web; /v1, Kind=ServiceAccount): .secrets: element 0: associative list with keys has an element that omits all key fields ["name"] (and doesn\'t have default values for any key fields)',
    );
    expect(await apply({ ...web(1), metadata: { name: 'web', managedFields: [{ manager: 'x' }] } })).toMatchObject({
      code: 400,
      message: 'metadata.managedFields must be nil',
    });
    expect(await apply({ ...web(1), metadata: { name: 'web', uid: 'u' } })).toMatchObject({
      code: 409,
      message:
        'Operation cannot be fulfilled on deployments.apps "web": uid mismatch: the provided object specified uid u, and no existing object was found',
    });
  });

  it('accounts for nothing where nothing is wished for', async () => {
    const client = await connect();
    const empty: ConfigMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'empty', namespace: 'default' } };
    const made = await client.apply(empty, { fieldManager: 'me' });
    expect('managedFields' in made.metadata).toBe(false);
  });

  it('writes nothing on a dry run, and only onto the version asked for', async () => {
    const client = await connect();
    const dry = await client.apply(web(2), { fieldManager: 'me', dryRun: true });
    expect(managersOf(dry)).toEqual(['me Apply apps/v1']);
    expect(await refusal(client.get(Deployment, key))).toMatchObject({ reason: 'NotFound' });
    const made = await client.apply(web(2), { fieldManager: 'me' });
    const { resourceVersion } = made.metadata;
    const wishes = { ...web(3), metadata: { ...web(3).metadata, resourceVersion: resourceVersion! } };
    expect((await client.apply(wishes, { fieldManager: 'me', dryRun: true })).spec?.replicas).toBe(3);
    expect((await client.get(Deployment, key)).spec?.replicas).toBe(2);
    expect((await client.apply(wishes, { fieldManager: 'me' })).spec?.replicas).toBe(3);
    expect(await refusal(client.apply(wishes, { fieldManager: 'me' }))).toMatchObject({
      message: expect.stringContaining('the object has been modified'),
    });
  });

  it('joins the oldest of many managers', async () => {
    const client = await connect();
    await client.create(configMap('a', { k0: '1' }), { fieldManager: 'm00' });
    for (let i = 1; i <= 12; i++) {
      const body = { data: { [`k${i}`]: '1' } };
      await client.patch(
        ConfigMap,
        { name: 'a' },
        { type: 'merge', body },
        { fieldManager: `m${String(i).padStart(2, '0')}` },
      );
    }
    const managers = managersOf(await client.get(ConfigMap, { name: 'a' }));
    expect(managers).toHaveLength(10);
    expect(managers).toContain('ancient-changes Update v1');
  });
});
