/** IP addresses and ranges of them, as Kubernetes' library has them: `ip('10.0.0.1').family()`. */
import { type Library, type Overload, traversal } from '../functions.js';
import { CelError, type Opaque, type Value } from '../values.js';
import { type Address, quotedText, readAddress } from './read-address.js';

export class Ip implements Opaque {
  readonly celType = 'net.IP';
  constructor(
    readonly family: 4 | 6,
    readonly bits: bigint,
  ) {}
  equals(other: Opaque): boolean {
    return other instanceof Ip && other.family === this.family && other.bits === this.bits;
  }
}

export class Cidr implements Opaque {
  readonly celType = 'net.CIDR';
  constructor(
    readonly ip: Ip,
    readonly prefixLength: number,
  ) {}
  equals(other: Opaque): boolean {
    return other instanceof Cidr && other.prefixLength === this.prefixLength && other.ip.equals(this.ip);
  }
}

const widthOf = ({ family }: Ip): number => (family === 4 ? 32 : 128);

/** Strictly: no zone, no IPv4 mapped into IPv6. A text is why it is none. */
function readIp(text: string): Ip | string {
  const address = readAddress(text);
  const quoted = quotedText(text);
  if (typeof address === 'string') return `IP Address ${quoted} parse error during conversion from string: ${address}`;
  if (address.zone !== undefined) return `IP address ${quoted} with zone value is not allowed`;
  return isMapped(address) ? `IPv4-mapped IPv6 address ${quoted} is not allowed` : new Ip(address.family, address.bits);
}

const isMapped = ({ family, bits }: Address): boolean => family === 6 && bits >> 32n === 0xffffn;

/** In the one form that RFC 5952 wants. */
export function formatIp({ family, bits }: Ip): string {
  if (family === 4) return [24n, 16n, 8n, 0n].map((shift) => (bits >> shift) & 0xffn).join('.');
  const words = Array.from({ length: 8 }, (_, at) => Number((bits >> BigInt(112 - 16 * at)) & 0xffffn).toString(16));
  let [start, length] = [-1, 1];
  for (let at = 0; at < 8; at++) {
    let end = at;
    while (end < 8 && words[end] === '0') end++;
    if (end - at > length) [start, length] = [at, end - at];
  }
  return start < 0 ? words.join(':') : `${words.slice(0, start).join(':')}::${words.slice(start + length).join(':')}`;
}

function readCidr(text: string): Cidr | string {
  const fault = (words: string) =>
    `network address parse error during conversion from string: netip.ParsePrefix(${quotedText(text)}): ${words}`;
  const slash = text.lastIndexOf('/');
  if (slash < 0) return fault("no '/'");
  const address = readAddress(text.slice(0, slash));
  if (typeof address === 'string') return fault(address);
  if (address.zone !== undefined) return fault('IPv6 zones cannot be present in a prefix');
  const prefix = text.slice(slash + 1);
  if (!/^(?:\d|[1-9]\d{1,17})$/.test(prefix)) return fault(`bad bits after slash: ${quotedText(prefix)}`);
  const ip = new Ip(address.family, address.bits);
  if (Number(prefix) > widthOf(ip)) return fault('prefix length out of range');
  if (isMapped(address)) return `IPv4-mapped IPv6 address ${quotedText(text)} is not allowed`;
  return new Cidr(ip, Number(prefix));
}

const masked = ({ ip, prefixLength }: Cidr): Cidr => {
  const host = BigInt(widthOf(ip) - prefixLength);
  return new Cidr(new Ip(ip.family, (ip.bits >> host) << host), prefixLength);
};

const containsIp = (range: Cidr, ip: Ip): boolean =>
  ip.family === range.ip.family && masked(new Cidr(ip, range.prefixLength)).ip.equals(masked(range).ip);

const containsRange = (range: Cidr, other: Cidr): boolean =>
  other.prefixLength >= range.prefixLength && containsIp(range, other.ip);

function ipOf(text: string): Ip {
  const read = readIp(text);
  if (typeof read === 'string') throw new CelError(read);
  return read;
}

function cidrOf(text: string): Cidr {
  const read = readCidr(text);
  if (typeof read === 'string')
    throw new CelError(`network address parse error during conversion from string: ${read}`);
  return read;
}

/** Why the text is no address is not told of here. */
function containsWritten(range: Cidr, text: string): boolean {
  const read = readIp(text);
  if (typeof read === 'string') throw new CelError('no such overload');
  return containsIp(range, read);
}

