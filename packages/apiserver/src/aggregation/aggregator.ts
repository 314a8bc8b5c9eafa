/**
 * API aggregation: group versions that another server answers, behind a Service that an APIService names. Requests are
 * authorized here and passed on with the user in front-proxy headers; what the other serves joins discovery.
 */
import type { APIService } from '@pintle/api/apiregistration/v1';
import type { Client } from '@pintle/client';
import type { StoreBackend } from '@pintle/contracts';
import {
  type CancelTimer,
  deepEqual,
  every,
  type Metrics,
  TimeoutError,
  type World,
  withTimeout,
} from '@pintle/machinery';
import type { AccessDecision, UserInfo } from '../access/access.js';
import { type ClientConfig, WebhookFailure, webhookTarget } from '../admission/webhook/webhook-target.js';
import type { RemoteOpenApi } from '../discovery/remote-documents.js';
import { plainText } from '../http/answer.js';
import { bodyBytesMax } from '../http/body.js';
import type { HttpRequest, HttpResponse } from '../http/message.js';
import { forwardedHeaders, headersPassedOn, pathPassedOn, queryPassedOn } from '../http/passed-on.js';
import type { ResourceRequestInfo } from '../requests/request-info.js';
import { ObjectCache } from '../storage/object-cache.js';
import type { StoredObject } from '../storage/stored-object.js';
import { type Access, mastersGroup } from '../verbs/authorize.js';
import { isAvailable } from './availability.js';
import { AvailabilityChecks } from './availability-checks.js';
import { type GroupVersion, type PriorityOf, rankOf, serviceNameOf } from './group-order.js';
import { RemoteOpenApis } from './remote-openapi.js';
import { textOf } from './response-text.js';
import type { ServiceCaller, ServiceTarget } from './service-caller.js';

/** How often a remote API is asked whether it is there. */
const checkPeriodMs = 30_000;
const checkTimeoutMs = 5_000;
/** Of what a server says of its resources. */
const listCharsMax = 4 * 1024 * 1024;

export interface AggregatorParts {
  readonly world: World;
  readonly backend: StoreBackend<StoredObject>;
  readonly client: Client;
  readonly access: Access;
  readonly services: ObjectCache;
  readonly call: ServiceCaller;
  readonly metrics: Metrics;
}

/** A group version that another server serves, as discovery tells of it. */
export interface RemoteVersion extends GroupVersion {
  /** Of its APIResourceList. */
  readonly resources: readonly Readonly<Record<string, unknown>>[];
}

/** What is to be allowed before a request is passed on. */
export interface AskedResource {
  readonly info: ResourceRequestInfo;
  readonly tell?: ((decision: AccessDecision) => void) | undefined;
}

export interface Aggregator {
  start(): Promise<void>;
  stop(): void;
  /** The APIService that answers for a group version, where another server does. */
  serviceOf(group: string, version: string): APIService | undefined;
  /** Passes a request on; answered with 503 where that fails. Errors: `StatusError` Forbidden. */
  answer(
    service: APIService,
    request: HttpRequest,
    user: UserInfo,
    asked: AskedResource | undefined,
  ): Promise<HttpResponse>;
  /** Those that can be reached. */
  remoteVersions(): readonly RemoteVersion[];
  /** All that APIServices tell of, be it served here, be it that they cannot be reached. */
  announcedVersions(): readonly GroupVersion[];
  /** As their APIServices have it. */
  readonly priorityOf: PriorityOf;
  /** Those of other servers that cannot be reached now. */
  staleVersions(): readonly GroupVersion[];
  /** What they say of their APIs in OpenAPI. */
  remoteOpenApis(): readonly RemoteOpenApi[];
}

