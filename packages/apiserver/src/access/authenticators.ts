/** Ways to tell who asks. Each is one function; `firstOf` asks them in turn. */
import { statusError } from '@pintle/machinery';
import type { HttpRequest } from '../http/message.js';
import type { Authenticator, UserInfo } from './access.js';

const authenticatedGroup = 'system:authenticated';
const withAuthenticated = (user: UserInfo): UserInfo =>
  user.groups.includes(authenticatedGroup) ? user : { ...user, groups: [...user.groups, authenticatedGroup] };

/** The first who can tell; `anonymous` where nobody can and nothing was shown. */
export function firstOf(...authenticators: readonly Authenticator[]): Authenticator {
  return async (request) => {
    for (const authenticate of authenticators) {
      const user = await authenticate(request);
      if (user !== undefined) return withAuthenticated(user);
    }
    if (request.header('authorization') !== undefined) throw statusError('Unauthorized', 'Unauthorized');
    return { name: 'system:anonymous', groups: ['system:unauthenticated'] };
  };
}

/** A verified client certificate: the common name is the user, the organizations are its groups. */
export const clientCertificate: Authenticator = async ({ peer }) =>
  peer.clientCertificate === undefined
    ? undefined
    : { name: peer.clientCertificate.commonName, groups: peer.clientCertificate.organizations };

/** The token of an `Authorization: Bearer` header. */
export function bearerToken(request: HttpRequest): string | undefined {
  return /^Bearer +(\S+)$/i.exec(request.header('authorization') ?? '')?.[1];
}

/** Fixed tokens, compared in constant time. */
export function staticTokens(users: readonly { readonly token: string; readonly user: UserInfo }[]): Authenticator {
  return async (request) => {
    const token = bearerToken(request);
    if (token === undefined) return undefined;
    let found: UserInfo | undefined;
    for (const candidate of users) if (sameText(candidate.token, token)) found = candidate.user;
    return found;
  };
}

/** Takes as long for any two texts of the same lengths. */
function sameText(a: string, b: string): boolean {
  let difference = a.length ^ b.length;
  for (let i = 0; i < b.length; i++) difference |= (a.charCodeAt(i % Math.max(1, a.length)) || 0) ^ b.charCodeAt(i);
  return difference === 0;
}
