/**
 * `pods/proxy`, `services/proxy` and `nodes/proxy`: requests passed on to what listens in a pod or is a node's kubelet, and
 * their answers.
 *
 * **Differs from Kubernetes**: links in HTML are left as they are, and of the loopback pods alone are reached (127.64.0.0/10).
 */
import type { Endpoints, Node, Pod, Service } from '@pintle/api/core/v1';
import type { NodeAgent } from '@pintle/contracts';
import { type KubernetesObject, notFound, StatusError, statusError } from '@pintle/machinery';
import type { ServiceCaller } from '../aggregation/service-caller.js';
import { plainText } from '../http/answer.js';
import type { HttpRequest, HttpResponse } from '../http/message.js';
import { forwardedHeaders, headersPassedOn } from '../http/passed-on.js';
import { storedObjectOf } from '../verbs/api-core.js';
import { requireEntry } from '../verbs/read.js';
import { admitted } from './admitted.js';
import type { NodeConnector } from './pod-log.js';
import {
  type NamedPort,
  nodeOrigin,
  parseNamedPort,
  pathBelow,
  podOrigin,
  redirectionThrough,
  serviceOrigin,
} from './proxy-target.js';
import type { SubresourceHandler, SubresourceRequest } from './subresource.js';

/** Of a body that is passed on. */
const bodyBytesMax = 32 * 1024 * 1024;

export const podProxySubresource = (call: ServiceCaller): SubresourceHandler => ({
  proxy: async (request, sent) => {
    const named = parseNamedPort(request.key.name, 'pod');
    await admit(request, sent, 'PodProxyOptions');
    return passedOn(call, sent, podOrigin(await objectOf<Pod>(request, 'pods', named.name), named));
  },
});

export const serviceProxySubresource = (call: ServiceCaller): SubresourceHandler => ({
  proxy: async (request, sent) => {
    const named = parseNamedPort(request.key.name, 'service');
    await admit(request, sent, 'ServiceProxyOptions');
    return passedOn(call, sent, await originOf(request, named));
  },
});

/** `call`: for what else listens on a node. */
export const nodeProxySubresource = (connect: NodeConnector, call: ServiceCaller): SubresourceHandler => ({
  proxy: async (request, sent) => {
    const named = parseNamedPort(request.key.name, 'node');
    await admit(request, sent, 'NodeProxyOptions');
    const found = nodeOrigin(await objectOf<Node>(request, 'nodes', named.name), named);
    return found === 'kubelet' ? kubeletAnswer(connect(named.name), sent, named.name) : passedOn(call, sent, found);
  },
});

/** Connecting passes admission as writing does: webhooks and policies may refuse it. */
async function admit(request: SubresourceRequest, { path }: HttpRequest, kind: string): Promise<void> {
  const below = decodeURIComponent(pathBelow(path));
  const options = { apiVersion: 'v1', kind, ...(below === '' ? {} : { path: below }) };
  await admitted(request, 'CONNECT', 'proxy', options);
}

async function kubeletAnswer(agent: NodeAgent | undefined, sent: HttpRequest, node: string): Promise<HttpResponse> {
  const { method, path, query, signal } = sent;
  if (agent === undefined) throw unreachable(`node ${JSON.stringify(node)} cannot be reached`);
  if (method !== 'GET' && method !== 'HEAD') return plainText(405, '405: Method Not Allowed');
  const below = pathBelow(path);
  if (below === '') return withSlash(sent);
  const { status, contentType, body } = await agent.get(below, query, signal);
  return { status, headers: { 'content-type': contentType }, body };
}

/** Relative links are of a folder. */
function withSlash({ path, query }: HttpRequest): HttpResponse {
  return { status: 301, headers: { location: `${path}/${query.size === 0 ? '' : `?${query}`}` } };
}

const unreachable = (why: string) => statusError('ServiceUnavailable', `error trying to reach service: ${why}`);

async function originOf(request: SubresourceRequest, named: NamedPort): Promise<string> {
  const service = await objectOf<Service>(request, 'services', named.name);
  const endpoints = await objectOf<Endpoints>(request, 'endpoints', named.name).catch(nothingThere);
  // They are missed as what is asked for.
  if (endpoints === undefined) throw notFound({ group: '', plural: 'services' }, named.name);
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
  return storedObjectOf(resource, await requireEntry(core, resource, { name, ...(namespace && { namespace }) })) as T;
}

async function passedOn(call: ServiceCaller, sent: HttpRequest, origin: string): Promise<HttpResponse> {
  const { method, path, query, signal } = sent;
  const below = pathBelow(path);
  const prefix = path.slice(0, path.length - below.length);
  const asked = query.size === 0 ? '' : `?${query}`;
  if (below === '' && !sent.upgrade && (method === 'GET' || method === 'HEAD')) return withSlash(sent);
  const url = `${origin}${below}${asked}`;
  const body = method === 'GET' || method === 'HEAD' ? undefined : await sent.body(bodyBytesMax);
  const headers = [...headersPassedOn(sent), ...forwardedHeaders(sent, path)];
  let response: HttpResponse;
  try {
    response = await call(
      { url, insecureSkipTlsVerify: true },
      { method, headers, ...(body === undefined || body.length === 0 ? {} : { body }) },
      signal,
    );
  } catch (error) {
    throw unreachable((error as Error).message);
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
