/** Server-side apply: the object of one manager's wishes, merged into what is there. */
import type { ApplyOptions, ObjectKey } from '@pintle/client';
import {
  badRequest,
  conflict,
  type KubernetesObject,
  parseApiVersion,
  StatusError,
  unmarshalWords,
} from '@pintle/machinery';
import type { RequestContext } from '../registry/request-context.js';
import type { Resource } from '../registry/resource.js';
import type { ApiCore, Served } from './api-core.js';
import { createObject } from './create.js';
import { decode, placeOf, requireName, type SentOptions, withOwnersOnce } from './decode.js';
import { apply, withEntries } from './managed-fields.js';
import { findEntry } from './read.js';
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
  if (body !== null && (typeof body !== 'object' || Array.isArray(body)))
    throw badRequest(`error decoding YAML: error unmarshaling JSON: while decoding JSON: ${unmarshalWords(body)}`);
  const applied = (body ?? {}) as KubernetesObject;
  if (applied.apiVersion !== resource.apiVersion || applied.kind !== resource.kind.kind) {
    throw badRequest(`invalid object type: ${typeOf(applied)}`);
  }
  const metadata = applied.metadata ?? {};
  if (metadata.managedFields !== undefined && metadata.managedFields !== null)
    throw badRequest('metadata.managedFields must be nil');
  // Where the wishes stand twice, that is told before what they are of.
  const placed = <T>(find: () => T): T => {
    try {
      return find();
    } catch (error) {
      reportDuplicates(context, strictFaults, options.fieldValidation);
      throw error;
    }
  };
  // Who says the name empty takes it away; who does not leaves it.
  const { namespace, name } = placed(() => {
    if (Object.hasOwn(metadata, 'name')) requireName(metadata, path);
    return placeOf(resource, metadata, path);
  });
  if (name === '') throw badRequest('metadata.name is required for apply');
  const key: ObjectKey = { name, ...(namespace === undefined ? {} : { namespace }) };

  const isMap = typeof metadata === 'object' && !Array.isArray(metadata);
  const wishes = isMap ? { ...applied, metadata: { ...metadata, ...key } } : applied;
  for (;;) {
    if ((await findEntry(core, resource, key)) === undefined && options.subresource === undefined) {
      requireName(metadata, path);
      if (metadata.uid) {
        throw conflict(
          resource.kind,
          name,
          `uid mismatch: the provided object specified uid ${metadata.uid}, and no existing object was found`,
        );
      }
      const allowed = mayCreate(key);
      if (allowed !== undefined) await allowed;
      const { managedFields } = await apply(core, context, resource, wishes, undefined, options);
      reportDuplicates(context, strictFaults, options.fieldValidation);
      const { resourceVersion: _version, ...rest } = wishes.metadata;
      const entries = managedFields.length === 0 ? {} : { managedFields };
      const created = { ...wishes, metadata: { ...rest, ...entries } };
      try {
        return await createObject(core, context, resource, key, created, { ...options, ownsFields: true });
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
        const { object, managedFields } = await apply(core, context, resource, wishes, old, options);
        reportDuplicates(context, strictFaults, options.fieldValidation);
        const { uid } = metadata;
        // Who says an empty version says none; who says none has seen what there is.
        const { resourceVersion = '' } = Object.hasOwn(metadata, 'resourceVersion') ? metadata : old.metadata;
        const asked = { ...object.metadata, resourceVersion, ...(uid ? { uid } : {}) };
        const decoded = await decode(core, context, resource, { ...object, metadata: asked }, options, old);
        return { object: withEntries(withOwnersOnce(context, decoded, true), managedFields), ownsFields: true };
      },
    });
  }
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
function reportDuplicates(
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
