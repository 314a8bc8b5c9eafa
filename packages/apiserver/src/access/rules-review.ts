/** All that a user may do in a namespace, as far as rules tell it: SelfSubjectRulesReview (`kubectl auth can-i --list`). */
import type { SubjectRulesReviewStatus } from '@pintle/api/authorization/v1';
import { mastersGroup } from '../verbs/authorize.js';
import type { UserInfo } from './access.js';
import { type RoleSource, rulesFor } from './rbac.js';

export type RulesFor = (user: UserInfo, namespace: string) => SubjectRulesReviewStatus;

const everything: SubjectRulesReviewStatus = {
  resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }],
  nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
  incomplete: false,
};

export interface RulesReviewOptions {
  /** Absent: who is asked tells nothing of rules. */
  readonly roles: RoleSource | undefined;
  /** Why a user's rules are not all; of authorizers that decide by something else. */
  readonly incomplete: (user: UserInfo) => readonly string[];
}

export function rulesReview({ roles, incomplete }: RulesReviewOptions): RulesFor {
  return (user, namespace) => {
    if (roles === undefined && user.groups.includes(mastersGroup)) return everything;
    const missing: string[] = [];
    const rules = roles === undefined ? [] : rulesFor(roles, user, namespace, missing);
    const errors = [...incomplete(user), ...missing];
    return {
      resourceRules: rules.flatMap(({ verbs, apiGroups, resources, resourceNames }) =>
        resources?.length
          ? [{ verbs, apiGroups: apiGroups ?? [], resources, ...(resourceNames?.length ? { resourceNames } : {}) }]
          : [],
      ),
      nonResourceRules: rules.flatMap(({ verbs, nonResourceURLs }) =>
        nonResourceURLs?.length ? [{ verbs, nonResourceURLs }] : [],
      ),
      incomplete: errors.length > 0,
      ...(errors.length === 0 ? {} : { evaluationError: errors.join(', ') }),
    };
  };
}
