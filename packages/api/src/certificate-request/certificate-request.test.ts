import { describe, expect, it } from '@jest/globals';
import { certificateEnd, parseCertificateRequest, parseEncodedRequest } from './certificate-request.js';
import { sampleCertificate, sampleRequests } from './sample-requests.fixture.js';
import { isKubeletClientRequest, signerFault, signers } from './signers.js';

const parsed = (name: keyof typeof sampleRequests) => parseCertificateRequest(sampleRequests[name]);

describe('a certificate request', () => {
  it.each([
    ['user', 'jane', ['developers'], '1.2.840.10045.4.3.2'],
    ['node', 'system:node:n1', ['system:nodes'], '1.2.840.10045.4.3.2'],
    ['master', 'evil', ['system:masters'], '1.3.101.112'],
    ['p384', 'p384', [], '1.2.840.10045.4.3.2'],
  ] as const)('of %s', (name, commonName, organizations, signatureAlgorithm) => {
    expect(parsed(name)).toMatchObject({
      commonName,
      organizations,
      signatureAlgorithm,
      dnsNames: [],
      ipAddresses: [],
    });
  });

  it('has other names', () => {
    expect(parsed('serving')).toMatchObject({
      dnsNames: ['n1'],
      ipAddresses: ['10.0.0.1', '2001:db8:0:0:0:0:0:1'],
      emailAddresses: ['a@b.c'],
      uris: ['spiffe://x/y'],
    });
  });

  it.each([
    ['', 'PEM block type must be CERTIFICATE REQUEST'],
    [sampleCertificate, 'PEM block type must be CERTIFICATE REQUEST'],
    [
      '-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n-----END CERTIFICATE REQUEST-----',
      'asn1: syntax error: data truncated',
    ],
    [
      '-----BEGIN CERTIFICATE REQUEST-----\nMAA=\n-----END CERTIFICATE REQUEST-----',
      'asn1: structure error: no request info',
    ],
  ])('%j is none', (pem, message) => {
    expect(() => parseCertificateRequest(pem)).toThrow(message);
  });

  it('comes in base64', () => {
    expect(parseEncodedRequest(btoa(sampleRequests.user)).commonName).toBe('jane');
    expect(() => parseEncodedRequest('?')).toThrow('illegal base64 data');
  });

  it('leads to a certificate that ends', () => {
    expect(certificateEnd(sampleCertificate)).toBe(Date.parse('2026-11-26T05:00:49Z'));
    expect(() => certificateEnd(sampleRequests.user)).toThrow('must contain at least one CERTIFICATE PEM block');
  });
});

describe('a signer', () => {
  const node = parsed('node');
  const serving = { ...parsed('serving'), emailAddresses: [], uris: [] };
  const client = ['digital signature', 'client auth'];
  const server = ['digital signature', 'key encipherment', 'server auth'];
  const { kubeApiServerClient, kubeletClient, kubeletServing } = signers;

  it.each([
    [kubeletClient, node, client, undefined],
    [kubeletClient, node, [...client, 'key encipherment'], undefined],
    [kubeletClient, node, ['client auth'], 'usages did not match [client auth digital signature key encipherment]'],
    [kubeletClient, node, server, 'usages did not match [client auth digital signature key encipherment]'],
    [kubeletClient, parsed('user'), client, 'subject organization is not system:nodes'],
    [
      kubeletClient,
      { ...node, organizations: ['system:nodes', 'more'] },
      client,
      'subject organization is not system:nodes',
    ],
    [kubeletClient, { ...node, commonName: 'n1' }, client, 'subject common name does not begin with system:node:'],
    [kubeletClient, { ...node, dnsNames: ['n1'] }, client, 'DNS subjectAltNames are not allowed'],
    [kubeletClient, { ...node, ipAddresses: ['1.2.3.4'] }, client, 'IP subjectAltNames are not allowed'],
    [kubeletClient, { ...node, emailAddresses: ['a@b.c'] }, client, 'Email subjectAltNames are not allowed'],
    [kubeletClient, { ...node, uris: ['x:y'] }, client, 'URI subjectAltNames are not allowed'],
    [kubeletServing, serving, server, undefined],
    [kubeletServing, serving, ['digital signature', 'server auth'], undefined],
    [kubeletServing, node, server, 'DNS or IP subjectAltName is required'],
    [kubeletServing, parsed('serving'), server, 'Email subjectAltNames are not allowed'],
    [kubeletServing, serving, client, 'usages did not match [digital signature key encipherment server auth]'],
    [kubeApiServerClient, parsed('user'), client, undefined],
    [kubeApiServerClient, parsed('user'), server, 'invalid usage for client certificate: server auth'],
    [
      kubeApiServerClient,
      parsed('user'),
      ['digital signature'],
      'missing required usage for client certificate: client auth',
    ],
    ['example.com/own', parsed('user'), [], undefined],
  ] as const)('%s', (signer, request, usages, fault) => {
    expect(signerFault(signer, request, usages)).toBe(fault);
  });

  it('tells requests of kubelets', () => {
    expect([isKubeletClientRequest(node, client), isKubeletClientRequest(serving, client)]).toEqual([true, false]);
  });
});
