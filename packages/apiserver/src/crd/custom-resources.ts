/**
 * Follows the CustomResourceDefinitions of the store: serves their kinds from the moment that they are written,
 * says so in their status, and empties them before a deleted definition goes.
 */
import { CustomResourceDefinition, type CustomResourceDefinitionNames } from '@pintle/api/apiextensions/v1';
import type { Client } from '@pintle/client';
import { StoreClosedError } from '@pintle/contracts';
import { type FieldError, formatTime, type PatternCompiler, StatusError } from '@pintle/machinery';
import type { WebhookAsker } from '../admission/webhook/ask-webhook.js';
import type { Resource } from '../registry/resource.js';
import { type CacheChange, ObjectCache } from '../storage/object-cache.js';
import type { ApiCore } from '../verbs/api-core.js';
import { acceptNames, type NameVerdict, releases, toldVerdict } from './accept-names.js';
import { relabelling, rememberedConversion } from './conversion.js';
import type { ConversionTimes } from './conversion-metrics.js';
import { conversionWebhook } from './conversion-webhook.js';
import { planConditions } from './crd-conditions.js';
import { definitionOf, hasPatterns, sameKind } from './custom-kind.js';
import { emptyKind } from './empty-kind.js';

export const cleanupFinalizer = 'customresourcecleanup.apiextensions.k8s.io';

export interface CustomResources {
  /** Resolves when the kinds of all definitions in the store are served. */
  start(): Promise<void>;
  stop(): void;
}

export interface CustomResourcesParts {
  readonly core: ApiCore;
  readonly client: Client;
  /** How webhooks that convert are asked. */
  readonly webhook: WebhookAsker;
  readonly conversions: ConversionTimes;
  /** Called when what is served has changed. */
  readonly onChange?: () => void;
}

export function customResources(parts: CustomResourcesParts): CustomResources {
  const { core, client, webhook, conversions, onChange = () => {} } = parts;
  const served = new Map<string, readonly Resource[]>();
  /** Which names each definition has, by its key: its status may not tell of them yet. */
  const verdicts = new Map<string, NameVerdict>();
  /** Definitions that have had all their names once. */
  const established = new Set<string>();
  /** Definitions that have not got their names, in the order in which they asked. */
  const waiting = new Set<string>();
  const report = (what: string, name: string) => (error: unknown) => {
    // The next server goes on where this one ended.
    const isEnd = error instanceof StatusError && error.cause instanceof StoreClosedError;
    if (!isEnd && !StatusError.is(error, 'NotFound')) core.world.logger.log('error', what, { name, error });
  };

  const withdraw = (key: string) => {
    const resources = served.get(key);
    if (resources !== undefined) core.registry.remove(resources);
    served.delete(key);
    onChange();
  };
  const verdictOf = (key: string): NameVerdict =>
    verdicts.get(key) ?? toldVerdict(cache.at(key) as CustomResourceDefinition);
  const takenIn = (group: string, key: string): readonly CustomResourceDefinitionNames[] => [
    ...[...cache.keys()].flatMap((other) => {
      const { spec } = cache.at(other) as CustomResourceDefinition;
      return other !== key && spec.group === group ? verdictOf(other).accepted : [];
    }),
    ...core.registry
      .all()
      .flatMap(({ kind, custom }) =>
        !custom && kind.group === group ? [{ ...kind, shortNames: [...kind.shortNames] }] : [],
      ),
  ];
  /** Names that somebody gave up are the next's who asked. */
  const settleWaiting = (group: string, but?: string) => {
    for (const other of [...waiting]) {
      const crd = cache.at(other) as CustomResourceDefinition | undefined;
      if (other !== but && crd?.spec.group === group) settle(other, crd);
    }
  };

  let compilePattern: PatternCompiler | undefined;
  /** What has to end before all definitions of the store are served. */
  const loading = new Set<Promise<void>>();
  const settle = (key: string, crd: CustomResourceDefinition) => {
    if (compilePattern === undefined && hasPatterns(crd)) {
      const loaded = import('@pintle/cel').then(({ linearPattern }) => {
        compilePattern = linearPattern;
        loading.delete(loaded);
        const now = cache.at(key) as CustomResourceDefinition | undefined;
        if (now !== undefined) settle(key, now);
      });
      loading.add(loaded);
      return;
    }
    withdraw(key);
    const { group } = crd.spec;
    const conversion =
      crd.spec.conversion?.strategy === 'Webhook'
        ? rememberedConversion(conversionWebhook(webhook, crd, conversions))
        : relabelling();
    const before = verdictOf(key);
    const verdict = acceptNames(crd, takenIn(group, key), before);
    verdicts.set(key, verdict);
    if (verdict.conflict === undefined) waiting.delete(key);
    else waiting.add(key);
    if (isEstablished(crd)) established.add(key);
    // Who is established stays so, under the names that it has.
    const isServed = verdict.conflict === undefined || established.has(key);
    const named = isServed ? { ...crd, spec: { ...crd.spec, names: verdict.accepted } } : crd;
    const { definition, errors } = definitionOf(named, conversion, compilePattern);
    if (definition !== undefined && isServed) {
      established.add(key);
      served.set(key, core.registry.add(definition, { custom: true }));
    }
    onChange();
    void tell(core, client, crd, verdict, errors, established.has(key)).catch(
      report('the status of a custom kind could not be written', crd.metadata.name ?? ''),
    );
    if (releases(before.accepted, verdict.accepted)) settleWaiting(group, key);
  };

  /** What there was when this server began: who has which names is known once all of it is. */
  const early: CacheChange[] = [];
  let isBegun = false;
  const follow = ({ key, object, previous }: CacheChange) => {
    const crd = object as CustomResourceDefinition | undefined;
    const before = previous as CustomResourceDefinition | undefined;
    if (crd === undefined) {
      withdraw(key);
      verdicts.delete(key);
      established.delete(key);
      waiting.delete(key);
      if (before !== undefined) settleWaiting(before.spec.group);
      return;
    }
    if (crd.metadata.deletionTimestamp !== undefined) {
      waiting.delete(key);
      const wasGoing = before?.metadata.deletionTimestamp !== undefined;
      // It was going already when this server began, or is asked for other names meanwhile.
      if (before === undefined || (wasGoing && !sameKind(crd, before))) settle(key, crd);
      if (wasGoing) {
        core.registry.end(served.get(key) ?? []);
        return;
      }
      void endKind(key, crd).catch(report('a custom kind could not be emptied', crd.metadata.name ?? ''));
      return;
    }
    if (before !== undefined && sameKind(crd, before)) return;
    settle(key, crd);
  };

  const cache = new ObjectCache(
    core.backend,
    '/registry/apiextensions.k8s.io/customresourcedefinitions/',
    core.world.logger,
    (change) => (isBegun ? follow(change) : void early.push(change)),
  );

  const endKind = async (key: string, crd: CustomResourceDefinition) => {
    await Promise.all(loading);
    const resources = served.get(key) ?? [];
    core.registry.end(resources);
    onChange();
    if (!crd.metadata.finalizers?.includes(cleanupFinalizer)) return;
    await tellEmptying(client, crd);
    const stored = resources.find(({ isStored }) => isStored);
    if (stored !== undefined) await emptyKind(core, stored, stopped.signal);
    if (!stopped.signal.aborted) await letGo(client, crd);
  };
  const stopped = new AbortController();

  return {
    async start() {
      await cache.start();
      isBegun = true;
      for (const change of early.splice(0)) follow(change);
      await Promise.all(loading);
    },
    stop() {
      cache.stop();
      stopped.abort();
    },
  };
}

