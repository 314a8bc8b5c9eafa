/** Addresses that no endpoint of a Service can have: those of the machine itself, of its link, of none. */
import {
  containsRange,
  type FieldError,
  invalidField,
  ipFamilyOf,
  noErrors,
  parseCidr,
  parseIp,
} from '@pintle/machinery';

const special = [
  { ranges: ['127.0.0.0/8', '::1/128'], told: 'in the loopback range (127.0.0.0/8, ::1/128)' },
  { ranges: ['169.254.0.0/16', 'fe80::/10'], told: 'in the link-local range (169.254.0.0/16, fe80::/10)' },
  { ranges: ['224.0.0.0/24', 'ff02::/16'], told: 'in the link-local multicast range (224.0.0.0/24, ff02::/10)' },
].map(({ ranges, told }) => ({ ranges: ranges.map((range) => parseCidr(range)!), told }));

/**
 * What forbids an address to an endpoint.
 *
 * **Differs from Kubernetes**: an endpoint may be on the loopback, where pods of nodes without a network of their own are
 * (127.64.0.0/10), and the API server.
 */
export const endpointAddressErrors = (ip: string, path: string): readonly FieldError[] =>
  addressErrors(ip, path, special.slice(1));

/** What forbids an address to a Service. */
export const nonSpecialAddressErrors = (ip: string, path: string): readonly FieldError[] =>
  addressErrors(ip, path, special);

function addressErrors(ip: string, path: string, forbidden: typeof special): readonly FieldError[] {
  const address = parseIp(ip);
  const family = ipFamilyOf(ip);
  if (address === undefined || family === undefined) return [invalidField(path, ip, 'must be a valid IP address')];
  if (address === 0n) return [invalidField(path, ip, `may not be unspecified (${ip})`)];
  const alone = { family, address, prefixBits: family === 'IPv4' ? 32 : 128 };
  const found = forbidden.find(({ ranges }) => ranges.some((range) => containsRange(range, alone)));
  return found === undefined ? noErrors : [invalidField(path, ip, `may not be ${found.told}`)];
}