/** Whether the address is in one of the ranges. */
const within = (...ranges: readonly string[]) => {
  const parsedRanges = ranges.map(cidrOf);
  return (ip: Ip) => parsedRanges.some((range) => containsIp(range, ip));
};
const unspecified = within('0.0.0.0/32', '::/128');
const loopback = within('127.0.0.0/8', '::1/128');
const multicast = within('224.0.0.0/4', 'ff00::/8');
const linkLocalMulticast = within('224.0.0.0/24', 'ff02::/16');
const linkLocalUnicast = within('169.254.0.0/16', 'fe80::/10');
const broadcast = within('255.255.255.255/32');
const globalUnicast = (ip: Ip) =>
  !unspecified(ip) && !loopback(ip) && !multicast(ip) && !linkLocalUnicast(ip) && !broadcast(ip);

const ofIp = (name: string, result: string, run: (ip: Ip) => Value): Overload => ({
  name,
  as: 'method',
  params: ['net.IP'],
  result,
  run,
});
const ofCidr = (
  name: string,
  params: readonly string[],
  result: string,
  run: (...args: never[]) => Value,
): Overload => ({
  name,
  as: 'method',
  params: ['net.CIDR', ...params],
  result,
  run,
});

/** A range is as large as the bytes of its prefix. */
const prefixBytes = ({ prefixLength }: Cidr): number => Math.ceil(prefixLength / 8);
const written = (other: Ip | Cidr | string): number => (typeof other === 'string' ? traversal(other.length) : 0);
const containsIpCost = (range: Cidr, other: Ip | string): number => traversal(2 * prefixBytes(range)) + written(other);
const containsRangeCost = (range: Cidr, other: Cidr | string): number =>
  traversal(2 * prefixBytes(range)) + traversal(prefixBytes(range)) + 1 + written(other);
const readCost = (text: string) => traversal(text.length);

export const addressLibrary: Library = {
  types: ['net.IP', 'net.CIDR'],
  overloads: [
    { name: 'ip', params: ['string'], result: 'net.IP', run: ipOf, cost: readCost },
    {
      name: 'isIP',
      params: ['string'],
      result: 'bool',
      run: (text: string) => typeof readIp(text) !== 'string',
      cost: readCost,
    },
    {
      name: 'ip.isCanonical',
      params: ['string'],
      result: 'bool',
      run: (text: string) => formatIp(ipOf(text)) === text,
      cost: (text: string) => traversal(2 * text.length),
    },
    { name: 'string', params: ['net.IP'], result: 'string', run: formatIp },
    ofIp('family', 'int', ({ family }) => BigInt(family)),
    ofIp('isUnspecified', 'bool', unspecified),
    ofIp('isLoopback', 'bool', loopback),
    ofIp('isLinkLocalMulticast', 'bool', linkLocalMulticast),
    ofIp('isLinkLocalUnicast', 'bool', linkLocalUnicast),
    ofIp('isGlobalUnicast', 'bool', globalUnicast),
    { name: 'cidr', params: ['string'], result: 'net.CIDR', run: cidrOf, cost: readCost },
    {
      name: 'isCIDR',
      params: ['string'],
      result: 'bool',
      run: (text: string) => typeof readCidr(text) !== 'string',
      cost: readCost,
    },
    {
      name: 'string',
      params: ['net.CIDR'],
      result: 'string',
      run: ({ ip, prefixLength }: Cidr) => `${formatIp(ip)}/${prefixLength}`,
    },
    { ...ofCidr('containsIP', ['net.IP'], 'bool', containsIp), cost: containsIpCost },
    { ...ofCidr('containsIP', ['string'], 'bool', containsWritten), cost: containsIpCost },
    { ...ofCidr('containsCIDR', ['net.CIDR'], 'bool', containsRange), cost: containsRangeCost },
    {
      ...ofCidr('containsCIDR', ['string'], 'bool', (range: Cidr, text: string) => containsRange(range, cidrOf(text))),
      cost: containsRangeCost,
    },
    ofCidr('ip', [], 'net.IP', ({ ip }: Cidr) => ip),
    ofCidr('masked', [], 'net.CIDR', masked),
    ofCidr('prefixLength', [], 'int', ({ prefixLength }: Cidr) => BigInt(prefixLength)),
  ],
};
