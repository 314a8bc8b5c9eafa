/**
 * API aggregation: group versions that another server answers, behind a Service that an APIService names. Requests are
 * authorized here and passed on with the user in front-proxy headers; what the other serves joins discovery.
 */
import { APIService } from '@pintle/api/apiregistration/v1';
import type { Client } from '@pintle/client';
import type { StoreBackend } from '@pintle/contracts';
import {
  type CancelTimer,
  deepEqual,
  every,
  forbidden,
  formatTime,
  type KubernetesObject,
  StatusError,
  type World,
  withTimeout,
} from '@pintle/machinery';
import type { UserInfo } from '../access/access.js';
import { type ClientConfig, WebhookFailure, webhookTarget } from '../admission/webhook/webhook-target.js';
import { plainText } from '../http/answer.js';
import { bodyBytesMax } from '../http/body.js';
import type { HttpRequest, HttpResponse } from '../http/message.js';
import { headersPassedOn } from '../http/passed-on.js';
import type { ResourceRequestInfo } from '../requests/request-info.js';
import { ObjectCache } from '../storage/object-cache.js';
import type { StoredObject } from '../storage/stored-object.js';
import { type Access, mastersGroup, refusal } from '../verbs/authorize.js';
import { type RemoteOpenApi, RemoteOpenApis } from './remote-openapi.js';
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
}

/** A group version that another server serves, as discovery tells of it. */
export interface RemoteVersion {
  readonly group: string;
  readonly version: string;
  /** Its APIResourceList, as it was last told; empty while it has not been. */
  readonly resources: readonly Readonly<Record<string, unknown>>[];
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
    info: ResourceRequestInfo | undefined,
  ): Promise<HttpResponse>;
  /** Those that can be reached. */
  remoteVersions(): readonly RemoteVersion[];
  /** Those that there are, be it that they cannot be reached. */
  announcedVersions(): readonly Pick<RemoteVersion, 'group' | 'version'>[];
  /** Those that cannot be reached now, with what they told of when they last could. */
  staleVersions(): readonly RemoteVersion[];
  /** What they say of their APIs in OpenAPI. */
  remoteOpenApis(): readonly RemoteOpenApi[];
}

