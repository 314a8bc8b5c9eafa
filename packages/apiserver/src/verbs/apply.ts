/** Server-side apply: the object of one manager's wishes, merged into what is there. */
import type { ApplyOptions, ObjectKey } from '@pintle/client';
import {
  badRequest,
  compileNormalizer,
  conflict,
  decoderWords,
  type KubernetesObject,
  ObjectMeta,
  parseApiVersion,
  StatusError,
  type TypeFault,
  unmarshalWords,
} from '@pintle/machinery';
import type { RequestContext } from '../registry/request-context.js';
import type { Resource } from '../registry/resource.js';
import type { ApiCore, Served } from './api-core.js';
import { converterWords, firstFault } from './converter-words.js';
import { createObject } from './create.js';
import { decode, placeOf, requireName, withOwnersOnce } from './decode.js';
import type { SentOptions } from './decode-options.js';
import { type AppliedKind, apply, whatIsApplied, withEntries } from './managed-fields.js';

import { findEntry, requireEntry } from './read.js';
import { type StrictFaults, warnStrict } from './strict-faults.js';
import { changeObject, type MayCreate, needsVersion } from './update.js';

export async function applyObject(
  core: ApiCore,
  context: RequestContext,
  resource: Resource,
  path: { readonly namespace?: string; readonly name?: string },
  body: unknown,
  {
    strictFaults,
    mayCreate,
    ...options
  }: ApplyOptions & Pick<SentOptions, 'strictFaults'> & { readonly mayCreate: MayCreate },
): Promise<Served> {
  // Parts are of what is there, whatever is wished of them.
  if (options.subresource !== undefined && options.fieldManager !== '')
    await requireEntry(core, resource, { ...path, name: path.name ?? '' });
  const applied = appliedOf(body, resource);
  const metadata = applied.metadata ?? {};
  const key = keyOf(resource, metadata, path);
  if (key.name === '') throw badRequest('metadata.name is required for apply');
  // What is applied may be wrong in another way, and is refused for that first.
  const requirePlace = () => {
    reportDuplicates(context, strictFaults, options.fieldValidation);
    placeOf(resource, metadata, path);
    // Who says the name empty takes it away; who does not leaves it.
    if (Object.hasOwn(metadata, 'name')) requireName(metadata, path);
  };

  const isMap = typeof metadata === 'object' && !Array.isArray(metadata);
  const wishes = isMap ? { ...applied, metadata: { ...metadata, ...key } } : applied;
  for (;;) {
    if ((await findEntry(core, resource, key)) === undefined && options.subresource === undefined) {
      if (metadata.uid) {
        throw conflict(
          resource.kind,
          key.name,
          `uid mismatch: the provided object specified uid ${metadata.uid}, and no existing object was found`,
        );
      }
      const allowed = mayCreate(key);
      if (allowed !== undefined) await allowed;
      const { managedFields } = await apply(core, context, resource, wishes, undefined, options, applied);
      const { resourceVersion: _version, ...rest } = wishes.metadata;
      const entries = managedFields.length === 0 ? {} : { managedFields };
      const created = { ...wishes, metadata: { ...rest, ...entries } };
      const refusing = resource.custom ? { keepsNulls: true } : { refuse: typesRefused(resource, applied) };
      try {
        requirePlace();
        requireName(metadata, path);
      } catch (error) {
        // Of no type at all it is refused first.
        await decode(core, context, resource, created, { ...options, ...refusing });
        throw error;
      }
      try {
        return await createObject(core, context, resource, key, created, { ...options, ...refusing, ownsFields: true });
      } catch (error) {
        if (StatusError.is(error, 'AlreadyExists')) continue;
        throw error;
      }
    }
    return changeObject(core, context, resource, {
      key,
      ...(options.subresource === undefined ? {} : { subresource: options.subresource }),
      needsVersion: needsVersion(resource),
      options,
      async change(old) {
        const { object, managedFields } = await apply(core, context, resource, applied, old, options);
        // Who named something of its metadata and now names nothing there takes all of it away.
        requireName(object.metadata ?? {}, path);
        const { uid } = metadata;
        // Who says an empty version says none; who says none has seen what there is.
        const { resourceVersion = '' } = Object.hasOwn(metadata, 'resourceVersion') ? metadata : old.metadata;
        const asked = { ...object.metadata, resourceVersion, ...(uid ? { uid } : {}) };
        const refusing = {
          ...options,
          ...(resource.custom ? { keepsNulls: true } : { refuse: typesRefused(resource, applied, old, options) }),
        };
        const decoded = decode(core, context, resource, { ...object, metadata: asked }, refusing, old);
        requirePlace();
        return { object: withEntries(withOwnersOnce(context, decoded, true), managedFields), ownsFields: true };
      },
    });
  }
}

