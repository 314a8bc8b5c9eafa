/**
 * IP addresses and ranges as texts: what is wrong with one, in Kubernetes' words, and what it stands for.
 * Addresses are numbers of 32 or 128 bits. No leading zeros, as Kubernetes asks of new objects.
 *
 * **Differs from Kubernetes**: addresses with leading zeros are none anywhere, where fields that are older than 1.33 may
 * have them: readers do not agree on what they mean.
 */
import { isIPv4, isIPv6 } from './names.js';

export type IpFamily = 'IPv4' | 'IPv6';

/** Of which family an address is; undefined where it is none. */
export const ipFamilyOf = (value: string): IpFamily | undefined =>
  isIPv4(value) ? 'IPv4' : isIPv6(value) ? 'IPv6' : undefined;

/** As above, as Go sees it: an address of IPv4 that is written within IPv6 is of IPv4. */
export const meantFamilyOf = (value: string): IpFamily | undefined => {
  const family = ipFamilyOf(value);
  return family === 'IPv6' && parseIp(value)! >> 32n === 0xffffn ? 'IPv4' : family;
};

export interface IpRange {
  readonly family: IpFamily;
  /** The address as it is written, bits beyond the prefix included. */
  readonly address: bigint;
  readonly prefixBits: number;
}

/** A range as `10.0.0.0/24`; undefined where it is none. */
export function parseCidr(value: string): IpRange | undefined {
  const slash = value.indexOf('/');
  if (slash < 0) return undefined;
  const [text, bits] = [value.slice(0, slash), value.slice(slash + 1)];
  const family = ipFamilyOf(text);
  if (family === undefined || !/^(0|[1-9]\d{0,2})$/.test(bits)) return undefined;
  const prefixBits = Number(bits);
  if (prefixBits > bitsOf(family)) return undefined;
  return { family, address: parseIp(text)!, prefixBits };
}

const bitsOf = (family: IpFamily) => (family === 'IPv4' ? 32 : 128);

export const cidrErrors = (value: string): readonly string[] =>
  parseCidr(value) === undefined ? ['must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)'] : [];

/** The address as a number; undefined where it is none. */
export function parseIp(value: string): bigint | undefined {
  if (isIPv4(value)) return value.split('.').reduce((sum, part) => sum * 256n + BigInt(part), 0n);
  if (!isIPv6(value)) return undefined;
  const [head = '', tail] = value.split('::');
  const groupsOf = (text: string): bigint[] =>
    text === ''
      ? []
      : text.split(':').flatMap((part) => {
          if (!part.includes('.')) return [BigInt(`0x${part}`)];
          const four = parseIp(part)!;
          return [four >> 16n, four & 0xffffn];
        });
  const [left, right] = [groupsOf(head), groupsOf(tail ?? '')];
  const groups = [...left, ...new Array<bigint>(8 - left.length - right.length).fill(0n), ...right];
  return groups.reduce((sum, group) => (sum << 16n) + group, 0n);
}

/** The address as it is written in short (RFC 5952 for IPv6). */
export function formatIp(family: IpFamily, address: bigint): string {
  if (family === 'IPv4') return [24n, 16n, 8n, 0n].map((shift) => (address >> shift) & 255n).join('.');
  const groups = Array.from({ length: 8 }, (_, index) => Number((address >> BigInt(112 - 16 * index)) & 0xffffn));
  let best = { start: -1, length: 1 };
  for (let start = 0; start < 8; start++) {
    let end = start;
    while (end < 8 && groups[end] === 0) end++;
    if (end - start > best.length) best = { start, length: end - start };
  }
  const text = (part: readonly number[]) => part.map((group) => group.toString(16)).join(':');
  return best.start < 0
    ? text(groups)
    : `${text(groups.slice(0, best.start))}::${text(groups.slice(best.start + best.length))}`;
}

/** Whether the bits beyond the prefix are all 0, so that the text names the range and no address in it. */
export function isNetworkAddress({ family, address, prefixBits }: IpRange): boolean {
  const rest = BigInt(bitsOf(family) - prefixBits);
  return (address >> rest) << rest === address;
}

/** The range as it is to be written. */
export function formatCidr({ family, address, prefixBits }: IpRange): string {
  const rest = BigInt(bitsOf(family) - prefixBits);
  return `${formatIp(family, (address >> rest) << rest)}/${prefixBits}`;
}

/** Whether `inner` lies in `outer` whole. */
export function containsRange(outer: IpRange, inner: IpRange): boolean {
  if (outer.family !== inner.family || outer.prefixBits > inner.prefixBits) return false;
  const rest = BigInt(bitsOf(outer.family) - outer.prefixBits);
  return outer.address >> rest === inner.address >> rest;
}

/** As URLs and Go have it: an IPv6 address in brackets. */
export const hostAndPort = (host: string, port: number | string): string =>
  host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
