/** Addresses and ranges that are valid and not written as they should be (apimachinery `GetWarningsForIP`, `…ForCIDR`). */
import { formatCidr, formatIp, ipFamilyOf, isNetworkAddress, parseCidr, parseIp } from '@pintle/machinery';

export function addressWarnings(ip: string, path: string): readonly string[] {
  const [family, address] = [ipFamilyOf(ip), parseIp(ip)];
  if (family === undefined || address === undefined) return [];
  if (address >> 32n === 0xffffn) {
    const within = JSON.stringify(formatIp('IPv4', address & 0xffff_ffffn));
    return [
      `${path}: non-standard IP address ${JSON.stringify(ip)} will be considered invalid in a future Kubernetes release: use ${within}`,
    ];
  }
  const short = formatIp(family, address);
  return family === 'IPv6' && short !== ip
    ? [`${path}: IPv6 address ${JSON.stringify(ip)} should be in RFC 5952 canonical format (${JSON.stringify(short)})`]
    : [];
}

export function rangeWarnings(text: string, path: string): readonly string[] {
  const range = parseCidr(text.trim());
  if (range === undefined) return [];
  const canonical = formatCidr(range);
  if (!isNetworkAddress(range))
    return [
      `${path}: CIDR value ${JSON.stringify(text)} is ambiguous in this context (should be ${JSON.stringify(canonical)} or ${JSON.stringify(`${formatIp(range.family, range.address)}/${range.family === 'IPv4' ? 32 : 128}`)}?)`,
    ];
  return range.family === 'IPv6' && canonical !== text
    ? [
        `${path}: IPv6 CIDR value ${JSON.stringify(text)} should be in RFC 5952 canonical format (${JSON.stringify(canonical)})`,
      ]
    : [];
}

/** Of the addresses that a load balancer has given. */
export const balancerWarnings = ({ status }: WithBalancer): readonly string[] =>
  (status?.loadBalancer?.ingress ?? []).flatMap(({ ip }, index) =>
    ip ? addressWarnings(ip, `status.loadBalancer.ingress[${index}]`) : [],
  );

interface WithBalancer {
  readonly status?: { readonly loadBalancer?: { readonly ingress?: readonly { readonly ip?: string }[] } };
}
