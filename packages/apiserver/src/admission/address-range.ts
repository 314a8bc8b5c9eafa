/** A range that Services get their addresses from, counted from the first that may be given. */
import { formatCidr, formatIp, type IpFamily, ipFamilyOf, parseCidr, parseIp } from '@pintle/machinery';

export interface AddressRange {
  readonly family: IpFamily;
  readonly cidr: string;
  /** With those that nobody gets. */
  readonly size: number;
  /** How many addresses there are, as far as they can be counted. */
  readonly count: number;
  contains(ip: string): boolean;
  /** From 0. */
  at(index: number): string;
}

/** No list of addresses is longer; nobody looks that far. */
const countMax = 2 ** 32;
const bits = { IPv4: 32, IPv6: 128 } as const;
const prefixes = { IPv4: { from: 8, to: 28 }, IPv6: { from: 64, to: 124 } } as const;

/** Undefined where no address could be given from it. */
export function addressRange(cidr: string): AddressRange | undefined {
  const range = parseCidr(cidr);
  if (range === undefined || (range.family === 'IPv6' && range.prefixBits < prefixes.IPv6.from)) return undefined;
  const { family } = range;
  const size = 2n ** BigInt(bits[family] - range.prefixBits);
  const base = range.address - (range.address % size);
  // The first names the range, and the last of IPv4 is the broadcast address.
  const last = base + size - (family === 'IPv4' ? 2n : 1n);
  if (last <= base) return undefined;
  return {
    family,
    cidr: formatCidr(range),
    size: Math.min(Number(size), countMax),
    count: Math.min(Number(last - base), countMax),
    contains(ip) {
      const address = ipFamilyOf(ip) === family ? parseIp(ip) : undefined;
      return address !== undefined && address > base && address <= last;
    },
    at: (index) => formatIp(family, base + 1n + BigInt(index)),
  };
}

/** One range, or two of different families with a comma between, the usual one first. */
export function addressRanges(cidrs: string): readonly AddressRange[] {
  const ranges = cidrs.split(',').map((cidr) => {
    const [range, prefixBits = 0] = [addressRange(cidr), parseCidr(cidr)?.prefixBits];
    const allowed = prefixes[range?.family ?? 'IPv4'];
    if (range !== undefined && prefixBits >= allowed.from && prefixBits <= allowed.to) return range;
    throw new RangeError(
      `the service range must be a CIDR of /8 to /28 for IPv4 or of /64 to /124 for IPv6, not ${JSON.stringify(cidr)}`,
    );
  });
  if (ranges.length > 2 || (ranges.length === 2 && ranges[0]?.family === ranges[1]?.family))
    throw new RangeError(`the service ranges must be one or two of different families, not ${JSON.stringify(cidrs)}`);
  return ranges;
}
