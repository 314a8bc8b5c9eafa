/** Whether a certificate request is signed by the key that it is about, by the host's Web Crypto. */
import type { CertificateRequest } from '@pintle/api/certificate-request';

type Importing = Parameters<SubtleCrypto['importKey']>[2];
type Verifying = Parameters<SubtleCrypto['verify']>[0];

const rsa = (hash: string) => {
  const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash };
  return { importing: algorithm, verifying: algorithm };
};

/** By the OID of the signature. */
const algorithms: Readonly<Record<string, { readonly importing: Importing; readonly verifying: Verifying }>> = {
  '1.2.840.113549.1.1.11': rsa('SHA-256'),
  '1.2.840.113549.1.1.12': rsa('SHA-384'),
  '1.2.840.113549.1.1.13': rsa('SHA-512'),
  '1.3.101.112': { importing: { name: 'Ed25519' }, verifying: { name: 'Ed25519' } },
};
const ecdsaHashes: Readonly<Record<string, string>> = {
  '1.2.840.10045.4.3.2': 'SHA-256',
  '1.2.840.10045.4.3.3': 'SHA-384',
  '1.2.840.10045.4.3.4': 'SHA-512',
};
/** Curves by the bytes of a coordinate. */
const curves: readonly (readonly [number, string])[] = [
  [32, 'P-256'],
  [48, 'P-384'],
  [66, 'P-521'],
];

/** Why the signature does not hold; undefined where it does. */
export async function signatureFault(request: CertificateRequest): Promise<string | undefined> {
  const { signatureAlgorithm: oid } = request;
  const hash = ecdsaHashes[oid];
  if (hash === undefined && algorithms[oid] === undefined)
    return 'x509: cannot verify signature: algorithm unimplemented';
  const holds = hash === undefined ? await verify(request, algorithms[oid]!) : await verifyEcdsa(request, hash);
  return holds ? undefined : 'x509: signature does not match the key of the request';
}

async function verify(
  { publicKey, signature, signed }: CertificateRequest,
  { importing, verifying }: { readonly importing: Importing; readonly verifying: Verifying },
): Promise<boolean> {
  const { subtle } = globalThis.crypto;
  try {
    const key = await subtle.importKey('spki', copied(publicKey), importing, false, ['verify']);
    return await subtle.verify(verifying, key, copied(signature), copied(signed));
  } catch {
    // A key that the host cannot read has signed nothing.
    return false;
  }
}

/** Requests carry both numbers of a signature as DER, Web Crypto takes them side by side. */
async function verifyEcdsa(request: CertificateRequest, hash: string): Promise<boolean> {
  for (const [size, namedCurve] of curves) {
    const signature = sideBySide(request.signature, size);
    if (signature === undefined) continue;
    const importing = { name: 'ECDSA', namedCurve };
    if (await verify({ ...request, signature }, { importing, verifying: { name: 'ECDSA', hash } })) return true;
  }
  return false;
}

function sideBySide(der: Uint8Array, size: number): Uint8Array | undefined {
  let at = der[1] !== undefined && der[1] >= 0x80 ? 3 : 2;
  const whole = new Uint8Array(2 * size);
  for (const end of [size, 2 * size]) {
    const length = der[at + 1];
    if (der[at] !== 0x02 || length === undefined) return undefined;
    const digits = stripZeros(der.subarray(at + 2, at + 2 + length));
    if (digits.length > size) return undefined;
    whole.set(digits, end - digits.length);
    at += 2 + length;
  }
  return whole;
}

const stripZeros = (digits: Uint8Array) =>
  digits.subarray(
    Math.max(
      0,
      digits.findIndex((digit) => digit !== 0),
    ),
  );

/** With a buffer of its own, as Web Crypto's types ask for. */
const copied = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => new Uint8Array(bytes);
