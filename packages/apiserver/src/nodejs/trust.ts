/** Whom a TLS connection of this server believes. */
import { rootCertificates } from 'node:tls';

/**
 * The well-known authorities where none is named. As in Go each certificate of a bundle is believed by itself, be it an
 * authority's in between or the server's own: OpenSSL would ask for the authority at the root.
 */
export const trusting = (caPem: string | undefined) => ({
  ca: caPem ?? [...rootCertificates],
  allowPartialTrustChain: true,
});
