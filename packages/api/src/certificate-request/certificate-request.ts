/**
 * PKCS #10 (RFC 2986): who asks for a certificate, and for which names. What a CertificateSigningRequest carries; read
 * here, so that the API server and the controllers understand it alike. Pure: the signature is checked elsewhere.
 */
import {
  children,
  DerError,
  type DerNode,
  expectTag,
  readNode,
  readOid,
  readPem,
  readText,
  readTime,
  tags,
  textOfBase64,
} from './der.js';

export interface CertificateRequest {
  readonly commonName: string;
  readonly organizations: readonly string[];
  readonly dnsNames: readonly string[];
  readonly emailAddresses: readonly string[];
  /** As `10.0.0.1` or in groups of hexadecimal digits. */
  readonly ipAddresses: readonly string[];
  readonly uris: readonly string[];
  /** What is signed, by which algorithm (an OID), with which key (SubjectPublicKeyInfo): for who checks it. */
  readonly signed: Uint8Array;
  readonly signatureAlgorithm: string;
  readonly signature: Uint8Array;
  readonly publicKey: Uint8Array;
}

const commonNameOid = '2.5.4.3';
const organizationOid = '2.5.4.10';
const extensionRequestOid = '1.2.840.113549.1.9.14';
const alternativeNameOid = '2.5.29.17';

/** From the base64 of a PEM text, as `spec.request` has it. Errors: `DerError`. */
export const parseEncodedRequest = (request: string): CertificateRequest =>
  parseCertificateRequest(textOfBase64(request));

/** From PEM. Errors: `DerError`. */
export function parseCertificateRequest(pem: string): CertificateRequest {
  const block = readPem(pem);
  if (block?.label !== 'CERTIFICATE REQUEST' && block?.label !== 'NEW CERTIFICATE REQUEST')
    throw new DerError('PEM block type must be CERTIFICATE REQUEST');
  const [info, algorithm, signature] = children(
    expectTag(readNode(block.bytes), tags.sequence, 'certification request'),
  );
  const [, subject, publicKey, ...attributes] = children(expectTag(info, tags.sequence, 'request info'));
  const names = namesOf(expectTag(subject, tags.sequence, 'subject'));
  const alternatives = alternativeNames(attributes.find(({ tag }) => tag === 0xa0));
  const values = (tag: number) => alternatives.filter((node) => node.tag === tag);
  return {
    commonName: names.filter(({ oid }) => oid === commonNameOid).at(-1)?.value ?? '',
    organizations: names.filter(({ oid }) => oid === organizationOid).map(({ value }) => value),
    emailAddresses: values(0x81).map(readText),
    dnsNames: values(0x82).map(readText),
    uris: values(0x86).map(readText),
    ipAddresses: values(0x87).map(({ content }) => formatIp(content)),
    signed: info!.bytes,
    signatureAlgorithm: readOid(
      expectTag(children(expectTag(algorithm, tags.sequence, 'algorithm'))[0], tags.oid, 'algorithm'),
    ),
    signature: expectTag(signature, tags.bitString, 'signature').content.subarray(1),
    publicKey: expectTag(publicKey, tags.sequence, 'public key').bytes,
  };
}

/** When the first certificate of a PEM text ends to be valid, in milliseconds since 1970. Errors: `DerError`. */
export function certificateEnd(pem: string): number {
  const block = readPem(pem);
  if (block?.label !== 'CERTIFICATE') throw new DerError('must contain at least one CERTIFICATE PEM block');
  const [body] = children(expectTag(readNode(block.bytes), tags.sequence, 'certificate'));
  const fields = children(expectTag(body, tags.sequence, 'certificate body')).filter(({ tag }) => tag !== 0xa0);
  const [, end] = children(expectTag(fields[3], tags.sequence, 'validity'));
  if (end === undefined) throw new DerError('asn1: structure error: no end of validity');
  return readTime(end);
}

function namesOf(subject: DerNode): readonly { readonly oid: string; readonly value: string }[] {
  return children(subject)
    .flatMap((set) => children(expectTag(set, tags.set, 'name')))
    .map((pair) => {
      const [type, value] = children(expectTag(pair, tags.sequence, 'name'));
      if (value === undefined) throw new DerError('asn1: structure error: no name');
      return { oid: readOid(expectTag(type, tags.oid, 'type of a name')), value: readText(value) };
    });
}

function alternativeNames(attributes: DerNode | undefined): readonly DerNode[] {
  for (const attribute of attributes === undefined ? [] : children(attributes)) {
    const [type, values] = children(expectTag(attribute, tags.sequence, 'attribute'));
    if (readOid(expectTag(type, tags.oid, 'attribute')) !== extensionRequestOid) continue;
    const [extensions] = children(expectTag(values, tags.set, 'extensions'));
    for (const extension of children(expectTag(extensions, tags.sequence, 'extensions'))) {
      const parts = children(expectTag(extension, tags.sequence, 'extension'));
      if (readOid(expectTag(parts[0], tags.oid, 'extension')) !== alternativeNameOid) continue;
      const value = expectTag(parts.at(-1), tags.octetString, 'extension');
      return children(expectTag(readNode(value.content), tags.sequence, 'alternative names'));
    }
  }
  return [];
}

function formatIp(bytes: Uint8Array): string {
  if (bytes.length === 4) return [...bytes].join('.');
  if (bytes.length !== 16) throw new DerError(`x509: cannot parse IP address of length ${bytes.length}`);
  const groups = Array.from({ length: 8 }, (_, i) => ((bytes[2 * i]! << 8) | bytes[2 * i + 1]!).toString(16));
  return groups.join(':');
}
