/**
 * Why a connection to a webhook, to another API server or to what listens in a pod failed, in the words of Go, which people
 * and their tests look for. Called by what connects; it reads no more than the error that Node made.
 */
import { hostAndPort } from '@pintle/machinery';

interface ConnectionError extends Error {
  readonly code?: string;
  readonly address?: string;
  readonly port?: number;
  readonly hostname?: string;
}

const unknownAuthority = 'tls: failed to verify certificate: x509: certificate signed by unknown authority';

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
  CERT_HAS_EXPIRED: () => 'tls: failed to verify certificate: x509: certificate has expired or is not yet valid',
};

const dialed = ({ address = '', port }: ConnectionError) => `dial tcp ${hostAndPort(address, String(port))}`;

/** The same error where it is none of a connection. */
export function dialError(error: Error): Error {
  // Several addresses of one name were tried, each in vain.
  const tried = error instanceof AggregateError ? (error.errors[0] as ConnectionError) : (error as ConnectionError);
  const say = words[tried.code ?? ''];
  return say === undefined ? error : new Error(say(tried), { cause: error });
}
