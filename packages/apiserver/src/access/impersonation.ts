/**
 * Acting for another user by the `Impersonate-` headers, as far as one may: each part (name, groups, uid, extra) is asked
 * for by the verb `impersonate`.
 */
import { badRequest, forbidden } from '@pintle/machinery';
import type { HttpRequest } from '../http/message.js';
import { type Access, mastersGroup, refusal } from '../verbs/authorize.js';
import type { AccessAttributes, UserInfo } from './access.js';
import { anonymousUser } from './authenticators.js';
import { extraOf } from './request-headers.js';

const authenticationGroup = 'authentication.k8s.io';
const extraPrefix = 'impersonate-extra-';
const accountPrefix = 'system:serviceaccount:';

/** Errors: `StatusError` Forbidden, BadRequest for any part without a user. */
export function impersonation(access: Access): (user: UserInfo, request: HttpRequest) => UserInfo | Promise<UserInfo> {
  return (user, request) => {
    const wish = wishOf(request);
    return wish === undefined ? user : allowed(access, user, wish);
  };
}

async function allowed(access: Access, user: UserInfo, wish: Wish): Promise<UserInfo> {
  for (const part of partsOf(wish)) await require(access, user, part);
  return impersonated(wish);
}

interface Wish {
  readonly name: string;
  readonly uid: string | undefined;
  readonly groups: readonly string[];
  readonly extra: Readonly<Record<string, readonly string[]>>;
}

function wishOf(request: HttpRequest): Wish | undefined {
  // An empty name or uid is none; an empty group is one.
  const name = request.header('impersonate-user');
  const uid = request.header('impersonate-uid') || undefined;
  const headers = request.headersLike('impersonate-');
  const groups = headers.flatMap(([header, value]) => (header === 'impersonate-group' ? [value] : []));
  const extra = headers.flatMap(([header, value]) =>
    header.startsWith(extraPrefix) ? [[header.slice(extraPrefix.length), value] as const] : [],
  );
  if (name) return { name, uid, groups, extra: extraOf(extra) };
  if (uid === undefined && groups.length === 0 && extra.length === 0) return undefined;
  throw badRequest('requested impersonation of groups, a uid or extra without impersonating a user');
}

interface Part {
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly namespace?: string;
  readonly name: string;
}

/** The namespace and name of a service account, where the user is one. */
function accountOf(user: string): readonly [namespace: string, name: string] | undefined {
  const [namespace, name, more] = user.startsWith(accountPrefix) ? user.slice(accountPrefix.length).split(':') : [];
  return namespace && name && more === undefined ? [namespace, name] : undefined;
}

function partsOf({ name, uid, groups, extra }: Wish): readonly Part[] {
  const account = accountOf(name);
  return [
    account === undefined
      ? { group: '', resource: 'users', name }
      : { group: '', resource: 'serviceaccounts', namespace: account[0], name: account[1] },
    ...groups.map((group) => ({ group: '', resource: 'groups', name: group })),
    ...Object.entries(extra).flatMap(([key, values]) =>
      values.map((value) => ({ group: authenticationGroup, resource: 'userextras', subresource: key, name: value })),
    ),
    ...(uid === undefined ? [] : [{ group: authenticationGroup, resource: 'uids', name: uid }]),
  ];
}

function impersonated({ name, uid, groups, extra }: Wish): UserInfo {
  const account = accountOf(name);
  const own =
    groups.length > 0 || account === undefined
      ? groups
      : ['system:serviceaccounts', `system:serviceaccounts:${account[0]}`];
  const everybody = name === anonymousUser.name ? 'system:unauthenticated' : 'system:authenticated';
  return {
    name,
    groups: own.includes(everybody) ? own : [...own, everybody],
    ...(uid === undefined ? {} : { uid }),
    ...(Object.keys(extra).length === 0 ? {} : { extra }),
  };
}

async function require(access: Access, user: UserInfo, part: Part): Promise<void> {
  if (user.groups.includes(mastersGroup)) return;
  const attributes: AccessAttributes = { type: 'resource', user, verb: 'impersonate', version: 'v1', ...part };
  const { decision, reason } = await access.authorizer(attributes);
  if (decision === 'allow') return;
  throw forbidden({ group: part.group, plural: part.resource }, part.name, refusal(attributes, reason));
}
