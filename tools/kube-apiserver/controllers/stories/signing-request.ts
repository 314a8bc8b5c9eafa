/** Certificates are asked for in PKCS #10, which Node does not write. */
import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto';

/** PKCS #10 in PEM, of a name and a new key. */
export function signingRequest(commonName: string, organization?: string): string {
  const { publicKey, privateKey } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const der = (tag: number, ...parts: readonly Uint8Array[]) => {
    const body = Buffer.concat(parts);
    const length = body.length < 128 ? [body.length] : [0x81, body.length];
    return Buffer.concat([Buffer.from([tag, ...length]), body]);
  };
  const part = (type: string, text: string) =>
    der(0x31, der(0x30, Buffer.from(type, 'hex'), der(0x0c, Buffer.from(text))));
  const parts = organization === undefined ? [] : [part('060355040a', organization)];
  const name = der(0x30, ...parts, part('0603550403', commonName));
  const body = der(0x30, Buffer.from('020100', 'hex'), name, publicKey, Buffer.from('a000', 'hex'));
  const signature = sign('sha256', body, createPrivateKey(privateKey));
  const algorithm = Buffer.from('300a06082a8648ce3d040302', 'hex');
  const whole = der(0x30, body, algorithm, der(0x03, Buffer.from([0]), signature));
  const lines = whole.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE REQUEST-----', ...lines, '-----END CERTIFICATE REQUEST-----', ''].join('\n');
}