/** What is applied, as it was sent. Errors: `StatusError` BadRequest where it is something else, or says whose its fields are. */
export function appliedOf(body: unknown, { apiVersion, kind }: AppliedKind): KubernetesObject {
  if (body !== null && (typeof body !== 'object' || Array.isArray(body)))
    throw badRequest(`error decoding YAML: error unmarshaling JSON: while decoding JSON: ${unmarshalWords(body)}`);
  const applied = (body ?? {}) as KubernetesObject;
  if (applied.apiVersion !== apiVersion || applied.kind !== kind.kind)
    throw badRequest(`invalid object type: ${typeOf(applied)}`);
  if (isManagedFields(applied.metadata?.managedFields)) throw badRequest('metadata.managedFields must be nil');
  return applied;
}

/**
 * What the schema could read, and the type cannot: a time, say, that is none. Whom else it is
 * compared for, in other versions, it is converted for first, and before that for what its manager applied in another one.
 */
export const typesRefused =
  (
    resource: AppliedKind,
    applied: KubernetesObject,
    old?: KubernetesObject,
    by?: Pick<ApplyOptions, 'fieldManager' | 'subresource'>,
  ) =>
  (faults: readonly TypeFault[]) => {
    const { apiVersion, kind } = resource;
    const first = firstFault(kind.schema.node, faults);
    const decoded = decoderWords(kind.schema.node, kind.kind, [first]);
    const type = `${apiVersion.includes('/') ? '' : '/'}${apiVersion}, Kind=${kind.kind}`;
    const others = old?.metadata.managedFields?.filter((entry) => entry.apiVersion !== apiVersion) ?? [];
    const isCleared = others.some(
      ({ manager, operation, subresource }) =>
        by !== undefined && operation === 'Apply' && manager === by.fieldManager && subresource === by.subresource,
    );
    const what = isCleared
      ? 'prune fields: failed to convert merged object to last applied version'
      : others.length > 0
        ? 'convert new object'
        : `convert new object (${whatIsApplied(resource, applied)}) to proper version`;
    return badRequest(
      `failed to ${what}: unable to convert unstructured object to ${type}: ${converterWords(first, decoded)}`,
    );
  };

/** What else is said there is the schema's to refuse, or the type's. */
function isManagedFields(value: unknown): boolean {
  if (!Array.isArray(value) || value.includes(null)) return false;
  return managedFieldsOf(value).errors.length === 0;
}
const managedFieldsOf = compileNormalizer(ObjectMeta.node.properties!['managedFields']!, { mode: 'typed' });

/** Where the wishes are for: the path knows, where there is one. */
function keyOf(
  { kind }: Resource,
  metadata: ObjectMeta,
  path: { readonly namespace?: string; readonly name?: string },
): ObjectKey {
  const name = path.name ?? metadata.name ?? '';
  return kind.scope === 'Namespaced'
    ? { name, namespace: path.namespace || metadata.namespace || 'default' }
    : { name };
}

/** Of a version that is none, nothing is told. */
function typeOf({ apiVersion, kind }: KubernetesObject): string {
  const text = textOf(apiVersion);
  if (text.split('/').length > 2) return '/, Kind=';
  const { group, version } = parseApiVersion(text);
  return `${group}/${version}, Kind=${textOf(kind)}`;
}

/** What is no text says nothing. */
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Wishes that cannot be carried out are refused for that first. */
export function reportDuplicates(
  context: RequestContext,
  faults: StrictFaults | undefined,
  validation: ApplyOptions['fieldValidation'] = 'Ignore',
): void {
  if (validation === 'Ignore' || faults === undefined) return;
  for (const fault of faults.told([])) {
    const text = `error converting YAML to JSON: ${fault}`;
    if (validation === 'Strict') throw badRequest(`error strict decoding YAML: ${text}`);
    warnStrict(context, text);
  }
}
