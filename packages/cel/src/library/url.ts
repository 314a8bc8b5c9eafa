/** URLs: `url('https://example.com:80/a').getHost()`, as Go's `net/url` reads them. */
import type { Library, Overload } from '../functions.js';
import { CelError, LiteralMap, type Opaque, type Value } from '../values.js';
import { quotedText, readAddress } from './read-address.js';

interface Parts {
  readonly scheme: string;
  /** Of what has a scheme and no path that begins with a slash. */
  readonly opaque: string;
  readonly user: string | undefined;
  readonly host: string;
  readonly path: string;
  readonly query: string | undefined;
}

export class Url implements Opaque {
  readonly celType = 'kubernetes.URL';
  constructor(
    readonly parts: Parts,
    readonly fragment: string,
  ) {}
  get text(): string {
    const { scheme, opaque, user, host, path, query = '' } = this.parts;
    return JSON.stringify([scheme, opaque, user, host, escapedPath(path), query, this.fragment]);
  }
  equals(other: Opaque): boolean {
    return other instanceof Url && other.text === this.text;
  }
}

class UrlError extends Error {
  readonly code = 'PINTLE_URL';
}

/** Why it is no absolute URL and no path from the root. */
export function urlFault(text: string): string | undefined {
  try {
    partsOf(text, true);
    return undefined;
  } catch (error) {
    if (error instanceof UrlError) return `parse ${quotedText(text)}: ${error.message}`;
    throw error;
  }
}

/** Errors: `CelError`. */
function urlOf(text: string): Url {
  const [main = '', ...fragments] = text.split('#');
  const fault = urlFault(text) ?? urlFault(main);
  if (fault !== undefined) throw new CelError(`URL parse error during conversion from string: ${fault}`);
  return new Url(partsOf(main, false), fragments.join('#'));
}

/** `strict`: two slashes at the start of a path do not name a host. Errors: `UrlError`. */
function partsOf(text: string, strict: boolean): Parts {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  if (/[\x00-\x1f\x7f]/.test(text)) throw new UrlError('net/url: invalid control character in URL');
  if (text === '') throw new UrlError('empty url');
  const none = { scheme: '', opaque: '', user: undefined, host: '', query: undefined };
  if (text === '*') return { ...none, path: '*' };
  if (text.startsWith(':')) throw new UrlError('missing protocol scheme');
  const [whole = '', scheme = ''] = /^([a-zA-Z][a-zA-Z0-9+.-]*):/.exec(text) ?? [];
  const said = text.slice(whole.length);
  const mark = said.indexOf('?');
  const [rest, query] = mark < 0 ? [said, undefined] : [said.slice(0, mark), said.slice(mark + 1)];
  const found = { ...none, scheme: scheme.toLowerCase(), query };
  if (!rest.startsWith('/')) {
    if (scheme === '') throw new UrlError('invalid URI for request');
    return { ...found, opaque: rest, path: '' };
  }
  const namesHost = rest.startsWith('//') && (scheme !== '' || (!strict && !rest.startsWith('///')));
  if (!namesHost) return { ...found, path: checked(rest, 'path') };
  const [, authority = '', path = ''] = /^\/\/([^/]*)(.*)$/s.exec(rest)!;
  const at = authority.lastIndexOf('@');
  const host = hostOf(authority.slice(at + 1), found.scheme);
  const user = at < 0 ? undefined : authority.slice(0, at);
  if (user !== undefined && !/^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/.test(user))
    throw new UrlError('net/url: invalid userinfo');
  checked(user ?? '', 'user');
  return { ...found, user, host, path: checked(path, 'path') };
}

