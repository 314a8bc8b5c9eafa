/** The cluster's own certificate authority: ECDSA P-256 keys, X.509 by @peculiar/x509. Keeps nothing on disk. */
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

x509.cryptoProvider.set(webcrypto as Crypto);

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const dayMs = 86_400_000;
const authorityDays = 3650;
const leafDays = 365;

export interface KeyPairPem {
  readonly certPem: string;
  /** PKCS #8. */
  readonly keyPem: string;
}

export interface IssueOptions {
  readonly commonName: string;
  readonly nowMs: number;
}

/** What a certificate request is granted. */
export interface SignOptions {
  /** PKCS #10, PEM. */
  readonly requestPem: string;
  /** As CertificateSigningRequests name them. */
  readonly usages: readonly string[];
  readonly notBeforeMs: number;
  /** Not beyond the authority's own end. */
  readonly notAfterMs: number;
}

const { KeyUsageFlags: flags, ExtendedKeyUsage: purposes } = x509;
const keyUsages: Readonly<Record<string, number>> = {
  signing: flags.digitalSignature,
  'digital signature': flags.digitalSignature,
  'content commitment': flags.nonRepudiation,
  'key encipherment': flags.keyEncipherment,
  'key agreement': flags.keyAgreement,
  'data encipherment': flags.dataEncipherment,
  'cert sign': flags.keyCertSign,
  'crl sign': flags.cRLSign,
  'encipher only': flags.encipherOnly,
  'decipher only': flags.decipherOnly,
};
const extendedKeyUsages: Readonly<Record<string, string>> = {
  any: '2.5.29.37.0',
  'server auth': purposes.serverAuth,
  'client auth': purposes.clientAuth,
  'code signing': purposes.codeSigning,
  'email protection': purposes.emailProtection,
  's/mime': purposes.emailProtection,
  'ipsec end system': '1.3.6.1.5.5.7.3.5',
  'ipsec tunnel': '1.3.6.1.5.5.7.3.6',
  'ipsec user': '1.3.6.1.5.5.7.3.7',
  timestamping: purposes.timeStamping,
  'ocsp signing': purposes.ocspSigning,
  'microsoft sgc': '1.3.6.1.4.1.311.10.3.3',
  'netscape sgc': '2.16.840.1.113730.4.1',
};
const alternativeNames = '2.5.29.17';

const serialNumber = () =>
  Buffer.from(webcrypto.getRandomValues(new Uint8Array(16)))
    .toString('hex')
    .replace(/^[89a-f]/, '7');
const newKeys = () => webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);

async function privatePem(key: CryptoKey): Promise<string> {
  return x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY');
}

export class CertificateAuthority {
  private constructor(
    private readonly certificate: x509.X509Certificate,
    private readonly key: CryptoKey,
  ) {}

  static async create({ commonName, nowMs }: IssueOptions): Promise<CertificateAuthority> {
    const keys = await newKeys();
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({
      serialNumber: serialNumber(),
      name: [{ CN: [commonName] }],
      notBefore: new Date(nowMs - dayMs),
      notAfter: new Date(nowMs + authorityDays * dayMs),
      signingAlgorithm: algorithm,
      keys,
      extensions: [
        new x509.BasicConstraintsExtension(true, undefined, true),
        new x509.KeyUsagesExtension(
          x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign | x509.KeyUsageFlags.digitalSignature,
          true,
        ),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      ],
    });
    return new CertificateAuthority(certificate, keys.privateKey);
  }

  static async load({ certPem, keyPem }: KeyPairPem): Promise<CertificateAuthority> {
    const key = await webcrypto.subtle.importKey('pkcs8', x509.PemConverter.decodeFirst(keyPem), algorithm, true, [
      'sign',
    ]);
    return new CertificateAuthority(new x509.X509Certificate(certPem), key as CryptoKey);
  }

  async toPem(): Promise<KeyPairPem> {
    return { certPem: this.certificate.toString('pem'), keyPem: await privatePem(this.key) };
  }

  issueServer(
    options: IssueOptions & { readonly dns: readonly string[]; readonly ips: readonly string[] },
  ): Promise<KeyPairPem> {
    const names = [
      ...options.dns.map((value) => ({ type: 'dns' as const, value })),
      ...options.ips.map((value) => ({ type: 'ip' as const, value })),
    ];
    return this.issue([{ CN: [options.commonName] }], options.nowMs, [
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(names),
    ]);
  }

  /** The common name is the user's name, the organizations are its groups. */
  issueClient(options: IssueOptions & { readonly organizations?: readonly string[] }): Promise<KeyPairPem> {
    const organizations = options.organizations ?? [];
    const name = [...organizations.map((organization) => ({ O: [organization] })), { CN: [options.commonName] }];
    return this.issue(name, options.nowMs, [new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth])]);
  }

  /** The names and the key of a request, certified; in PEM. */
  async sign({ requestPem, usages, notBeforeMs, notAfterMs }: SignOptions): Promise<string> {
    const request = new x509.Pkcs10CertificateRequest(requestPem);
    const names = request.getExtension(alternativeNames);
    const bits = usages.reduce((sum, usage) => sum | (keyUsages[usage] ?? 0), 0);
    const extended = usages.flatMap((usage) => extendedKeyUsages[usage] ?? []);
    const certificate = await x509.X509CertificateGenerator.create({
      serialNumber: serialNumber(),
      subject: request.subjectName.toJSON(),
      issuer: this.certificate.subject,
      notBefore: new Date(notBeforeMs),
      notAfter: new Date(Math.min(notAfterMs, this.certificate.notAfter.getTime())),
      signingAlgorithm: algorithm,
      publicKey: request.publicKey,
      signingKey: this.key,
      extensions: [
        ...(bits === 0 ? [] : [new x509.KeyUsagesExtension(bits, true)]),
        ...(extended.length === 0 ? [] : [new x509.ExtendedKeyUsageExtension(extended)]),
        new x509.BasicConstraintsExtension(false, undefined, true),
        ...(names === null ? [] : [names]),
      ],
    });
    return `${certificate.toString('pem')}\n`;
  }

  private async issue(
    subject: x509.JsonName,
    nowMs: number,
    extensions: readonly x509.Extension[],
  ): Promise<KeyPairPem> {
    const keys = await newKeys();
    const certificate = await x509.X509CertificateGenerator.create({
      serialNumber: serialNumber(),
      subject,
      issuer: this.certificate.subject,
      notBefore: new Date(nowMs - dayMs),
      notAfter: new Date(nowMs + leafDays * dayMs),
      signingAlgorithm: algorithm,
      publicKey: keys.publicKey,
      signingKey: this.key,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        ...extensions,
      ],
    });
    return { certPem: certificate.toString('pem'), keyPem: await privatePem(keys.privateKey) };
  }
}

/** A key for service account tokens, as PKCS #8 PEM. */
export async function generateSigningKey(): Promise<string> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  return privatePem(keys.privateKey);
}
