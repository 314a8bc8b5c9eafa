/** How a webhook is reached: by its address, or by a Service (apiserver `util/webhook` validation). */
import {
  dns1035LabelErrors,
  dns1123SubdomainErrors,
  eachErrors,
  type FieldError,
  invalidField,
  noErrors,
  portNumberErrors,
  requiredErrors,
  requiredField,
} from '@pintle/machinery';

export interface WebhookClient {
  readonly url?: string;
  readonly service?: {
    readonly name?: string;
    readonly namespace?: string;
    readonly path?: string;
    readonly port?: number;
  };
}

const form = '; desired format: https://host[/path]';

export function webhookClientErrors({ url, service }: WebhookClient, path: string): readonly FieldError[] {
  if ((url === undefined) === (service === undefined))
    return [requiredField(path, 'exactly one of url or service is required')];
  return url === undefined ? serviceErrors(service!, `${path}.service`) : urlErrors(url, `${path}.url`);
}

const urlParts = /^(?:([a-zA-Z][a-zA-Z0-9+.-]*):)?(?:\/\/([^/?#]*))?[^?#]*(?:\?([^#]*))?(?:#(.*))?$/s;

/** What keeps a text from being an address at all, in Go's words. */
function urlFault(url: string): string | undefined {
  const [text = ''] = url.split('#');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  if (/[\u0000-\u001f\u007f]/.test(text))
    return `parse ${JSON.stringify(text)}: net/url: invalid control character in URL`;
  const escaped = /%(?![0-9a-fA-F]{2}).{0,2}/s.exec(text.split('?', 1)[0]!)?.[0];
  if (escaped !== undefined) return `parse ${JSON.stringify(text)}: invalid URL escape ${JSON.stringify(escaped)}`;
  const [first = ''] = text.split(/[/?]/);
  const isBare = first.includes(':') && !/^[a-zA-Z][a-zA-Z0-9+.-]*:/.test(first);
  if (!isBare) return undefined;
  const fault = first.startsWith(':') ? 'missing protocol scheme' : 'first path segment in URL cannot contain colon';
  return `parse ${JSON.stringify(text)}: ${fault}`;
}

function urlErrors(url: string, path: string): readonly FieldError[] {
  const fault = urlFault(url);
  if (fault !== undefined) return [requiredField(path, `url must be a valid URL: ${fault}${form}`)];
  const [, scheme = '', authority = '', query = '', fragment = ''] = urlParts.exec(url) ?? [];
  const user = authority.includes('@') ? authority.slice(0, authority.lastIndexOf('@')) : '';
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  const none = (value: string, detail: string) => (value === '' ? noErrors : [invalidField(path, value, detail)]);
  return [
    ...(scheme.toLowerCase() === 'https'
      ? noErrors
      : [invalidField(path, scheme.toLowerCase(), `'https' is the only allowed URL scheme${form}`)]),
    ...(host === '' ? [invalidField(path, host, `host must be specified${form}`)] : noErrors),
    ...none(user, 'user information is not permitted in the URL'),
    ...none(fragment, 'fragments are not permitted in the URL'),
    ...none(query, 'query parameters are not permitted in the URL'),
  ];
}

function serviceErrors(service: NonNullable<WebhookClient['service']>, path: string): readonly FieldError[] {
  const { name, namespace, port = 443, path: urlPath } = service;
  return [
    // Upstream takes each of these for the other.
    ...requiredErrors(namespace, `${path}.name`, 'service name is required'),
    ...requiredErrors(name, `${path}.namespace`, 'service namespace is required'),
    ...portNumberErrors(port).map((message) => invalidField(`${path}.port`, port, `port is not valid: ${message}`)),
    ...(urlPath === undefined || urlPath === '' || urlPath === '/' ? noErrors : pathErrors(urlPath, `${path}.path`)),
  ];
}

function pathErrors(urlPath: string, path: string): readonly FieldError[] {
  const at = (detail: string) => invalidField(path, urlPath, detail);
  if (urlPath === '//') return [at('segment[0] may not be empty')];
  // Upstream takes one byte away, also of a character that has several.
  const rest = urlPath.charCodeAt(0) > 0x7f ? urlPath.replace(/^./su, '\ufffd') : urlPath.slice(1);
  const segments = rest.replace(/\/$/, '').split('/');
  return [
    ...(urlPath.startsWith('/') ? noErrors : [at("must start with a '/'")]),
    ...segments.flatMap((segment, index) =>
      segment === ''
        ? [at(`segment[${index}] may not be empty`)]
        : dns1123SubdomainErrors(segment).map((message) => at(`segment[${index}]: ${message}`)),
    ),
  ];
}

/** The versions of reviews that this server speaks. */
export const reviewVersions: readonly string[] = ['v1', 'v1beta1'];

/** The versions of reviews that a webhook speaks. `isKnown`: one of them must be one of ours. */
export const reviewVersionErrors = (
  versions: readonly string[],
  path: string,
  { isKnown = true, needed = '' }: { readonly isKnown?: boolean; readonly needed?: string } = {},
): readonly FieldError[] =>
  versions.length === 0
    ? [requiredField(path, needed)]
    : [
        ...eachErrors(versions, path, (version, at, index) =>
          versions.indexOf(version) < index
            ? [invalidField(at, version, 'duplicate version')]
            : dns1035LabelErrors(version).map((message) => invalidField(at, version, message)),
        ),
        ...(isKnown && !versions.some((version) => reviewVersions.includes(version))
          ? [invalidField(path, versions, `must include at least one of ${reviewVersions.join(', ')}`)]
          : noErrors),
      ];
