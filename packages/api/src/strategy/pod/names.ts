/** How a pod finds others by name: its DNS, the entries of its hosts file. */
import {
  dns1123SubdomainErrors,
  eachErrors,
  type FieldError,
  invalidField,
  ipErrors,
  noErrors,
  requiredErrors,
  requiredField,
  underscoredSubdomainErrors,
} from '@pintle/machinery';
import type { HostAlias, PodDNSConfig } from '../../core/v1/pod.js';

const nameserversMax = 3;
const searchesMax = 32;
const searchListMaxLength = 2048;

export function dnsErrors(
  config: PodDNSConfig | undefined,
  policy: string | undefined,
  path: string,
): readonly FieldError[] {
  const { nameservers = [], searches = [], options } = config ?? {};
  if (policy === 'None') {
    if (config === undefined) return [requiredField(path, 'must provide `dnsConfig` when `dnsPolicy` is None')];
    if (nameservers.length === 0) {
      const detail = 'must provide at least one DNS nameserver when `dnsPolicy` is None';
      return [requiredField(`${path}.nameservers`, detail)];
    }
  }
  if (config === undefined) return noErrors;
  const tooMany = (fault: boolean, field: string, value: readonly string[], most: string) =>
    fault ? [invalidField(`${path}.${field}`, value, `must not have more than ${most}`)] : noErrors;
  return [
    ...tooMany(nameservers.length > nameserversMax, 'nameservers', nameservers, `${nameserversMax} nameservers`),
    ...eachErrors(nameservers, `${path}.nameservers`, addressErrors),
    ...tooMany(searches.length > searchesMax, 'searches', searches, `${searchesMax} search paths`),
    ...tooMany(
      searches.join(' ').length > searchListMaxLength,
      'searches',
      searches,
      `${searchListMaxLength} characters (including spaces) in the search list`,
    ),
    ...eachErrors(searches, `${path}.searches`, (search, at) => {
      if (search === '.') return noErrors;
      const name = search.endsWith('.') ? search.slice(0, -1) : search;
      return underscoredSubdomainErrors(name).map((message) => invalidField(at, name, message));
    }),
    ...eachErrors(options, `${path}.options`, ({ name }, at) => requiredErrors(name, at, 'must not be empty')),
  ];
}

/** An address, which must be there. */
export const addressErrors = (ip: string | undefined, path: string): readonly FieldError[] =>
  ipErrors(ip ?? '').map((message) => invalidField(path, ip ?? '', message));

export const hostAliasErrors = (aliases: readonly HostAlias[] | undefined, path: string): readonly FieldError[] =>
  eachErrors(aliases, path, ({ ip, hostnames }, at) => [
    ...addressErrors(ip, `${at}.ip`),
    ...eachErrors(hostnames, `${at}.hostnames`, (name, place) =>
      dns1123SubdomainErrors(name).map((message) => invalidField(place, name, message)),
    ),
  ]);
