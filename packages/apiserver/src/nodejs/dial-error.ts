/**
 * Why a connection to a webhook, to another API server or to what listens in a pod failed, in the words of Go, which people
 * and their tests look for. Called by what connects; it reads no more than the error that Node made.
 */
import { hostAndPort, ipFamilyOf } from '@pintle/machinery';

interface ConnectionError extends Error {
  readonly code?: string;
  readonly address?: string;
  readonly port?: number;
  readonly hostname?: string;
  /** What the certificate was to name, and what it is. */
  readonly host?: string;
  readonly cert?: { readonly subjectaltname?: string };
}

const unverified = 'tls: failed to verify certificate: x509';
const unknownAuthority = `${unverified}: certificate signed by unknown authority`;

/** By Node's code. */
const words: Readonly<Record<string, (error: ConnectionError) => string>> = {
  ECONNREFUSED: (error) => `${dialed(error)}: connect: connection refused`,
  EHOSTUNREACH: (error) => `${dialed(error)}: connect: no route to host`,
  ENETUNREACH: (error) => `${dialed(error)}: connect: network is unreachable`,
  ETIMEDOUT: (error) => `${dialed(error)}: connect: connection timed out`,
  ENOTFOUND: ({ hostname }) => `dial tcp: lookup ${hostname}: no such host`,
  ECONNRESET: () => 'EOF',
  DEPTH_ZERO_SELF_SIGNED_CERT: () => unknownAuthority,
  SELF_SIGNED_CERT_IN_CHAIN: () => unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: () => unknownAuthority,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: () => unknownAuthority,
  CERT_HAS_EXPIRED: () => `${unverified}: certificate has expired or is not yet valid`,
  ERR_TLS_CERT_ALTNAME_INVALID: (error) => `${unverified}: ${misnamed(error)}`,
};

/** Addresses are of addresses, and names of names. */
function misnamed({ host = '', cert }: ConnectionError): string {
  const isAddress = ipFamilyOf(host) !== undefined;
  const names = [...(cert?.subjectaltname ?? '').matchAll(/(DNS|IP Address):([^,]+)/g)]
    .filter(([, type]) => (type === 'IP Address') === isAddress)
    .map(([, , name]) => name);
  if (names.length > 0) return `certificate is valid for ${names.join(', ')}, not ${host}`;
  return isAddress
    ? `cannot validate certificate for ${host} because it doesn't contain any IP SANs`
    : `certificate is not valid for any names, but wanted to match ${host}`;
}

const dialed = ({ address = '', port }: ConnectionError) => `dial tcp ${hostAndPort(address, String(port))}`;

/** The same error where it is none of a connection. */
export function dialError(error: Error): Error {
  // Several addresses of one name were tried, each in vain.
  const tried = error instanceof AggregateError ? (error.errors[0] as ConnectionError) : (error as ConnectionError);
  const say = words[tried.code ?? ''];
  return say === undefined ? error : new Error(say(tried), { cause: error });
}
