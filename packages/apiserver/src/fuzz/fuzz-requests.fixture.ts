/**
 * Requests that make no sense, from a seed: sensible ones of every sort, bent at random in path, query, headers and body.
 * The same seed gives the same requests.
 */
import type { Random as RandomSource } from '@pintle/machinery';

export interface FuzzRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | undefined;
}

type Random = Pick<RandomSource, 'next'>;
type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

const methods = [
  'GET',
  'GET',
  'GET',
  'POST',
  'POST',
  'PUT',
  'PATCH',
  'PATCH',
  'DELETE',
  'HEAD',
  'OPTIONS',
  'TRACE',
  'BREW',
];

const places = [
  '/api/v1/namespaces/default/configmaps',
  '/api/v1/namespaces/default/configmaps/there',
  '/api/v1/namespaces/default/pods',
  '/api/v1/namespaces/default/pods/there',
  '/api/v1/namespaces/default/pods/there/status',
  '/api/v1/namespaces/default/pods/there/log',
  '/api/v1/namespaces/default/pods/there/eviction',
  '/api/v1/namespaces/default/pods/there/binding',
  '/api/v1/namespaces/default/services',
  '/api/v1/namespaces/default/secrets',
  '/api/v1/namespaces/default/events',
  '/api/v1/namespaces',
  '/api/v1/nodes/none',
  '/apis/apps/v1/namespaces/default/deployments',
  '/apis/apps/v1/namespaces/default/deployments/there',
  '/apis/apps/v1/namespaces/default/deployments/there/scale',
  '/apis/batch/v1/namespaces/default/cronjobs',
  '/apis/networking.k8s.io/v1/namespaces/default/ingresses',
  '/apis/rbac.authorization.k8s.io/v1/clusterroles',
  '/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings',
  '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
  '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies',
  '/apis/admissionregistration.k8s.io/v1alpha1/mutatingadmissionpolicies',
  '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
  '/apis/authorization.k8s.io/v1/subjectaccessreviews',
  '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews',
  '/apis/authentication.k8s.io/v1/tokenreviews',
  '/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas',
  '/apis/example.com/v1/namespaces/default/gadgets',
  '/apis/example.com/v1/namespaces/default/gadgets/there',
  '/apis/example.com/v2/gadgets',
  '/apis',
  '/api',
  '/openapi/v3',
  '/openapi/v2',
  '/version',
  '/readyz',
  '/metrics',
  '/',
];

const queries = [
  'labelSelector',
  'fieldSelector',
  'limit',
  'continue',
  'resourceVersion',
  'resourceVersionMatch',
  'watch',
  'timeoutSeconds',
  'allowWatchBookmarks',
  'sendInitialEvents',
  'fieldManager',
  'fieldValidation',
  'dryRun',
  'force',
  'gracePeriodSeconds',
  'propagationPolicy',
  'orphanDependents',
  'includeObject',
  'pretty',
  'tailLines',
  'sinceSeconds',
  'container',
];
const values = [
  '',
  'true',
  'false',
  '0',
  '1',
  '-1',
  '1e9',
  'NaN',
  '99999999999999999999',
  'All',
  'Strict',
  'Exact',
  'NotOlderThan',
  'Foreground',
  'app=web',
  'app in (a,b),!c',
  'app in (',
  'a=b,,c',
  'metadata.name=there',
  'metadata.name!=a,spec.nodeName=',
  'spec.colour=red',
  'eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MX0',
  '%00',
  '__proto__',
  'é',
];
const accepts = [
  'application/json',
  'application/json',
  'application/json',
  'application/json',
  '*/*',
  'application/yaml',
  'application/vnd.kubernetes.protobuf',
  'application/json;as=Table;v=v1;g=meta.k8s.io',
  'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io',
  'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList',
  '*/*',
  'text/html',
  ';;;,,,',
];
const types = [
  'application/json',
  'application/yaml',
  'application/vnd.kubernetes.protobuf',
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
  'application/apply-patch+cbor',
  'text/plain',
  '',
];
const scraps = [
  '%',
  '{',
  ']',
  '"',
  '\\',
  '\0',
  '__proto__',
  '-1',
  '1e999',
  '&',
  '?',
  '/',
  '../',
  'é',
  ',',
  '\ud800',
  '%E0%A4%A',
  '\n',
  '*',
  "'",
];

