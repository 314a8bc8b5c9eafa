/**
 * A cluster that can be reached: credentials of its own, TLS on a port, RBAC, a kubeconfig. What `pintle up`
 * starts, for host applications that want the same.
 */

import { mkdir, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import type { ConfigMap } from '@pintle/api/core/v1';
import { fieldDocs } from '@pintle/api/docs';
import {
  clientCertificate,
  type HttpHandler,
  type RequestHeaderOptions,
  requestHeaders,
  serviceAccountTokens,
} from '@pintle/apiserver';
import {
  connectionMetrics,
  httpsServiceCaller,
  httpsWebhookCaller,
  type KeyPairPem,
  type Listening,
  listen,
  listenOnFree,
  processMetrics,
  proxyCaller,
  publicKeyPem,
  tokenKeys,
} from '@pintle/apiserver/nodejs';
import { formatIp, hostAndPort, ipFamilyOf, parseCidr, realWorld, statusError } from '@pintle/machinery';
import { type Cluster, type ClusterParts, createCluster } from '../cluster.js';
import { type Credentials, credentials, proxyName, shownCertificate } from './credentials.js';
import { kubeConfigText } from './kube-config-text.js';

export interface ServedClusterParts
  extends Omit<ClusterParts, 'tokens' | 'port' | 'rootCertificate' | 'certificateSigner'> {
  /** Asked after front proxies and client certificates, and before tokens. */
  readonly authenticators?: ClusterParts['authenticators'];
  /** Default `127.0.0.1`. */
  readonly host?: string;
  /** Default 6443; the next free one is taken where it is in use. 0: any free one. */
  readonly port?: number;
  /** That port and no other: a `PortInUseError` where it is in use. */
  readonly portExactly?: boolean;
  /** Whether HTTP/2 is spoken with who asks for it. Default false, as `listen()` says why. */
  readonly http2?: boolean;
  /** What the API server shows; issued by the cluster's own authority unless given. */
  readonly serverCertificate?: KeyPairPem;
  /** A folder with `apiserver.crt` and `apiserver.key` to show; written there where they are missing. */
  readonly serverCertificateFolder?: string;
  /** Authorities whose client certificates are trusted beside the cluster's own. */
  readonly clientCaPem?: string;
  /** Who may speak for others, in the place of the proxies that the cluster makes certificates for itself. */
  readonly frontProxies?: FrontProxies;
  /** In the place of keys of the cluster's own. */
  readonly serviceAccounts?: ServiceAccountKeys;
  /** Where keys and certificates are kept; made for this run only unless given. */
  readonly credentialsFolder?: string;
  /** Where to write an administrator's kubeconfig; nowhere unless given. */
  readonly kubeconfig?: string;
}

export interface FrontProxies extends RequestHeaderOptions {
  /** Whose certificates they show. */
  readonly caPem: string;
}

export interface ServiceAccountKeys {
  /** The first issues tokens, those of all are good. Default: the cluster's own name. */
  readonly issuers?: readonly string[];
  readonly signingKeyPem?: string;
  /** Keys or certificates whose tokens count beside the signing key's. */
  readonly checkingKeyPems?: readonly string[];
  /** Whom the server's own tokens are for, and others that may be shown to it. Default: the issuers. */
  readonly audiences?: readonly string[];
  /** Where others find the keys. Default: at the address that the server is told of by. */
  readonly jwksUri?: string;
  /** Tokens that are asked for longer live so long. */
  readonly maxExpirationSeconds?: number;
  /** Whether tokens of pods live for a year, for clients that never read theirs again (default true). */
  readonly extendsExpiration?: boolean;
}

export interface ServedCluster extends Cluster {
  readonly url: string;
  /** An administrator's kubeconfig. */
  readonly kubeconfig: string;
}

const ownIssuer = 'https://kubernetes.default.svc.cluster.local';
const serverNames = [
  'localhost',
  'kubernetes',
  'kubernetes.default',
  'kubernetes.default.svc',
  'kubernetes.default.svc.cluster.local',
];

/** Resolves when the API answers and every part runs. */
export async function createServedCluster(parts: ServedClusterParts): Promise<ServedCluster> {
  const { host = '127.0.0.1', port = 6443, http2 = false, credentialsFolder, kubeconfig, ...others } = parts;
  const { serviceAccounts = {}, frontProxies: givenProxies, ...rest } = others;
  const world = parts.world ?? realWorld();
  const serviceIp = firstAddress(parts.serviceCidr ?? '10.96.0.0/12');
  const advertiseAddress = parts.advertiseAddress ?? (isAnyAddress(host) ? '127.0.0.1' : host);
  const keys = await credentials(
    credentialsFolder,
    { dns: serverNames, ips: ['127.0.0.1', '::1', host, serviceIp, advertiseAddress] },
    world.clock.now(),
  );
  const frontProxies = givenProxies ?? { ...proxyHeaders, allowedNames: [proxyName], caPem: keys.proxyCaPem };
  const shown = parts.serverCertificate ?? (await shownCertificate(parts.serverCertificateFolder, keys));
  const tokenKeyPem = serviceAccounts.signingKeyPem ?? keys.tokenKeyPem;
  const [issuer = ownIssuer, ...otherIssuers] = serviceAccounts.issuers ?? [];
  let handle: HttpHandler = async () => ({
    status: 503,
    headers: { 'content-type': 'application/json', 'retry-after': '1' },
    body: JSON.stringify(statusError('ServiceUnavailable', 'the cluster is starting').status),
  });
  const listening = await (parts.portExactly ? listen : listenOnFree)((request) => handle(request), {
    host,
    port,
    http2,
    tls: {
      ...shown,
      clientCaPem: [keys.caPem, parts.clientCaPem ?? ''].join('\n'),
      proxyCaPem: frontProxies.caPem,
    },
  });
  try {
    const { maxExpirationSeconds, extendsExpiration } = serviceAccounts;
    const tokens = await serviceAccountTokens({
      ...(maxExpirationSeconds === undefined ? {} : { maxExpirationSeconds }),
      ...(extendsExpiration === undefined ? {} : { extendsExpiration }),
      ...{ world, issuer, otherIssuers },
      ...tokenKeys(tokenKeyPem),
      otherPublicKeysPem: (serviceAccounts.checkingKeyPems ?? []).map(publicKeyPem),
      audiences: serviceAccounts.audiences ?? [issuer, ...otherIssuers],
      jwksUri: serviceAccounts.jwksUri ?? `https://${hostAndPort(advertiseAddress, listening.port)}/openid/v1/jwks`,
    });
    const cluster = await createCluster({
      fieldDocs: () => fieldDocs,
      callWebhook: httpsWebhookCaller(),
      authorizer: ['node', 'rbac'],
      flowControl: {},
      requiresDefaultAccounts: true,
      aggregation: { call: httpsServiceCaller(keys.proxy) },
      identity: { hostname: hostname() },
      proxy: { call: proxyCaller() },
      ...rest,
      // A name is no address that others could be told.
      ...(ipFamilyOf(advertiseAddress) === undefined ? {} : { advertiseAddress }),
      world,
      authenticators: [requestHeaders(frontProxies), clientCertificate, ...(rest.authenticators ?? [])],
      firstObjects: [authenticationConfig(keys, frontProxies), ...(rest.firstObjects ?? [])],
      tokens,
      port: listening.port,
      rootCertificate: keys.caPem,
      certificateSigner: keys.authority,
    });
    processMetrics(cluster.apiServer.metricsRegistry);
    connectionMetrics(cluster.apiServer.metricsRegistry, listening);
    handle = cluster.apiServer.handle;
    const url = `https://${host === '0.0.0.0' ? '127.0.0.1' : host}:${listening.port}`;
    // What is shown is either of the cluster's authority or itself all that there is to trust it by.
    const text = kubeConfigText({ url, ...adminOf(keys), caPem: shown === keys.server ? keys.caPem : shown.certPem });
    if (kubeconfig !== undefined) await writePrivately(kubeconfig, text);
    return { ...cluster, url, kubeconfig: text, stop: () => stopBoth(listening, cluster) };
  } catch (error) {
    await listening.close({ drainMs: 0 });
    throw error;
  }
}

/** The parts end first, so that what they write last still arrives. */
async function stopBoth(listening: Listening, cluster: Cluster): Promise<void> {
  await cluster.stop();
  await listening.close();
}

const proxyHeaders = {
  usernameHeaders: ['X-Remote-User'],
  groupHeaders: ['X-Remote-Group'],
  uidHeaders: ['X-Remote-Uid'],
  extraHeaderPrefixes: ['X-Remote-Extra-'],
};

/** By which the servers of aggregated APIs know whom to believe: this server's proxies too, whoever else there is. */
const authenticationConfig = ({ caPem, proxyCaPem }: Credentials, proxies: FrontProxies): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'extension-apiserver-authentication', namespace: 'kube-system' },
  data: {
    'client-ca-file': caPem,
    'requestheader-allowed-names': JSON.stringify(namesWith(proxies.allowedNames ?? [])),
    'requestheader-client-ca-file':
      proxies.caPem === proxyCaPem ? proxyCaPem : `${proxyCaPem.trimEnd()}\n${proxies.caPem}`,
    'requestheader-extra-headers-prefix': JSON.stringify(proxies.extraHeaderPrefixes),
    'requestheader-group-headers': JSON.stringify(proxies.groupHeaders),
    'requestheader-uid-headers': JSON.stringify(proxies.uidHeaders ?? []),
    'requestheader-username-headers': JSON.stringify(proxies.usernameHeaders),
  },
});

/** No names are all names. */
const namesWith = (names: readonly string[]) =>
  names.length === 0 || names.includes(proxyName) ? names : [...names, proxyName];

const adminOf = ({ admin }: Credentials) => ({ certPem: admin.certPem, keyPem: admin.keyPem });

const isAnyAddress = (host: string) => host === '0.0.0.0' || host === '::';

function firstAddress(cidr: string): string {
  const range = parseCidr(cidr.split(',')[0]!);
  return range === undefined ? '' : formatIp(range.family, range.address + 1n);
}

async function writePrivately(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text, { mode: 0o600 });
}
