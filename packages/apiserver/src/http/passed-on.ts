/** What of a client's request is passed on to another server, for proxies and aggregated APIs. Pure. */
import type { HttpRequest } from './message.js';

type Headers = readonly (readonly [name: string, value: string])[];

/** Was for this server, or is between two of them. */
const ownHeaders =
  /^(?:authorization|connection|content-length|expect|host|impersonate-.*|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|x-forwarded-.*|x-remote-.*)$/;

/** WebSocket clients in browsers can say who they are nowhere else. */
const bearerProtocol = /^base64url\.bearer\.authorization\.k8s\.io\./;

/** The client's headers, with its offer to change protocols where the transport can follow. */
export function headersPassedOn(request: HttpRequest): Headers {
  const kept = request.headersLike('').flatMap(([name, value]) => {
    if (ownHeaders.test(name)) return [];
    if (name !== 'sec-websocket-protocol') return [[name, value] as const];
    const protocols = protocolsOf(value);
    return protocols === '' ? [] : [[name, protocols] as const];
  });
  const protocol = request.upgrade ? request.header('upgrade') : undefined;
  return protocol === undefined ? kept : [...kept, ['connection', 'Upgrade'], ['upgrade', protocol]];
}

const protocolsOf = (header: string): string =>
  header
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && !bearerProtocol.test(name))
    .join(', ');

/** Who asked this server, and how: what a client says of that itself, but for who stands before it, does not count. */
export function forwardedHeaders(request: HttpRequest, uri: string): Headers {
  const from = [request.header('x-forwarded-for'), request.peer.remoteAddress].filter(Boolean).join(', ');
  return [
    ['x-forwarded-uri', uri],
    ['x-forwarded-host', request.header('host') ?? ''],
    ['x-forwarded-proto', 'https'],
    ...(from === '' ? [] : [['x-forwarded-for', from] as const]),
  ];
}

/** A path as Go writes one that it has read: what need not be escaped is not. */
export function pathPassedOn(path: string): string {
  return encodeURIComponent(decodeURIComponent(path))
    .replaceAll(/%(?:2F|3A|40|24|26|2B|2C|3B|3D)/g, decodeURIComponent)
    .replaceAll(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** A query, from its question mark on, as Go writes one that it has read: by name. */
export function queryPassedOn(query: URLSearchParams): string {
  const sorted = new URLSearchParams(query);
  sorted.sort();
  return sorted.size === 0 ? '' : `?${sorted}`;
}
