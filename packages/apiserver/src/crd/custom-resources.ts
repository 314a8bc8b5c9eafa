/**
 * Follows the CustomResourceDefinitions of the store: serves their kinds from the moment that they are written,
 * says so in their status, and empties them before a deleted definition goes.
 */
import { CustomResourceDefinition, type CustomResourceDefinitionNames } from '@pintle/api/apiextensions/v1';
import type { Client } from '@pintle/client';
import { type FieldError, formatTime, type KindRef, type PatternCompiler, StatusError } from '@pintle/machinery';
import type { WebhookAsker } from '../admission/webhook/ask-webhook.js';
import type { Resource } from '../registry/resource.js';
import { ObjectCache } from '../storage/object-cache.js';
import type { ApiCore } from '../verbs/api-core.js';
import { acceptNames, type NameVerdict } from './accept-names.js';
import { relabelling, rememberedConversion } from './conversion.js';
import { conversionWebhook } from './conversion-webhook.js';
import { planConditions } from './crd-conditions.js';
import { definitionOf, hasPatterns, sameKind } from './custom-kind.js';
import type { EndingKinds } from './ending-kinds.js';

export const cleanupFinalizer = 'customresourcecleanup.apiextensions.k8s.io';

export interface CustomResources {
  /** Resolves when the kinds of all definitions in the store are served. */
  start(): Promise<void>;
  stop(): void;
}

export interface CustomResourcesParts {
  readonly core: ApiCore;
  readonly client: Client;
  /** Told of kinds of which nothing new is to be made. */
  readonly ending: EndingKinds;
  /** How webhooks that convert are asked. */
  readonly webhook: WebhookAsker;
  /** Called when what is served has changed. */
  readonly onChange?: () => void;
}

export function customResources({
  core,
  client,
  ending,
  webhook,
  onChange = () => {},
}: CustomResourcesParts): CustomResources {
  const served = new Map<string, readonly Resource[]>();
  /** The names that each definition has, by its key. */
  const accepted = new Map<string, { readonly group: string; readonly names: CustomResourceDefinitionNames }>();
  /** Definitions that have not got their names, in the order in which they asked. */
  const waiting = new Map<string, CustomResourceDefinition>();
  const report = (what: string, name: string) => (error: unknown) => {
    if (!StatusError.is(error, 'NotFound')) core.world.logger.log('error', what, { name, error });
  };

  const withdraw = (key: string) => {
    const resources = served.get(key);
    if (resources !== undefined) core.registry.remove(resources);
    served.delete(key);
    onChange();
  };
  const takenIn = (group: string, key: string): readonly CustomResourceDefinitionNames[] => [
    ...[...accepted].flatMap(([other, { group: theirs, names }]) => (other !== key && theirs === group ? [names] : [])),
    ...core.registry
      .all()
      .flatMap(({ kind, custom }) =>
        !custom && kind.group === group ? [{ ...kind, shortNames: [...kind.shortNames] }] : [],
      ),
  ];

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
    accepted.delete(key);
    const { group } = crd.spec;
    const conversion =
      crd.spec.conversion?.strategy === 'Webhook'
        ? rememberedConversion(conversionWebhook(webhook, crd))
        : relabelling();
    const { definition, errors } = definitionOf(crd, conversion, compilePattern);
    const verdict = acceptNames(crd, takenIn(group, key));
    accepted.set(key, { group, names: verdict.accepted });
    if (verdict.conflict === undefined) waiting.delete(key);
    else waiting.set(key, crd);
    if (definition !== undefined && verdict.conflict === undefined)
      served.set(key, core.registry.add(definition, { custom: true }));
    onChange();
    void tell(core, client, crd, verdict, errors).catch(
      report('the status of a custom kind could not be written', crd.metadata.name ?? ''),
    );
  };

  const cache = new ObjectCache(
    core.backend,
    '/registry/apiextensions.k8s.io/customresourcedefinitions/',
    core.world.logger,
    ({ key, object, previous }) => {
      const crd = object as CustomResourceDefinition | undefined;
      const before = previous as CustomResourceDefinition | undefined;
      if (crd === undefined) {
        withdraw(key);
        accepted.delete(key);
        waiting.delete(key);
        for (const [other, waits] of [...waiting]) if (waits.spec.group === before?.spec.group) settle(other, waits);
        return;
      }
      if (crd.metadata.deletionTimestamp !== undefined) {
        waiting.delete(key);
        for (const { kind } of served.get(key) ?? []) ending.add(kind);
        if (before?.metadata.deletionTimestamp !== undefined) return;
        if (crd.metadata.finalizers?.includes(cleanupFinalizer))
          void cleanUp(client, served.get(key), crd).catch(
            report('a custom kind could not be emptied', crd.metadata.name ?? ''),
          );
        return;
      }
      if (waiting.has(key)) waiting.set(key, crd);
      if (before !== undefined && sameKind(crd, before)) return;
      settle(key, crd);
    },
  );

  return {
    async start() {
      await cache.start();
      await Promise.all(loading);
    },
    stop: () => cache.stop(),
  };
}

async function tell(
  core: ApiCore,
  client: Client,
  crd: CustomResourceDefinition,
  { accepted, conflict }: NameVerdict,
  errors: readonly FieldError[],
): Promise<void> {
  const now = formatTime(core.world.clock.now());
  const storage = crd.spec.versions.find(({ storage: stored }) => stored)?.name ?? '';
  const conditions = planConditions(crd, { conflict, errors, now });
  const storedVersions = [...new Set([...(crd.status?.storedVersions ?? []), storage])];
  const status = { conditions, acceptedNames: accepted, storedVersions };
  await client.patch(
    CustomResourceDefinition,
    { name: crd.metadata.name ?? '' },
    { type: 'merge', body: { status } },
    { subresource: 'status' },
  );
}

/** Deletes what there is of a kind; when all is gone, lets the definition go. */
async function cleanUp(
  client: Client,
  resources: readonly Resource[] | undefined,
  crd: CustomResourceDefinition,
): Promise<void> {
  const kind = resources?.find(({ isStored }) => isStored)?.kind as KindRef | undefined;
  const name = crd.metadata.name ?? '';
  await client.patch(
    CustomResourceDefinition,
    { name },
    { type: 'merge', body: { status: { conditions: inProgress(crd) } } },
    { subresource: 'status' },
  );
  if (kind !== undefined) {
    const found = await client.list(kind);
    for (const { metadata } of found) {
      await client
        .delete(kind, {
          name: metadata.name ?? '',
          ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
        })
        .catch((error: unknown) => {
          if (!StatusError.is(error, 'NotFound')) throw error;
        });
    }
    if ((await client.list(kind, { limit: 1 })).length > 0) {
      await new Promise<void>((resolve, reject) => {
        const subscription = client.watch(kind).subscribe({
          async next({ type }) {
            if (type !== 'DELETED') return;
            if ((await client.list(kind, { limit: 1 })).length > 0) return;
            subscription.unsubscribe();
            resolve();
          },
          error: reject,
          complete: resolve,
        });
      });
    }
  }
  const finalizers = (crd.metadata.finalizers ?? []).filter((name) => name !== cleanupFinalizer);
  await client.patch(CustomResourceDefinition, { name }, { type: 'merge', body: { metadata: { finalizers } } });
}

const inProgress = ({ status }: CustomResourceDefinition) =>
  (status?.conditions ?? []).map((condition) =>
    condition.type === 'Terminating'
      ? { ...condition, reason: 'InstanceDeletionInProgress', message: 'CustomResource deletion is in progress' }
      : condition,
  );
