import { expect, it } from '@jest/globals';
import { isLongRunning, isMutating, requestInfo } from './request-info.js';

/** Method and target; what it is; whether it may change something; whether it may take long. */
const cases: readonly (readonly [string, object, boolean, boolean])[] = [
  ['GET /api/v1/pods', { verb: 'list', group: '', version: 'v1', resource: 'pods' }, false, false],
  ['GET /api/v1/namespaces/a/pods', { verb: 'list', namespace: 'a', resource: 'pods' }, false, false],
  ['GET /api/v1/namespaces/a/pods/b', { verb: 'get', namespace: 'a', name: 'b' }, false, false],
  ['HEAD /api/v1/namespaces/a/pods/b', { verb: 'get', name: 'b' }, false, false],
  ['GET /api/v1/namespaces/a/pods/b/log', { verb: 'get', name: 'b', subresource: 'log' }, false, true],
  ['POST /api/v1/namespaces/a/pods/b/exec', { verb: 'create', name: 'b', subresource: 'exec' }, true, true],
  ['GET /api/v1/pods?watch=true', { verb: 'watch', resource: 'pods' }, false, true],
  ['GET /api/v1/pods?watch=1', { verb: 'watch', resource: 'pods' }, false, true],
  ['GET /api/v1/pods?watch=0', { verb: 'list', resource: 'pods' }, false, false],
  ['GET /api/v1/namespaces/a/pods?fieldSelector=metadata.name%3Db', { verb: 'list', name: 'b' }, false, false],
  ['GET /api/v1/pods?watch=1&fieldSelector=a%3Dc,metadata.name%3D%3Db', { verb: 'watch', name: 'b' }, false, true],
  ['POST /apis/apps/v1/namespaces/a/deployments', { verb: 'create', group: 'apps', version: 'v1' }, true, false],
  ['PUT /apis/apps/v1/namespaces/a/deployments/b/status', { verb: 'update', subresource: 'status' }, true, false],
  ['PATCH /apis/apps/v1/namespaces/a/deployments/b', { verb: 'patch', resource: 'deployments' }, true, false],
  ['DELETE /api/v1/namespaces/a/pods', { verb: 'deletecollection' }, true, false],
  ['DELETE /api/v1/namespaces/a/pods/b', { verb: 'delete' }, true, false],
  ['GET /api/v1/namespaces/a', { verb: 'get', resource: 'namespaces', namespace: 'a', name: 'a' }, false, false],
  ['PUT /api/v1/namespaces/a/finalize', { namespace: 'a', name: 'a', subresource: 'finalize' }, true, false],
  ['POST /api/v1/namespaces', { verb: 'create', resource: 'namespaces' }, true, false],
  ['GET /api/v1/watch/namespaces/a/pods', { verb: 'watch', resource: 'pods', namespace: 'a' }, false, true],
  ['GET /api/v1/watch/pods?fieldSelector=metadata.name%3Db', { verb: 'watch', name: undefined }, false, true],
  ['DELETE /api/v1/watch/namespaces/a', { verb: 'watch', namespace: 'a', name: 'a' }, false, true],
  ['OPTIONS /api/v1/namespaces/a/pods', { verb: '', resource: 'pods' }, true, false],
  ['GET /healthz', { type: 'path', verb: 'get', path: '/healthz' }, false, false],
  ['GET /apis/apps/v1', { type: 'path', verb: 'get', path: '/apis/apps/v1' }, false, false],
  ['POST /other', { type: 'path', verb: 'post', path: '/other' }, true, false],
];

it.each(cases)('%s', (line, expected, mutating, long) => {
  const [method = '', target = ''] = line.split(' ');
  const [path = '', query] = target.split('?');
  const info = requestInfo({ method, path, query: new URLSearchParams(query) });
  expect({ name: undefined, ...info }).toMatchObject({ type: 'resource', path, ...expected });
  expect([isMutating(info), isLongRunning(info)]).toEqual([mutating, long]);
});
