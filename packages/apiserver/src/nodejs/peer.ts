/** What a connection says of its other side: its address, and the certificate that it has shown. Found once for each. */
import { X509Certificate } from 'node:crypto';
import type { Socket } from 'node:net';
import type { PeerCertificate, TLSSocket } from 'node:tls';
import type { CertificateSubject, Peer } from '../http/message.js';

const peers = new WeakMap<object, Peer>();

export function peerOf(socket: Socket): Peer {
  let peer = peers.get(socket);
  if (peer === undefined) {
    const { remoteAddress } = socket;
    peer = {
      ...(remoteAddress === undefined ? {} : { remoteAddress }),
      ...certificatesOf(socket as TLSSocket),
    };
    peers.set(socket, peer);
  }
  return peer;
}

/** Of each server: who vouches for front proxies, and which of those for clients as well. */
const proxyAuthorities = new WeakMap<object, readonly ProxyAuthority[]>();

interface ProxyAuthority {
  readonly certificate: X509Certificate;
  readonly isOfClients: boolean;
}

/** Both are bundles of one or more certificates. */
export function trustProxies(server: object, proxyCaPem: string, clientCaPem: string): void {
  const clients = new Set(certificatesIn(clientCaPem).map(({ fingerprint256 }) => fingerprint256));
  proxyAuthorities.set(
    server,
    certificatesIn(proxyCaPem).map((certificate) => ({
      certificate,
      isOfClients: clients.has(certificate.fingerprint256),
    })),
  );
}

const certificatesIn = (pem: string): readonly X509Certificate[] =>
  (pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []).map(
    (one) => new X509Certificate(one),
  );

function certificatesOf(
  socket: TLSSocket,
): Pick<Peer, 'clientCertificate' | 'proxyCertificate' | 'strangeCertificate'> {
  if (socket.encrypted !== true) return {};
  // Asked also of who is not believed: it makes OpenSSL forget what it found wrong, which Node would else take for a
  // fault of the connection.
  const { subject, fingerprint256, valid_to, raw } = (socket.getPeerCertificate() ?? {}) as Partial<PeerCertificate>;
  if (raw === undefined) return {};
  if (!socket.authorized || subject?.CN === undefined) return { strangeCertificate: true };
  const organizations = subject.O as string | string[] | undefined;
  const shown: CertificateSubject = {
    commonName: String(subject.CN),
    organizations: organizations === undefined ? [] : [organizations].flat(),
    ...(fingerprint256 === undefined ? {} : { fingerprint: fingerprint256.replaceAll(':', '').toLowerCase() }),
    ...(valid_to === undefined ? {} : { validUntilMs: Date.parse(valid_to) }),
  };
  const authorities = proxyAuthorities.get((socket as unknown as { server?: object }).server ?? socket) ?? [];
  const proxies = authorities.find(({ certificate }) => isIssuedBy(new X509Certificate(raw), certificate));
  return {
    ...(proxies === undefined ? {} : { proxyCertificate: shown }),
    ...(proxies === undefined || proxies.isOfClients ? { clientCertificate: shown } : {}),
  };
}

const isIssuedBy = (certificate: X509Certificate, authority: X509Certificate): boolean =>
  certificate.checkIssued(authority) && certificate.verify(authority.publicKey);
