/** IP addresses and ranges of them, as Kubernetes' library has them: `ip('10.0.0.1').family()`. */
import { isIPv4, isIPv6 } from '@pintle/machinery';
import type { Library, Overload } from '../functions.js';
import { CelError, type Opaque, type Value } from '../values.js';

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

/** Strictly: no zeros in front, no zone, no IPv4 within IPv6. Absent where it is none. */
export function parseIp(text: string): Ip | undefined {
  if (isIPv4(text))
    return new Ip(
      4,
      text.split('.').reduce((bits, part) => (bits << 8n) | BigInt(part), 0n),
    );
  if (!isIPv6(text) || text.includes('.')) return undefined;
  const [head = '', tail] = text.split('::');
  const words = (part: string) => (part === '' ? [] : part.split(':'));
  const [before, after] = [words(head), words(tail ?? '')];
  const all =
    tail === undefined ? before : [...before, ...Array<string>(8 - before.length - after.length).fill('0'), ...after];
  const bits = all.reduce((sum, word) => (sum << 16n) | BigInt(`0x${word}`), 0n);
  return bits >> 32n === 0xffffn ? undefined : new Ip(6, bits);
}

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

export function parseCidr(text: string): Cidr | undefined {
  const [address = '', prefix = '', ...rest] = text.split('/');
  const ip = parseIp(address);
  if (ip === undefined || rest.length > 0 || !/^(?:0|[1-9]\d{0,2})$/.test(prefix) || Number(prefix) > widthOf(ip))
    return undefined;
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
  const found = parseIp(text);
  if (found === undefined) throw refused(text, `IP Address ${JSON.stringify(text)}`, 'ParseAddr', 'unable to parse IP');
  return found;
}

function cidrOf(text: string): Cidr {
  const found = parseCidr(text);
  if (found !== undefined) return found;
  throw refused(text, 'network address', 'netip.ParsePrefix', text.includes('/') ? 'unable to parse IP' : "no '/'");
}

/** What is an address to others and none here is told apart. */
function refused(text: string, what: string, parser: string, why: string): CelError {
  const [address = ''] = text.split('/');
  const [bare = '', zone] = address.split('%');
  if (zone !== undefined && isIPv6(bare))
    return new CelError(`IP address ${JSON.stringify(text)} with zone value is not allowed`);
  if (isIPv6(address)) return new CelError(`IPv4-mapped IPv6 address ${JSON.stringify(text)} is not allowed`);
  return new CelError(`${what} parse error during conversion from string: ${parser}(${JSON.stringify(text)}): ${why}`);
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

export const addressLibrary: Library = {
  types: ['net.IP', 'net.CIDR'],
  overloads: [
    { name: 'ip', params: ['string'], result: 'net.IP', run: ipOf },
    { name: 'isIP', params: ['string'], result: 'bool', run: (text: string) => parseIp(text) !== undefined },
    {
      name: 'ip.isCanonical',
      params: ['string'],
      result: 'bool',
      run: (text: string) => formatIp(ipOf(text)) === text,
    },
    { name: 'string', params: ['net.IP'], result: 'string', run: formatIp },
    ofIp('family', 'int', ({ family }) => BigInt(family)),
    ofIp('isUnspecified', 'bool', unspecified),
    ofIp('isLoopback', 'bool', loopback),
    ofIp('isLinkLocalMulticast', 'bool', linkLocalMulticast),
    ofIp('isLinkLocalUnicast', 'bool', linkLocalUnicast),
    ofIp('isGlobalUnicast', 'bool', globalUnicast),
    { name: 'cidr', params: ['string'], result: 'net.CIDR', run: cidrOf },
    { name: 'isCIDR', params: ['string'], result: 'bool', run: (text: string) => parseCidr(text) !== undefined },
    {
      name: 'string',
      params: ['net.CIDR'],
      result: 'string',
      run: ({ ip, prefixLength }: Cidr) => `${formatIp(ip)}/${prefixLength}`,
    },
    ofCidr('containsIP', ['net.IP'], 'bool', containsIp),
    ofCidr('containsIP', ['string'], 'bool', (range: Cidr, text: string) => containsIp(range, ipOf(text))),
    ofCidr('containsCIDR', ['net.CIDR'], 'bool', containsRange),
    ofCidr('containsCIDR', ['string'], 'bool', (range: Cidr, text: string) => containsRange(range, cidrOf(text))),
    ofCidr('ip', [], 'net.IP', ({ ip }: Cidr) => ip),
    ofCidr('masked', [], 'net.CIDR', masked),
    ofCidr('prefixLength', [], 'int', ({ prefixLength }: Cidr) => BigInt(prefixLength)),
  ],
};
