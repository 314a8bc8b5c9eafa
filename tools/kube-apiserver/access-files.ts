/**
 * What the API servers of a comparison are started with: certificates, keys and tokens as files, the same for both, so
 * that one request has one meaning at both. Nobody else is to know them: they live as long as the run.
 */
import { generateKeyPairSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CertificateAuthority, type KeyPairPem } from '@pintle/apiserver/nodejs';

/** Who may ask as what, by token. `admin` may do everything, the others what roles give them. */
export const users = {
  admin: { uid: '1', groups: ['system:masters'] },
  ann: { uid: '2', groups: ['dev', 'ops'] },
  bob: { uid: '', groups: [] },
  'system:node:node-1': { uid: '', groups: ['system:nodes'] },
  'system:kube-scheduler': { uid: '', groups: [] },
  'system:kube-controller-manager': { uid: '', groups: [] },
} as const;
export type UserName = keyof typeof users;

export const tokenOf = (user: UserName): string => `token-of-${user.replaceAll(':', '-')}`;

export interface AccessFiles {
  readonly folder: string;
  /** Of the authority of servers and clients. */
  readonly caPem: string;
  readonly caFile: string;
  /** For who signs certificates. */
  readonly caKeyFile: string;
  readonly proxyCaFile: string;
  readonly certFile: string;
  readonly keyFile: string;
  readonly tokenFile: string;
  readonly signingKeyFile: string;
  readonly checkingKeyFile: string;
  /** Client certificates: of a user, of a front proxy that may speak for others, of one that may not. */
  readonly clients: { readonly user: KeyPairPem; readonly proxy: KeyPairPem; readonly otherProxy: KeyPairPem };
}

export const issuer = 'https://kubernetes.default.svc.cluster.local';
export const proxyName = 'front-proxy-client';

export async function writeAccessFiles(folder: string): Promise<AccessFiles> {
  const nowMs = Date.now();
  const authority = await CertificateAuthority.create({ commonName: 'comparison-ca', nowMs });
  const proxies = await CertificateAuthority.create({ commonName: 'front-proxy-ca', nowMs });
  const server = await authority.issueServer({
    ...{ commonName: 'kube-apiserver', nowMs, ips: ['127.0.0.1', '10.96.0.1'] },
    dns: ['localhost', 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc'],
  });
  const signing = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const put = async (name: string, text: string) => {
    const path = join(folder, name);
    await writeFile(path, text, { mode: 0o600 });
    return path;
  };
  const { certPem: caPem, keyPem: caKeyPem } = await authority.toPem();
  const tokens = (Object.keys(users) as UserName[]).map((name) => {
    const { uid, groups } = users[name];
    return `${tokenOf(name)},${name},${uid},"${groups.join(',')}"\n`;
  });
  return {
    folder,
    caPem,
    caFile: await put('ca.crt', caPem),
    caKeyFile: await put('ca.key', caKeyPem),
    proxyCaFile: await put('proxy-ca.crt', (await proxies.toPem()).certPem),
    certFile: await put('server.crt', server.certPem),
    keyFile: await put('server.key', server.keyPem),
    tokenFile: await put('tokens.csv', tokens.join('')),
    signingKeyFile: await put('service-accounts.key', signing.privateKey),
    checkingKeyFile: await put('service-accounts.pub', signing.publicKey),
    clients: {
      user: await authority.issueClient({ commonName: 'carol', organizations: ['dev'], nowMs }),
      proxy: await proxies.issueClient({ commonName: proxyName, nowMs }),
      otherProxy: await proxies.issueClient({ commonName: 'another-proxy', nowMs }),
    },
  };
}

/** A user's way in: an administrator's unless told. */
export function writeKubeConfig(folder: string, url: string, caPem: string, user: UserName = 'admin'): Promise<string> {
  const path = join(folder, user === 'admin' ? 'kubeconfig' : `kubeconfig-of-${user.replaceAll(':', '-')}`);
  return writeKubeConfigAs(path, { url, caPem, user, credentials: { token: tokenOf(user) } });
}

/** The way of somebody who is known by these to a server. */
export async function writeKubeConfigAs(
  path: string,
  {
    url,
    caPem,
    user,
    credentials,
  }: { readonly url: string; readonly caPem: string; readonly user: string; readonly credentials: object },
): Promise<string> {
  const named = (name: string, what: string, value: object) => [{ name, [what]: value }];
  const config = {
    ...{ apiVersion: 'v1', kind: 'Config', 'current-context': user },
    clusters: named('server', 'cluster', {
      server: url,
      'certificate-authority-data': Buffer.from(caPem).toString('base64'),
    }),
    users: named(user, 'user', credentials),
    contexts: named(user, 'context', { cluster: 'server', user }),
  };
  await writeFile(path, JSON.stringify(config, null, 2), { mode: 0o600 });
  return path;
}
