/**
 * `pods/proxy` and `services/proxy`: requests passed on to what listens in a pod, and its answers.
 *
 * **Differs from Kubernetes**: links in HTML are left as they are, a connection does not change its protocol, nodes have no
 * proxy, and of the loopback pods alone are reached (127.64.0.0/10).
 */
import type { Endpoints, Pod, Service } from '@pintle/api/core/v1';
import { type KubernetesObject, StatusError, statusError } from '@pintle/machinery';
import type { ServiceCaller } from '../aggregation/service-caller.js';
import type { HttpRequest, HttpResponse } from '../http/message.js';
import { storedObjectOf } from '../verbs/api-core.js';
import { requireEntry } from '../verbs/read.js';
import {
  type NamedPort,
  parseNamedPort,
  pathBelow,
  podOrigin,
  redirectionThrough,
  serviceOrigin,
} from './proxy-target.js';
import type { SubresourceHandler, SubresourceRequest } from './subresource.js';

/** Of a body that is passed on. */
const bodyBytesMax = 32 * 1024 * 1024;

/** What is this server's own, or belongs to the connection. */
const ownHeaders =
  /^(?:authorization|connection|content-length|host|impersonate-.*|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|x-remote-.*)$/;

export const podProxySubresource = (call: ServiceCaller): SubresourceHandler => ({
  proxy: async (request, sent) => {
    const named = parseNamedPort(request.key.name, 'pod');
    return passedOn(call, sent, podOrigin(await objectOf<Pod>(request, 'pods', named.name), named));
  },
});

export const serviceProxySubresource = (call: ServiceCaller): SubresourceHandler => ({
  proxy: async (request, sent) => {
    const named = parseNamedPort(request.key.name, 'service');
    return passedOn(call, sent, await originOf(request, named));
  },
});

async function originOf(request: SubresourceRequest, named: NamedPort): Promise<string> {
  const service = await objectOf<Service>(request, 'services', named.name);
  const endpoints = await objectOf<Endpoints>(request, 'endpoints', named.name);
  const pods = new Map<string, Pod>();
  for (const { addresses = [] } of endpoints.subsets ?? [])
    for (const { targetRef } of addresses) {
      const name = targetRef?.name ?? '';
      const pod = await objectOf<Pod>(request, 'pods', name).catch(nothingThere);
      if (pod !== undefined) pods.set(name, pod);
    }
  const random = request.core.world.random.stream('proxied-services');
  return serviceOrigin(service, endpoints, named, { podOf: (name) => pods.get(name), random });
}

async function objectOf<T extends KubernetesObject>(
  { core, key: { namespace } }: SubresourceRequest,
  plural: string,
  name: string,
): Promise<T> {
  const resource = core.registry.byResource('v1', plural)!;
  return storedObjectOf(await requireEntry(core, resource, { name, ...(namespace && { namespace }) })) as T;
}

async function passedOn(call: ServiceCaller, sent: HttpRequest, origin: string): Promise<HttpResponse> {
  const { method, path, query, peer, signal } = sent;
  const below = pathBelow(path);
  const prefix = path.slice(0, path.length - below.length);
  const asked = query.size === 0 ? '' : `?${query}`;
  // Relative links are of a folder.
  if (below === '' && (method === 'GET' || method === 'HEAD'))
    return { status: 301, headers: { location: `${path}/${asked}` } };
  const url = `${origin}${below}${asked}`;
  const headers = sent.headersLike('').filter(([name]) => !ownHeaders.test(name));
  const from = [sent.header('x-forwarded-for'), peer.remoteAddress].filter(Boolean).join(', ');
  const forwarded: readonly (readonly [string, string])[] = [
    ['x-forwarded-uri', path],
    ['x-forwarded-host', sent.header('host') ?? ''],
    ['x-forwarded-proto', 'https'],
    ...(from === '' ? [] : [['x-forwarded-for', from] as const]),
  ];
  const body = method === 'GET' || method === 'HEAD' ? undefined : await sent.body(bodyBytesMax);
  const others = headers.filter(([name]) => !name.startsWith('x-forwarded-'));
  let response: HttpResponse;
  try {
    response = await call(
      { url, insecureSkipTlsVerify: true },
      { method, headers: [...others, ...forwarded], ...(body === undefined || body.length === 0 ? {} : { body }) },
      signal,
    );
  } catch (error) {
    throw statusError('ServiceUnavailable', `error trying to reach service: ${(error as Error).message}`);
  }
  const { location } = response.headers;
  if (typeof location !== 'string') return response;
  return {
    ...response,
    headers: { ...response.headers, location: redirectionThrough(location, new URL(url), prefix) },
  };
}

function nothingThere(error: unknown): undefined {
  if (!StatusError.is(error, 'NotFound')) throw error;
  return undefined;
}
