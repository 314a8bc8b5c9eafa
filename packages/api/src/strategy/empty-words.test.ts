/** Empty texts that are said, pairs that are not one of each, and amounts that go without: rows that `fuzz.ts` found. */
import { expect, it } from '@jest/globals';
import type { KubernetesObject } from '@pintle/machinery';
import { created, createFaults, statusFaults, updateFaults, type Written } from './served.fixture.js';

const subdomain =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const of = (apiVersion: string, kind: string, fields: object): Written => ({ apiVersion, kind, ...fields });
const webhook = (fields: object) =>
  of('admissionregistration.k8s.io/v1', 'MutatingWebhookConfiguration', {
    webhooks: [
      {
        ...{ name: 'a.b.c', sideEffects: 'None', admissionReviewVersions: ['v1'] },
        ...{ clientConfig: { url: 'https://a.example/' }, ...fields },
      },
    ],
  });
const reached = (path: string) => webhook({ clientConfig: { service: { name: 's', namespace: 'n', path } } });
const attachment = (persistentVolumeName: string) =>
  of('storage.k8s.io/v1', 'VolumeAttachment', {
    spec: { attacher: 'a', nodeName: 'n', source: { persistentVolumeName } },
  });
const ingressClass = (parameters: object) =>
  of('networking.k8s.io/v1', 'IngressClass', {
    spec: { controller: 'a.example/b', parameters: { kind: 'A', name: 'a', ...parameters } },
  });
const storageClass = (fields: object) => of('storage.k8s.io/v1', 'StorageClass', { provisioner: 'p', ...fields });
const slice = (protocol: string) =>
  of('discovery.k8s.io/v1', 'EndpointSlice', { addressType: 'IPv4', endpoints: [], ports: [{ protocol }] });
const job = (spec: object) =>
  of('batch/v1', 'Job', {
    metadata: { uid: 'u' },
    spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'i' }] } }, ...spec },
  });
const policy = (protocol: string) =>
  of('networking.k8s.io/v1', 'NetworkPolicy', { spec: { podSelector: {}, ingress: [{ ports: [{ protocol }] }] } });
const definition = (schema: object, ...more: readonly object[]): Written => ({
  ...of('apiextensions.k8s.io/v1', 'CustomResourceDefinition', {}),
  metadata: { name: 'things.example.com' },
  spec: {
    ...{ group: 'example.com', scope: 'Namespaced', names: { plural: 'things', kind: 'Thing' } },
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } }, ...more],
  },
});
const schema = { type: 'object' };
const root = 'spec.validation.openAPIV3Schema';

it.each<readonly [Written, readonly string[]]>([
  [
    webhook({ reinvocationPolicy: '' }),
    ['webhooks[0].reinvocationPolicy: Unsupported value: "": supported values: "IfNeeded", "Never"'],
  ],
  [
    webhook({ matchPolicy: '' }),
    ['webhooks[0].matchPolicy: Unsupported value: "": supported values: "Equivalent", "Exact"'],
  ],
  [
    reached('é'),
    [
      `webhooks[0].clientConfig.service.path: Invalid value: "é": must start with a '/'`,
      `webhooks[0].clientConfig.service.path: Invalid value: "é": segment[0]: ${subdomain}`,
    ],
  ],
  [
    webhook({ clientConfig: { url: '100%' } }),
    [
      'webhooks[0].clientConfig.url: Required value: url must be a valid URL: parse "100%": invalid URL escape "%"; desired format: https://host[/path]',
    ],
  ],
  [slice(''), ['ports[0].protocol: Unsupported value: "": supported values: "SCTP", "TCP", "UDP"']],
  [
    job({ completionMode: '..', backoffLimitPerIndex: 1 }),
    ['spec.completionMode: Unsupported value: "..": supported values: "NonIndexed", "Indexed"'],
  ],
  [
    attachment(''),
    [
      'spec.source.persistentVolumeName: Required value: must specify non empty persistentVolumeName',
      `spec.source.persistentVolumeName: Invalid value: "": ${subdomain}`,
    ],
  ],
  [
    ingressClass({ scope: '' }),
    ['spec.parameters.scope: Unsupported value: "": supported values: "Cluster", "Namespace"'],
  ],
  [ingressClass({}), []],
  [storageClass({ reclaimPolicy: '' }), []],
  [policy(''), ['spec.ingress[0].ports[0].protocol: Unsupported value: "": supported values: "TCP", "UDP", "SCTP"']],
  [
    definition(schema, { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } }),
    expect.arrayContaining([
      'status.storedVersions: Invalid value: []string{"v1"}: must have the storage version v1',
    ]) as never,
  ],
  [
    definition({ ...schema, default: {} }),
    [
      `${root}.default.apiVersion: Required value: must not be empty`,
      `${root}.default.kind: Required value: must not be empty`,
    ],
  ],
  [definition({ items: [] }), [`${root}.type: Required value: must not be empty at the root`]],
])('of %j is said', (object, faults) => {
  expect(createFaults(object)).toEqual(faults);
});

it('the name of a volume that was taken once is not looked at again', () => {
  expect(updateFaults(attachment('A'), attachment('A'))).toEqual([]);
});

it('items of a schema that are none are not kept', () => {
  const made = created<KubernetesObject & { readonly spec: object }>(
    definition({
      ...schema,
      properties: { a: { type: 'string', items: 1.5 }, b: { type: 'array', items: { type: 'string' } } },
    }),
  );
  expect(made.spec).toHaveProperty('versions[0].schema.openAPIV3Schema.properties', {
    a: { type: 'string' },
    b: { type: 'array', items: { type: 'string' } },
  });
});

it.each([
  [{ type: 'OnDelete' }, { type: 'OnDelete' }],
  [
    { type: 'OnDelete', rollingUpdate: { maxUnavailable: 80 } },
    { type: 'OnDelete', rollingUpdate: { maxUnavailable: 80, maxSurge: 0 } },
  ],
  [{ rollingUpdate: {} }, { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } }],
])('the update strategy %j of a DaemonSet is %j', (updateStrategy, whole) => {
  const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } };
  const set = of('apps/v1', 'DaemonSet', { spec: { selector: { matchLabels: { a: 'b' } }, template, updateStrategy } });
  expect(created(set)).toHaveProperty('spec.updateStrategy', whole);
});

it('two addresses of IPv4 are not one of each, however they are written', () => {
  const ips = [{ ip: '192.0.2.1' }, { ip: '::ffff:1.2.3.4' }];
  const pod = of('v1', 'Pod', { spec: { containers: [{ name: 'c', image: 'i' }] }, status: { podIPs: ips } });
  expect(statusFaults(pod)).toEqual([
    'status.podIPs: Invalid value: []core.PodIP{core.PodIP{IP:"192.0.2.1"}, core.PodIP{IP:"::ffff:1.2.3.4"}}: may specify no more than one IP for each IP family',
  ]);
});
