/** Several authorizers as one. */
import { aggregateText } from '@pintle/machinery';
import type { AccessAttributes, AccessDecision, Authorizer, RuledAuthorizer } from './access.js';
import { allRules } from './rules-review.js';

interface Said {
  readonly reasons: readonly string[];
  readonly errors: readonly string[];
}

/** The first that allows or denies decides. Where none does, what they had to say stands together, as their rules do. */
export function firstOpinion(authorizers: readonly Authorizer[]): RuledAuthorizer {
  const from = (
    attributes: AccessAttributes,
    first: number,
    before: Said,
  ): AccessDecision | Promise<AccessDecision> => {
    let said = before;
    for (let i = first; i < authorizers.length; i++) {
      const opinion = authorizers[i]!(attributes);
      if (opinion instanceof Promise)
        return opinion.then((told) =>
          told.decision === 'noOpinion' ? from(attributes, i + 1, added(said, told)) : told,
        );
      if (opinion.decision !== 'noOpinion') return opinion;
      said = added(said, opinion);
    }
    const { reasons, errors } = said;
    return {
      decision: 'noOpinion',
      ...(reasons.length === 0 ? {} : { reason: reasons.join('\n') }),
      ...(errors.length === 0 ? {} : { error: aggregateText(new Set(errors)) }),
    };
  };
  return Object.assign((attributes: AccessAttributes) => from(attributes, 0, nothing), {
    rulesFor: allRules(authorizers),
  });
}

const nothing: Said = { reasons: [], errors: [] };

const added = ({ reasons, errors }: Said, { reason, error }: AccessDecision): Said => ({
  reasons: reason ? [...reasons, reason] : reasons,
  errors: error === undefined ? errors : [...errors, error],
});
