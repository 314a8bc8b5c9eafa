/** Ways to tell who asks. Each is one function; `authentication` asks them in turn. */
import { statusError } from '@pintle/machinery';
import type { CertificateSubject, HttpRequest } from '../http/message.js';
import type { Authenticator, TokenAuthenticator, UserInfo } from './access.js';
import { TokenRefused } from './tokens/token-refused.js';

const authenticated = 'system:authenticated';
const unauthenticated = 'system:unauthenticated';

export const anonymousUser: UserInfo = { name: 'system:anonymous', groups: [unauthenticated] };

const unauthorized = (cause?: unknown) => statusError('Unauthorized', 'Unauthorized', { cause });

/** One user for each that an authenticator gives, so that what is known of a user need not be found again. */
const completed = new WeakMap<UserInfo, UserInfo>();

function withAuthenticated(user: UserInfo): UserInfo {
  if (user.groups.includes(authenticated) || user.groups.includes(unauthenticated)) return user;
  let complete = completed.get(user);
  if (complete === undefined) {
    complete = { ...user, groups: [...user.groups, authenticated] };
    completed.set(user, complete);
  }
  return complete;
}

export interface AuthenticationOptions {
  /** By what a request shows beside its token, as its certificate. */
  readonly requests: readonly Authenticator[];
  readonly token: TokenAuthenticator;
  /** Whether who shows nothing is let in as `system:anonymous` (default true), or the paths where. */
  readonly anonymous?: boolean | readonly string[];
}

/**
 * The first who can tell; a promise only where one had to be asked. Errors: `StatusError` Unauthorized for a token that nobody knows, and for who shows nothing
 * where nobody is let in so.
 */
export function authentication({
  requests,
  token: authenticateToken,
  anonymous = true,
}: AuthenticationOptions): (request: HttpRequest) => UserInfo | Promise<UserInfo> {
  const byRequest = (request: HttpRequest, from: number): UserInfo | Promise<UserInfo> => {
    for (let i = from; i < requests.length; i++) {
      const asked = requests[i]!(request);
      if (asked instanceof Promise)
        return asked.then((user) => (user === undefined ? byRequest(request, i + 1) : withAuthenticated(user)));
      if (asked !== undefined) return withAuthenticated(asked);
    }
    return byToken(request);
  };
  const byToken = async (request: HttpRequest): Promise<UserInfo> => {
    const token = bearerToken(request);
    if (token !== undefined) {
      const identity = await authenticateToken(token, []).catch((error: unknown) => {
        throw error instanceof TokenRefused ? unauthorized(error) : error;
      });
      if (identity === undefined) throw unauthorized();
      return withAuthenticated(identity.user);
    }
    // Who shows what does not count is not let in as one who shows nothing.
    const { strangeCertificate, proxyCertificate } = request.peer;
    const isLetIn = typeof anonymous === 'boolean' ? anonymous : anonymous.includes(request.path);
    if (!isLetIn || strangeCertificate || proxyCertificate !== undefined) throw unauthorized();
    return anonymousUser;
  };
  return (request) => byRequest(request, 0);
}

/** A token that is to be for nobody in particular is to be for the server. */
export const forServer =
  (own: readonly string[], authenticate: TokenAuthenticator): TokenAuthenticator =>
  (token, audiences) =>
    authenticate(token, audiences.length === 0 ? own : audiences);

/** Several as one: the first that knows a token. */
export function firstIdentity(authenticators: readonly TokenAuthenticator[]): TokenAuthenticator {
  return async (token, audiences) => {
    const reasons: string[] = [];
    let annotations: Record<string, string> = {};
    for (const authenticate of authenticators) {
      try {
        const identity = await authenticate(token, audiences);
        if (identity !== undefined) return identity;
      } catch (error) {
        if (!(error instanceof TokenRefused)) throw error;
        reasons.push(...error.reasons);
        annotations = { ...annotations, ...error.annotations };
      }
    }
    if (reasons.length > 0) throw new TokenRefused(reasons, { annotations });
    return undefined;
  };
}

const certified = new WeakMap<CertificateSubject, UserInfo>();

/** The same user for all requests of a connection. */
function userBy(certificate: CertificateSubject): UserInfo {
  let user = certified.get(certificate);
  if (user === undefined) {
    user = userOf(certificate);
    certified.set(certificate, user);
  }
  return user;
}

const userOf = ({ commonName, organizations, fingerprint }: CertificateSubject): UserInfo => ({
  name: commonName,
  groups: organizations,
  ...(fingerprint === undefined
    ? {}
    : { extra: { 'authentication.kubernetes.io/credential-id': [`X509SHA256=${fingerprint}`] } }),
});

/** A verified client certificate: the common name is the user, the organizations are its groups. */
export const clientCertificate: Authenticator = ({ peer }) =>
  peer.clientCertificate === undefined ? undefined : userBy(peer.clientCertificate);

const protocolPrefix = 'base64url.bearer.authorization.k8s.io.';

/** The token of an `Authorization: Bearer` header, or the one that a browser's WebSocket hides among its protocols. */
export function bearerToken(request: HttpRequest): string | undefined {
  // What follows a token is passed over.
  const shown = /^Bearer (\S+)(?: |$)/i.exec(request.header('authorization')?.trim() ?? '')?.[1];
  if (shown !== undefined || request.upgrade !== true) return shown;
  const hidden = (request.header('sec-websocket-protocol') ?? '')
    .split(',')
    .map((name) => name.trim())
    .find((name) => name.startsWith(protocolPrefix));
  if (hidden === undefined) return undefined;
  try {
    return atob(hidden.slice(protocolPrefix.length).replaceAll('-', '+').replaceAll('_', '/'));
  } catch {
    return undefined;
  }
}

/** Fixed tokens, compared in constant time; for the audiences of the server. */
export function staticTokens(
  users: readonly { readonly token: string; readonly user: UserInfo }[],
  serverAudiences: readonly string[] = [],
): TokenAuthenticator {
  return async (token, audiences) => {
    let found: UserInfo | undefined;
    for (const candidate of users) if (sameText(candidate.token, token)) found = candidate.user;
    if (found === undefined) return undefined;
    const common = audiences.filter((audience) => serverAudiences.includes(audience));
    if (audiences.length > 0 && common.length === 0) return undefined;
    return { user: found, ...(common.length === 0 ? {} : { audiences: common }) };
  };
}

/** Takes as long for any two texts of the same lengths. */
function sameText(a: string, b: string): boolean {
  let difference = a.length ^ b.length;
  for (let i = 0; i < b.length; i++) difference |= (a.charCodeAt(i % Math.max(1, a.length)) || 0) ^ b.charCodeAt(i);
  return difference === 0;
}
