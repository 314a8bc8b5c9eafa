/** A Service's addresses in the cluster and their families: what must hold of them, and how they may change. */
import {
  duplicateField,
  eachErrors,
  type FieldError,
  invalidField,
  ipFamilyOf,
  noErrors,
  notSupportedField,
  requiredField,
} from '@pintle/machinery';
import type { ServiceSpec } from '../../core/v1/service.js';
import { addressErrors } from '../pod/names.js';
import { isHeadless } from './service-needs.js';

const families = ['IPv4', 'IPv6'];
const policies = ['PreferDualStack', 'RequireDualStack', 'SingleStack'];
const place = 'spec.clusterIPs';

/** ExternalName Services have none of these, which is told elsewhere. */
export function clusterIpErrors(spec: ServiceSpec): readonly FieldError[] {
  if (spec.type === 'ExternalName') return noErrors;
  const { clusterIP, clusterIPs = [], ipFamilies = [], ipFamilyPolicy } = spec;
  const invalid = clusterIPs.flatMap((ip, index) => {
    if (index > 0 || ip !== 'None') return addressErrors(ip, `${place}[${index}]`);
    return clusterIPs.length > 1 ? [invalidField(place, clusterIPs, "'None' must be the first and only value")] : [];
  });
  const errors = [
    ...(clusterIP
      ? clusterIPs.length === 0
        ? [requiredField(place)]
        : clusterIPs[0] === clusterIP
          ? noErrors
          : [invalidField(place, clusterIPs, 'first value must match `clusterIP`')]
      : clusterIPs.length > 0
        ? [invalidField(place, clusterIPs, 'must be empty when `clusterIP` is not specified')]
        : noErrors),
    ...eachErrors(ipFamilies, 'spec.ipFamilies', (family, at, index) => [
      ...(families.includes(family) ? noErrors : [notSupportedField(at, family, families)]),
      ...(ipFamilies.indexOf(family) < index ? [duplicateField(at, family)] : noErrors),
    ]),
    ...(ipFamilyPolicy === undefined || policies.includes(ipFamilyPolicy)
      ? noErrors
      : [notSupportedField('spec.ipFamilyPolicy', ipFamilyPolicy, policies)]),
    ...invalid,
    ...(clusterIPs.length > 2 ? [invalidField(place, clusterIPs, 'may only hold up to 2 values')] : noErrors),
  ];
  if (invalid.length > 0) return errors;
  const found = new Set(clusterIPs.map(ipFamilyOf));
  return [
    ...errors,
    ...(clusterIPs.length > 1 && found.size < 2
      ? [invalidField(place, clusterIPs, 'may specify no more than one IP for each IP family')]
      : noErrors),
    ...(isHeadless(spec) ? noErrors : familyErrors(clusterIPs, ipFamilies)),
  ];
}

const familyErrors = (ips: readonly string[], wanted: readonly string[]): readonly FieldError[] =>
  ips
    .slice(0, wanted.length)
    .flatMap((ip, index) =>
      ipFamilyOf(ip) === wanted[index] || !families.includes(wanted[index]!)
        ? []
        : [
            invalidField(
              `${place}[${index}]`,
              ip,
              `expected an ${wanted[index]} value as indicated by \`ipFamilies[${index}]\``,
            ),
          ],
    );

/**
 * A second address may come and go, the first stays, except where a Service becomes something without addresses or
 * was that.
 */
export function clusterIpChangeErrors(now: ServiceSpec, before: ServiceSpec): readonly FieldError[] {
  if (now.type === 'ExternalName' || before.type === 'ExternalName') return noErrors;
  const [headless, wasHeadless] = [isHeadless(now), isHeadless(before)];
  return [
    ...(headless && wasHeadless
      ? noErrors
      : listChangeErrors('clusterIP', now.clusterIPs, before.clusterIPs, now, 'primary clusterIP can not be unset')),
    ...(headless || wasHeadless
      ? noErrors
      : listChangeErrors('ipFamily', now.ipFamilies, before.ipFamilies, now, 'primary ipFamily can not be unset')),
  ];
}

function listChangeErrors(
  what: 'clusterIP' | 'ipFamily',
  now: readonly string[] = [],
  before: readonly string[] = [],
  { ipFamilyPolicy }: ServiceSpec,
  unset: string,
): readonly FieldError[] {
  const path = what === 'clusterIP' ? place : 'spec.ipFamilies';
  const changed = 'may not change once set';
  if (now.length === before.length)
    return before.flatMap((value, index) =>
      value === now[index] ? [] : [invalidField(`${path}[${what === 'clusterIP' ? index : 0}]`, now, changed)],
    );
  const first =
    before.length > 0 && now.length > 0 && before[0] !== now[0] ? [invalidField(`${path}[0]`, now, changed)] : noErrors;
  if (now.length > before.length) return first;
  return [
    ...(now.length === 0 ? [invalidField(`${path}[0]`, now, unset)] : noErrors),
    ...first,
    ...(now.length === 1 && ipFamilyPolicy !== 'SingleStack'
      ? [
          invalidField(
            'spec.ipFamilyPolicy',
            ipFamilyPolicy ?? null,
            `must be set to 'SingleStack' when releasing the secondary ${what}`,
          ),
        ]
      : noErrors),
  ];
}
