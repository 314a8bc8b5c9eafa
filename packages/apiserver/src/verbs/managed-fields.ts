/** The bookkeeping of field managers, as the verbs call it. */
import type { ApplyOptions } from '@pintle/client';
import {
  apiVersionOf,
  applyWishes,
  badRequest,
  describeConflicts,
  describeManager,
  type Fields,
  type FieldTree,
  faultInWishes,
  formatTime,
  invalid,
  isAccountable,
  type Kind,
  type KubernetesObject,
  leaf,
  type ManagedFieldsEntry,
  managedFieldsAfterUpdate,
  resetsManagedFields,
  type SchemaNode,
  statusError,
  treeOf,
  UnknownVersionError,
  type Versions,
  type WriteRules,
  type Writer,
} from '@pintle/machinery';
import { plainFailure } from '../admission/plain-failure.js';
import type { RequestContext } from '../registry/request-context.js';
import { inOtherVersion, type Resource, tellerOf } from '../registry/resource.js';
import type { ApiCore } from './api-core.js';
import { acrossVersions } from './other-versions.js';
import { ownersAfterApply, ownersAfterScaling } from './scale-owners.js';

interface Recording {
  readonly fieldManager?: string;
  readonly subresource?: string;
}

function writerOf(
  core: ApiCore,
  context: Pick<RequestContext, 'fieldManager'>,
  { apiVersion }: Pick<Resource, 'apiVersion'>,
  { fieldManager, subresource }: Recording,
): Writer {
  return {
    manager: fieldManager || context.fieldManager,
    apiVersion,
    now: formatTime(core.world.clock.now()),
    ...(subresource === undefined ? {} : { subresource }),
  };
}

/** What a write of the object, or of one part of it, is accounted for. */
function accounting<T>(
  resource: Resource,
  subresource: string | undefined,
  work: (rules: WriteRules) => T,
): T | Promise<T> {
  const ignored = ignoredFields(resource, subresource);
  // Of custom objects, in the version that is written alone.
  const where = resource.custom ? { ignoredIn: resource.apiVersion } : {};
  return acrossVersions(resource, (versions) =>
    work({ versions, ...(ignored === undefined ? {} : { ignored, ...where }) }),
  );
}

/** Fields that a write through this endpoint cannot change (upstream: `GetResetFields`). */
function ignoredFields(resource: Resource, subresource: string | undefined): FieldTree | undefined {
  const { strategy } = resource.definition;
  const unrecorded = strategy?.unrecorded?.[subresource ?? ''];
  if (unrecorded !== undefined) return treeOfPaths(unrecorded);
  if (subresource === undefined)
    return resource.kind.subresources.status && strategy?.keepsStatusOnUpdate !== true ? onlyStatus : undefined;
  return subresource === 'status' ? allButStatus(resource) : undefined;
}

const withoutStatus = new WeakMap<Resource, FieldTree>();

function allButStatus(resource: Resource): FieldTree {
  const { kind, custom, definition } = resource;
  let tree = withoutStatus.get(resource);
  if (tree === undefined) {
    const others = ['status', 'apiVersion', 'kind', 'metadata'];
    const all = Object.keys(kind.schema.node.properties ?? {});
    const fields = custom ? ['spec'] : all.filter((key) => !others.includes(key));
    const kept = definition.strategy?.statusKeeps ?? [];
    tree = treeOf(
      false,
      new Map([
        ...fields.map((key) => [`f:${key}`, leaf] as const),
        ...(custom ? [] : [['f:metadata', treeOfFields(kept)] as const]),
      ]),
    );
    withoutStatus.set(resource, tree);
  }
  return tree;
}

const treeOfFields = (fields: readonly string[]) => treeOf(false, new Map(fields.map((key) => [`f:${key}`, leaf])));

/** Of paths of one field, or of two. */
function treeOfPaths(paths: readonly string[]): FieldTree {
  const fields = paths.map((path) => {
    const [field, inner] = path.split('.');
    return [`f:${field}`, inner === undefined ? leaf : treeOfFields([inner])] as const;
  });
  return treeOf(false, new Map(fields));
}

