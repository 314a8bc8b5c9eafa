/** Several authorizers as one. */
import type { AccessDecision, Authorizer } from './access.js';

/** The first that allows or denies decides. Where none does, what they had to say stands together. */
export function firstOpinion(authorizers: readonly Authorizer[]): Authorizer {
  return async (attributes) => {
    const reasons: string[] = [];
    for (const authorize of authorizers) {
      const opinion: AccessDecision = await authorize(attributes);
      if (opinion.decision !== 'noOpinion') return opinion;
      if (opinion.reason) reasons.push(opinion.reason);
    }
    return { decision: 'noOpinion', ...(reasons.length === 0 ? {} : { reason: reasons.join('\n') }) };
  };
}
