/** The bookkeeping of field managers, as the verbs call it. */
import type { ApplyOptions } from '@pintle/client';
import {
  type Accounted,
  applyWishes,
  describeConflicts,
  formatTime,
  type Kind,
  type KubernetesObject,
  type ManagedFieldsEntry,
  managedFieldsAfterCreate,
  managedFieldsAfterUpdate,
  statusError,
  type Writer,
} from '@pintle/machinery';
import type { RequestContext } from '../registry/request-context.js';
import type { Resource } from '../registry/resource.js';
import type { ApiCore } from './api-core.js';
import { decode } from './decode.js';
import { normalize } from './normalizers.js';

interface Recording {
  readonly fieldManager?: string;
  readonly subresource?: string;
}

function writerOf(
  core: ApiCore,
  context: RequestContext,
  resource: Resource,
  { fieldManager, subresource }: Recording,
): Writer {
  const { apiVersion } = resource;
  return {
    manager: fieldManager || context.fieldManager,
    apiVersion,
    now: formatTime(core.world.clock.now()),
    ...(subresource === undefined ? {} : { subresource }),
  };
}

function withEntries(object: KubernetesObject, managedFields: readonly ManagedFieldsEntry[]): KubernetesObject {
  if (object.metadata.managedFields === managedFields) return object;
  if (managedFields.length > 0) return { ...object, metadata: { ...object.metadata, managedFields } };
  return withoutEntries(object);
}

function withoutEntries(object: KubernetesObject): KubernetesObject {
  if (object.metadata.managedFields === undefined) return object;
  const { managedFields: _before, ...metadata } = object.metadata;
  return { ...object, metadata };
}

const isApplied = (entries: readonly ManagedFieldsEntry[] | undefined) =>
  entries?.length === 1 && entries[0]?.operation === 'Apply';

/** A created object is its creator's, but for one that an apply brought: its fields are accounted for. */
export function recordCreate(
  core: ApiCore,
  context: RequestContext,
  resource: Resource,
  object: KubernetesObject,
  options: Recording,
): KubernetesObject {
  if (isApplied(object.metadata.managedFields)) return object;
  const fresh = withoutEntries(object);
  const { kind } = resource;
  const writer = writerOf(core, context, resource, options);
  const { entries, accounted } = managedFieldsAfterCreate(
    kind.schema.node,
    resource.fromStored(fresh),
    writer,
    lately.get(kind),
  );
  lately.set(kind, accounted);
  return withEntries(fresh, entries);
}

/** What was accounted for last, by kind: objects of one template come one after the other. */
const lately = new WeakMap<Kind, Accounted>();

/** A client may clear all entries, by an empty list; else what it sent of them is passed over. */
export function recordUpdate(
  core: ApiCore,
  context: RequestContext,
  resource: Resource,
  object: KubernetesObject,
  old: KubernetesObject,
  options: Recording,
): KubernetesObject {
  const cleared = object.metadata.managedFields?.length === 0 && (old.metadata.managedFields?.length ?? 0) > 0;
  if (cleared) return withEntries(object, []);
  const entries = managedFieldsAfterUpdate(
    resource.kind.schema.node,
    resource.fromStored(object),
    resource.fromStored(old),
    writerOf(core, context, resource, options),
  );
  return withEntries(object, entries);
}

/** The object that an apply of an absent one creates, its managed fields included. */
export function appliedToNothing(
  core: ApiCore,
  context: RequestContext,
  resource: Resource,
  wishes: KubernetesObject,
  options: ApplyOptions,
): KubernetesObject {
  const nothing = { apiVersion: wishes.apiVersion, kind: wishes.kind, metadata: {} } as KubernetesObject;
  const { managedFields } = applyWishes(
    resource.kind.schema.node,
    nothing,
    mine(resource, wishes, options.subresource),
    writerOf(core, context, resource, options),
    true,
  );
  return withEntries(wishes, managedFields);
}

/** Errors: `StatusError` Conflict, with a cause for each field that another manages. */
export function appliedOnto(
  core: ApiCore,
  context: RequestContext,
  resource: Resource,
  wishes: KubernetesObject,
  old: KubernetesObject,
  options: ApplyOptions,
): KubernetesObject {
  const writer = writerOf(core, context, resource, options);
  const live = resource.fromStored(old);
  const { resourceVersion, uid } = wishes.metadata;
  const applied = applyWishes(
    resource.kind.schema.node,
    live,
    mine(resource, wishes, options.subresource),
    writer,
    options.force ?? false,
    (object) => normalize(resource, object, live).value as KubernetesObject,
  );
  if (applied.conflicts.length > 0) {
    throw statusError('Conflict', describeConflicts(applied.conflicts), {
      details: {
        causes: applied.conflicts.map(({ manager, operation, apiVersion, field }) => ({
          reason: 'FieldManagerConflict',
          message: `conflict with ${JSON.stringify(manager)}${operation === 'Update' ? ` using ${apiVersion}` : ''}`,
          field,
        })),
      },
    });
  }
  const asked = {
    ...applied.object.metadata,
    resourceVersion: resourceVersion ?? '',
    ...(uid === undefined ? {} : { uid }),
  };
  return withEntries(
    decode(context, resource, { ...applied.object, metadata: asked }, options, old),
    applied.managedFields,
  );
}

/** Of what was sent, what this endpoint takes: the status only through its own, the rest only through the main one. */
function mine(resource: Resource, wishes: KubernetesObject, subresource: string | undefined): KubernetesObject {
  const { apiVersion, kind, metadata, ...fields } = wishes as KubernetesObject & { status?: unknown };
  if (subresource === 'status')
    return {
      apiVersion,
      kind,
      metadata: {},
      ...(fields.status === undefined ? {} : { status: fields.status }),
    } as KubernetesObject;
  if (!resource.kind.subresources.status) return wishes;
  const { status: _status, ...rest } = fields;
  return { apiVersion, kind, metadata, ...rest } as KubernetesObject;
}