export function aggregator(parts: AggregatorParts): Aggregator {
  const { world, backend, client, access, services, call, metrics } = parts;
  const known = new Map<string, RemoteVersion>();
  let cancel: CancelTimer | undefined;
  const cache = new ObjectCache(
    backend,
    '/registry/apiregistration.k8s.io/apiservices/',
    world.logger,
    ({ object, previous }) => {
      const service = (object ?? previous) as APIService;
      if (object === undefined) checks.forget(service.metadata.name ?? '');
      if (object === undefined || !service.spec?.service) forget(service.metadata.name ?? '');
      const isNew = !deepEqual((previous as APIService | undefined)?.spec, service.spec);
      if (object !== undefined && isNew && isToLookAt(service)) void checks.look(service);
    },
  );
  const all = () => cache.values() as Iterable<APIService>;
  const forget = (name: string) => {
    known.delete(name);
    openApis.forget(name);
  };
  const remote = () => [...all()].filter(({ spec }) => spec?.service);

  const targetOf = ({ spec }: APIService, path: string): ServiceTarget => {
    const { name = '', namespace = '', port = 443 } = spec?.service ?? {};
    const config: ClientConfig = {
      service: { name, namespace, port, path },
      ...(spec?.caBundle ? { caBundle: spec.caBundle } : {}),
    };
    return {
      ...webhookTarget(config, services),
      ...(spec?.insecureSkipTLSVerify ? { insecureSkipTlsVerify: true } : {}),
    };
  };

  /** Reads a document, as this server itself. */
  const readFrom = (target: ServiceTarget, etag?: string): Promise<HttpResponse> => {
    const headers = [
      ['accept', 'application/json'],
      ...(etag === undefined ? [] : [['if-none-match', etag] as const]),
      ...identity({ name: 'system:kube-aggregator', groups: [mastersGroup] }),
    ] as const;
    return withTimeout(world.clock, checkTimeoutMs, `the API at ${target.url}`, (signal) =>
      call(target, { method: 'GET', headers }, signal),
    );
  };
  const readAs = async (service: APIService, path: string, etag?: string) => readFrom(targetOf(service, path), etag);
  const openApis = new RemoteOpenApis(readAs);

  const checks = new AvailabilityChecks({
    ...{ world, backend, client, metrics, services: all },
    /** Whoever answers is believed: whether it may be is seen by who asks it for more. */
    async probe(service) {
      const { group = '', version = '' } = service.spec ?? {};
      const { url, serverName } = targetOf(service, `/apis/${group}/${version}`);
      const words = `failing or missing response from ${url}`;
      const target = { url, insecureSkipTlsVerify: true, ...(serverName === undefined ? {} : { serverName }) };
      const { status } = await readFrom(target).catch((error: unknown) => {
        throw new Error(`${words}: Get ${JSON.stringify(url)}: ${askingFault(error)}`, { cause: error });
      });
      if (status < 200 || status >= 300) throw new Error(`${words}: bad status from ${url}: ${status}`);
    },
    onLook(service, reached) {
      if (reached) void learn(service);
      else forget(service.metadata.name ?? '');
    },
  });

  /** What it serves; what cannot be read is as nothing. */
  const learn = async (service: APIService): Promise<void> => {
    const name = service.metadata.name ?? '';
    const { group = '', version = '' } = service.spec ?? {};
    try {
      const response = await readAs(service, `/apis/${group}/${version}`);
      const { resources } = JSON.parse(await textOf(response, listCharsMax)) as Partial<RemoteVersion>;
      if (response.status !== 200 || !Array.isArray(resources)) throw new Error('no list of resources');
      // The very same for as long as it tells of the same: who follows its kinds need not look again.
      if (!deepEqual(known.get(name)?.resources, resources)) known.set(name, { group, version, resources });
      void openApis.look(service);
    } catch (error) {
      forget(name);
      world.logger.log('debug', 'an aggregated API does not tell what it serves', { name, error });
    }
  };

  return {
    async start() {
      await checks.start();
      await cache.start();
      cancel = every(world.clock, checkPeriodMs, () => {
        for (const service of remote()) void checks.look(service);
      });
    },
    stop() {
      cancel?.();
      cache.stop();
      checks.stop();
    },
    serviceOf(group, version) {
      const service = cache.get(serviceNameOf(group, version)) as APIService | undefined;
      return service?.spec?.service ? service : undefined;
    },
    remoteVersions: () => [...known.values()],
    announcedVersions: () => [...all()].map(groupVersionOf),
    priorityOf(version) {
      const { spec } = (cache.get(serviceNameOf(version.group, version.version)) ?? {}) as Partial<APIService>;
      if (spec?.groupPriorityMinimum === undefined) return rankOf(version);
      return { group: spec.groupPriorityMinimum, version: spec.versionPriority ?? 0 };
    },
    staleVersions: () =>
      remote()
        .filter(({ metadata }) => !known.has(metadata.name ?? ''))
        .map(groupVersionOf),
    remoteOpenApis: () => openApis.all(),
    async answer(service, request, user, asked) {
      if (asked !== undefined) await requireAccess(access, user, asked);
      if (!isAvailable(service)) return plainText(503, 'service unavailable\n');
      const body = ['GET', 'HEAD'].includes(request.method) ? undefined : await request.body(bodyBytesMax);
      const path = pathPassedOn(request.path);
      const forwarded = forwardedHeaders(request, path.replaceAll(/\/{2,}/g, '/'));
      const headers = [...headersPassedOn(request), ...forwarded, ...identity(user)];
      try {
        const target = targetOf(service, `${path}${queryPassedOn(request.query)}`);
        const response = await call(
          target,
          { method: request.method, headers, ...(body === undefined || body.length === 0 ? {} : { body }) },
          request.signal,
        );
        const isElsewhere = response.status >= 300 && response.status < 400 && response.headers['location'];
        return isElsewhere
          ? { status: 502, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: elsewhereWords }
          : response;
      } catch (error) {
        world.logger.log('warn', 'an aggregated API did not answer', { name: service.metadata.name, error });
        // Told by no Status, as kube-aggregator's own proxy does not.
        const why =
          error instanceof WebhookFailure
            ? 'service unavailable'
            : `error trying to reach service: ${(error as Error).message}`;
        return plainText(503, `${why}\n`);
      }
    },
  };
}

