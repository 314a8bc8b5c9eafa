/** What kube-apiserver's flags come to for the cluster that is started. */
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type AuditEvent, optionalPlugins } from '@pintle/apiserver';
import { optionalAdmissionPlugins } from './flags.js';
import { apiServerParts } from './parts.js';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pintle-flags-'));
  await writeFile(join(folder, 'tokens.csv'), 'secret,ann,,"one,two"\n');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it('nothing comes to nothing', async () => {
  expect(await apiServerParts({})).toEqual({ serviceAccounts: {} });
});

it('lets nobody in unnamed where everything is allowed', async () => {
  expect(await apiServerParts({ authorizationMode: ['RBAC', 'AlwaysAllow'] })).toMatchObject({ anonymous: false });
  expect((await apiServerParts({ authorizationMode: ['RBAC'] })).anonymous).toBeUndefined();
  expect(await apiServerParts({ anonymousAuth: false })).toMatchObject({ anonymous: false });
});

it('a port that was named is that port', async () => {
  expect(await apiServerParts({ securePort: 7443 })).toMatchObject({ port: 7443, portExactly: true });
});

it('where others find the keys of tokens is passed on', async () => {
  const jwksUri = 'https://example.com/keys';
  expect(await apiServerParts({ serviceAccountJwksUri: jwksUri })).toMatchObject({ serviceAccounts: { jwksUri } });
});

it('how long tokens may live is passed on', async () => {
  const flags = { serviceAccountMaxTokenExpiration: 7_200_000, serviceAccountExtendTokenExpiration: false };
  expect(await apiServerParts(flags)).toMatchObject({
    serviceAccounts: { maxExpirationSeconds: 7200, extendsExpiration: false },
  });
});

it('feature gates are passed on', async () => {
  const featureGates = { PodLevelResources: true };
  expect(await apiServerParts({ featureGates })).toMatchObject({ featureGates });
});

it('of the admission plug-ins that are asked for, those that are not there anyhow are asked for', async () => {
  expect([...optionalAdmissionPlugins].sort()).toEqual([...optionalPlugins].sort());
  const enableAdmissionPlugins = ['NodeRestriction', 'AlwaysPullImages'];
  expect(await apiServerParts({ enableAdmissionPlugins })).toMatchObject({
    enableAdmissionPlugins: ['AlwaysPullImages'],
  });
});

it('pods stay on lost nodes as long as is said', async () => {
  expect(await apiServerParts({ defaultNotReadyTolerationSeconds: 0 })).toMatchObject({
    defaultTolerations: { notReadySeconds: 0 },
  });
  expect(await apiServerParts({ defaultUnreachableTolerationSeconds: 5 })).toMatchObject({
    defaultTolerations: { unreachableSeconds: 5 },
  });
});

it('front proxies speak by the headers that are usual', async () => {
  const { frontProxies } = await apiServerParts({
    requestheaderClientCaFile: join(folder, 'tokens.csv'),
    requestheaderAllowedNames: ['front'],
  });
  expect(frontProxies).toMatchObject({
    ...{ allowedNames: ['front'], usernameHeaders: ['X-Remote-User'], groupHeaders: ['X-Remote-Group'] },
    ...{ uidHeaders: [], extraHeaderPrefixes: ['X-Remote-Extra-'], caPem: expect.stringContaining('secret') },
  });
});

it('tokens are known by their file', async () => {
  const { tokenAuthenticators = [] } = await apiServerParts({ tokenAuthFile: join(folder, 'tokens.csv') });
  expect(await tokenAuthenticators[0]?.('secret', [])).toEqual({ user: { name: 'ann', groups: ['one', 'two'] } });
  expect(await tokenAuthenticators[0]?.('other', [])).toBeUndefined();
});

it('whose audiences tokens are for is told to who issues and who checks them', async () => {
  const parts = await apiServerParts({ tokenAuthFile: join(folder, 'tokens.csv'), apiAudiences: ['a', 'b'] });
  expect(parts.serviceAccounts).toEqual({ audiences: ['a', 'b'] });
  expect(await parts.tokenAuthenticators?.[0]?.('secret', ['x', 'b'])).toMatchObject({ audiences: ['b'] });
});

it('a webhook of tokens is asked where its kubeconfig says, in the version that is asked for', async () => {
  const file = join(folder, 'tokens-hook');
  const named = (name: string, what: string, value: object) => [{ name, [what]: value }];
  const config = {
    ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'a' },
    clusters: named('a', 'cluster', { server: 'https://127.0.0.1:1/hook' }),
    users: named('a', 'user', {}),
    contexts: named('a', 'context', { cluster: 'a', user: 'a' }),
  };
  await writeFile(file, JSON.stringify(config));
  const parts = await apiServerParts({ authenticationTokenWebhookConfigFile: file });
  // Nobody listens there.
  await expect(parts.tokenAuthenticators?.[0]?.('t', [])).rejects.toThrow(
    'Post "https://127.0.0.1:1/hook?timeout=30s": dial tcp 127.0.0.1:1: connect: connection refused',
  );
});

it('what is asked for is noted in the audit log, as its policy has it', async () => {
  const [policy, log] = [join(folder, 'policy.yaml'), join(folder, 'audit.log')];
  await writeFile(policy, 'apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n- level: Metadata\n');
  const { audit } = await apiServerParts({ auditPolicyFile: policy, auditLogPath: log });
  expect(audit?.policy).toMatchObject({ rules: [{ level: 'Metadata' }] });
  audit?.sink({ auditID: 'x' } as AuditEvent);
  for (let i = 0; i < 50 && !existsSync(log); i++) await new Promise((done) => setTimeout(done, 20));
  expect(existsSync(log)).toBe(true);
  expect(await apiServerParts({ auditPolicyFile: policy })).not.toHaveProperty('audit');
  await writeFile(policy, 'kind: Pod');
  await expect(apiServerParts({ auditPolicyFile: policy, auditLogPath: log })).rejects.toThrow('an audit policy has');
});

it('the most particular word of --runtime-config counts', async () => {
  const served = async (runtimeConfig: Record<string, boolean>) => {
    const { resources = [] } = await apiServerParts({ runtimeConfig });
    return new Set(resources.map(({ kind }) => `${kind.group}/${kind.version}`));
  };
  expect(await served({ 'batch/v1': false })).not.toContain('batch/v1');
  expect(await served({ 'batch/v1': false })).toContain('apps/v1');
  const few = await served({ 'api/all': false, 'apps/v1': true });
  expect([...few]).toEqual(['apps/v1']);
  expect([...(await served({ 'api/ga': false }))].filter((version) => version.endsWith('/v1'))).toEqual([]);
});

it.each([
  [{ tlsCertFile: 'a.crt' }, /--tls-cert-file and --tls-private-key-file are of use together only/],
  [{ clientCaFile: '/no/such' }, /^--client-ca-file \/no\/such: ENOENT/],
  [
    { enableAdmissionPlugins: ['Priority'], disableAdmissionPlugins: ['Priority'] },
    /Priority is in both --enable-admission-plugins and --disable/,
  ],
])('%j is refused', async (flags, message) => {
  await expect(apiServerParts(flags)).rejects.toThrow(message);
});
