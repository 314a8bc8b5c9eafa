import { describe, expect, it } from '@jest/globals';
import type { CertificateSigningRequest } from '@pintle/api/certificates/v1';
import { approvalFlows, cleanupTime, planValidity } from './plan-certificates.js';

/** Of `O=system:nodes, CN=system:node:n1`, as openssl makes it. */
const nodeRequest = `-----BEGIN CERTIFICATE REQUEST-----
MIHrMIGSAgEAMDAxFTATBgNVBAoMDHN5c3RlbTpub2RlczEXMBUGA1UEAwwOc3lz
dGVtOm5vZGU6bjEwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQcaDFpgJ776EOa
eqamwLj/ZPIhvFwAxZEfH9wKcAoAbhSLFfv7k5rBIlBdt7sFvpQte7Y9OVZ7PH57
ZFOhH8XXoAAwCgYIKoZIzj0EAwIDSAAwRQIhAN7tHfthNfmnHo6tRmtKKGowOuaJ
qgQqH3+cNUiV/lZlAiAki3giYY3i5OH0D3V7g226rfHYlQqN4ouoR5HOtVAuPQ==
-----END CERTIFICATE REQUEST-----
`;
/** Ends on 2026-11-26 at 05:00:49 UTC. */
const certificate = `-----BEGIN CERTIFICATE-----
MIIBQzCB6QIUL0wIGK4VJPPfiZta7uGNvPPxHyowCgYIKoZIzj0EAwIwJDETMBEG
A1UECgwKZGV2ZWxvcGVyczENMAsGA1UEAwwEamFuZTAeFw0yNjExMjUwNTAwNDla
Fw0yNjExMjYwNTAwNDlaMCQxEzARBgNVBAoMCmRldmVsb3BlcnMxDTALBgNVBAMM
BGphbmUwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAATuBA8Kfzl2l10IevKvU/iY
GScRebKBkk2Xeed1JptS+65zGXw01+BLpNGyv6r+CUp/QLjt5YQkg1lGVIF4On88
MAoGCCqGSM49BAMCA0kAMEYCIQD1Cy01fr8tf0rfgZCwtyvcLar8tSf3XLRZqbnt
vw32iwIhAL/2A18tMAUAKlkYXr7quObFSlccmNnNxX4vGme+l2Wj
-----END CERTIFICATE-----
`;

type Csr = CertificateSigningRequest;
const kubelet = 'kubernetes.io/kube-apiserver-client-kubelet';
const csr = (spec: Partial<Csr['spec']> = {}, status?: Csr['status'], created = '2025-01-01T00:00:00Z'): Csr => ({
  apiVersion: 'certificates.k8s.io/v1',
  kind: 'CertificateSigningRequest',
  metadata: { name: 'it', creationTimestamp: created },
  spec: {
    request: btoa(nodeRequest),
    signerName: kubelet,
    usages: ['digital signature', 'client auth'],
    username: 'system:bootstrap:abcdef',
    ...spec,
  },
  ...(status === undefined ? {} : { status }),
});

describe('automatic approval', () => {
  it.each([
    [{}, ['nodeclient']],
    [{ username: 'system:node:n1' }, ['selfnodeclient', 'nodeclient']],
    [{ username: 'system:node:n2' }, ['nodeclient']],
    [{ signerName: 'kubernetes.io/kubelet-serving' }, []],
    [{ usages: ['server auth'] }, []],
  ])('%j', (spec, flows) => {
    expect(approvalFlows(csr(spec)).map(({ permission }) => permission)).toEqual(flows);
  });
});

describe('validity', () => {
  const minute = 60_000;
  const hour = 60 * minute;
  const year = 365 * 24 * hour;
  it.each([
    [undefined, year - 5 * minute],
    [10 * 365 * 24 * 3600, year - 5 * minute],
    [24 * 3600, 24 * hour - 5 * minute],
    [8 * 3600, 8 * hour - 5 * minute],
    [7 * 3600, 7 * hour],
    [60, 10 * minute],
  ])('%s s asked for', (seconds, endMs) => {
    expect(planValidity(seconds, 0)).toEqual({ notBeforeMs: -5 * minute, notAfterMs: endMs });
  });
});

describe('cleaning up', () => {
  const condition = (type: string) => ({ type, status: 'True', lastUpdateTime: '2025-01-01T10:00:00Z' });
  it.each<readonly [string, Csr, string | undefined]>([
    ['pending', csr(), '2025-01-02T00:00:00Z'],
    ['denied', csr({}, { conditions: [condition('Denied')] }), '2025-01-01T11:00:00Z'],
    ['failed', csr({}, { conditions: [condition('Approved'), condition('Failed')] }), '2025-01-01T11:00:00Z'],
    ['approved and not yet issued', csr({}, { conditions: [condition('Approved')] }), undefined],
    [
      'issued',
      csr({}, { conditions: [condition('Approved')], certificate: btoa(certificate) }),
      '2025-01-01T11:00:00Z',
    ],
    [
      'issued and ended',
      csr({}, { conditions: [{ type: 'Approved', status: 'True' }], certificate: btoa(certificate) }),
      '2026-11-26T05:00:49Z',
    ],
    [
      'issued as nobody can read',
      csr({}, { conditions: [{ type: 'Approved', status: 'True' }], certificate: btoa('x') }),
      undefined,
    ],
  ])('%s', (_what, given, at) => {
    expect(cleanupTime(given)).toBe(at === undefined ? Number.POSITIVE_INFINITY : Date.parse(at));
  });
});
