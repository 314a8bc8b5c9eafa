/** Where a request to a pod, a Service or a node through the API server goes: by what its path names. Pure; `proxy.ts` goes there. */
import type { Endpoints, Node, Pod, Service } from '@pintle/api/core/v1';
import {
  badRequest,
  containsRange,
  integerBelow,
  ipFamilyOf,
  parseCidr,
  parseIp,
  type Random,
  statusError,
} from '@pintle/machinery';

/** `name`, `name:port` or `scheme:name:port`; what is not said is empty. */
export interface NamedPort {
  readonly scheme: '' | 'http' | 'https';
  readonly name: string;
  readonly port: string;
}

/** Errors: `StatusError` BadRequest. */
export function parseNamedPort(id: string, what: 'pod' | 'service' | 'node'): NamedPort {
  const parts = id.split(':');
  const [scheme = '', name = '', port = ''] = parts.length === 3 ? parts : ['', ...parts];
  if (parts.length > 3 || name === '' || !['', 'http', 'https'].includes(scheme))
    throw badRequest(`invalid ${what} request ${JSON.stringify(id)}`);
  return { scheme: scheme as NamedPort['scheme'], name, port };
}

const origin = (scheme: NamedPort['scheme'], ip: string, port: number | string): string => {
  const host = ipFamilyOf(ip) === 'IPv6' ? `[${ip}]` : ip;
  return `${scheme || 'http'}://${host}${port === '' ? '' : `:${port}`}`;
};

const ranges = (...texts: readonly string[]) => texts.map((text) => parseCidr(text)!);
/** Of the machine, of its link, of many, of none. */
const special = ranges('0.0.0.0/8', '127.0.0.0/8', '169.254.0.0/16', '224.0.0.0/3', '::/127', 'fe80::/10', 'ff00::/8');
/** Where pods are whose nodes have no network of their own. */
const ofPods = ranges('127.64.0.0/10');

function isReachable(ip: string): boolean {
  const [family, address] = [ipFamilyOf(ip), parseIp(ip)];
  if (family === undefined || address === undefined) return false;
  const alone = { family, address, prefixBits: family === 'IPv4' ? 32 : 128 };
  const isIn = (range: (typeof special)[number]) => containsRange(range, alone);
  return ofPods.some(isIn) || !special.some(isIn);
}

/** The first part of the URL. Errors: `StatusError` BadRequest for an address that is not a pod's. */
export function podOrigin({ spec, status }: Pod, { scheme, port }: NamedPort): string {
  const ip = status?.podIP ?? status?.podIPs?.[0]?.ip ?? '';
  if (!isReachable(ip)) throw badRequest('address not allowed');
  const first = spec?.containers.flatMap(({ ports = [] }) => ports.slice(0, 1))[0]?.containerPort;
  return origin(scheme, ip, port !== '' ? port : (first ?? ''));
}

const kubeletPortDefault = 10250;

/**
 * Of what listens on a node; `kubelet` where that is its kubelet. Errors: `StatusError` BadRequest for an address that is not to be
 * reached.
 */
export function nodeOrigin({ status }: Node, { scheme, port }: NamedPort): string | 'kubelet' {
  const own = status?.daemonEndpoints?.kubeletEndpoint?.Port || kubeletPortDefault;
  if (port === '' || port === String(own)) return 'kubelet';
  const { addresses = [] } = status ?? {};
  const ip = addressTypes.flatMap((wanted) => addresses.filter(({ type }) => type === wanted))[0]?.address ?? '';
  if (!isReachable(ip)) throw badRequest('address not allowed');
  return origin(scheme, ip, port);
}

/** In the order in which kube-apiserver looks for one. */
const addressTypes = ['Hostname', 'InternalDNS', 'InternalIP', 'ExternalDNS', 'ExternalIP'];

/** As `podOrigin`, of one of a Service's pods. Errors: `StatusError` ServiceUnavailable where there is none. */
export function serviceOrigin(
  service: Service,
  endpoints: Endpoints,
  { scheme, name, port }: NamedPort,
  facts: { readonly podOf: (name: string) => Pod | undefined; readonly random: Random },
): string {
  const portName = /^\d+$/.test(port) ? nameOfPort(service, name, Number(port)) : port;
  const { namespace } = endpoints.metadata;
  const found = (endpoints.subsets ?? []).flatMap(({ addresses = [], ports = [] }) => {
    const at = ports.find((each) => (each.name ?? '') === portName)?.port;
    if (at === undefined) return [];
    return addresses.flatMap(({ ip, targetRef }) => {
      if (targetRef?.kind !== 'Pod' || targetRef.namespace !== namespace) return [];
      const status = facts.podOf(targetRef.name ?? '')?.status;
      return status?.podIPs?.some((each) => each.ip === ip) && isReachable(ip) ? [origin(scheme, ip, at)] : [];
    });
  });
  if (found.length === 0)
    throw statusError('ServiceUnavailable', `no endpoints available for service ${JSON.stringify(name)}`);
  return found[integerBelow(facts.random, found.length)]!;
}

function nameOfPort({ spec }: Service, name: string, port: number): string {
  const found = spec?.ports?.find((each) => each.port === port);
  if (found === undefined)
    throw statusError('ServiceUnavailable', `no service port ${port} found for service ${JSON.stringify(name)}`);
  return found.name ?? '';
}

/** What follows the `/proxy` of an object in a path, as it was sent; empty where nothing does. */
export const pathBelow = (path: string): string =>
  /^\/+api\/+v1\/+(?:namespaces\/+[^/]+\/+)?[^/]+\/+[^/]+\/+proxy(.*)$/s.exec(path)?.[1] ?? '';

/** Where a redirection of the other server leads through this one: unchanged where it leads elsewhere. */
export function redirectionThrough(location: string, asked: URL, prefix: string): string {
  if (!URL.canParse(location, asked)) return location;
  const url = new URL(location, asked);
  return url.origin === asked.origin ? `${prefix}${url.pathname}${url.search}${url.hash}` : location;
}
