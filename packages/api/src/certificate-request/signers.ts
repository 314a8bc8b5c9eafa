/** The signers of Kubernetes, and what each of them signs (certificates/v1, KEP-1513). Pure. */
import type { CertificateRequest } from './certificate-request.js';

export const signers = {
  kubeApiServerClient: 'kubernetes.io/kube-apiserver-client',
  kubeletClient: 'kubernetes.io/kube-apiserver-client-kubelet',
  kubeletServing: 'kubernetes.io/kubelet-serving',
  legacyUnknown: 'kubernetes.io/legacy-unknown',
} as const;

/** Why the request is not one that the signer signs, in the words of Kubernetes; undefined where it is. */
export function signerFault(
  signerName: string,
  request: CertificateRequest,
  usages: readonly string[],
): string | undefined {
  switch (signerName) {
    case signers.kubeletServing:
      return (
        organizationFault(request) ??
        servingNamesFault(request) ??
        usagesFault(usages, 'server auth') ??
        commonNameFault(request)
      );
    case signers.kubeletClient:
      return (
        organizationFault(request) ??
        clientNamesFault(request) ??
        commonNameFault(request) ??
        usagesFault(usages, 'client auth')
      );
    case signers.kubeApiServerClient:
      return clientUsagesFault(usages);
    default:
      return undefined;
  }
}

/** A certificate by which a kubelet is known to the API server. */
export const isKubeletClientRequest = (request: CertificateRequest, usages: readonly string[]): boolean =>
  signerFault(signers.kubeletClient, request, usages) === undefined;

const organizationFault = ({ organizations }: CertificateRequest) =>
  organizations.length === 1 && organizations[0] === 'system:nodes'
    ? undefined
    : 'subject organization is not system:nodes';

const commonNameFault = ({ commonName }: CertificateRequest) =>
  commonName.startsWith('system:node:') ? undefined : 'subject common name does not begin with system:node:';

function servingNamesFault({ dnsNames, ipAddresses, emailAddresses, uris }: CertificateRequest): string | undefined {
  if (dnsNames.length === 0 && ipAddresses.length === 0) return 'DNS or IP subjectAltName is required';
  if (emailAddresses.length > 0) return 'Email subjectAltNames are not allowed';
  return uris.length > 0 ? 'URI subjectAltNames are not allowed' : undefined;
}

function clientNamesFault({ dnsNames, ipAddresses, emailAddresses, uris }: CertificateRequest): string | undefined {
  if (dnsNames.length > 0) return 'DNS subjectAltNames are not allowed';
  if (emailAddresses.length > 0) return 'Email subjectAltNames are not allowed';
  if (ipAddresses.length > 0) return 'IP subjectAltNames are not allowed';
  return uris.length > 0 ? 'URI subjectAltNames are not allowed' : undefined;
}

/** Keys that cannot encipher, as those of elliptic curves, may leave that out. */
function usagesFault(usages: readonly string[], purpose: string): string | undefined {
  const required = ['digital signature', purpose];
  const allowed = [...required, 'key encipherment'];
  return usages.every((usage) => allowed.includes(usage)) && required.every((usage) => usages.includes(usage))
    ? undefined
    : `usages did not match [${[...allowed].sort().join(' ')}]`;
}

function clientUsagesFault(usages: readonly string[]): string | undefined {
  const allowed = ['client auth', 'digital signature', 'key encipherment'];
  const other = usages.find((usage) => !allowed.includes(usage));
  if (other !== undefined) return `invalid usage for client certificate: ${other}`;
  return usages.includes('client auth') ? undefined : 'missing required usage for client certificate: client auth';
}