const onlyStatus = treeOf(false, new Map([['f:status', leaf]]));

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
  context: Pick<RequestContext, 'fieldManager'>,
  resource: Resource,
  object: KubernetesObject,
  options: Recording,
): KubernetesObject | Promise<KubernetesObject> {
  const { custom, prepare, kind } = resource;
  if (custom && prepare === undefined && hasFormats(kind.schema.node) && !isReadable(resource, object))
    return withEntries(object, []);
  const writer = writerOf(core, context, resource, options);
  return accounting(resource, undefined, (rules) =>
    withEntries(object, managedFieldsAfterUpdate(rules, resource.fromStored(object), undefined, writer)),
  );
}

/** As `recordCreate`, of what is stored nowhere and has a kind of its own. */
export function recordPart<T extends KubernetesObject>(
  core: ApiCore,
  context: Pick<RequestContext, 'fieldManager'>,
  kind: Pick<Kind, 'group' | 'version'> & { readonly schema: SchemaNode },
  object: T,
  options: Recording,
): T {
  const apiVersion = apiVersionOf(kind);
  const versions: Versions = {
    schemaOf: (asked) => (asked === apiVersion ? kind.schema : undefined),
    convert: ({ value }) => value,
  };
  const writer = writerOf(core, context, { apiVersion }, options);
  return withEntries(object, managedFieldsAfterUpdate({ versions }, object, undefined, writer)) as T;
}

/**
 * Before admission: what that changes is nobody's. `sent` is what was asked for, of which `object` is what counts; where a
 * custom object cannot be read with its schema, nobody owns anything any more.
 */
export function recordUpdate(
  core: ApiCore,
  context: RequestContext,
  resource: Resource,
  object: KubernetesObject,
  old: KubernetesObject,
  options: Recording,
  sent?: KubernetesObject,
): KubernetesObject | Promise<KubernetesObject> {
  const saidIn = sent === undefined || !resource.custom ? undefined : otherVersionOf(resource, sent);
  if (saidIn !== undefined)
    return inOtherVersion(saidIn, [sent!], resource).then(([asked]) =>
      recordUpdate(core, context, resource, object, old, options, asked),
    );
  if (sent !== undefined && resource.custom && !isReadable(resource, sent, old)) return withEntries(object, []);
  const written = sent ?? object;
  const writer = writerOf(core, context, resource, options);
  return accounting(resource, options.subresource, (rules) =>
    withEntries(
      object,
      ownersAfterScaling(
        resource,
        object,
        old,
        managedFieldsAfterUpdate(rules, resource.fromStored(written), resource.fromStored(old), writer),
        options.subresource,
      ),
    ),
  );
}

/** A status may be sent in any version that there is. */
const otherVersionOf = (resource: Resource, sent: KubernetesObject): Resource | undefined =>
  resource.versions.find((version) => version !== resource && version.apiVersion === sent.apiVersion);

/** Whether all that was asked for, as far as it is not as it was, is of the schema. What counts of it is validated later. */
function isReadable(resource: Resource, sent: KubernetesObject, old?: KubernetesObject): boolean {
  const { kind, definition } = resource;
  if (sent.kind !== kind.kind || sent.apiVersion !== apiVersionOf(definition.kind)) return false;
  const { properties = {} } = kind.schema.node;
  const before: Partial<Fields> = old === undefined ? {} : { ...resource.fromStored(old) };
  // What is converted for owners in other versions is read strictly then.
  const { managedFields = [] } = old?.metadata ?? {};
  const isLax = managedFields.every(({ apiVersion }) => apiVersion === resource.apiVersion);
  const isRead = (node: SchemaNode, value: unknown) =>
    isLax ? isAccountable(node, value) : faultInWishes(node, value) === undefined;
  return Object.entries(resource.fromStored(sent)).every(([key, value]) => {
    const node = properties[key];
    return key === 'metadata' || node === undefined || value === before[key] || isRead(node, value);
  });
}

const withFormats = new WeakMap<SchemaNode, boolean>();