const isEstablished = ({ status }: CustomResourceDefinition): boolean =>
  status?.conditions?.some(({ type, status: is }) => type === 'Established' && is === 'True') === true;

async function tell(
  core: ApiCore,
  client: Client,
  crd: CustomResourceDefinition,
  { accepted, conflict }: NameVerdict,
  errors: readonly FieldError[],
  isServed: boolean,
): Promise<void> {
  const now = formatTime(core.world.clock.now());
  const storage = crd.spec.versions.find(({ storage: stored }) => stored)?.name ?? '';
  const conditions = planConditions(crd, { conflict, errors, now, isEstablished: isServed });
  const storedVersions = [...new Set([...(crd.status?.storedVersions ?? []), storage])];
  const status = { conditions, acceptedNames: accepted, storedVersions };
  await client.patch(
    CustomResourceDefinition,
    { name: crd.metadata.name ?? '' },
    { type: 'merge', body: { status } },
    { subresource: 'status' },
  );
}

async function tellEmptying(client: Client, crd: CustomResourceDefinition): Promise<void> {
  await client.patch(
    CustomResourceDefinition,
    { name: crd.metadata.name ?? '' },
    { type: 'merge', body: { status: { conditions: inProgress(crd) } } },
    { subresource: 'status' },
  );
}

async function letGo(client: Client, { metadata }: CustomResourceDefinition): Promise<void> {
  const finalizers = (metadata.finalizers ?? []).filter((name) => name !== cleanupFinalizer);
  const key = { name: metadata.name ?? '' };
  await client.patch(CustomResourceDefinition, key, { type: 'merge', body: { metadata: { finalizers } } });
}

const inProgress = ({ status }: CustomResourceDefinition) =>
  (status?.conditions ?? []).map((condition) =>
    condition.type === 'Terminating'
      ? { ...condition, reason: 'InstanceDeletionInProgress', message: 'CustomResource deletion is in progress' }
      : condition,
  );
