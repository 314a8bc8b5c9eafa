/**
 * IPAddresses and ServiceCIDRs: addresses of Services as objects, and the ranges that they are of.
 *
 * **Differs from Kubernetes**: who says in a write of a range's status when the range was deleted is not told to own that.
 */
import {
  cidrErrors,
  deepEqual,
  dns1123SubdomainErrors,
  eachErrors,
  type FieldError,
  formatCidr,
  formatErrors,
  formatIp,
  type IpRange,
  immutableField,
  invalidField,
  ipErrors,
  ipFamilyOf,
  isNetworkAddress,
  noErrors,
  parseCidr,
  parseIp,
  pathSegmentErrors,
  requiredField,
  requiredFormatErrors,
  type Strategy,
  statusMetadata,
} from '@pintle/machinery';
import type { IPAddress, ServiceCIDR } from '../networking/v1/networking.js';

function addressNameErrors(name: string): readonly string[] {
  const [family, address] = [ipFamilyOf(name), parseIp(name)];
  if (family === undefined || address === undefined) return ipErrors(name);
  if (isMapped({ family, address })) return ['must not be an IPv4-mapped IPv6 address'];
  const canonical = formatIp(family, address);
  return canonical === name ? [] : [`must be in canonical form (${JSON.stringify(canonical)})`];
}

function addressErrors({ spec }: IPAddress): readonly FieldError[] {
  const path = 'spec.parentRef';
  const parent = spec?.parentRef;
  if (parent === undefined) return [requiredField(path)];
  return [
    ...formatErrors(parent.group, `${path}.group`, dns1123SubdomainErrors),
    ...requiredFormatErrors(parent.resource, `${path}.resource`, pathSegmentErrors),
    ...requiredFormatErrors(parent.name, `${path}.name`, pathSegmentErrors),
    ...formatErrors(parent.namespace, `${path}.namespace`, pathSegmentErrors),
  ];
}

export const ipAddressStrategy: Strategy<IPAddress> = {
  nameErrors: addressNameErrors,
  namesAsBegun: true,
  validateCreate: addressErrors,
  validateUpdate: (address, old) => [
    ...addressErrors(address),
    ...(deepEqual(address.spec?.parentRef, old.spec?.parentRef)
      ? noErrors
      : [immutableField('spec.parentRef', address.spec?.parentRef ?? null)]),
  ],
};

const path = 'spec.cidrs';
const isMapped = ({ family, address }: Omit<IpRange, 'prefixBits'>) => family === 'IPv6' && address >> 32n === 0xffffn;

function rangeErrors({ spec }: ServiceCIDR): readonly FieldError[] {
  const { cidrs = [] } = spec ?? {};
  if (cidrs.length === 0) return [requiredField(path, 'at least one CIDR required')];
  if (cidrs.length > 2) return [invalidField(path, spec, 'may only hold up to 2 values')];
  const [first, second] = cidrs.map((cidr) => parseCidr(cidr)?.family);
  return [
    ...eachErrors(cidrs, path, (cidr, at) => {
      const range = parseCidr(cidr);
      if (range === undefined) return cidrErrors(cidr).map((message) => invalidField(at, cidr, message));
      if (isMapped(range)) return [invalidField(at, cidr, 'must not have an IPv4-mapped IPv6 address')];
      if (!isNetworkAddress(range)) return [invalidField(at, cidr, 'must not have bits set beyond the prefix length')];
      const canonical = formatCidr(range);
      return canonical === cidr
        ? noErrors
        : [invalidField(at, cidr, `must be in canonical form (${JSON.stringify(canonical)})`)];
    }),
    ...(first !== undefined && first === second
      ? [
          invalidField(
            path,
            cidrs,
            'may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64',
          ),
        ]
      : noErrors),
  ];
}

/** A range stays; one of the other family may be added. */
function rangeChangeErrors(object: ServiceCIDR, { spec: before }: ServiceCIDR): readonly FieldError[] {
  const [ranges, old] = [object.spec?.cidrs ?? [], before?.cidrs ?? []];
  const isGrown = old.length === 1 && ranges.length === 2;
  if (ranges.length !== old.length && !isGrown) return [immutableField(path, ranges)];
  const changed = old.flatMap((cidr, index) =>
    cidr === ranges[index] ? [] : [immutableField(`${path}[${index}]`, ranges[index])],
  );
  return isGrown ? [...changed, ...rangeErrors(object)] : changed;
}

export const serviceCidrStrategy: Strategy<ServiceCIDR> = {
  // Of a range upstream leaves nothing out, as it knows these fields by a group that there is not.
  unrecorded: { '': [], status: [] },
  statusKeeps: statusMetadata,
  keepsStatusOnCreate: true,
  keepsStatusOnUpdate: true,
  validateCreate: rangeErrors,
  validateUpdate: rangeChangeErrors,
};