/** Nobody is sent elsewhere by a server behind this one, as credentials would follow. */
const elsewhereWords = 'the backend attempted to redirect this request, which is not permitted';

const groupVersionOf = ({ spec }: APIService): GroupVersion => ({
  group: spec?.group ?? '',
  version: spec?.version ?? '',
});

/** What is served here is looked at where it has not been told of as that, as it was elsewhere before. */
const isToLookAt = ({ spec, status }: APIService): boolean =>
  Boolean(spec?.service) || !status?.conditions?.some(({ type, reason }) => type === 'Available' && reason === 'Local');

/** As Go's client tells of it. */
const askingFault = (error: unknown): string =>
  error instanceof TimeoutError
    ? 'net/http: request canceled (Client.Timeout exceeded while awaiting headers)'
    : (error as Error).message;

/** Who asks, as front proxies say it. */
const identity = ({ name, uid, groups, extra = {} }: UserInfo): readonly (readonly [string, string])[] => [
  ['x-remote-user', name],
  ...(uid === undefined ? [] : [['x-remote-uid', uid] as const]),
  ...groups.map((group) => ['x-remote-group', group] as const),
  ...Object.entries(extra).flatMap(([key, values]) =>
    values.map((value) => [`x-remote-extra-${encodeURIComponent(key)}`, value] as const),
  ),
];

async function requireAccess(access: Access, user: UserInfo, { info, tell }: AskedResource): Promise<void> {
  const { verb, group, version, resource: plural, subresource, namespace, name } = info;
  const scope = namespace === undefined ? 'Cluster' : 'Namespaced';
  const resource = { kind: { group, version, plural, scope } } as const;
  await access.require(user, { verb, resource, subresource, namespace, name }, tell);
}
