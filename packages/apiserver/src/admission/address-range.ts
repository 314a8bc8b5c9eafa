/** A range that Services get their addresses from, counted from the first that may be given. */
import { formatCidr, formatIp, type IpFamily, parseCidr, parseIp } from '@pintle/machinery';

export interface AddressRange {
  readonly family: IpFamily;
  readonly cidr: string;
  /** How many addresses there are, the API server's among them, as far as they can be counted. */
  readonly count: number;
  contains(ip: string): boolean;
  /** From 0, which is the API server's. */
  at(index: number): string;
}

/** No list of addresses is longer; nobody looks that far. */
const countMax = 2 ** 32;
const prefixBits = { IPv4: { from: 8, to: 28, all: 32 }, IPv6: { from: 64, to: 124, all: 128 } } as const;

export function addressRange(cidr: string): AddressRange {
  const range = parseCidr(cidr);
  const allowed = prefixBits[range?.family ?? 'IPv4'];
  if (range === undefined || range.prefixBits < allowed.from || range.prefixBits > allowed.to)
    throw new RangeError(
      `the service range must be a CIDR of /8 to /28 for IPv4 or of /64 to /124 for IPv6, not ${JSON.stringify(cidr)}`,
    );
  const { family } = range;
  const size = 2n ** BigInt(allowed.all - range.prefixBits);
  const base = range.address - (range.address % size);
  // The first names the range, and the last of IPv4 is the broadcast address.
  const last = base + size - (family === 'IPv4' ? 2n : 1n);
  return {
    family,
    cidr: formatCidr(range),
    count: Math.min(Number(last - base), countMax),
    contains(ip) {
      const address = parseIp(ip);
      return address !== undefined && address > base && address <= last;
    },
    at: (index) => formatIp(family, base + 1n + BigInt(index)),
  };
}

/** One range, or two of different families with a comma between, the usual one first. */
export function addressRanges(cidrs: string): readonly AddressRange[] {
  const ranges = cidrs.split(',').map(addressRange);
  if (ranges.length > 2 || (ranges.length === 2 && ranges[0]?.family === ranges[1]?.family))
    throw new RangeError(`the service ranges must be one or two of different families, not ${JSON.stringify(cidrs)}`);
  return ranges;
}
