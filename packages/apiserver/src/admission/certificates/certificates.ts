/**
 * CertificateApproval, CertificateSigning, ClusterTrustBundleAttest and CertificateSubjectRestriction: who may approve, sign
 * or attest for a signer is asked of the authorizer (verbs `approve`, `sign` and `attest` on `signers`), and nobody becomes
 * a master of the cluster by a certificate request. With them goes the check that a request is signed by its own key.
 */
import { parseEncodedRequest, signers } from '@pintle/api/certificate-request';
import type { CertificateSigningRequest } from '@pintle/api/certificates/v1';
import type { ClusterTrustBundle } from '@pintle/api/certificates/v1beta1';
import { deepEqual, forbidden, invalid, invalidField, type KubernetesObject } from '@pintle/machinery';
import type { UserInfo } from '../../access/access.js';
import { type Access, mastersGroup } from '../../verbs/authorize.js';
import { type AdmissionPlugin, type AdmissionRequest, type RequestKind, refusedRequest } from '../admission.js';
import { signatureFault } from './request-signature.js';

const isOf = ({ resource: { kind } }: RequestKind) =>
  kind.group === 'certificates.k8s.io' && kind.plural === 'certificatesigningrequests';

export function certificateApproval(access: Access): AdmissionPlugin {
  return {
    name: 'CertificateApproval',
    concerns: (request) => request.operation === 'UPDATE' && request.subresource === 'approval' && isOf(request),
    validate: (request) => requireSigner(access, request, 'approve'),
  };
}

export function certificateSigning(access: Access): AdmissionPlugin {
  return {
    name: 'CertificateSigning',
    concerns: (request) => request.operation === 'UPDATE' && request.subresource === 'status' && isOf(request),
    async validate(request) {
      const [now, before] = [request.object, request.old].map((object) => (object as CertificateSigningRequest).status);
      const changed = now?.certificate !== before?.certificate || !deepEqual(now?.conditions, before?.conditions);
      if (changed) await requireSigner(access, request, 'sign');
    },
  };
}

/** Who says which certificates are a signer's. */
export function clusterTrustBundleAttest(access: Access): AdmissionPlugin {
  return {
    name: 'ClusterTrustBundleAttest',
    concerns: ({ operation, resource: { kind } }) =>
      (operation === 'CREATE' || operation === 'UPDATE') &&
      kind.group === 'certificates.k8s.io' &&
      kind.plural === 'clustertrustbundles',
    async validate({ object, old, user, resource, name }) {
      const { signerName } = (object as ClusterTrustBundle).spec;
      if (!signerName || (old !== undefined && isSameBundle(object!, old))) return;
      if (await mayUseSigner(access, user, 'attest', signerName)) return;
      const why = `user not permitted to attest for signerName ${JSON.stringify(signerName)}`;
      throw forbidden(resource.kind, name, why);
    },
  };
}

/** What the garbage collector changes, or a migration of stored objects, attests nothing. */
function isSameBundle(object: KubernetesObject, old: KubernetesObject): boolean {
  const { ownerReferences, finalizers, selfLink, managedFields } = old.metadata;
  const ties = { ownerReferences, finalizers, selfLink, managedFields };
  const metadata = ({ metadata: own }: KubernetesObject) => ({ ...own, ...ties });
  return deepEqual({ ...object, metadata: metadata(object) }, { ...old, metadata: metadata(old) });
}

export const certificateSubjectRestriction: AdmissionPlugin = {
  name: 'CertificateSubjectRestriction',
  concerns: (request) => request.operation === 'CREATE' && request.subresource === undefined && isOf(request),
  validate({ object, resource, name }) {
    const { spec } = object as CertificateSigningRequest;
    if (spec.signerName !== signers.kubeApiServerClient) return;
    if (parseEncodedRequest(spec.request ?? '').organizations.includes(mastersGroup))
      throw forbidden(
        resource.kind,
        name,
        `use of ${spec.signerName} signer with ${mastersGroup} group is not allowed`,
      );
  },
};

export const certificateRequestSignature: AdmissionPlugin = {
  name: 'CertificateRequestSignature',
  concerns: certificateSubjectRestriction.concerns!,
  async validate({ object, resource, name }) {
    const { spec } = object as CertificateSigningRequest;
    const fault = await signatureFault(parseEncodedRequest(spec.request ?? ''));
    if (fault !== undefined) throw invalid(resource.kind, name, [invalidField('spec.request', spec.request, fault)]);
  },
};

async function requireSigner(access: Access, request: AdmissionRequest, verb: 'approve' | 'sign'): Promise<void> {
  const { spec } = request.old as CertificateSigningRequest;
  const signerName = spec.signerName ?? '';
  if (await mayUseSigner(access, request.user, verb, signerName)) return;
  throw refusedRequest(request, `user not permitted to ${verb} requests with signerName ${JSON.stringify(signerName)}`);
}

/** By its name, or by that of all signers of its domain. */
async function mayUseSigner(access: Access, user: UserInfo, verb: string, signerName: string): Promise<boolean> {
  for (const name of [signerName, `${signerName.split('/')[0]}/*`])
    if (await mayUse(access, user, verb, name)) return true;
  return false;
}

async function mayUse({ authorizer }: Access, user: UserInfo, verb: string, name: string): Promise<boolean> {
  if (user.groups.includes(mastersGroup)) return true;
  const { decision } = await authorizer({
    type: 'resource',
    user,
    verb,
    group: 'certificates.k8s.io',
    version: '*',
    resource: 'signers',
    name,
  });
  return decision === 'allow';
}
