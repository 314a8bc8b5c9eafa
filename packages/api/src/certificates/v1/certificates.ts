/** Part of `certificates/v1`, as Kubernetes 1.33 serves it. Field numbers are those of the protobuf encoding. */
import { bytes, defineKind, type Infer, int32, list, map, object, ref, string, time } from '@pintle/machinery';

export const CertificateSigningRequestSpec = object(
  () => ({
    expirationSeconds: int32(8).pointer(),
    extra: map(list(string()), 6),
    groups: list(string(), 4).atomic(),
    request: bytes(1).atomic().required(),
    signerName: string(7).required(),
    uid: string(3),
    usages: list(string(), 5).atomic(),
    username: string(2),
  }),
  'io.k8s.api.certificates.v1.CertificateSigningRequestSpec',
);
export interface CertificateSigningRequestSpec extends Infer<typeof CertificateSigningRequestSpec> {}

export const CertificateSigningRequestCondition = object(
  () => ({
    lastTransitionTime: time(5).alwaysThere(),
    lastUpdateTime: time(4).alwaysThere(),
    message: string(3),
    reason: string(2),
    status: string(6).required(),
    type: string(1).required(),
  }),
  'io.k8s.api.certificates.v1.CertificateSigningRequestCondition',
);
export interface CertificateSigningRequestCondition extends Infer<typeof CertificateSigningRequestCondition> {}

export const CertificateSigningRequestStatus = object(
  () => ({
    certificate: bytes(2).atomic(),
    conditions: list(ref<CertificateSigningRequestCondition>(CertificateSigningRequestCondition), 1).byKeys('type'),
  }),
  'io.k8s.api.certificates.v1.CertificateSigningRequestStatus',
);
export interface CertificateSigningRequestStatus extends Infer<typeof CertificateSigningRequestStatus> {}

export const CertificateSigningRequest = defineKind({
  group: 'certificates.k8s.io',
  version: 'v1',
  kind: 'CertificateSigningRequest',
  plural: 'certificatesigningrequests',
  shortNames: ['csr'],
  scope: 'Cluster',
  subresources: { status: true },
  otherSubresources: [{ name: 'approval', kind: 'CertificateSigningRequest', verbs: ['get', 'patch', 'update'] }],
  name: 'io.k8s.api.certificates.v1.CertificateSigningRequest',
  fields: {
    spec: ref<CertificateSigningRequestSpec>(CertificateSigningRequestSpec, 2).alwaysThere().required(),
    status: ref<CertificateSigningRequestStatus>(CertificateSigningRequestStatus, 3).alwaysThere(),
  },
});
export interface CertificateSigningRequest extends Infer<typeof CertificateSigningRequest> {}
