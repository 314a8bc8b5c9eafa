/** A user as expressions see it, in policies and in rules of who may come with a token. */
import { list, map, object, string } from '@pintle/machinery';
import type { UserInfo } from './access.js';

export const userInCel = object(
  () => ({ username: string(), uid: string(), groups: list(string()), extra: map(list(string())) }),
  'kubernetes.UserInfo',
);

/** With every field, also of what a user has not. */
export const shownUser = ({ name, uid = '', groups, extra = {} }: UserInfo) => ({ username: name, uid, groups, extra });
