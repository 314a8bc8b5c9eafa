/** Acting for another user, by the `Impersonate-` headers, as far as one may (verb `impersonate`). */
import { badRequest, forbidden } from '@pintle/machinery';
import type { HttpRequest } from '../http/message.js';
import { type Access, mastersGroup, refusal } from '../verbs/authorize.js';
import type { AccessAttributes, UserInfo } from './access.js';

/** Errors: `StatusError` Forbidden, BadRequest for groups without a user. */
export function impersonation(access: Access): (user: UserInfo, request: HttpRequest) => Promise<UserInfo> {
  return async (user, request) => {
    const name = request.header('impersonate-user');
    const groups = (request.header('impersonate-group') ?? '')
      .split(',')
      .map((group) => group.trim())
      .filter((group) => group !== '');
    if (name === undefined || name === '') {
      if (groups.length > 0) throw badRequest('requested impersonation of groups without a user: set Impersonate-User');
      return user;
    }
    await require(access, user, 'users', name);
    for (const group of groups) await require(access, user, 'groups', group);
    return { name, groups: [...(groups.length > 0 ? groups : []), 'system:authenticated'] };
  };
}

async function require(access: Access, user: UserInfo, resource: string, name: string): Promise<void> {
  if (user.groups.includes(mastersGroup)) return;
  const attributes: AccessAttributes = {
    type: 'resource',
    user,
    verb: 'impersonate',
    group: '',
    version: 'v1',
    resource,
    name,
  };
  const { decision, reason } = await access.authorizer(attributes);
  if (decision !== 'allow') throw forbidden({ group: '', plural: resource }, name, refusal(attributes, reason));
}
