/**
 * Follows the CustomResourceDefinitions of the store: serves their kinds from the moment that they are written,
 * says so in their status, and empties them before a deleted definition goes.
 */
import { CustomResourceDefinition } from '@pintle/api/apiextensions/v1';
import type { Client } from '@pintle/client';
import { formatTime, type KindRef, StatusError } from '@pintle/machinery';
import type { Resource } from '../registry/resource.js';
import { ObjectCache } from '../storage/object-cache.js';
import type { ApiCore } from '../verbs/api-core.js';
import { definitionOf, sameKind } from './custom-kind.js';

export const cleanupFinalizer = 'customresourcecleanup.apiextensions.k8s.io';

export interface CustomResources {
  /** Resolves when the kinds of all definitions in the store are served. */
  start(): Promise<void>;
  stop(): void;
}

type Condition = NonNullable<NonNullable<CustomResourceDefinition['status']>['conditions']>[number];

export function customResources(core: ApiCore, client: Client): CustomResources {
  const served = new Map<string, readonly Resource[]>();
  const report = (what: string, name: string) => (error: unknown) => {
    if (!StatusError.is(error, 'NotFound')) core.world.logger.log('error', what, { name, error });
  };

  const withdraw = (key: string) => {
    const resources = served.get(key);
    if (resources !== undefined) core.registry.remove(resources);
    served.delete(key);
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
        return;
      }
      const name = crd.metadata.name ?? '';
      if (crd.metadata.deletionTimestamp !== undefined) {
        if (crd.metadata.finalizers?.includes(cleanupFinalizer))
          void cleanUp(client, served.get(key), crd).catch(report('a custom kind could not be emptied', name));
        return;
      }
      if (before !== undefined && sameKind(crd, before)) return;
      withdraw(key);
      const { definition, errors } = definitionOf(crd);
      const taken = definition === undefined ? undefined : core.registry.stored(crd.spec.group, crd.spec.names.plural);
      if (definition !== undefined && taken === undefined)
        served.set(key, core.registry.add(definition, { custom: true }));
      const fault =
        errors.length > 0
          ? 'the schema cannot be served'
          : taken === undefined
            ? undefined
            : `${crd.spec.names.plural} is already in use`;
      void tell(core, client, crd, fault).catch(report('the status of a custom kind could not be written', name));
    },
  );

  return { start: () => cache.start(), stop: () => cache.stop() };
}

async function tell(
  core: ApiCore,
  client: Client,
  crd: CustomResourceDefinition,
  fault: string | undefined,
): Promise<void> {
  const { names } = crd.spec;
  const now = formatTime(core.world.clock.now());
  const stored = crd.spec.versions.find(({ storage }) => storage)?.name ?? '';
  const storedVersions = [...new Set([...(crd.status?.storedVersions ?? []), stored])];
  const condition = (type: string, status: 'True' | 'False', reason: string, message: string): Condition => {
    const before = crd.status?.conditions?.find((other) => other.type === type);
    return {
      type,
      status,
      reason,
      message,
      lastTransitionTime: before?.status === status ? (before.lastTransitionTime ?? now) : now,
    };
  };
  const conditions =
    fault === undefined
      ? [
          condition('NamesAccepted', 'True', 'NoConflicts', 'no conflicts found'),
          condition('Established', 'True', 'InitialNamesAccepted', 'the initial names have been accepted'),
        ]
      : [
          condition('NamesAccepted', 'False', 'PluralConflict', fault),
          condition('Established', 'False', 'NotAccepted', 'not all names are accepted'),
        ];
  const acceptedNames = {
    ...names,
    singular: names.singular || names.kind.toLowerCase(),
    listKind: names.listKind || `${names.kind}List`,
  };
  const status = { conditions, acceptedNames, storedVersions };
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
  await client.patch(
    CustomResourceDefinition,
    { name: crd.metadata.name ?? '' },
    { type: 'merge', body: { metadata: { finalizers } } },
  );
}