export function aggregator({ world, backend, client, access, services, call }: AggregatorParts): Aggregator {
  const known = new Map<string, RemoteVersion>();
  /** Of those that cannot be reached any more. */
  const lastKnown = new Map<string, RemoteVersion>();
  let cancel: CancelTimer | undefined;
  const cache = new ObjectCache(
    backend,
    '/registry/apiregistration.k8s.io/apiservices/',
    world.logger,
    ({ object, previous }) => {
      const service = (object ?? previous) as APIService;
      if (object === undefined || service.spec?.service === undefined) {
        forget(service.metadata.name ?? '');
        lastKnown.delete(service.metadata.name ?? '');
      } else if ((previous as APIService | undefined)?.spec !== service.spec) void check(service);
    },
  );
  const forget = (name: string) => {
    const before = known.get(name);
    if (before !== undefined) lastKnown.set(name, before);
    known.delete(name);
    openApis.forget(name);
  };
  const remote = () => ([...cache.values()] as readonly APIService[]).filter(({ spec }) => spec?.service !== undefined);

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
  const readAs = (service: APIService, path: string, etag?: string): Promise<HttpResponse> => {
    const target = targetOf(service, path);
    const headers = [
      ['accept', 'application/json'],
      ...(etag === undefined ? [] : [['if-none-match', etag] as const]),
      ...identity({ name: 'system:kube-aggregator', groups: [mastersGroup] }),
    ] as const;
    return withTimeout(world.clock, checkTimeoutMs, `the API at ${target.url}`, (signal) =>
      call(target, { method: 'GET', headers }, signal),
    );
  };
  const openApis = new RemoteOpenApis(readAs);

  const check = async (service: APIService): Promise<void> => {
    const name = service.metadata.name ?? '';
    const { group = '', version = '' } = service.spec ?? {};
    const verdict = await look(service, group, version);
    if (verdict.resources === undefined) forget(name);
    else {
      // The very same for as long as it tells of the same: who follows its kinds need not look again.
      if (!deepEqual(known.get(name)?.resources, verdict.resources))
        known.set(name, { group, version, resources: verdict.resources });
      lastKnown.delete(name);
      void openApis.look(service);
    }
    await tell(client, name, verdict, formatTime(world.clock.now())).catch((error: unknown) => {
      if (!StatusError.is(error, 'NotFound') && !StatusError.is(error, 'Conflict'))
        world.logger.log('warn', 'the status of an APIService could not be written', { name, error });
    });
  };

  const look = async (service: APIService, group: string, version: string): Promise<Verdict> => {
    const { name, namespace } = service.spec?.service ?? {};
    const path = `/apis/${group}/${version}`;
    try {
      const response = await readAs(service, path);
      if (response.status !== 200)
        throw new Error(`bad status from ${targetOf(service, path).url}: ${response.status}`);
      const { resources = [] } = JSON.parse(await textOf(response, listCharsMax)) as {
        resources?: RemoteVersion['resources'];
      };
      return { status: 'True', reason: 'Passed', message: 'all checks passed', resources };
    } catch (error) {
      if (error instanceof WebhookFailure)
        return {
          status: 'False',
          reason: 'ServiceNotFound',
          message: `service/${name} in ${JSON.stringify(namespace)} is not present`,
        };
      return {
        status: 'False',
        reason: 'FailedDiscoveryCheck',
        message: `failing or missing response: ${(error as Error).message}`,
      };
    }
  };

  return {
    async start() {
      await cache.start();
      cancel = every(world.clock, checkPeriodMs, () => {
        for (const service of remote()) void check(service);
      });
    },
    stop() {
      cancel?.();
      cache.stop();
    },
    serviceOf(group, version) {
      const service = cache.get(`${version}.${group}`) as APIService | undefined;
      return service?.spec?.service === undefined ? undefined : service;
    },
    remoteVersions: () => [...known.values()],
    announcedVersions: () => remote().map(({ spec: { group = '', version = '' } = {} }) => ({ group, version })),
    staleVersions: () =>
      remote().flatMap(({ metadata: { name = '' }, spec: { group = '', version = '' } = {} }) =>
        known.has(name) ? [] : [lastKnown.get(name) ?? { group, version, resources: [] }],
      ),
    remoteOpenApis: () => openApis.all(),
    async answer(service, request, user, info) {
      if (info !== undefined) await requireAccess(access, user, info);
      const query = request.query.toString();
      const body = ['GET', 'HEAD'].includes(request.method) ? undefined : await request.body(bodyBytesMax);
      const headers = [...headersPassedOn(request), ...identity(user)];
      try {
        const target = targetOf(service, `${request.path}${query === '' ? '' : `?${query}`}`);
        return await call(
          target,
          { method: request.method, headers, ...(body === undefined || body.length === 0 ? {} : { body }) },
          request.signal,
        );
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

interface Verdict {
  readonly status: 'True' | 'False';
  readonly reason: string;
  readonly message: string;
  readonly resources?: RemoteVersion['resources'];
}

/** Who asks, as front proxies say it. */
const identity = ({ name, uid, groups, extra = {} }: UserInfo): readonly (readonly [string, string])[] => [
  ['x-remote-user', name],
  ...(uid === undefined ? [] : [['x-remote-uid', uid] as const]),
  ...groups.map((group) => ['x-remote-group', group] as const),
  ...Object.entries(extra).flatMap(([key, values]) =>
    values.map((value) => [`x-remote-extra-${encodeURIComponent(key)}`, value] as const),
  ),
];

async function requireAccess(access: Access, user: UserInfo, info: ResourceRequestInfo): Promise<void> {
  if (user.groups.includes(mastersGroup)) return;
  const { verb, group, version, resource, subresource, namespace, name } = info;
  const attributes = {
    type: 'resource' as const,
    user,
    verb,
    group,
    version,
    resource,
    ...(subresource === undefined ? {} : { subresource }),
    ...(namespace === undefined ? {} : { namespace }),
    ...(name === undefined ? {} : { name }),
  };
  const { decision, reason } = await access.authorizer(attributes);
  if (decision !== 'allow') throw forbidden({ group, plural: resource }, name ?? '', refusal(attributes, reason));
}

async function tell(client: Client, name: string, { status, reason, message }: Verdict, now: string): Promise<void> {
  const service = (await client.get(APIService, { name })) as APIService & KubernetesObject;
  const before = service.status?.conditions?.find(({ type }) => type === 'Available');
  if (before?.status === status && before.reason === reason && before.message === message) return;
  const lastTransitionTime = before?.status === status ? (before.lastTransitionTime ?? now) : now;
  const condition = { type: 'Available', status, reason, message, lastTransitionTime };
  const others = (service.status?.conditions ?? []).filter(({ type }) => type !== 'Available');
  await client.patch(
    APIService,
    { name },
    { type: 'merge', body: { status: { conditions: [...others, condition] } } },
    { subresource: 'status' },
  );
}
