/** What the server tells of itself, asked for oddly: health by checks, documents by hash and form, discovery in forms that there are not. */
import { type Group, get, post, type Row } from '../row.js';

const v2 = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
const accepted = (name: string, path: string, accept: string, counts: Row['counts'] = 'status') =>
  get(`${name} as ${accept || 'nothing'}`, path, { headers: { accept }, counts });

const health: readonly Row[] = [
  ...[
    '/livez/',
    '/readyz/',
    '/healthz/',
    '/healthz/ping',
    '/readyz/ping',
    '/livez/etcd',
    '/readyz/etcd',
    '/readyz/log',
  ],
  ...[
    '/readyz/informer-sync',
    '/readyz/shutdown',
    '/livez/shutdown',
    '/livez/poststarthook',
    '/livez/poststarthook/absent',
  ],
  ...[
    '/readyz?exclude=etcd',
    '/livez?exclude=ping&exclude=log',
    '/livez?exclude=ping,log',
    '/readyz?exclude=',
    '/livez?verbose=0',
  ],
  ...['/livez/ping?verbose', '/livez/ping?exclude=ping', '/healthz?exclude=absent&verbose', '/livez/absent/more'],
].map((path) => get(path, path, { counts: path.includes('verbose') ? 'status' : 'all' }));

const documents: readonly Row[] = [...['/openapi', '/openapi/', '/openapi/v2/', '/openapi/v4'], ...[]].map((path) =>
  get(path, path, { counts: 'status' }),
);

const forms: readonly Row[] = [
  ...['application/json', '*/*', '', 'application/com.github.proto-openapi.spec.v3.v1.0+protobuf'].flatMap((accept) => [
    accepted('a document', '/openapi/v3/apis/apps/v1', accept),
  ]),
  ...['/api', '/apis', '/apis/apps', '/apis/apps/v1', '/version'].flatMap((path) =>
    [
      ...['text/html', 'application/xml', 'application/yaml', v2],
      ...[
        v2.replace('v=v2', 'v=v2beta1'),
        v2.replace('v=v2', 'v=v9'),
        `${v2},application/json`,
        'application/json;as=Table',
      ],
      ...['application/json;q=0', 'text/html,application/json;q=0.1', 'nonsense'],
    ].map((accept) => accepted(path, path, accept)),
  ),
  ...['/api', '/apis', '/apis/apps', '/version', '/healthz', '/livez', '/', '/nope'].flatMap((path) =>
    (['POST', 'DELETE', 'OPTIONS', 'HEAD', 'PATCH'] as const).map(
      (method): Row => ({ name: `${method} ${path}`, method, path, counts: 'status' }),
    ),
  ),
  ...['/logs', '/logs/', '/version/', '/./api'].map((path) =>
    get(path, path, { counts: path.startsWith('/api') || path === '/version/' ? 'status' : 'all' }),
  ),
  accepted('who issues tokens', '/.well-known/openid-configuration', 'text/html'),
  accepted('the keys', '/openid/v1/jwks', 'text/html'),
  post('the keys cannot be made', '/openid/v1/jwks', {}),
];

const index = { as: 'admin' } as const;
const openApi: readonly Row[] = [
  get('an old hash', '/openapi/v3/apis/apps/v1?hash=0123', { counts: 'status' }),
  get('an empty hash', '/openapi/v3/apis/apps/v1?hash=', { counts: 'status' }),
  ...[
    'text/html',
    'application/yaml',
    'application/xml',
    'nonsense',
    'application/json;q=0',
    'text/html,*/*;q=0.1',
  ].flatMap((accept) => [
    accepted('a document', '/openapi/v3/apis/apps/v1', accept),
    accepted('the index', '/openapi/v3', accept),
    accepted('the old one', '/openapi/v2', accept),
  ]),
  ...[
    '/openapi/v3/',
    '/openapi/v3/apis',
    '/openapi/v3/apis/apps',
    '/openapi/v3/apis/apps/v9',
    '/openapi/v3/api/v1/',
  ].map((path) => get(path, path, { ...index, counts: 'status' })),
  ...['/openapi/v2', '/openapi/v3', '/openapi/v3/apis/apps/v1'].flatMap((path) =>
    (['HEAD', 'POST', 'OPTIONS', 'DELETE'] as const).map(
      (method): Row => ({ name: `${method} ${path}`, method, path, counts: 'status' }),
    ),
  ),
];

const protobuf = 'application/vnd.kubernetes.protobuf';
const packed: readonly Row[] = [
  ...['/api', '/api/v1', '/apis', '/apis/apps', '/apis/apps/v1', '/version'].flatMap((path) => [
    accepted(path, path, protobuf),
    accepted(path, path, `${protobuf},application/json`),
    accepted(path, path, `application/json,${protobuf}`),
    accepted(path, path, v2.replace('application/json', protobuf)),
  ]),
];

const paths: readonly Row[] = [
  ...[
    '//api',
    '//apis',
    '/apis//',
    '/api//v1',
    '/api//',
    '/api/',
    '/apis/',
    '/api/v1/',
    '/api/v1//',
    '/apis/apps/',
    '/apis/apps/v1/',
  ],
  ...[
    '/index.html',
    '/index.htm',
    '/api/index.html',
    '/favicon.ico',
    '/swagger.json',
    '/swaggerapi',
    '/ui',
    '/.well-known/',
  ],
  ...[
    '/api/v2',
    '/api/v1/none',
    '/api/v1/pods/',
    '/api/v1//pods',
    '/api/v1/namespaces/default/',
    '/api/v1/namespaces/default/pods/',
  ],
  ...['/api/v1/namespaces/default//pods', '/apis/apps/v1/deployments/', '/apis/none', '/apis/none/v1', '/apis/apps/v9'],
  ...[
    '/../api',
    '/api/../apis',
    '/api/./v1',
    '/api/v1/%2e%2e',
    '/%61pi',
    '/api/v1/pods?',
    '/API',
    '/?a=b',
    '/metrics/',
    '/metrics/none',
  ],
  ...[
    '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/',
    '/apis/authentication.k8s.io/v1/tokenreviews',
    '/apis/authorization.k8s.io/v1/',
  ],
].map((path) =>
  get(`the path ${path}`, path, {
    counts: path.includes('index') || path.includes('debug') || path.includes('?a') ? 'status' : 'all',
  }),
);

export const serving: Group = {
  name: 'serving',
  rows: [...health, ...documents, ...forms, ...openApi, ...packed, ...paths],
};
