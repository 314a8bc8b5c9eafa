/**
 * The keys and certificates of a cluster, made once and kept in its folder: a certificate authority, the
 * server's certificate, an administrator's, and the key that service account tokens are signed with.
 */
import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CertificateAuthority, generateSigningKey, type KeyPairPem } from '@pintle/apiserver/nodejs';

export interface Credentials {
  readonly caPem: string;
  /** Signs what is asked for by CertificateSigningRequests. */
  readonly authority: CertificateAuthority;
  readonly server: { readonly certPem: string; readonly keyPem: string };
  readonly admin: { readonly certPem: string; readonly keyPem: string };
  /** PKCS #8. */
  readonly tokenKeyPem: string;
  /** By whom front proxies are known. */
  readonly proxyCaPem: string;
  /** What this server shows to the servers of aggregated APIs. */
  readonly proxy: { readonly certPem: string; readonly keyPem: string };
}

/** The common name of front proxies, as kubeadm has it. */
export const proxyName = 'front-proxy-client';

/**
 * What the API server shows: what is in `folder` as kube-apiserver names it, and where nothing is, the cluster's own, put
 * there with its authority behind it.
 */
export async function shownCertificate(
  folder: string | undefined,
  { server, caPem }: Pick<Credentials, 'server' | 'caPem'>,
): Promise<KeyPairPem> {
  if (folder === undefined) return server;
  const [certificate, key] = [join(folder, 'apiserver.crt'), join(folder, 'apiserver.key')];
  const [certPem, keyPem] = await Promise.all([kept(certificate), kept(key)]);
  if (certPem !== undefined && keyPem !== undefined) return { certPem, keyPem };
  await mkdir(folder, { recursive: true });
  const chain = { certPem: `${server.certPem.trimEnd()}\n${caPem}`, keyPem: server.keyPem };
  await writeFile(certificate, chain.certPem);
  await writeFile(key, chain.keyPem, { mode: 0o600 });
  return chain;
}

const kept = (path: string): Promise<string | undefined> =>
  readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });

/** Kept files are used again; with no folder, everything is made for this run only. */
export async function credentials(
  folder: string | undefined,
  names: { readonly dns: readonly string[]; readonly ips: readonly string[] },
  nowMs: number,
): Promise<Credentials> {
  const keep = async (name: string, make: () => Promise<string>): Promise<string> => {
    if (folder === undefined) return make();
    const path = join(folder, name);
    const before = await kept(path);
    if (before !== undefined) return before;
    const text = await make();
    // Written aside and renamed, so that a crash leaves the whole file or none.
    await writeFile(`${path}.new`, text, { mode: 0o600 });
    await rename(`${path}.new`, path);
    return text;
  };
  if (folder !== undefined) {
    await mkdir(folder, { recursive: true });
    await chmod(folder, 0o700);
  }
  const authorityOf = async (file: string, commonName: string) => {
    const make = async () => JSON.stringify(await (await CertificateAuthority.create({ commonName, nowMs })).toPem());
    return JSON.parse(await keep(file, make)) as { certPem: string; keyPem: string };
  };
  const authority = await authorityOf('ca.json', 'pintle');
  const proxies = await authorityOf('front-proxy-ca.json', 'pintle-front-proxies');
  const ca = await CertificateAuthority.load(authority);
  const proxyCa = await CertificateAuthority.load(proxies);
  const tokenKeyPem = await keep('service-accounts.key', () => generateSigningKey());
  const [server, admin, proxy] = await Promise.all([
    ca.issueServer({ commonName: 'kube-apiserver', ...names, nowMs }),
    ca.issueClient({ commonName: 'kubernetes-admin', organizations: ['system:masters'], nowMs }),
    proxyCa.issueClient({ commonName: proxyName, nowMs }),
  ]);
  return { caPem: authority.certPem, authority: ca, server, admin, tokenKeyPem, proxyCaPem: proxies.certPem, proxy };
}