const container = { name: 'main', image: 'nginx' };
const rule = (expression: string): Json => ({ rule: expression, message: 'no', messageExpression: "'x'" });
const expressions = [
  'self.size > 1',
  "self.name.matches('^(a+)+$')",
  'self.all(x, self.all(y, self.all(z, x != y)))',
  'has(self.a) && self.a == oldSelf.a',
  "object.metadata.name.startsWith('x')",
  '[1,2,3].map(x, [x, x]).map(y, y + y)',
  "'a'.replace('a', 'aaaaaaaa')",
  'authorizer.requestResource.check("get").allowed()',
  "quantity('1Gi').isGreaterThan(quantity('1Mi'))",
  'Object{spec: Object.spec{replicas: 3}}',
  "[JSONPatch{op: 'add', path: '/a', value: 1}]",
  '1 / 0',
  '(((((((((1)))))))))',
  'x.y.z',
];

function bodies(random: Random): Json {
  const expression = pick(random, expressions);
  return pick<Json>(random, [
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'new' }, data: { a: '1' } },
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'new', labels: { a: 'b' } },
      spec: { containers: [container], nodeSelector: {} },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'new' },
      spec: { ports: [{ port: 80 }], selector: { a: 'b' } },
    },
    { apiVersion: 'v1', kind: 'Namespace', metadata: { generateName: 'ns-' } },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'there' },
      spec: {
        replicas: 1,
        selector: { matchLabels: { a: 'b' } },
        template: { metadata: { labels: { a: 'b' } }, spec: { containers: [container] } },
      },
    },
    {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: { name: 'new' },
      spec: {
        schedule: '* * * * *',
        jobTemplate: { spec: { template: { spec: { containers: [container], restartPolicy: 'Never' } } } },
      },
    },
    {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'gizmos.example.com' },
      spec: {
        group: 'example.com',
        scope: 'Namespaced',
        names: { plural: 'gizmos', kind: 'Gizmo' },
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            schema: {
              openAPIV3Schema: {
                type: 'object',
                properties: {
                  spec: {
                    type: 'object',
                    properties: { a: { type: 'string', pattern: '^(a+)+$', default: 'a' } },
                    'x-kubernetes-validations': [rule(expression)],
                  },
                },
              },
            },
          },
        ],
      },
    },
    {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name: 'p' },
      spec: {
        matchConstraints: {
          resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['nothing'] }],
        },
        validations: [{ expression }],
      },
    },
    {
      apiVersion: 'admissionregistration.k8s.io/v1alpha1',
      kind: 'MutatingAdmissionPolicy',
      metadata: { name: 'p' },
      spec: {
        matchConstraints: {
          resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['nothing'] }],
        },
        reinvocationPolicy: 'Never',
        mutations: [{ patchType: 'JSONPatch', jsonPatch: { expression } }],
      },
    },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: 'r' },
      rules: [{ verbs: ['get'], apiGroups: [''], resources: ['pods'] }],
      aggregationRule: { clusterRoleSelectors: [{ matchLabels: { a: 'b' } }] },
    },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: 'r' },
      roleRef: { kind: 'Role', name: 'x' },
      subjects: [{ kind: 'User', name: 'u' }],
    },
    {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      spec: { user: 'u', resourceAttributes: { verb: 'get', resource: 'pods', fieldSelector: { rawSelector: 'a=b' } } },
    },
    { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token: 'a.b.c', audiences: ['x'] } },
    {
      apiVersion: 'policy/v1',
      kind: 'Eviction',
      metadata: { name: 'there' },
      deleteOptions: { gracePeriodSeconds: 0 },
    },
    { apiVersion: 'autoscaling/v1', kind: 'Scale', metadata: { name: 'there' }, spec: { replicas: 2 } },
    { apiVersion: 'example.com/v1', kind: 'Gadget', metadata: { name: 'there' }, spec: { size: 3, name: 'aaaa' } },
    { kind: 'DeleteOptions', apiVersion: 'v1', preconditions: { uid: 'x' }, propagationPolicy: 'Foreground' },
    [
      { op: 'add', path: '/data/b', value: '2' },
      { op: 'test', path: '/data/a', value: '1' },
      { op: 'move', from: '/data/a', path: '/data/c' },
    ],
    { data: { a: null, b: 'x' }, metadata: { labels: { $patch: 'replace' }, finalizers: ['a.b/c'] } },
    {
      spec: {
        containers: [{ name: 'main', $patch: 'delete' }],
        '$setElementOrder/containers': [{ name: 'main' }],
        $retainKeys: ['a'],
      },
    },
  ]);
}

