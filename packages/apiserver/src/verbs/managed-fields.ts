/** The bookkeeping of field managers, as the verbs call it. */
import type { ApplyOptions } from '@pintle/client';
import {
  applyWishes,
  badRequest,
  describeConflicts,
  describeManager,
  type FieldTree,
  faultInWishes,
  formatTime,
  invalid,
  type KubernetesObject,
  leaf,
  type ManagedFieldsEntry,
  managedFieldsAfterUpdate,
  resetsManagedFields,
  statusError,
  treeOf,
  type Versions,
  type WriteRules,
  type Writer,
} from '@pintle/machinery';
import type { RequestContext } from '../registry/request-context.js';
import type { Resource } from '../registry/resource.js';
import type { ApiCore } from './api-core.js';

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

/** What a write of the object, or of one part of it, is accounted for. */
function rulesOf(core: ApiCore, resource: Resource, subresource: string | undefined): WriteRules {
  const ignored = ignoredFields(resource, subresource);
  return { versions: versionsOf(core, resource), ...(ignored === undefined ? {} : { ignored }) };
}

/** Fields that a write through this endpoint cannot change (upstream: `GetResetFields`). */
function ignoredFields({ kind, custom }: Resource, subresource: string | undefined): FieldTree | undefined {
  if (subresource === undefined) return kind.subresources.status ? onlyStatus : undefined;
  if (subresource !== 'status') return undefined;
  const fields = Object.keys(kind.schema.node.properties ?? {}).filter(
    (key) => key !== 'status' && key !== 'apiVersion' && key !== 'kind' && (custom || key !== 'metadata'),
  );
  return treeOf(false, new Map(fields.map((key) => [`f:${key}`, leaf])));
}

const onlyStatus = treeOf(false, new Map([['f:status', leaf]]));

/**
 * The versions of one kind, as objects of it are read in each.
 *
 * **Differs from Kubernetes**: of a kind that a webhook converts only the version of the request is known, since a webhook
 * is not asked to convert parts of objects.
 */
function versionsOf({ registry }: ApiCore, resource: Resource): Versions {
  const { definition, kind } = resource;
  const served = (apiVersion: string) => {
    if (resource.prepare !== undefined) return apiVersion === resource.apiVersion ? resource : undefined;
    const found = registry.byObject({ apiVersion, kind: kind.kind });
    return found?.definition === definition ? found : undefined;
  };
  return {
    schemaOf: (apiVersion) => served(apiVersion)?.kind.schema.node,
    convert({ apiVersion, value }, to) {
      const object = withoutNulls(value) as KubernetesObject;
      return served(to)!.fromStored(served(apiVersion)!.toStored(object));
    },
  };
}

/** Merging leaves nulls where nothing is left; conversions know objects without. What has none is the same. */
function withoutNulls(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  if (Array.isArray(value)) return value.map(withoutNulls);
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) => (inner === null ? [] : [[key, withoutNulls(inner)]])),
  );
}

function withEntries(object: KubernetesObject, managedFields: readonly ManagedFieldsEntry[]): KubernetesObject {
  if (object.metadata.managedFields === managedFields) return object;
  if (managedFields.length > 0) return { ...object, metadata: { ...object.metadata, managedFields } };
  if (object.metadata.managedFields === undefined) return object;
  const { managedFields: _before, ...metadata } = object.metadata;
  return { ...object, metadata };
}

/** A created object is its creator's. Before admission: what that adds is nobody's. */
export function recordCreate(
  core: ApiCore,
  context: RequestContext,
  resource: Resource,
  object: KubernetesObject,
  options: Recording,
): KubernetesObject {
  const entries = managedFieldsAfterUpdate(
    rulesOf(core, resource, undefined),
    resource.fromStored(object),
    undefined,
    writerOf(core, context, resource, options),
  );
  return withEntries(object, entries);
}

/** Before admission: what that changes is nobody's. */
export function recordUpdate(
  core: ApiCore,
  context: RequestContext,
  resource: Resource,
  object: KubernetesObject,
  old: KubernetesObject,
  options: Recording,
): KubernetesObject {
  const entries = managedFieldsAfterUpdate(
    rulesOf(core, resource, options.subresource),
    resource.fromStored(object),
    resource.fromStored(old),
    writerOf(core, context, resource, options),
  );
  return withEntries(object, entries);
}

/** What an apply comes to: in the resource's version, not decoded yet, with its managed fields. */
export interface AppliedObject {
  readonly object: KubernetesObject;
  readonly managedFields: readonly ManagedFieldsEntry[];
}

/**
 * `old` is as it is stored; undefined where there is none. Errors: `StatusError` BadRequest for wishes that the schema
 * cannot read, Conflict with a cause for each field that another manages.
 */
export function apply(
  core: ApiCore,
  context: RequestContext,
  resource: Resource,
  wishes: KubernetesObject,
  old: KubernetesObject | undefined,
  options: ApplyOptions,
): AppliedObject {
  if (options.fieldManager === '')
    throw invalid({ group: 'meta.k8s.io', kind: 'PatchOptions' }, '', [
      { type: 'FieldValueRequired', field: 'fieldManager', detail: 'is required for apply patch' },
    ]);
  const fault = faultInWishes(resource.kind.schema.node, wishes);
  if (fault !== undefined) {
    const { namespace = '', name = '' } = wishes.metadata;
    throw badRequest(
      `failed to create typed patch object (${namespace}/${name}; ${resource.apiVersion}, Kind=${resource.kind.kind}): ${fault}`,
    );
  }
  const { object, managedFields, conflicts } = applyWishes(
    rulesOf(core, resource, options.subresource),
    old === undefined ? undefined : resource.fromStored(old),
    wishes,
    writerOf(core, context, resource, options),
    options.force ?? false,
  );
  if (conflicts.length === 0) return { object, managedFields };
  throw statusError('Conflict', describeConflicts(conflicts), {
    details: {
      causes: conflicts.map((conflict) => ({
        reason: 'FieldManagerConflict',
        message: `conflict with ${describeManager(conflict)}`,
        field: conflict.field,
      })),
    },
  });
}

export { resetsManagedFields, withEntries };
