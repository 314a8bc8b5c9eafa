/**
 * Front proxies: who shows a certificate of their authority speaks for the user that its headers name
 * (`--requestheader-*` of kube-apiserver). Headers of anybody else are passed over.
 */
import type { Authenticator } from './access.js';

export interface RequestHeaderOptions {
  /** Common names of proxies; any where there is none. */
  readonly allowedNames?: readonly string[];
  /** Of each list the first header that says something counts. Lower or upper case does not matter. */
  readonly usernameHeaders: readonly string[];
  readonly uidHeaders?: readonly string[];
  /** Of all of these each value is a group. */
  readonly groupHeaders: readonly string[];
  /** What follows the prefix in a header's name is a key of `extra`, percent-encoded. */
  readonly extraHeaderPrefixes: readonly string[];
}

export function requestHeaders(options: RequestHeaderOptions): Authenticator {
  const lower = (names: readonly string[] = []) => names.map((name) => name.toLowerCase());
  const [names, uids, groups, extras] = [
    lower(options.usernameHeaders),
    lower(options.uidHeaders),
    lower(options.groupHeaders),
    lower(options.extraHeaderPrefixes),
  ];
  const { allowedNames = [] } = options;
  return (request) => {
    const proxy = request.peer.proxyCertificate;
    if (proxy === undefined || (allowedNames.length > 0 && !allowedNames.includes(proxy.commonName))) return undefined;
    const first = (headers: readonly string[]) => headers.map((name) => request.header(name)).find(Boolean);
    const name = first(names);
    if (name === undefined) return undefined;
    const uid = first(uids);
    const extra = extraOf(
      extras.flatMap((prefix) => request.headersLike(prefix).map(([key, value]) => [key.slice(prefix.length), value])),
    );
    return {
      name,
      groups: groups.flatMap((header) =>
        request.headersLike(header).flatMap(([found, value]) => (found === header ? [value] : [])),
      ),
      ...(uid === undefined ? {} : { uid }),
      ...(Object.keys(extra).length === 0 ? {} : { extra }),
    };
  };
}

/** Pairs of an encoded key and a value as `extra`; keys in lower case. */
export function extraOf(pairs: readonly (readonly string[])[]): Readonly<Record<string, readonly string[]>> {
  const extra = new Map<string, string[]>();
  for (const [encoded = '', value = ''] of pairs) {
    const key = decoded(encoded).toLowerCase();
    extra.set(key, [...(extra.get(key) ?? []), value]);
  }
  return Object.fromEntries(extra);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
