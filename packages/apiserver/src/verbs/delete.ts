/** Delete and delete-collection: carries out what `planDelete` decides. */
import type { ListOptions, ObjectKey } from '@pintle/client';
import type { StoreEntry } from '@pintle/contracts';
import { conflict, type KubernetesObject, type Status, StatusError } from '@pintle/machinery';
import { Admission } from '../admission/admission-chain.js';
import type { RequestContext } from '../registry/request-context.js';
import { asIfRead, asWritten, type Resource } from '../registry/resource.js';
import { StoredObject } from '../storage/stored-object.js';
import { type ApiCore, serve, served, storedObjectOf } from './api-core.js';
import type { DeleteOptions } from './delete-options.js';
import { planDelete } from './delete-plan.js';
import { type ListResult, listEntries, requireEntry } from './read.js';
import { fromStore } from './store-failure.js';

const attemptsMax = 20;

export interface Deleted {
  /** `marked` objects live on for a while; `removed` ones are gone. */
  readonly outcome: 'marked' | 'removed';
  /** As it is now, or as it last was; in the version asked for. */
  readonly object: KubernetesObject;
}

export async function deleteObject(
  core: ApiCore,
  context: RequestContext,
  resource: Resource,
  key: ObjectKey,
  request: DeleteOptions = {},
): Promise<Deleted> {
  const { orphansDependents } = resource.definition.strategy ?? {};
  if (orphansDependents?.warning !== undefined && request.propagationPolicy === undefined)
    context.warn(orphansDependents.warning);
  for (let attempt = 1; attempt <= attemptsMax; attempt++) {
    const entry = await requireEntry(core, resource, key);
    const old = storedObjectOf(resource, entry);
    const { namespace, name } = key;
    const dryRun = request.dryRun ?? false;
    await new Admission(core.admission, context, {
      operation: 'DELETE',
      resource,
      namespace,
      name,
      old,
      dryRun,
      options: request,
    }).delete();
    const plan = planDelete(resource, old, request, core.world.clock.now());
    if (plan.type === 'nothing') return { outcome: 'marked', object: serve(resource, entry).object };
    if (request.dryRun) {
      return plan.type === 'mark'
        ? { outcome: 'marked', object: resource.fromStored(plan.object) }
        : { outcome: 'removed', object: plan.ended ? resource.fromStored(plan.ended) : serve(resource, entry).object };
    }
    const left = plan.type === 'mark' ? plan.object : plan.ended;
    const written = left === undefined ? undefined : await asWritten(resource, left);
    const result = await fromStore(
      core.backend.transact({
        compare: [{ key: entry.key, target: 'modRevision', is: '=', value: entry.modRevision }],
        success: [
          written === undefined
            ? { type: 'delete', start: entry.key }
            : { type: 'put', key: entry.key, value: StoredObject.of(written) },
        ],
      }),
    );
    if (!result.succeeded) continue;
    const done = result.results[0];
    if (done?.type !== 'put') return removed(resource, entry, result.revision);
    if (plan.type === 'mark') return { outcome: 'marked', object: (await served(resource, done.entry)).object };
    const ended = await fromStore(
      core.backend.transact({
        compare: [{ key: entry.key, target: 'modRevision', is: '=', value: done.entry.modRevision }],
        success: [{ type: 'delete', start: entry.key }],
      }),
    );
    if (ended.succeeded) return removed(resource, done.entry, ended.revision);
  }
  throw conflict(
    resource.kind,
    key.name,
    'the object has been modified; please apply your changes to the latest version and try again',
  );
}

const removed = async (
  resource: Resource,
  { value, modRevision }: StoreEntry<StoredObject>,
  revision: number,
): Promise<Deleted> => ({
  outcome: 'removed',
  object: await asIfRead(resource, value.deletedAt(modRevision, revision)),
});

/** Deletes what a list of the same options would show, and gives that list; what is gone meanwhile is in it, too. */
export async function deleteCollection(
  core: ApiCore,
  context: RequestContext,
  resource: Resource,
  options: ListOptions & DeleteOptions,
): Promise<ListResult> {
  const { entries, metadata } = await listEntries(core, resource, { ...options, inPages: true });
  for (const entry of entries) {
    const { name = '', namespace } = storedObjectOf(resource, entry).metadata;
    try {
      const key = { name, ...(namespace === undefined ? {} : { namespace }) };
      await deleteObject(core, context, resource, key, options);
    } catch (error) {
      if (!StatusError.is(error, 'NotFound')) throw error;
    }
  }
  return { entries, metadata };
}

/** What answers a deletion: the object, or a Status where nothing is left of it and its kind says no more. */
export const answerOf = (resource: Resource, { outcome, object }: Deleted): KubernetesObject | Status =>
  outcome === 'marked' || resource.definition.strategy?.returnsDeleted ? object : deletedStatus(resource, object);

function deletedStatus(resource: Resource, object: KubernetesObject): Status {
  const { group, plural } = resource.kind;
  const { name = '', uid = '' } = object.metadata;
  return Object.freeze({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: Object.freeze({}),
    status: 'Success',
    details: Object.freeze({ name, ...(group === '' ? {} : { group }), kind: plural, uid }),
  });
}
