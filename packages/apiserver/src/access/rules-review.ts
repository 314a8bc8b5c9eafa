/** All that a user may do in a namespace, as far as rules tell it: SelfSubjectRulesReview (`kubectl auth can-i --list`). */
import type { SubjectRulesReviewStatus } from '@pintle/api/authorization/v1';
import { aggregateText } from '@pintle/machinery';
import type { Authorizer, RulesFor, UserRules } from './access.js';

/** Whoever may do everything. */
export const everything: UserRules = {
  resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }],
  nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
};

export const noRules: UserRules = { resourceRules: [], nonResourceRules: [] };

/** Of an authorizer that does not decide by rules. `who`: as the reason names it. */
export const untoldRules = (who: string): UserRules => ({
  ...noRules,
  incomplete: true,
  errors: [`${who} does not support user rule resolution`],
});

/** The rules of all of them, one after the other. */
export function allRules(authorizers: readonly Authorizer[]): RulesFor {
  return (user, namespace) => {
    const told = authorizers.map(({ rulesFor }) => rulesFor?.(user, namespace) ?? untoldRules('the authorizer'));
    return {
      resourceRules: told.flatMap(({ resourceRules }) => resourceRules),
      nonResourceRules: told.flatMap(({ nonResourceRules }) => nonResourceRules),
      incomplete: told.some(({ incomplete }) => incomplete),
      errors: told.flatMap(({ errors = [] }) => errors),
    };
  };
}

export function rulesReviewStatus({
  resourceRules,
  nonResourceRules,
  incomplete = false,
  errors = [],
}: UserRules): SubjectRulesReviewStatus {
  return {
    ...{ resourceRules, nonResourceRules, incomplete },
    ...(errors.length === 0 ? {} : { evaluationError: aggregateText(errors) }),
  } as SubjectRulesReviewStatus;
}