const oddities: readonly Json[] = [
  null,
  true,
  0,
  -1,
  1.5,
  1e308,
  '',
  'x',
  [],
  {},
  [null],
  { a: null },
  '\0',
  'a'.repeat(300),
  [[[[]]]],
  { __proto__x: 1, constructor: 1 },
];

const pick = <T>(random: Random, from: readonly T[]): T => from[Math.floor(random.next() * from.length)]!;
const chance = (random: Random, probability: number) => random.next() < probability;

/** A value with one place of it changed: replaced, left out, doubled, or under another key. */
function bend(random: Random, value: Json): Json {
  if (typeof value !== 'object' || value === null || chance(random, 0.15)) return pick(random, oddities);
  if (Array.isArray(value)) {
    const list = value as readonly Json[];
    if (list.length === 0) return [pick(random, oddities)];
    const at = Math.floor(random.next() * list.length);
    const bent = chance(random, 0.2) ? [...list, list[at]!] : (list.with?.(at, bend(random, list[at]!)) ?? list);
    return bent;
  }
  const entries = Object.entries(value as { readonly [key: string]: Json });
  if (entries.length === 0) return { [pick(random, scraps)]: pick(random, oddities) };
  const at = Math.floor(random.next() * entries.length);
  const [key, inner] = entries[at]!;
  const { [key]: _gone, ...rest } = value as { readonly [key: string]: Json };
  const how = random.next();
  if (how < 0.1) return rest;
  if (how < 0.2) return { ...rest, [`${key}${pick(random, scraps)}`]: inner };
  if (how < 0.3)
    return {
      ...(value as object),
      [pick(random, ['metadata', 'spec', 'status', '__proto__', 'kind', 'apiVersion'])]: pick(random, oddities),
    };
  return { ...rest, [key]: bend(random, inner) };
}

function mangle(random: Random, text: string): string {
  const at = Math.floor(random.next() * (text.length + 1));
  return text.slice(0, at) + pick(random, scraps) + text.slice(at + Math.floor(random.next() * 4));
}

/** Protobuf's envelope around what may be a message. */
function envelope(random: Random): Uint8Array {
  const length = Math.floor(random.next() * 60);
  const bytes = Uint8Array.from({ length }, () => Math.floor(random.next() * 256));
  const known = Buffer.from([
    0x0a,
    0x0f,
    0x0a,
    0x02,
    0x76,
    0x31,
    0x12,
    0x09,
    ...Buffer.from('ConfigMap'),
    0x12,
    Math.min(127, length),
  ]);
  return Buffer.concat([Buffer.from('k8s\0'), chance(random, 0.6) ? known : Buffer.alloc(0), bytes]);
}

function targetOf(random: Random): string {
  const place = chance(random, 0.25) ? mangle(random, pick(random, places)) : pick(random, places);
  const count = Math.floor(random.next() * 4);
  const query = Array.from({ length: count }, () => {
    const value = pick(random, values);
    return `${pick(random, queries)}=${encodeURIComponent(chance(random, 0.3) ? mangle(random, value).replaceAll('\ud800', '') : value)}`;
  });
  // A watch that is wanted ends at once: what comes later is not of this request.
  if (query.some((part) => part.startsWith('watch='))) query.push('timeoutSeconds=1');
  const path = place.startsWith('/') ? place : `/${place}`;
  return query.length === 0 ? path.replaceAll('?', '') : `${path.replaceAll('?', '')}?${query.join('&')}`;
}

function bodyOf(random: Random, type: string): Uint8Array {
  if (type === 'application/vnd.kubernetes.protobuf') return envelope(random);
  let value = bodies(random);
  for (let times = Math.floor(random.next() * 3); times > 0; times--) value = bend(random, value);
  const text = JSON.stringify(value);
  const bytes = Buffer.from(chance(random, 0.25) ? mangle(random, text) : text);
  if (chance(random, 0.05)) return bytes.subarray(0, Math.floor(random.next() * bytes.length));
  return bytes;
}

