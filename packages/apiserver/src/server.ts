/**
 * An API server without a socket: a request pipeline over a store, reached by in-process clients and by an
 * `HttpHandler`. It deliberately listens to nothing: `./nodejs` does.
 */
import { bodySchemas, builtinResources, gatedResource, isEnabled } from '@pintle/api';
import { ComponentStatus } from '@pintle/api/core/v1';
import type { Client } from '@pintle/client';
import { prefixRange } from '@pintle/contracts';
import { createMetrics, hostAndPort, type Metrics, realWorld } from '@pintle/machinery';
import { memoryStore } from '@pintle/store';
import type { UserInfo } from './access/access.js';
import {
  authorizationTimes,
  countedDecisions,
  measuredAuthentication,
  tokenCacheTimes,
} from './access/access-metrics.js';
import { authentication, firstIdentity, forServer } from './access/authenticators.js';
import { authorizerSource, chosenAuthorizer } from './access/authorizer-choice.js';
import { heldPermissions } from './access/held-permissions.js';
import { impersonation } from './access/impersonation.js';
import { noEscalation } from './access/no-escalation.js';
import { nodeAuthorizer } from './access/node-authorizer.js';
import { storedNodeRelations } from './access/node-relations.js';
import { rbacAuthorizer } from './access/rbac.js';
import { storedRoles } from './access/stored-roles.js';
import { cachedTokens } from './access/tokens/cached-tokens.js';
import { tokenUses } from './access/tokens/legacy-tokens.js';
import { admissionCaches } from './admission/admission-caches.js';
import { AdmissionChain } from './admission/admission-chain.js';
import { admissionMetrics } from './admission/admission-metrics.js';
import { allocatorMetrics } from './admission/allocator-metrics.js';
import { customResourceRules, expressionTimes } from './admission/custom-resource-rules.js';
import { defaultPlugins } from './admission/default-plugins.js';
import { podSecurityMetrics } from './admission/pod-security/pod-security-metrics.js';
import { policyStatus } from './admission/policy/type-check.js';
import { serviceAddresses } from './admission/service-addresses.js';
import { serviceIpAddresses } from './admission/service-ip-addresses.js';
import type { WebhookCaller } from './admission/webhook/webhook-caller.js';
import { type Aggregator, aggregator } from './aggregation/aggregator.js';
import { rankOf } from './aggregation/group-order.js';
import { bringLocalServices, localServicesLister } from './aggregation/local-services.js';
import { type RemoteKinds, reachingRemote, toldOf } from './aggregation/remote-client.js';
import { countedAudit } from './audit/audit.js';
import { createFirstObjects } from './bootstrap/first-objects.js';
import { putKubernetesEndpoints } from './bootstrap/kubernetes-endpoints.js';
import { putKubernetesRange } from './bootstrap/kubernetes-range.js';
import { legacyTokenTracking } from './bootstrap/legacy-token-tracking.js';
import { bootstrapPolicy } from './bootstrap/policy.js';
import { reconcilePolicy } from './bootstrap/reconcile-policy.js';
import { inProcessClient } from './client/in-process-client.js';
import { conversionTimes } from './crd/conversion-metrics.js';
import { customResources } from './crd/custom-resources.js';
import { endingKinds } from './crd/ending-kinds.js';
import { versionsIn } from './discovery/discovery.js';
import { discoveryDocuments } from './discovery/discovery-documents.js';
import { openApiDocuments } from './discovery/openapi.js';
import { openApiV2 } from './discovery/openapi-v2.js';
import { configurationManager } from './flow-control/bring-configuration.js';
import { flowControl } from './flow-control/flow-control.js';
import { danglingTeller } from './flow-control/flow-status.js';
import { configurationKeeper } from './flow-control/keep-configuration.js';
import { componentStatuses } from './health/component-statuses.js';
import { health } from './health/health.js';
import { serverChecks } from './health/server-checks.js';
import { apiHandler } from './http/api-handler.js';
import { BodyReader } from './http/body.js';
import type { HttpHandler } from './http/message.js';
import type { SchemaLookup } from './http/protobuf.js';
import { requestsUnderWay } from './http/requests-under-way.js';
import type { ServerVersion } from './http/server-version.js';
import { WatchResponder } from './http/watch-response.js';
import { identityLeases } from './identity/identity-leases.js';
import { ResourceRegistry } from './registry/resource-registry.js';
import { requestMetrics } from './requests/request-metrics.js';
import { serverMetrics } from './requests/server-metrics.js';
import type { ApiServerOptions } from './server-options.js';
import { SharedLeases } from './storage/shared-leases.js';
import { countEvents, storeTallies } from './storage/storage-metrics.js';
import type { StoredObject } from './storage/stored-object.js';
import { bindingSubresource, bindPod } from './subresources/binding.js';
import { evictionSubresource } from './subresources/eviction.js';
import { finalizeSubresource } from './subresources/finalize.js';
import { type NodeConnector, podLogSubresource } from './subresources/pod-log.js';
import { podAttachSubresource, podExecSubresource, podPortForwardSubresource } from './subresources/pod-streams.js';
import { nodeProxySubresource, podProxySubresource, serviceProxySubresource } from './subresources/proxy.js';
import { scaleSubresource } from './subresources/scale.js';
import { subresourceHandlers } from './subresources/subresource.js';
import type { ApiCore } from './verbs/api-core.js';
import { type Access, accessBy, mastersGroup } from './verbs/authorize.js';
import { reviews } from './verbs/reviews.js';