/** What may follow a percent sign, and what may stand as it is. */
function checked(text: string, as: 'path' | 'user' | 'host' | 'zone'): string {
  for (const [found] of text.matchAll(/%[0-9a-fA-F]{2}|%.{0,2}|[\x20#/?@\\^`{|}]/gs)) {
    const isEscape = /^%[0-9a-fA-F]{2}$/.test(found);
    const code = Number.parseInt(found.slice(1), 16);
    const isKept =
      as === 'path' ||
      as === 'user' ||
      found === '%25' ||
      code > 0x7f ||
      (as === 'zone' && (code === 0x20 || hostChars.test(String.fromCharCode(code))));
    if (found.startsWith('%') ? !isEscape || !isKept : as === 'host' || as === 'zone')
      throw new UrlError(
        found.startsWith('%')
          ? `invalid URL escape ${quotedText(found)}`
          : `invalid character ${quotedText(found)} in host name`,
      );
  }
  return text;
}

const hostChars = /^[A-Za-z0-9\-._~!$&'()*+,;=:[\]<>"]$/;
const isPort = (text: string): boolean => /^(?::\d*)?$/.test(text);

function hostOf(text: string, scheme: string): string {
  const bracket = text.lastIndexOf('[');
  if (bracket > 0) throw new UrlError('invalid IP-literal');
  if (bracket === 0) return literalHost(text);
  const isStrict = scheme === 'http' || scheme === 'https';
  const colon = isStrict ? text.indexOf(':') : text.lastIndexOf(':');
  if (colon >= 0) requirePort(text.slice(colon));
  return unescaped(checked(text, 'host'));
}

function literalHost(text: string): string {
  const end = text.lastIndexOf(']');
  if (end < 0) throw new UrlError("missing ']' in host");
  const port = text.slice(end + 1);
  requirePort(port);
  const inside = text.slice(1, end);
  const zone = inside.indexOf('%25');
  checked(zone < 0 ? inside : inside.slice(0, zone), 'host');
  if (zone >= 0) checked(inside.slice(zone), 'zone');
  const name = unescaped(inside);
  const address = readAddress(name);
  if (typeof address === 'string') throw new UrlError(`invalid host: ${address}`);
  if (address.family === 4) throw new UrlError('invalid IP-literal');
  return `[${name}]${port}`;
}

function requirePort(text: string): void {
  if (!isPort(text)) throw new UrlError(`invalid port ${quotedText(text)} after host`);
}

/** What is escaped may be no text of its own. */
function bytesOf(text: string): Uint8Array {
  const bytes: number[] = [];
  for (const [part] of text.matchAll(/%[0-9a-fA-F]{2}|[^%]+|%/g))
    if (part.length === 3 && part.startsWith('%')) bytes.push(Number.parseInt(part.slice(1), 16));
    else bytes.push(...new TextEncoder().encode(part));
  return Uint8Array.from(bytes);
}

const unescaped = (text: string): string => (text.includes('%') ? new TextDecoder().decode(bytesOf(text)) : text);

const pathWritten = /^[A-Za-z0-9\-_.~$&+,/:;=@!'()*[\]%]*$/;
const pathByte = /^[A-Za-z0-9\-_.~$&+,/:;=@]$/;
const byteEscaped = (byte: number): string =>
  pathByte.test(String.fromCharCode(byte))
    ? String.fromCharCode(byte)
    : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;

/** As it is written, unless something in it had to be escaped and is not. */
function escapedPath(path: string): string {
  return pathWritten.test(path) ? path : Array.from(bytesOf(path), byteEscaped).join('');
}

function hostname(host: string): string {
  const name = host.replace(/:\d*$/, '');
  return name.startsWith('[') && name.endsWith(']') ? name.slice(1, -1) : name;
}

/** What cannot be read of it is left out. */
function queryOf(query = ''): Value {
  const values = new Map<string, string[]>();
  const read = (text: string) => unescaped(text.replaceAll('+', ' '));
  for (const pair of query.split('&')) {
    if (pair === '' || pair.includes(';') || /%(?![0-9a-fA-F]{2})/.test(pair)) continue;
    const [, name = '', value = ''] = /^([^=]*)=?(.*)$/s.exec(pair)!;
    values.set(read(name), [...(values.get(read(name)) ?? []), read(value)]);
  }
  return new LiteralMap(values);
}

const part = (name: string, result: string, run: (parts: Parts) => Value): Overload => ({
  name,
  as: 'method',
  params: ['kubernetes.URL'],
  result,
  run: ({ parts }: Url) => run(parts),
});

export const urlLibrary: Library = {
  types: ['kubernetes.URL'],
  overloads: [
    { name: 'url', params: ['string'], result: 'kubernetes.URL', run: urlOf },
    { name: 'isURL', params: ['string'], result: 'bool', run: (text: string) => urlFault(text) === undefined },
    part('getScheme', 'string', ({ scheme }) => scheme),
    part('getHost', 'string', ({ host }) => host),
    part('getHostname', 'string', ({ host }) => hostname(host)),
    part('getPort', 'string', ({ host }) => /:(\d*)$/.exec(host.replace(/^\[.*\]/s, '['))?.[1] ?? ''),
    part('getEscapedPath', 'string', ({ path }) => escapedPath(path)),
    part('getQuery', 'map(string, list(string))', ({ query }) => queryOf(query)),
  ],
};