/** Where objects of a kind live. */
const homes: Readonly<Record<string, string>> = {
  ConfigMap: '/api/v1/namespaces/default/configmaps',
  Pod: '/api/v1/namespaces/default/pods',
  Service: '/api/v1/namespaces/default/services',
  Namespace: '/api/v1/namespaces',
  Deployment: '/apis/apps/v1/namespaces/default/deployments',
  CronJob: '/apis/batch/v1/namespaces/default/cronjobs',
  CustomResourceDefinition: '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
  ValidatingAdmissionPolicy: '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies',
  MutatingAdmissionPolicy: '/apis/admissionregistration.k8s.io/v1alpha1/mutatingadmissionpolicies',
  ClusterRole: '/apis/rbac.authorization.k8s.io/v1/clusterroles',
  RoleBinding: '/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings',
  SubjectAccessReview: '/apis/authorization.k8s.io/v1/subjectaccessreviews',
  TokenReview: '/apis/authentication.k8s.io/v1/tokenreviews',
  Eviction: '/api/v1/namespaces/default/pods/there/eviction',
  Scale: '/apis/example.com/v1/namespaces/default/gadgets/there/scale',
  Gadget: '/apis/example.com/v1/namespaces/default/gadgets',
};

/** A write that nearly makes sense: an object of a kind, bent, sent to where it belongs. */
function nearlySensible(random: Random): Pick<FuzzRequest, 'method' | 'target' | 'body'> & { readonly type: string } {
  let object = bodies(random);
  const kind = (object as { readonly kind?: string }).kind ?? '';
  const home = homes[kind] ?? '/api/v1/namespaces/default/configmaps/there';
  for (let times = 1 + Math.floor(random.next() * 2); times > 0; times--) object = bend(random, object);
  const named = kind === '' || kind === 'Scale' || chance(random, 0.4);
  const path = named && !home.includes('/there') ? `${home}/${pick(random, ['there', 'new', 'p', 'r'])}` : home;
  const method = named ? pick(random, ['PUT', 'PATCH', 'PATCH', 'PATCH', 'DELETE', 'GET']) : 'POST';
  const type = method === 'PATCH' ? pick(random, types.slice(3, 7)) : pick(random, types.slice(0, 2));
  const query = chance(random, 0.4)
    ? `?${pick(random, ['dryRun=All', 'fieldValidation=Strict', 'fieldManager=f', 'fieldManager=f&force=true'])}`
    : '';
  return {
    method,
    target: `${path}${query}`,
    type,
    body: method === 'GET' ? undefined : Buffer.from(JSON.stringify(object)),
  };
}

export function fuzzRequest(random: Random): FuzzRequest {
  const method = pick(random, methods);
  const sensible = chance(random, 0.6) ? nearlySensible(random) : undefined;
  const type = sensible?.type ?? pick(random, types);
  const odd = (probability: number) => sensible === undefined && chance(random, probability);
  const headers: Record<string, string> = {
    accept: pick(random, accepts),
    'user-agent': pick(random, ['kubectl/v1.33', '', 'a b/c', 'x'.repeat(200)]),
    ...(type === '' ? {} : { 'content-type': type }),
    ...(odd(0.1) ? { authorization: pick(random, ['Bearer x', 'Bearer a.b.c', 'Basic eDp5', 'Bearer ', '!']) } : {}),
    ...(odd(0.1) ? { 'impersonate-user': pick(random, ['', 'ann', 'system:serviceaccount:a:b', ':::']) } : {}),
    ...(odd(0.05) ? { 'impersonate-extra-%zz': 'x' } : {}),
    ...(odd(0.05) ? { 'content-encoding': 'gzip' } : {}),
    ...(odd(0.05) ? { 'audit-id': pick(random, ['x', 'y'.repeat(100), '\u0001']) } : {}),
  };
  if (sensible !== undefined)
    return { ...sensible, headers: { ...headers, accept: pick(random, accepts.slice(0, 6)) } };
  const body = method === 'GET' || method === 'HEAD' || chance(random, 0.05) ? undefined : bodyOf(random, type);
  return { method, target: targetOf(random), headers, body };
}
