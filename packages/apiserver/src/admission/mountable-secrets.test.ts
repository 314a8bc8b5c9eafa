/** Secrets that pods may name: by tables, and through a server. */
import { describe, expect, it } from '@jest/globals';
import { Pod, type ServiceAccount } from '@pintle/api/core/v1';
import { createApiServer } from '../server.js';
import { enforcesSecrets, ephemeralSecretRefusal, mirrorRefusal, secretRefusal } from './mountable-secrets.js';

type Spec = NonNullable<Pod['spec']>;

const account: ServiceAccount = {
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: {
    name: 'careful',
    namespace: 'default',
    annotations: { 'kubernetes.io/enforce-mountable-secrets': 'true' },
  },
  secrets: [{ name: 'own' }],
  imagePullSecrets: [{ name: 'registry' }],
};
const pod = (spec: Partial<Spec>): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', namespace: 'default' },
  spec: { containers: [{ name: 'main', image: 'main' }], ...spec },
});
const variable = (secret: string) => ({ name: 'V', valueFrom: { secretKeyRef: { name: secret, key: 'k' } } });
const from = (secret: string) => ({ secretRef: { name: secret } });
const rest = 'is not allowed because service account careful does not reference that';

it.each<readonly [string | undefined, boolean]>([
  ['true', true],
  ['1', true],
  ['T', true],
  ['yes', false],
  ['false', false],
  [undefined, false],
])('an account whose annotation says %s enforces its secrets: %s', (value, enforces) => {
  const metadata = value === undefined ? {} : { annotations: { 'kubernetes.io/enforce-mountable-secrets': value } };
  expect(enforcesSecrets({ ...account, metadata })).toBe(enforces);
});

describe('a pod of an account that enforces its secrets', () => {
  it.each<readonly [string, Partial<Spec>, string | undefined]>([
    ['with none', {}, undefined],
    ['with a volume of one that is listed', { volumes: [{ name: 'v', secret: { secretName: 'own' } }] }, undefined],
    [
      'with a volume of another',
      { volumes: [{ name: 'v', secret: { secretName: 'other' } }] },
      `volume with secret.secretName="other" ${rest} secret`,
    ],
    [
      'with a variable of another in an init container',
      { initContainers: [{ name: 'first', image: 'x', env: [variable('own'), variable('other')] }] },
      `init container first with envVar V referencing secret.secretName="other" ${rest} secret`,
    ],
    [
      'with all keys of another in a container',
      { containers: [{ name: 'main', image: 'x', envFrom: [from('own'), from('other')] }] },
      `container main with envFrom referencing secret.secretName="other" ${rest} secret`,
    ],
    ['that pulls with the secret of the account', { imagePullSecrets: [{ name: 'registry' }] }, undefined],
    [
      'that pulls with another',
      { imagePullSecrets: [{ name: 'registry' }, { name: 'other' }] },
      `imagePullSecrets[1].name="other" ${rest} imagePullSecret`,
    ],
  ])('%s', (_what, spec, refusal) => {
    expect(secretRefusal(pod(spec), account)).toBe(refusal);
  });

  it('has no other in containers to look into it', () => {
    const looked = pod({ ephemeralContainers: [{ name: 'look', image: 'x', env: [variable('other')] }] });
    expect(ephemeralSecretRefusal(looked, account)).toBe(
      `ephemeral container look with envVar V referencing secret.secretName="other" ${rest} secret`,
    );
  });
});

it.each<readonly [string, Partial<Spec>, string | undefined]>([
  ['with nothing', {}, undefined],
  ['with an account', { serviceAccountName: 'a' }, 'a mirror pod may not reference service accounts'],
  ['that pulls with a secret', { imagePullSecrets: [{ name: 's' }] }, 'a mirror pod may not reference secrets'],
  [
    'with a token',
    { volumes: [{ name: 'v', projected: { sources: [{ serviceAccountToken: { path: 't' } }] } }] },
    'a mirror pod may not use ServiceAccountToken volume projections',
  ],
])('a mirror pod %s', (_what, spec, refusal) => {
  expect(mirrorRefusal(pod(spec))).toBe(refusal);
});

it('the server holds pods to the secrets of their account, and mirror pods to none', async () => {
  const api = await createApiServer();
  const client = api.client();
  await client.create<ServiceAccount>(account);
  const refused = (spec: Partial<Spec>, annotations: Record<string, string> = {}) =>
    client.create<Pod>({ ...pod(spec), metadata: { name: 'refused', namespace: 'default', annotations } }).then(
      () => 'created',
      ({ message }: Error) => message,
    );
  const volumes = [{ name: 'v', secret: { secretName: 'other' } }];
  expect(await refused({ serviceAccountName: 'careful', volumes })).toBe(
    `pods "refused" is forbidden: volume with secret.secretName="other" ${rest} secret`,
  );
  expect(await refused({ nodeName: 'n', volumes }, { 'kubernetes.io/config.mirror': 'x' })).toBe(
    'pods "refused" is forbidden: a mirror pod may not reference secrets',
  );
  const made = await client.create<Pod>(pod({ serviceAccountName: 'careful' }));
  expect(made.spec?.imagePullSecrets).toEqual([{ name: 'registry' }]);
  const body = { spec: { ephemeralContainers: [{ name: 'look', image: 'x', envFrom: [from('other')] }] } };
  const key = { name: 'p', namespace: 'default' };
  const patching = client.patch(Pod, key, { type: 'strategic', body }, { subresource: 'ephemeralcontainers' });
  await expect(patching).rejects.toThrow(
    `pods "p" is forbidden: ephemeral container look with envFrom referencing secret.secretName="other" ${rest} secret`,
  );
  await api.stop();
});
