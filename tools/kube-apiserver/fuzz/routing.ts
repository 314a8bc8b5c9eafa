/** Any method at any path, with any query and any wish for a form: what is served where, to whom, and how all else is refused. */
import type { Random } from '@pintle/machinery';
import { post, type Row } from '../compare/row.js';
import { samples } from '../compare/rows/samples.js';
import { queryOf, someOf, type Words, withQuery } from './bend-freely.js';
import type { Area } from './probe.js';
import { accepts } from './reading-case.js';
import { chance, pick } from './values.js';

const methods = ['GET', 'GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE', 'TRACE'] as const;
const subresources = [
  ...['status', 'scale', 'log', 'exec', 'eviction', 'binding', 'token', 'approval', 'finalize', 'ephemeralcontainers'],
  ...['resize', 'proxy', 'attach', 'portforward', 'nothing', '', 'status/more'],
];
const plain = [
  ...['/api', '/api/', '/apis', '/apis/', '/api/v1', '/api/v2', '/apis/apps', '/apis/apps/', '/apis/apps/v1'],
  ...['/apis/apps/v9', '/apis/nothing.example', '/apis/nothing.example/v1', '/version', '/version/', '/healthz'],
  ...['/livez/ping', '/readyz/nothing', '/nothing', '/api/v1/namespaces/n-ID/nothings', '/api/v1/nothings/x'],
  ...['/api/v1/namespaces', '/api/v1/namespaces/n-ID', '/api/v1/namespaces/n-ID/status'],
  ...[
    '/api/v1/namespaces/n-ID/finalize',
    '/api/v1/namespaces/n-ID/',
    '/api/v1/namespaces//pods',
    '/api/v1//pods',
    '/api/v1/bindings',
  ],
  ...[
    '/apis/apps/v1/namespaces/n-ID/pods',
    '/api/v1/namespaces/n-ID/deployments',
    '/openid/v1/jwks',
    '/metrics/nothing',
  ],
  ...['/apis/authorization.k8s.io/v1/subjectaccessreviews', '/apis/authorization.k8s.io/v1/subjectaccessreviews/x'],
  '/apis/authentication.k8s.io/v1/selfsubjectreviews',
];
const kinds = ['Pod', 'ConfigMap', 'Deployment', 'Service', 'Node', 'ServiceAccount', 'Lease', 'Role', 'ClusterRole'];
const few = samples.filter(({ object: { kind } }) => kinds.includes(kind));

const queries: Words = {
  limit: ['1', 'x'],
  watch: ['true', 'x'],
  fieldSelector: ['metadata.name=x-ID', 'metadata.name=other', 'x=y'],
  labelSelector: ['a=b', 'a in ('],
  resourceVersion: ['0', 'x'],
  dryRun: ['All', 'x'],
  fieldManager: ['me'],
  fieldValidation: ['Strict', 'x'],
  timeoutSeconds: ['1', 'x'],
  timeout: ['5s', 'x', '0s', '-1s', '1'],
  pretty: ['true'],
  export: ['true', '1'],
  exact: ['true'],
};
const contentTypes = [
  ...['application/json', 'application/json', 'application/merge-patch+json', 'application/json-patch+json'],
  ...['application/strategic-merge-patch+json', 'application/apply-patch+yaml', 'application/yaml', 'text/plain'],
  ...['application/apply-patch+cbor', 'application/vnd.kubernetes.protobuf', 'application/x-www-form-urlencoded', ''],
];
const askers = ['admin', 'admin', 'admin', 'admin', 'ann', 'nobody', 'badToken'] as const;

function placeOf(random: Random): { readonly path: string; readonly made: readonly Row[]; readonly body: unknown } {
  if (chance(random, 0.35)) return { path: pick(random, plain), made: [], body: pick(random, bodies) };
  const { path: place, object } = pick(random, few);
  // What is deleted here is nobody else's.
  const path = place.replace('NS', 'n-ID');
  const body = { ...object, metadata: { ...(object['metadata'] as object), name: 'x-ID' } };
  const made = chance(random, 0.5) ? [...inPlace, post(`${object.kind}: made`, path, body, { save: 'o' })] : [];
  const sent = chance(random, 0.6) ? body : pick(random, bodies);
  const draw = random.next();
  const older = chance(random, 0.08) ? path.replace(/v\d\w*\//, '$&watch/') : path;
  if (draw < 0.25) return { path: older, made, body: sent };
  if (draw < 0.35) return { path: older.replace('/namespaces/n-ID', ''), made, body: sent };
  if (draw < 0.6) return { path: `${older}/x-ID`, made, body: sent };
  // Nodes have no kubelets here.
  const parts = object.kind === 'Node' ? subresources.filter((part) => part !== 'proxy') : subresources;
  return { path: `${path}/x-ID/${pick(random, parts)}`, made, body: sent };
}

const inPlace: readonly Row[] = [
  post('a namespace', '/api/v1/namespaces', { metadata: { name: 'n-ID' } }),
  post('its account', '/api/v1/namespaces/n-ID/serviceaccounts', { metadata: { name: 'default' } }),
];
/** Lists what the servers have made themselves, or tells which versions they are. */
const isOwn = (path: string) =>
  /^\/(version|apis)\/?$/.test(path) || (path.startsWith('/api') && !path.includes('-ID'));

const bodies: readonly unknown[] = [undefined, {}, [], 'x', '', 'null', { apiVersion: 'v1', kind: 'Status' }];

export const routing: Area = {
  name: 'routing',
  probe(random) {
    const { path, made, body } = placeOf(random);
    const drawn = path.includes('//') ? 'GET' : pick(random, methods);
    // Nobody takes away what the servers have made.
    const method = drawn === 'DELETE' && isOwn(path) ? 'GET' : drawn;
    const sends = method !== 'GET' && method !== 'HEAD' && method !== 'OPTIONS' && method !== 'TRACE';
    const accept = chance(random, 0.25) ? accepts(random) : undefined;
    const isRaw = isOwn(path) || (accept !== undefined && /yaml|protobuf/.test(accept));
    const query = queryOf(chance(random, 0.4) ? someOf(random, queries, 2) : {});
    const isWatch = /watch/.test(`${path}?${query}`) && accept === undefined;
    const row: Row = {
      ...{ name: `${method}`, method, path: withQuery(path, query), as: pick(random, askers) },
      ...(sends && body !== undefined ? { body, contentType: pick(random, contentTypes) } : {}),
      ...(accept === undefined ? {} : { headers: { accept } }),
      ...(isRaw ? { counts: 'status' as const } : {}),
      ...(isWatch && method === 'GET' ? { stream: { lines: 3, waitMs: 1_200 } } : {}),
    };
    return [...made, row];
  },
};
