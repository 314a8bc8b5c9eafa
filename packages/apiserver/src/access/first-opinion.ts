/** Several authorizers as one. */
import type { AccessAttributes, AccessDecision, Authorizer, RuledAuthorizer } from './access.js';
import { allRules } from './rules-review.js';

/** The first that allows or denies decides. Where none does, what they had to say stands together, as their rules do. */
export function firstOpinion(authorizers: readonly Authorizer[]): RuledAuthorizer {
  const from = (
    attributes: AccessAttributes,
    first: number,
    reasons: readonly string[],
  ): AccessDecision | Promise<AccessDecision> => {
    let said = reasons;
    for (let i = first; i < authorizers.length; i++) {
      const opinion = authorizers[i]!(attributes);
      if (opinion instanceof Promise)
        return opinion.then((told) =>
          told.decision === 'noOpinion' ? from(attributes, i + 1, added(said, told)) : told,
        );
      if (opinion.decision !== 'noOpinion') return opinion;
      said = added(said, opinion);
    }
    return { decision: 'noOpinion', ...(said.length === 0 ? {} : { reason: said.join('\n') }) };
  };
  return Object.assign((attributes: AccessAttributes) => from(attributes, 0, []), { rulesFor: allRules(authorizers) });
}

const added = (reasons: readonly string[], { reason }: AccessDecision): readonly string[] =>
  reason ? [...reasons, reason] : reasons;
