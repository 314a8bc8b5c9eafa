/** Counting against ResourceQuotas: what each resource's objects use, for admission and for the controller. */
import { claimQuota } from './claims.js';
import type { QuotaEvaluator, ResourceName } from './evaluator.js';
import { objectCount } from './object-count.js';
import { podQuota } from './pods.js';
import { serviceQuota } from './services.js';

export {
  isInScopes,
  type QuotaEvaluator,
  type QuotaScope,
  type ResourceName,
  scopesOf,
  usageWithin,
} from './evaluator.js';
export { countName } from './object-count.js';
export { isTerminating } from './pods.js';

const special: readonly QuotaEvaluator<never>[] = [podQuota, serviceQuota, claimQuota];

/** Events come and go; what is only asked is never stored. */
export const isQuotable = ({ group, plural }: ResourceName): boolean =>
  !(plural === 'events' && (group === '' || group === 'events.k8s.io'));

export function quotaEvaluator({ group, plural }: ResourceName): QuotaEvaluator {
  const own = group === '' ? special.find(({ resource }) => resource.plural === plural) : undefined;
  return (own as QuotaEvaluator | undefined) ?? objectCount({ group, plural });
}
