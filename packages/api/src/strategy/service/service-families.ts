/**
 * IPv4, IPv6 or both: which families a Service gets, by what it says itself, what it was, and what the cluster has. Addresses
 * are for others to hand out, one for each family.
 */
import { deepEqual, type FieldError, type IpFamily, invalidField, ipFamilyOf } from '@pintle/machinery';
import type { ServiceSpec } from '../../core/v1/service.js';
import { clusterIpErrors } from './cluster-ips.js';

export interface ServiceFamilies {
  readonly spec: ServiceSpec;
  /** Addresses to be handed out or taken, one for each of the spec's families from `from` on; undefined: none. */
  readonly from?: number;
  readonly errors?: readonly FieldError[];
}

const other: Readonly<Record<string, IpFamily>> = { IPv4: 'IPv6', IPv6: 'IPv4' };
const dualOnly = (what: string) =>
  `must be 'RequireDualStack' or 'PreferDualStack' when multiple ${what} are specified`;
const release = (what: string) => `must be 'SingleStack' to release the secondary ${what}`;

/**
 * `configured`: the cluster's families, the usual one first. What is wrong in ways that the validation tells of stays as it
 * is. Pure.
 */
export function serviceFamilies(
  asked: ServiceSpec,
  before: ServiceSpec | undefined,
  configured: readonly IpFamily[],
): ServiceFamilies {
  if (asked.type === 'ExternalName') return { spec: asked };
  const old = before?.type === 'ExternalName' ? undefined : before;
  const agreed = withAgreedAddresses(asked, old);
  if (old !== undefined && staysPreferred(agreed, old)) return { spec: agreed };
  const spec = { ...agreed, ipFamilyPolicy: agreed.ipFamilyPolicy ?? old?.ipFamilyPolicy ?? usualPolicy(agreed) };
  if (clusterIpErrors(spec).length > 0) return { spec };

  const single = spec.ipFamilyPolicy === 'SingleStack';
  const errors: FieldError[] = [];
  const policyError = (detail: string) => errors.push(invalidField('spec.ipFamilyPolicy', spec.ipFamilyPolicy, detail));
  let { clusterIPs = [], ipFamilies = [] } = spec;
  if (old !== undefined && single) {
    // Who asks for one family and leaves both as they were means that the second is to go.
    if (deepEqual(clusterIPs, old.clusterIPs)) clusterIPs = clusterIPs.slice(0, 1);
    if (deepEqual(ipFamilies, old.ipFamilies)) ipFamilies = ipFamilies.slice(0, 1);
  } else if (old !== undefined) {
    if (isReduced(clusterIPs, old.clusterIPs)) policyError(release('cluster IP'));
    if (isReduced(ipFamilies, old.ipFamilies)) policyError(release('IP family'));
  }
  if (single && clusterIPs.length === 2) policyError(dualOnly('cluster IPs'));
  if (single && ipFamilies.length === 2) policyError(dualOnly('IP families'));
  const headless = clusterIPs[0] === 'None';
  for (const [index, ip] of (headless ? [] : clusterIPs).entries()) {
    if (index < ipFamilies.length) continue;
    const family = ipFamilyOf(ip)!;
    if (configured.includes(family)) ipFamilies = [...ipFamilies, family];
    else
      errors.push(invalidField(`spec.clusterIPs[${index}]`, clusterIPs, `${family} is not configured on this cluster`));
  }
  // Addresses of its own are somebody else's affair, so both families are to be had anywhere.
  const anyFamily = headless && isEmpty(spec.selector);
  if (errors.length === 0 && !anyFamily) {
    if (spec.ipFamilyPolicy === 'RequireDualStack' && configured.length < 2)
      policyError('this cluster is not configured for dual-stack services');
    for (const [index, family] of ipFamilies.entries())
      if (!configured.includes(family as IpFamily))
        errors.push(invalidField(`spec.ipFamilies[${index}]`, family, 'not configured on this cluster'));
  }
  if (errors.length > 0) return { spec, errors };

  const first = ipFamilies[0] ?? configured[0]!;
  const both = !single && (anyFamily || configured.length === 2);
  const families =
    ipFamilies.length === 2 || !both ? (ipFamilies.length > 0 ? ipFamilies : [first]) : [first, other[first]!];
  const made: ServiceSpec = { ...spec, clusterIPs, ipFamilies: families };
  if (headless || old?.clusterIPs?.[0] === 'None') return { spec: made };
  if (old === undefined) return { spec: made, from: 0 };
  return old.ipFamilies?.length === 1 && families.length === 2 ? { spec: made, from: 1 } : { spec: made };
}

/** The one address and the list of them, where a client of old says the one alone or says neither. */
function withAgreedAddresses(asked: ServiceSpec, old: ServiceSpec | undefined): ServiceSpec {
  const before = old?.clusterIPs ?? [];
  const clusterIP = asked.clusterIP || old?.clusterIP || '';
  let clusterIPs = asked.clusterIPs ?? [];
  if (clusterIPs.length === 0) clusterIPs = before;
  if (clusterIP !== (old?.clusterIP ?? '') && deepEqual(clusterIPs, before)) clusterIPs = [clusterIP];
  return { ...asked, clusterIP, clusterIPs };
}

/** One that takes what it gets stays as it is when the cluster gains or loses a family. */
const staysPreferred = (now: ServiceSpec, old: ServiceSpec): boolean =>
  now.ipFamilyPolicy === 'PreferDualStack' &&
  (old.ipFamilyPolicy ?? 'PreferDualStack') === 'PreferDualStack' &&
  now.type === old.type &&
  deepEqual(now.clusterIPs, old.clusterIPs) &&
  deepEqual(now.ipFamilies, old.ipFamilies);

const usualPolicy = ({ clusterIP, selector }: ServiceSpec) =>
  clusterIP === 'None' && isEmpty(selector) ? 'RequireDualStack' : 'SingleStack';

const isEmpty = (selector: ServiceSpec['selector']) => Object.keys(selector ?? {}).length === 0;

const isReduced = (now: readonly string[], before: readonly string[] = []) =>
  now.length > 0 && now.length < before.length;
