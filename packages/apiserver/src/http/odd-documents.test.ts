/** What the server tells of itself, asked for oddly: as kube-apiserver answers it (`compare/rows/serving.ts`). */
import { expect, it } from '@jest/globals';
import { virtualWorld } from '@pintle/machinery';
import { createApiServer } from '../server.js';
import { ask } from './asking.fixture.js';

const discovered = (version: string) => `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`;

it.each<readonly [string, string, number]>([
  ['GET /livez', '*/*', 200],
  ['GET /livez/', '*/*', 404],
  ['GET /readyz/', '*/*', 404],
  ['GET /openapi/v3', '*/*', 200],
  ['GET /openapi/v3/', '*/*', 404],
  ['POST /apis', '*/*', 200],
  ['DELETE /apis/apps', '*/*', 200],
  ['DELETE /apis/apps/v1', '*/*', 405],
  ['POST /api', '*/*', 405],
  ['GET /version', 'application/json;as=Table', 200],
  ['GET /version', 'text/html', 406],
  ['GET /version', '', 200],
  ['GET /apis', discovered('v2'), 200],
  ['GET /apis', discovered('v2beta1'), 406],
  ['GET /apis', `${discovered('v2beta1')},application/json`, 200],
  ['GET /apis', 'application/*', 200],
  ['GET /apis/', 'application/*', 200],
  ['GET /apis/', discovered('v2'), 406],
  ['GET /apis/apps', 'application/*', 200],
  ['GET /apis/apps/v1', 'application/*', 406],
  ['GET /api', 'application/*', 406],
])('%s as %s is answered with %d', async (line, accept, status) => {
  const api = await createApiServer({ world: virtualWorld() });
  const answer = await ask(api.handle, line, { headers: { accept } });
  expect(answer.status).toBe(status);
  await api.stop();
});

it.each<readonly [accept: string, type: string]>([
  [`application/json, ${discovered('v2')}`, discovered('v2')],
  [`${discovered('v2')};q=0, application/json`, discovered('v2')],
  [`application/yaml, ${discovered('v2').replace('json', 'yaml')}`, discovered('v2').replace('json', 'yaml')],
  [`${discovered('v2beta1')}, application/json`, 'application/json'],
])('discovery is told as a whole wherever that is asked for: %s', async (accept, type) => {
  const server = await createApiServer({ world: virtualWorld() });
  for (const path of ['/api', '/apis']) {
    const { headers } = await ask(server.handle, `GET ${path}`, { headers: { accept } });
    expect(headers['content-type']).toBe(type);
    if (!type.includes('as=')) continue;
    const again = { accept, 'if-none-match': String(headers['etag']) };
    expect((await ask(server.handle, `GET ${path}`, { headers: again })).status).toBe(304);
  }
  await server.stop();
});
