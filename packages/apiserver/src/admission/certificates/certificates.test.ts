import { describe, expect, it } from '@jest/globals';
import { parseCertificateRequest } from '@pintle/api/certificate-request';
import { CertificateSigningRequest } from '@pintle/api/certificates/v1';
import type { ClusterTrustBundle } from '@pintle/api/certificates/v1beta1';
import type { AccessAttributes } from '../../access/access.js';
import { createApiServer } from '../../server.js';
import { signatureFault } from './request-signature.js';
import { sampleRequests } from './sample-requests.fixture.js';

const trustBundle = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
const csr = (name: keyof typeof sampleRequests, signerName = 'example.com/signer'): CertificateSigningRequest => ({
  apiVersion: 'certificates.k8s.io/v1',
  kind: 'CertificateSigningRequest',
  metadata: { name },
  spec: { request: btoa(sampleRequests[name]), signerName, usages: ['client auth'] },
});

/** A server where jane may do all but what concerns signers: of that, only what is listed, as `verb name`. */
async function served(...permitted: readonly string[]) {
  const authorizer = (asked: AccessAttributes) => {
    const isSigner = asked.type === 'resource' && asked.resource === 'signers';
    const allowed = !isSigner || permitted.includes(`${asked.verb} ${asked.name}`);
    return { decision: allowed ? ('allow' as const) : ('noOpinion' as const) };
  };
  const server = await createApiServer({ authorizer });
  return { client: server.client({ user: { name: 'jane', groups: ['developers'] } }), admin: server.client() };
}
const withCondition = (object: CertificateSigningRequest, type: string): CertificateSigningRequest => ({
  ...object,
  status: { conditions: [{ type, status: 'True', reason: 'Test', message: '' }] },
});

describe('signatures', () => {
  it.each(Object.keys(sampleRequests) as (keyof typeof sampleRequests)[])('of %s hold', async (name) => {
    expect(await signatureFault(parseCertificateRequest(sampleRequests[name]))).toBeUndefined();
  });

  it.each(Object.keys(sampleRequests) as (keyof typeof sampleRequests)[])('of %s break', async (name) => {
    const request = parseCertificateRequest(sampleRequests[name]);
    const signed = request.signed.slice();
    signed[signed.length - 10]! ^= 1;
    expect(await signatureFault({ ...request, signed })).toBe('x509: signature does not match the key of the request');
    expect(await signatureFault({ ...request, signatureAlgorithm: '1.2.3' })).toMatch('algorithm unimplemented');
  });
});

it('a request says who asks, and is signed by its key', async () => {
  const { client } = await served();
  const { spec } = await client.create(csr('user'));
  expect([spec.username, spec.groups]).toEqual(['jane', ['developers']]);
  const forged = sampleRequests.user.replace('BGphbmUw', 'BGphbmcw');
  await expect(
    client.create({
      ...csr('user'),
      metadata: { name: 'forged' },
      spec: { ...csr('user').spec, request: btoa(forged) },
    }),
  ).rejects.toThrow('spec.request: Invalid value');
});

describe('CertificateApproval', () => {
  it.each([
    ['approve example.com/signer', true],
    ['approve example.com/*', true],
    ['approve example.com/other', false],
    ['sign example.com/signer', false],
  ])('with %s', async (permission, may) => {
    const { client } = await served(permission);
    const made = await client.create(csr('user'));
    const approval = client.update(withCondition(made, 'Approved'), { subresource: 'approval' });
    if (may) expect((await approval).status?.conditions).toMatchObject([{ type: 'Approved', reason: 'Test' }]);
    else
      await expect(approval).rejects.toMatchObject({
        code: 403,
        message:
          'certificatesigningrequests.certificates.k8s.io "user" is forbidden: user not permitted to approve requests with signerName "example.com/signer"',
      });
  });
});

describe('CertificateSigning', () => {
  it('asks who may sign, where a verdict or a certificate is written', async () => {
    const { client, admin } = await served();
    const made = await client.create(csr('user'));
    const failed = { ...made, status: { conditions: [{ type: 'Failed', status: 'True' }] } };
    await expect(client.update(failed, { subresource: 'status' })).rejects.toThrow(
      'user not permitted to sign requests with signerName "example.com/signer"',
    );
    await client.update({ ...made, metadata: { ...made.metadata, labels: { a: 'b' } } }, { subresource: 'status' });
    await admin.update({ ...failed, metadata: { name: 'user' } }, { subresource: 'status' });
    const permitted = (await served('sign example.com/signer')).client;
    const own = await permitted.create(csr('user'));
    const { status } = await permitted.update({ ...own, status: failed.status }, { subresource: 'status' });
    expect(status?.conditions).toHaveLength(1);
  });
});

describe('CertificateSubjectRestriction', () => {
  it('makes nobody a master', async () => {
    const { client } = await served();
    await expect(client.create(csr('master', 'kubernetes.io/kube-apiserver-client'))).rejects.toThrow(
      'use of kubernetes.io/kube-apiserver-client signer with system:masters group is not allowed',
    );
    await client.create(csr('master'));
    await client.create(csr('user', 'kubernetes.io/kube-apiserver-client'));
    expect(await client.list(CertificateSigningRequest)).toHaveLength(2);
  });
});

describe('ClusterTrustBundleAttest', () => {
  const bundle = (signerName?: string): ClusterTrustBundle => ({
    apiVersion: 'certificates.k8s.io/v1beta1',
    kind: 'ClusterTrustBundle',
    metadata: { name: signerName === undefined ? 'plain' : `${signerName.replace('/', ':')}:roots` },
    spec: { trustBundle, ...(signerName === undefined ? {} : { signerName }) },
  });
  const refusal = 'is forbidden: user not permitted to attest for signerName "example.com/signer"';

  it.each([[['attest example.com/signer']], [['attest example.com/*']]])('lets who may: %j', async (permitted) => {
    const { client } = await served(...permitted);
    expect((await client.create(bundle('example.com/signer'))).spec.signerName).toBe('example.com/signer');
  });

  it('lets nobody else, but for bundles of no signer', async () => {
    const { client } = await served('attest example.com/other', 'sign example.com/signer');
    await expect(client.create(bundle('example.com/signer'))).rejects.toThrow(
      `clustertrustbundles.certificates.k8s.io "example.com:signer:roots" ${refusal}`,
    );
    await client.create(bundle());
  });

  it('asks nothing about owners and finalizers', async () => {
    const { client, admin } = await served();
    const made = await admin.create(bundle('example.com/signer'));
    const held = { ...made, metadata: { ...made.metadata, finalizers: ['example.com/hold'] } };
    await expect(client.update({ ...held, metadata: { ...held.metadata, labels: { other: 'now' } } })).rejects.toThrow(
      refusal,
    );
    expect((await client.update(held)).metadata.finalizers).toEqual(['example.com/hold']);
  });
});
