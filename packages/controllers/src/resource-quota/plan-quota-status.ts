/** The status that a ResourceQuota should have, from what there is. Pure. */
import type { ResourceQuota, ResourceQuotaStatus } from '@pintle/api/core/v1';
import { type QuotaEvaluator, usageWithin } from '@pintle/api/quota';
import {
  formatResourceList,
  maskAmounts,
  parseResourceList,
  type ResourceAmounts,
  sameAmounts,
  sumAmounts,
} from '@pintle/api/resource-list';
import type { KubernetesObject } from '@pintle/machinery';

/** The objects of one resource in the quota's namespace. */
export interface Counted {
  readonly evaluator: QuotaEvaluator;
  readonly objects: readonly KubernetesObject[];
}

export interface QuotaPlan {
  /** Undefined: it is as it should be. */
  readonly status: ResourceQuotaStatus | undefined;
  /** Whether something is given back. A charge whose object is still being written looks the same. */
  readonly lowers: boolean;
}

export function planQuotaStatus(quota: ResourceQuota, counted: readonly Counted[], nowMs: number): QuotaPlan {
  const hard = parseResourceList(quota.spec?.hard);
  const before = parseResourceList(quota.status?.used);
  const found = sumAmounts(counted.map(({ evaluator, objects }) => usageWithin(quota, evaluator, objects, nowMs)));
  // What nobody counts keeps the last word on it.
  const used: ResourceAmounts = maskAmounts(new Map([...before, ...found]), hard.keys());
  const same =
    quota.status?.hard !== undefined &&
    quota.status.used !== undefined &&
    sameAmounts(parseResourceList(quota.status.hard), hard) &&
    sameAmounts(before, used);
  return {
    status: same ? undefined : { hard: formatResourceList(hard), used: formatResourceList(used) },
    lowers: [...used].some(([name, { nano }]) => nano < (before.get(name)?.nano ?? nano)),
  };
}
