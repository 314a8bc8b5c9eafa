/** URLs: `url('https://example.com:80/a').getHost()`. */
import type { Library, Overload } from '../functions.js';
import { CelError, LiteralMap, type Opaque, type Value } from '../values.js';

export class Url implements Opaque {
  readonly celType = 'kubernetes.URL';
  constructor(
    readonly scheme: string,
    readonly host: string,
    readonly path: string,
    readonly query: string,
  ) {}
  equals(other: Opaque): boolean {
    return (
      other instanceof Url &&
      other.scheme === this.scheme &&
      other.host === this.host &&
      other.path === this.path &&
      other.query === this.query
    );
  }
}

const shape = /^(?:([a-zA-Z][a-zA-Z0-9+.-]*):(?:\/\/([^/?]*))?)?([^?]*)(?:\?(.*))?$/s;
const hostShape = /^(?:\[[0-9a-fA-F:.%]*\]|[^\s[\]:<>"^`{|}\\]*)(?::\d*)?$/;

/** Absolute, or a path from the root; a fragment is no part of it. */
export function parseUrl(text: string): Url | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  if (/[\x00-\x1f\x7f]/.test(text) || /%(?![0-9a-fA-F]{2})/.test(text)) return undefined;
  const [, scheme = '', authority, path = '', query = ''] = shape.exec(text) ?? [];
  if (scheme === '' && !path.startsWith('/')) return undefined;
  const host = authority?.replace(/^.*@/s, '') ?? '';
  if (!hostShape.test(host)) return undefined;
  return new Url(scheme.toLowerCase(), host, path, query);
}

const pathSafe = /[^A-Za-z0-9\-_.~$&+,/:;=@!'()*%]/gu;
const escapedPath = (path: string) => path.replace(pathSafe, encodeURIComponent);

function hostname(host: string): string {
  const name = host.replace(/:\d*$/, '');
  return name.startsWith('[') ? name.slice(1, -1) : name;
}

function queryOf(query: string): Value {
  const values = new Map<string, string[]>();
  for (const [name, value] of new URLSearchParams(query)) values.set(name, [...(values.get(name) ?? []), value]);
  return new LiteralMap(values);
}

const part = (name: string, result: string, run: (url: Url) => Value): Overload => ({
  name,
  as: 'method',
  params: ['kubernetes.URL'],
  result,
  run,
});

export const urlLibrary: Library = {
  types: ['kubernetes.URL'],
  overloads: [
    {
      name: 'url',
      params: ['string'],
      result: 'kubernetes.URL',
      run(text: string) {
        const url = parseUrl(text);
        if (url === undefined)
          throw new CelError(
            `URL parse error during conversion from string: parse ${JSON.stringify(text)}: invalid URI for request`,
          );
        return url;
      },
    },
    { name: 'isURL', params: ['string'], result: 'bool', run: (text: string) => parseUrl(text) !== undefined },
    part('getScheme', 'string', ({ scheme }) => scheme),
    part('getHost', 'string', ({ host }) => host),
    part('getHostname', 'string', ({ host }) => hostname(host)),
    part('getPort', 'string', ({ host }) => /:(\d*)$/.exec(host.replace(/^\[.*\]/, '['))?.[1] ?? ''),
    part('getEscapedPath', 'string', ({ path }) => escapedPath(path)),
    part('getQuery', 'map(string, list(string))', ({ query }) => queryOf(query)),
  ],
};
