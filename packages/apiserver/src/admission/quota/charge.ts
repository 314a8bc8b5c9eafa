/** What one request costs the quotas of its namespace, and whether they can pay. Pure. */
import type { ResourceQuota } from '@pintle/api/core/v1';
import { isInScopes, type QuotaEvaluator, type QuotaScope, scopesOf } from '@pintle/api/quota';
import {
  addAmounts,
  describeAmounts,
  exceeding,
  formatResourceList,
  maskAmounts,
  parseResourceList,
  type ResourceAmounts,
  subtractAmounts,
} from '@pintle/api/resource-list';
import type { KubernetesObject } from '@pintle/machinery';

/** Of upstream's `ResourceQuotaConfiguration`: what a namespace may use only where it has a quota for it. */
export interface LimitedResource {
  readonly apiGroup?: string;
  /** The plural. */
  readonly resource: string;
  /** Parts of names of what is limited, as `.storageclass.storage.k8s.io/requests.storage`. */
  readonly matchContains?: readonly string[];
  /** Objects in these scopes are limited, of whatever resource. */
  readonly matchScopes?: readonly QuotaScope[];
}

export interface Charge {
  readonly evaluator: QuotaEvaluator;
  readonly object: KubernetesObject;
  /** As it was, for an update: quotas that it was charged to pay only for what it grew. */
  readonly old?: KubernetesObject | undefined;
  /** Charged even where there is no room. */
  readonly isReport?: boolean;
  /** What nobody may use unless a quota bounds it. */
  readonly limited?: readonly LimitedResource[];
  readonly nowMs: number;
}

/** The quotas after the charge, those not concerned as they were; or why it is refused, in the words of Kubernetes. */
export type Charged =
  | { readonly type: 'charged'; readonly quotas: readonly ResourceQuota[] }
  | { readonly type: 'refused'; readonly reason: string }
  /** Refused by an error that upstream has no reason for. */
  | { readonly type: 'failed'; readonly message: string };

export function chargeQuotas(quotas: readonly ResourceQuota[], charge: Charge): Charged {
  const { evaluator, object, limited = [] } = charge;
  const concerned = new Set<ResourceQuota>();
  const bounded = new Set<string>();
  for (const quota of quotas) {
    const hard = quota.status?.hard ?? {};
    const names = evaluator.matching(Object.keys(hard));
    if (names.length === 0 || !isInScopes(evaluator, quota.spec ?? {}, object)) continue;
    const missing = evaluator.missing(names, object);
    if (missing !== undefined) return refused(`failed quota: ${quota.metadata.name}: ${missing}`);
    const unknown = names.filter((name) => quota.status?.used?.[name] === undefined);
    if (unknown.length > 0)
      return refused(`status unknown for quota: ${quota.metadata.name}, resources: ${[...names].sort().join(',')}`);
    concerned.add(quota);
    for (const name of names) bounded.add(name);
  }
  if (concerned.size === 0 && limited.length === 0) return { type: 'charged', quotas };

  const usage = evaluator.usage(object, charge.nowMs);
  const negative = [...usage].filter(([, { nano }]) => nano < 0n).map(([name]) => name);
  if (negative.length > 0) return refused(`quota usage is negative for resource(s): ${negative.sort().join(',')}`);
  const { old } = charge;
  const growth = old === undefined ? usage : growthOf(usage, evaluator.usage(old, charge.nowMs));
  const priceIn = ({ spec = {} }: ResourceQuota) =>
    old === undefined || !isInScopes(evaluator, spec, old) ? usage : growth;

  const costs = concerned.size === 0 ? [old === undefined ? usage : growth] : [...concerned].map(priceIn);
  if (costs.every((cost) => withoutZeros(cost).size === 0)) return { type: 'charged', quotas };
  const refusal = uncovered(limited, charge, usage, bounded, quotas);
  if (refusal !== undefined) return refusal;

  const after: ResourceQuota[] = [];
  for (const quota of quotas) {
    const price = withoutZeros(concerned.has(quota) ? priceIn(quota) : none);
    if (price.size === 0) {
      after.push(quota);
      continue;
    }
    const [hard, used] = [parseResourceList(quota.status?.hard), parseResourceList(quota.status?.used)];
    const asked = maskAmounts(price, hard.keys());
    const total = addAmounts(used, asked);
    const over = charge.isReport ? [] : exceeding(maskAmounts(total, asked.keys()), hard);
    if (over.length > 0) {
      const [requested, taken, limited] = [asked, used, hard].map((list) => describeAmounts(maskAmounts(list, over)));
      return refused(
        `exceeded quota: ${quota.metadata.name}, requested: ${requested}, used: ${taken}, limited: ${limited}`,
      );
    }
    after.push(asked.size === 0 ? quota : { ...quota, status: { ...quota.status, used: formatResourceList(total) } });
  }
  return { type: 'charged', quotas: after };
}

/** What is limited, and no quota bounds. */
function uncovered(
  limited: readonly LimitedResource[],
  { evaluator, object }: Charge,
  usage: ResourceAmounts,
  bounded: ReadonlySet<string>,
  quotas: readonly ResourceQuota[],
): Charged | undefined {
  const { group, plural } = evaluator.resource;
  const parts = limited
    .filter(({ apiGroup = '', resource }) => apiGroup === group && resource === plural)
    .flatMap(({ matchContains = [] }) => matchContains);
  const names = [...usage]
    .filter(([name, { nano }]) => nano > 0n && !bounded.has(name) && parts.some((part) => name.includes(part)))
    .map(([name]) => name);
  if (names.length > 0) return refused(`insufficient quota to consume: ${names.sort().join(',')}`);
  const inScope = (scope: QuotaScope) => evaluator.isInScope(scope, object);
  const covered = new Set(
    quotas.flatMap(({ spec = {} }) => scopesOf(spec).filter(inScope)).map(({ scopeName }) => scopeName),
  );
  const scopes = limited
    .flatMap(({ matchScopes = [] }) => matchScopes.filter(inScope))
    .filter(({ scopeName }) => !covered.has(scopeName));
  if (scopes.length === 0) return undefined;
  const texts = scopes.map(
    ({ scopeName, operator, values = [] }) => `{${scopeName} ${operator} [${values.join(' ')}]}`,
  );
  return { type: 'failed', message: `insufficient quota to match these scopes: [${texts.join(' ')}]` };
}

const refused = (reason: string): Charged => ({ type: 'refused', reason });

const none: ResourceAmounts = new Map();

/** What shrank is given back when it is counted anew: that the request succeeds is not known yet. */
const growthOf = (now: ResourceAmounts, before: ResourceAmounts): ResourceAmounts =>
  new Map([...subtractAmounts(now, before)].filter(([, { nano }]) => nano > 0n));

const withoutZeros = (list: ResourceAmounts): ResourceAmounts =>
  new Map([...list].filter(([, { nano }]) => nano !== 0n));
