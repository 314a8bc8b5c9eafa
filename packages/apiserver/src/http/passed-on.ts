/** What of a client's request is passed on to another server, for proxies and aggregated APIs. Pure. */
import type { HttpRequest } from './message.js';

type Headers = readonly (readonly [name: string, value: string])[];

/** Was for this server, or is between two of them. */
const ownHeaders =
  /^(?:authorization|connection|content-length|expect|host|impersonate-.*|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|x-remote-.*)$/;

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