export interface ClientOptions {
  /** Default: a member of `system:masters`. */
  readonly user?: UserInfo;
  /** Recorded with writes that name no manager. Default `pintle`. */
  readonly fieldManager?: string;
}

export interface ApiServer {
  client(options?: ClientOptions): Client;
  /** What other servers serve behind this one, as far as they can be reached. */
  remoteKinds(): RemoteKinds;
  readonly handle: HttpHandler;
  readonly core: ApiCore;
  readonly access: Access;
  readonly metricsRegistry: Metrics;
  /** The first address of the service range. */
  readonly apiServerIp: string;
  stop(): Promise<void>;
}

/** The Kubernetes whose behaviour is served. */
export const serverVersion: ServerVersion = { major: '1', minor: '33', gitVersion: 'v1.33.5+pintle', platform: 'node' };

const master: UserInfo = { name: 'system:admin', groups: [mastersGroup, 'system:authenticated'] };

const checksPrefix = 'kubernetes_healthcheck';
const isOfChecks = (name: string) => name.startsWith(checksPrefix) || name === 'process_start_time_seconds';

const noWebhooks: WebhookCaller = async () => {
  throw new Error('this API server has no way to call webhooks');
};

export async function createApiServer(options: ApiServerOptions = {}): Promise<ApiServer> {
  const world = options.world ?? realWorld();
  const backend = options.backend ?? memoryStore<StoredObject>({ world });
  const metrics = options.metricsRegistry ?? createMetrics();
  const registry = new ResourceRegistry();
  for (const definition of options.resources ?? builtinResources())
    registry.add(gatedResource(definition, options.featureGates ?? {}));
  for (const kind of options.kinds ?? []) registry.add({ kind }, { custom: true });
  const virtual = new Map((options.virtualResources ?? []).map((each) => [each.kind, each]));
  for (const kind of virtual.keys()) registry.add({ kind });

  const addresses = serviceAddresses(world, allocatorMetrics(metrics, world.clock), {
    cidr: options.serviceCidr ?? '10.96.0.0/12',
    nodePorts: options.nodePorts ?? [30000, 32767],
  });
  const rules = customResourceRules(expressionTimes(metrics, world.clock));
  await rules.prepare(options.kinds ?? []);
  const caches = admissionCaches(backend, world.logger);
  const chosen = authorizerSource(options.authorizer);
  const authorizers = chosen.current();
  const held = heldPermissions(world.clock);
  chosen.onChange(() => held.recheckAll());
  const roles = authorizers.includes('rbac') ? storedRoles(backend, world.logger, () => held.recheckAll()) : undefined;
  const relations = authorizers.includes('node') ? storedNodeRelations(backend, world.logger) : undefined;
  const authorizer = chosenAuthorizer(
    chosen,
    {
      node: relations && nodeAuthorizer(relations),
      rbac: roles && rbacAuthorizer(roles),
    },
    countedDecisions(metrics),
  );
  const access = accessBy(authorizer, held);
  const accessByHttp = accessBy(authorizer, held, authorizationTimes(metrics, world.clock));
  const { tokens } = options;
  const uses = tokens && tokenUses(metrics, world, () => client({ fieldManager: 'kube-apiserver' }));
  const authenticateToken = firstIdentity([
    ...(options.tokenAuthenticators ?? []),
    ...(tokens === undefined
      ? []
      : [
          forServer(
            tokens.audiences,
            cachedTokens(world.clock, (...asked) => tokens.authenticator(core, uses)(...asked), {
              times: tokenCacheTimes(metrics, world.clock),
            }),
          ),
        ]),
  ]);
  const reviewOf = reviews({
    clock: world.clock,
    access,
    authenticateToken,
    ...(tokens === undefined ? {} : { audiences: tokens.audiences }),
    rulesFor: authorizer.rulesFor,
  });
  const admitted = admissionMetrics(metrics, world.clock);
  const binding = { copiesLabels: isEnabled(options.featureGates ?? {}, 'PodTopologyLabelsAdmission') };
  const plugins = defaultPlugins({
    core: () => core,
    access,
    caches,
    world,
    serviceAddresses: addresses.plugin,
    customResourceRules: rules,
    endingKinds: endingKinds(registry),
    more: [...(roles === undefined ? [] : [noEscalation(access, roles)]), ...(options.admission ?? [])],
    callWebhook: options.callWebhook ?? noWebhooks,
    metrics: admitted,
    tolerations: options.defaultTolerations ?? {},
    configurations: options.pluginConfigurations ?? {},
    requiresDefaultAccounts: options.requiresDefaultAccounts ?? false,
    topologyLabels: binding.copiesLabels,
    podSecurity: { defaults: options.podSecurityDefaults, exemptions: options.podSecurityExemptions },
    podSecurityMetrics: podSecurityMetrics(metrics),
    enabled: options.enableAdmissionPlugins ?? [],
    disabled: options.disableAdmissionPlugins ?? [],
  });
  const core: ApiCore = Object.freeze<ApiCore>({
    review: (resource) =>
      resource.kind.group === '' && resource.kind.plural === 'bindings'
        ? (context, body, namespace, sent) => bindPod(core, context, body, namespace, binding, sent)
        : reviewOf(resource),
    virtual: ({ kind }) => virtual.get(kind),
    backend,
    registry,
    world,
    leases: new SharedLeases(backend, world.clock),
    admission: new AdmissionChain(plugins, admitted.times),
    tallies: storeTallies(metrics),
  });
  const connectNode: NodeConnector = options.connectNode ?? (() => undefined);
  const subresources = subresourceHandlers(
    {
      'core/pods/binding': bindingSubresource(binding),
      'core/pods/eviction': evictionSubresource,
      'core/pods/log': podLogSubresource(connectNode),
      'core/pods/exec': podExecSubresource(connectNode),
      'core/pods/attach': podAttachSubresource(connectNode),
      'core/pods/portforward': podPortForwardSubresource(connectNode),
      'core/namespaces/finalize': finalizeSubresource,
      ...(tokens === undefined ? {} : { 'core/serviceaccounts/token': tokens.subresource }),
      ...(options.proxy === undefined
        ? {}
        : {
            'core/pods/proxy': podProxySubresource(options.proxy.call),
            'core/services/proxy': serviceProxySubresource(options.proxy.call),
            'core/nodes/proxy': nodeProxySubresource(connectNode, options.proxy.call),
          }),
      ...options.subresources,
    },
    scaleSubresource,
  );
  let aggregated: Aggregator | undefined;
  const client = ({ user = master, fieldManager = 'pintle' }: ClientOptions = {}) => {
    const local = inProcessClient({
      core,
      subresources,
      access,
      context: { user, fieldManager, warn: (text) => world.logger.log('warn', text) },
    });
    return aggregated === undefined
      ? local
      : reachingRemote(local, { aggregator: aggregated, world, user, fieldManager });
  };

  const checks = serverChecks(
    backend,
    [
      ...(roles === undefined ? [] : (['roles'] as const)),
      ...(options.flowControl === undefined ? [] : (['flows'] as const)),
      ...(options.port === undefined ? [] : (['port'] as const)),
      ...(options.aggregation === undefined ? [] : (['aggregation'] as const)),
      ...(options.identity === undefined ? [] : (['identity'] as const)),
      ...(tokens === undefined ? [] : (['tokens'] as const)),
    ],
    options.healthChecks ?? [],
  );
  virtual.set(
    registry.byObject({ apiVersion: 'v1', kind: 'ComponentStatus' })?.kind ?? ComponentStatus,
    componentStatuses([
      ...(options.components ?? []),
      ...checks.checks.filter(({ name }) => name === 'etcd').map((check) => ({ ...check, name: 'etcd-0' })),
    ]),
  );
  const healthOf = health(checks.checks, metrics);

  await addresses.start(backend);
  await caches.start();
  await roles?.start();
  await relations?.start();
  let listServices: (() => void) | undefined;
  const custom = customResources({
    core,
    client: client({ fieldManager: 'kube-apiserver' }),
    webhook: { world, call: options.callWebhook ?? noWebhooks, services: caches.services },
    conversions: conversionTimes(metrics, world.clock),
    onChange: () => listServices?.(),
  });
  await custom.start();
  checks.done('start-apiserver-admission-initializer', 'generic-apiserver-start-informers', 'crd-informer-synced');
  checks.done('start-apiextensions-informers', 'start-apiextensions-controllers');
  await createFirstObjects(core, client({ fieldManager: 'kube-apiserver' }), {
    ...(options.port === undefined ? {} : { apiServer: { ip: addresses.apiServerIp, port: options.port } }),
    policy: options.firstObjects ?? [],
    nowMs: world.clock.now(),
  });
  const tracking = tokens && legacyTokenTracking(world, backend, client({ fieldManager: 'kube-apiserver' }));
  await tracking?.start();
  checks.donePart('tokens');
  const ipAddresses = serviceIpAddresses(core);
  if (options.port !== undefined) {
    const address = options.advertiseAddress ?? '127.0.0.1';
    await putKubernetesEndpoints(core, { address, port: options.port });
    await putKubernetesRange(core, addresses.cidrs);
    await ipAddresses.start();
    checks.donePart('port');
  }
  if (roles !== undefined) await reconcilePolicy(core, client({ fieldManager: 'kube-apiserver' }), bootstrapPolicy());
  checks.done('start-system-namespaces-controller', 'scheduling/bootstrap-system-priority-classes');
  checks.donePart('roles');
  const toldVersion =
    options.gitVersion === undefined ? serverVersion : { ...serverVersion, gitVersion: options.gitVersion };
  const discoveries = metrics
    .counter({ name: 'aggregator_discovery_aggregation_count_total', help: 'Times that discovery was put together.' })
    .with();
  const eventCounts = countEvents(metrics, backend);
  serverMetrics(metrics, backend, registry, toldVersion, options.featureGates ?? {});

  const flows =
    options.flowControl === undefined
      ? undefined
      : flowControl({
          clock: world.clock,
          backend,
          logger: world.logger,
          metrics,
          teller: danglingTeller(client(), world),
          countObjects(group, plural) {
            const stored = registry.stored(group, plural);
            return (
              stored && backend.range({ ...prefixRange(stored.prefix), countOnly: true }).then(({ count }) => count)
            );
          },
          ...options.flowControl,
        });
  const configuration = configurationKeeper(core, client({ fieldManager: configurationManager }));
  if (flows !== undefined) {
    await configuration.start();
    await flows.start();
    checks.donePart('flows');
  }

  const serviceClient = client({ fieldManager: 'kube-apiserver' });
  if (options.aggregation !== undefined) {
    const parts = { world, backend, client: serviceClient, access: accessByHttp, services: caches.services, metrics };
    aggregated = aggregator({ ...parts, ...options.aggregation });
    await aggregated.start();
    await bringLocalServices(core, serviceClient);
    listServices = localServicesLister(core, serviceClient);
    checks.donePart('aggregation');
  }

  const identity =
    options.identity === undefined
      ? undefined
      : identityLeases({ world, client: client({ fieldManager: 'kube-apiserver' }), ...options.identity });
  identity?.start();
  checks.donePart('identity');

  const policies = policyStatus({ world, backend, client: client({ fieldManager: 'kube-apiserver' }), registry });
  await policies.start();

  const others = bodySchemas();
  const schemaOf: SchemaLookup = (apiVersion, kind) =>
    registry.byObject({ apiVersion, kind })?.kind.schema.node ??
    others[`${apiVersion}/${kind}`] ??
    others[`v1/${kind}`];
  const requests = requestMetrics(metrics, world.clock);
  const openApiParts = {
    registry,
    title: 'Pintle',
    docs: options.fieldDocs ?? (() => ({})),
    bodies: others,
    remote: () => aggregated?.remoteOpenApis() ?? [],
    issuerPaths: [...(tokens?.documents.keys() ?? [])],
  };
  const { port, advertiseAddress = '127.0.0.1' } = options;
  const publicAddress = port === undefined ? '' : hostAndPort(advertiseAddress, port);
  const served = () => ({
    registry,
    announced: aggregated?.announcedVersions() ?? versionsIn(registry),
    priorityOf: aggregated?.priorityOf ?? rankOf,
    current: aggregated?.remoteVersions() ?? [],
    stale: aggregated?.staleVersions() ?? [],
  });
  const answering = requestsUnderWay(
    apiHandler({
      core,
      access: accessByHttp,
      subresources,
      watches: new WatchResponder(core, requests),
      bodies: new BodyReader(schemaOf),
      schemaOf,
      authenticate: measuredAuthentication(
        authentication({
          requests: options.authenticators ?? [],
          token: authenticateToken,
          anonymous: options.anonymous ?? true,
        }),
        metrics,
        world.clock,
      ),
      impersonate: options.impersonate ?? impersonation(access),
      requests,
      ...(flows === undefined ? {} : { flows }),
      ...(aggregated === undefined ? {} : { aggregator: aggregated }),
      ...countedAudit(options.audit, metrics),
      health: healthOf.answer,
      documents: {
        registry,
        openApi: openApiDocuments(openApiParts),
        openApiV2: openApiV2(openApiParts),
        version: toldVersion,
        metrics: (which) => metrics.text(which === 'slis' ? isOfChecks : (name) => !name.startsWith(checksPrefix)),
        checkNames: healthOf.names,
        flowDump: flows?.dump,
        discovery: discoveryDocuments(served, () => discoveries.increment()),
        address: () => publicAddress,
        served,
        issuer: tokens?.documents ?? new Map(),
      },
    }),
  );
  return {
    client,
    remoteKinds: toldOf(() => aggregated),
    handle: answering.handle,
    core,
    access,
    metricsRegistry: metrics,
    apiServerIp: addresses.apiServerIp,
    async stop() {
      checks.shutDown();
      custom.stop();
      eventCounts.stop();
      addresses.stop();
      ipAddresses.stop();
      caches.stop();
      configuration.stop();
      flows?.stop();
      aggregated?.stop();
      policies.stop();
      identity?.stop();
      tracking?.stop();
      roles?.stop();
      relations?.stop();
      if (options.backend === undefined) answering.whenNone(() => void backend.close());
    },
  };
}
