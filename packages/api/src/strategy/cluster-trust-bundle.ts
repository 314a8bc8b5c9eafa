/** ClusterTrustBundles: certificates that a cluster trusts, named after the signer that vouches for them. */
import {
  type FieldError,
  formatErrors,
  immutableField,
  invalidField,
  maskTrailingDash,
  noErrors,
  type Strategy,
} from '@pintle/machinery';
import type { ClusterTrustBundle } from '../certificates/v1beta1/certificates.js';
import { trustBundleNameErrors } from './pod/projections.js';
import { signerNameErrors } from './signer-name.js';

const bundleMaxBytes = 1024 * 1024;
const block = /-----BEGIN ([^-]+)-----\s*([A-Za-z0-9+/=\s]*?)-----END \1-----/g;

function bundleErrors({ metadata: { name = '', generateName = '' }, spec }: ClusterTrustBundle): readonly FieldError[] {
  const { signerName = '', trustBundle = '' } = spec ?? {};
  return [
    ...formatErrors(generateName, 'metadata.generateName', (text) =>
      trustBundleNameErrors(maskTrailingDash(text), signerName),
    ),
    ...formatErrors(name, 'metadata.name', (text) => trustBundleNameErrors(text, signerName)),
    ...(signerName === '' ? noErrors : signerNameErrors(signerName, 'spec.signerName')),
    ...certificatesErrors(trustBundle, 'spec.trustBundle'),
  ];
}

/** Blocks of PEM, each a certificate, none twice. What is within them is for those to say who use them. */
function certificatesErrors(text: string, path: string): readonly FieldError[] {
  const told = '<value omitted>';
  if (text.length > bundleMaxBytes)
    return [invalidField(path, told, `TrustBundle must be less than ${bundleMaxBytes} bytes`)];
  const blocks = [...text.matchAll(block)];
  const seen = new Map<string, number>();
  const errors = blocks.flatMap(([, type = '', body = ''], index) => {
    if (type !== 'CERTIFICATE') return [invalidField(path, told, `entry ${index} has bad block type: ${type}`)];
    const content = body.replace(/\s/g, '');
    const earlier = seen.get(content);
    seen.set(content, index);
    return earlier === undefined
      ? []
      : [invalidField(path, told, `duplicate trust anchor (indices [${earlier} ${index}])`)];
  });
  return blocks.length === 0 ? [invalidField(path, told, 'at least one trust anchor must be provided')] : errors;
}

export const clusterTrustBundleStrategy: Strategy<ClusterTrustBundle> = {
  // Its rule is of the signer, which the spec tells.
  nameErrors: () => [],
  validateCreate: bundleErrors,
  validateUpdate: (bundle, old) => [
    ...bundleErrors(bundle),
    ...(bundle.spec.signerName === old.spec.signerName
      ? noErrors
      : [immutableField('spec.signerName', bundle.spec.signerName ?? '')]),
  ],
};
