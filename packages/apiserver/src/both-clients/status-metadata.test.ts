/** What of the metadata a write of the status changes, kind by kind, as upstream's strategies have it. */
import { describe, expect, it } from '@jest/globals';
import { ValidatingAdmissionPolicy } from '@pintle/api/admissionregistration/v1';
import { CustomResourceDefinition } from '@pintle/api/apiextensions/v1';
import { APIService } from '@pintle/api/apiregistration/v1';
import { Deployment, ReplicaSet } from '@pintle/api/apps/v1';
import { Job } from '@pintle/api/batch/v1';
import { Namespace, Node, PersistentVolumeClaim, Pod, Service } from '@pintle/api/core/v1';
import { FlowSchema, PriorityLevelConfiguration } from '@pintle/api/flowcontrol/v1';
import { ServiceCIDR } from '@pintle/api/networking/v1';
import { ResourceClaim } from '@pintle/api/resource/v1beta2';
import { VolumeAttachment } from '@pintle/api/storage/v1';
import type { Kind, KubernetesObject } from '@pintle/machinery';
import { clients, deployment } from './clients.fixture.js';

const written = {
  labels: { a: '1' },
  annotations: { a: '1' },
  finalizers: ['example.com/a'],
  ownerReferences: [{ apiVersion: 'v1', kind: 'Namespace', name: 'o', uid: 'u' }],
};
type Field = keyof typeof written;
const all = Object.keys(written) as Field[];
const template = deployment('web').spec!.template;
const selector = deployment('web').spec!.selector;

const kinds: readonly (readonly [Kind, object, readonly Field[]])[] = [
  [Pod, { spec: { containers: [{ name: 'main', image: 'x' }] } }, ['labels', 'annotations', 'finalizers']],
  [Deployment, { spec: { selector, template } }, ['annotations', 'finalizers', 'ownerReferences']],
  [ReplicaSet, { spec: { selector, template } }, all],
  [Job, { spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'x' }] } } } }, all],
  [Node, {}, all],
  [Namespace, {}, all],
  [Service, { spec: { ports: [{ port: 80 }] } }, all],
  [
    PersistentVolumeClaim,
    { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } },
    all,
  ],
  [
    CustomResourceDefinition,
    {
      metadata: { name: 'as.example.com' },
      spec: {
        group: 'example.com',
        scope: 'Cluster',
        names: { plural: 'as', kind: 'A' },
        versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
      },
    },
    all,
  ],
  [
    APIService,
    {
      metadata: { name: 'v1.a.b' },
      spec: {
        group: 'a.b',
        version: 'v1',
        groupPriorityMinimum: 1,
        versionPriority: 1,
        service: { namespace: 'a', name: 'b' },
        insecureSkipTLSVerify: true,
      },
    },
    [],
  ],
  [FlowSchema, { spec: { priorityLevelConfiguration: { name: 'exempt' }, matchingPrecedence: 9 } }, []],
  [PriorityLevelConfiguration, { spec: { type: 'Limited', limited: { limitResponse: { type: 'Reject' } } } }, []],
  [
    ValidatingAdmissionPolicy,
    {
      spec: {
        matchConstraints: {
          resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
        },
        validations: [{ expression: 'true' }],
      },
    },
    [],
  ],
  [VolumeAttachment, { spec: { attacher: 'a', nodeName: 'n', source: { persistentVolumeName: 'v' } } }, []],
  [ServiceCIDR, { spec: { cidrs: ['10.1.0.0/24'] } }, []],
  [ResourceClaim, { spec: { devices: {} } }, []],
];

describe.each(clients)('%s', (_way, connect) => {
  it.each(kinds.map(([kind, object, changed]) => [kind.kind, kind, object, changed] as const))(
    'a write of the status of a %s',
    async (name, kind, object, changed) => {
      const client = await connect();
      const made = await client.create({
        apiVersion: kind.group === '' ? kind.version : `${kind.group}/${kind.version}`,
        kind: name,
        metadata: { name: 'a' },
        ...object,
      } as KubernetesObject);
      const key = { name: made.metadata.name!, ...(kind.scope === 'Namespaced' ? { namespace: 'default' } : {}) };
      const body = { metadata: written };
      const after = await client.patch(kind, key, { type: 'merge', body }, { subresource: 'status' });
      const fresh = (field: Field) =>
        JSON.stringify(after.metadata[field] ?? null) !== JSON.stringify(made.metadata[field] ?? null);
      expect(all.filter(fresh)).toEqual(changed);
    },
  );
});
