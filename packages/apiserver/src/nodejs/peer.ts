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

/** The authority that each server trusts front proxies by, beside the one of clients. */
const proxyAuthorities = new WeakMap<object, X509Certificate>();

export function trustProxies(server: object, caPem: string): void {
  proxyAuthorities.set(server, new X509Certificate(caPem));
}

function certificatesOf(
  socket: TLSSocket,
): Pick<Peer, 'clientCertificate' | 'proxyCertificate' | 'strangeCertificate'> {
  if (socket.encrypted !== true) return {};
  // Asked also of who is not believed: it makes OpenSSL forget what it found wrong, which Node would else take for a
  // fault of the connection.
  const { subject, fingerprint256, raw } = (socket.getPeerCertificate() ?? {}) as Partial<PeerCertificate>;
  if (raw === undefined) return {};
  if (!socket.authorized || subject?.CN === undefined) return { strangeCertificate: true };
  const organizations = subject.O as string | string[] | undefined;
  const shown: CertificateSubject = {
    commonName: String(subject.CN),
    organizations: organizations === undefined ? [] : [organizations].flat(),
    ...(fingerprint256 === undefined ? {} : { fingerprint: fingerprint256.replaceAll(':', '').toLowerCase() }),
  };
  const authority = proxyAuthorities.get((socket as unknown as { server?: object }).server ?? socket);
  return authority !== undefined && isIssuedBy(new X509Certificate(raw), authority)
    ? { proxyCertificate: shown }
    : { clientCertificate: shown };
}

const isIssuedBy = (certificate: X509Certificate, authority: X509Certificate): boolean =>
  certificate.checkIssued(authority) && certificate.verify(authority.publicKey);
