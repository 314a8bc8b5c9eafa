/** What is asked for a token is its asker's, as of any object that is made. */
import { generateKeyPairSync } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { virtualWorld } from '@pintle/machinery';
import { ask } from '../../http/asking.fixture.js';
import { tokenKeys } from '../../nodejs/token-keys.js';
import { createApiServer } from '../../server.js';
import { serviceAccountTokens } from './service-account-tokens.js';

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const keys = tokenKeys(privateKey.export({ type: 'sec1', format: 'pem' }) as string);

it.each([
  ['with the time that it has by itself', {}, { 'f:expirationSeconds': {} }],
  ['for whom', { audiences: ['there'] }, { 'f:audiences': {}, 'f:expirationSeconds': {} }],
])('%s', async (_what, spec, owned) => {
  const world = virtualWorld();
  const tokens = await serviceAccountTokens({ world, issuer: 'https://here', ...keys });
  const api = await createApiServer({ world, tokens });
  await api
    .client()
    .create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'robot', namespace: 'default' } });
  const { json } = await ask(
    api.handle,
    'POST /api/v1/namespaces/default/serviceaccounts/robot/token?fieldManager=me',
    {
      body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec },
    },
  );
  const said = { apiVersion: 'authentication.k8s.io/v1', fieldsType: 'FieldsV1', operation: 'Update' };
  expect(json.metadata.managedFields).toEqual([
    {
      ...said,
      manager: 'me',
      subresource: 'token',
      time: json.metadata.creationTimestamp,
      fieldsV1: { 'f:spec': owned },
    },
  ]);
  await api.stop();
});