/** Whether values may be valid, and yet of no type that is accounted for: lists, where texts of a format are to be. */
function hasFormats(node: SchemaNode): boolean {
  let found = withFormats.get(node);
  if (found === undefined) {
    const { format, items, values, properties = {}, ref } = node;
    const parts = [items, values, ...(ref === undefined ? Object.values(properties) : [])];
    found = format !== undefined || parts.some((part) => part !== undefined && hasFormats(part));
    withFormats.set(node, found);
  }
  return found;
}

/** What an apply comes to: in the resource's version, not decoded yet, with its managed fields. */
export interface AppliedObject {
  readonly object: KubernetesObject;
  readonly managedFields: readonly ManagedFieldsEntry[];
}

/**
 * `old` is as it is stored; undefined where there is none. `sent` are the wishes as they came, which may not say where.
 *
 * **Differs from Kubernetes**: wishes that the schema cannot read are the client's fault (400), and not the server's (500).
 *
 * Errors: `StatusError` BadRequest for wishes that the schema cannot read, Conflict with a cause for each field of another's,
 * 500 where a definition has no longer the version of an owner.
 */
export async function apply(
  core: ApiCore,
  context: RequestContext,
  resource: Resource,
  wishes: KubernetesObject,
  old: KubernetesObject | undefined,
  options: ApplyOptions,
  sent: KubernetesObject = wishes,
): Promise<AppliedObject> {
  if (options.fieldManager === '')
    throw invalid({ group: 'meta.k8s.io', kind: 'PatchOptions' }, '', [
      { type: 'FieldValueRequired', field: 'fieldManager', detail: 'is required for apply patch' },
    ]);
  requireReadable(resource, sent);
  const writer = writerOf(core, context, resource, options);
  /** What is there with its nulls, which wishes that are one piece may lack. */
  const toldOf = (object: KubernetesObject) => tellerOf(resource)?.(object) ?? object;
  const live = old === undefined ? undefined : toldOf(resource.fromStored(old));
  const { object, managedFields, conflicts } = await (async () =>
    accounting(resource, options.subresource, (rules) =>
      applyWishes(rules, live, wishes, writer, options.force ?? false),
    ))().catch((error: unknown) => {
    throw error instanceof UnknownVersionError ? plainFailure(error.message, error) : error;
  });
  if (conflicts.length === 0)
    return { object, managedFields: ownersAfterApply(resource, managedFields, options.subresource) };
  // Those who own the replicas are told of as they would be of the Scale.
  const told =
    options.subresource === 'scale'
      ? conflicts.map((conflict) => ({ ...conflict, apiVersion: 'autoscaling/v1' }))
      : conflicts;
  throw statusError('Conflict', describeConflicts(told), {
    details: {
      causes: told.map((conflict) => ({
        reason: 'FieldManagerConflict',
        message: `conflict with ${describeManager(conflict)}`,
        field: conflict.field,
      })),
    },
  });
}

/** What may be applied: a stored kind, or one that is only asked in. */
export interface AppliedKind {
  readonly apiVersion: string;
  readonly kind: Pick<Kind, 'group' | 'version' | 'kind'> & { readonly schema: { readonly node: SchemaNode } };
}

/** Errors: `StatusError` BadRequest for wishes that the schema cannot read. */
export function requireReadable(resource: AppliedKind, sent: KubernetesObject): void {
  const fault = faultInWishes(resource.kind.schema.node, sent);
  if (fault !== undefined)
    throw badRequest(`failed to create typed patch object (${whatIsApplied(resource, sent)}): ${fault}`);
}

/** As refusals name it: by what was sent, in Go's words. */
export function whatIsApplied({ kind: { group, version, kind } }: AppliedKind, { metadata }: KubernetesObject): string {
  const { namespace, name } = (metadata ?? {}) as { readonly namespace?: unknown; readonly name?: unknown };
  const text = (said: unknown) => (typeof said === 'string' ? said : '');
  return `${text(namespace)}/${text(name)}; ${group}/${version}, Kind=${kind}`;
}

export { resetsManagedFields, withEntries };
