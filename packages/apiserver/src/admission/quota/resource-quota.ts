/**
 * ResourceQuota: charges what is created, or grows, to the quotas of its namespace, and refuses what they cannot pay.
 * What is given back, the ResourceQuota controller finds out.
 */
import { isQuotable, type QuotaEvaluator, quotaEvaluator } from '@pintle/api/quota';
import { forbidden } from '@pintle/machinery';
import type { Resource } from '../../registry/resource.js';
import type { ApiCore } from '../../verbs/api-core.js';
import type { AdmissionPlugin } from '../admission.js';
import type { AdmissionCaches } from '../admission-caches.js';
import { plainFailure } from '../plain-failure.js';
import type { LimitedResource } from './charge.js';
import { QuotaAccounts } from './quota-accounts.js';

export interface ResourceQuotaConfiguration {
  readonly limitedResources?: readonly LimitedResource[];
}

export function resourceQuota(
  core: () => ApiCore,
  { resourceQuotas }: AdmissionCaches,
  { limitedResources: limited = [] }: ResourceQuotaConfiguration = {},
): AdmissionPlugin {
  const accounts = new QuotaAccounts(core);
  const evaluators = new WeakMap<Resource['definition'], QuotaEvaluator>();
  const evaluatorOf = ({ definition }: Resource): QuotaEvaluator => {
    let found = evaluators.get(definition);
    if (found === undefined) {
      found = quotaEvaluator(definition.kind);
      evaluators.set(definition, found);
    }
    return found;
  };
  return {
    name: 'ResourceQuota',
    concerns: ({ operation, resource, subresource }) =>
      isQuotable(resource.kind) && evaluatorOf(resource).handles(operation, subresource),
    handles: ({ resource, namespace, subresource, object, old }) => {
      if (namespace === undefined) return false;
      if (limited.length === 0 && resourceQuotas.inNamespace(namespace).length === 0) return false;
      if (object === undefined || old === undefined) return object !== undefined;
      return evaluatorOf(resource).mayChange?.(object, old, subresource) ?? true;
    },
    async validate({ resource, namespace = '', name, object, old, subresource, dryRun }) {
      if (object === undefined) return;
      // Something has already become of what is reported: it is written down, and not refused.
      const isReport = subresource === 'status';
      const nowMs = core().world.clock.now();
      const charge = { evaluator: evaluatorOf(resource), object, old, isReport, limited, nowMs };
      const refusal = await accounts.charge(namespace, charge, { dryRun });
      if (refusal?.type === 'refused') throw forbidden(resource.kind, name, refusal.reason);
      if (refusal?.type === 'failed') throw plainFailure(refusal.message);
    },
  };
}
