/**
 * Update, in all its forms: a put, a patch and a controller's status are one thing, a function from the object
 * as it is to the object as it shall be, tried again when somebody else was faster.
 */
import type { ObjectKey, WriteOptions } from '@pintle/client';
import type { StoreEntry } from '@pintle/contracts';
import {
  apiVersionOf,
  conflict,
  deepEqual,
  invalid,
  invalidWithoutValue,
  type KeptMetadata,
  type KubernetesObject,
  notFound,
  type ObjectMeta,
} from '@pintle/machinery';
import { Admission } from '../admission/admission-chain.js';
import type { RequestContext } from '../registry/request-context.js';
import { asIfRead, asWritten, type Resource } from '../registry/resource.js';
import type { StoredObject } from '../storage/stored-object.js';
import { type ApiCore, putOf, type Served, serve, served, storedObjectOf, writeContext } from './api-core.js';
import { createObject } from './create.js';
import { decode, placeOf, requireName, withOwnersOnce } from './decode.js';
import type { SentOptions } from './decode-options.js';
import { pendingDeletion } from './delete-plan.js';
import { tracksGeneration, wishChanged } from './generation.js';
import { recordUpdate } from './managed-fields.js';
import { toldOfMissingLater } from './missing-fields.js';
import { findEntry } from './read.js';
import { otherObject } from './storage-error.js';
import { fromStore } from './store-failure.js';
import { faultsForUpdate, requireFaultless, warningsOf } from './validation.js';

const modified = 'the object has been modified; please apply your changes to the latest version and try again';

/** Rounds against other writers before an update gives up. */
const attemptsMax = 20;

/** What a change makes of the stored object; `managedFields` says that the change accounts for its fields itself. */
export interface Changed {
  readonly object: KubernetesObject;
  readonly ownsFields?: boolean;
}

export interface ChangeRequest {
  readonly key: ObjectKey;
  readonly subresource?: string;
  /** Of the object that is meant, where it is known: another in its place, or none, is a conflict. */
  readonly uid?: string | undefined;
  /** Whether the wish has to name the version that it changes. */
  readonly needsVersion?: boolean;
  readonly options: WriteOptions;
  /** The object as it was just read, where it was. */
  readonly found?: StoreEntry<StoredObject>;
  /** From the object in the version that verbs work in. May be called again, on a newer one. */
  change(old: KubernetesObject): Changed | Promise<Changed>;
}

/** Asked before an update or an apply makes an object: whether its user may. Errors: `StatusError` Forbidden. */
export type MayCreate = (key: ObjectKey) => void | Promise<void>;

/**
 * A put. Where the kind allows it, an absent object is created.
 *
 * **Differs from Kubernetes**: the status of a Service that is not there makes none, which would have no address.
 */
export async function updateObject(
  core: ApiCore,
  context: RequestContext,
  resource: Resource,
  path: { readonly namespace?: string; readonly name?: string },
  body: unknown,
  { mayCreate, ...options }: SentOptions & { readonly mayCreate: MayCreate },
): Promise<Served> {
  const entry = path.name === undefined ? undefined : await findEntry(core, resource, path as ObjectKey);
  const read = decode(core, context, resource, body, options, entry && storedObjectOf(resource, entry));
  context.record?.(resource.fromStored(read));
  const { namespace, name } = placeOf(resource, read.metadata, path);
  requireName(read.metadata, path);
  const decoded = withOwnersOnce(context, read, false);
  const key: ObjectKey = { name, ...(namespace === undefined ? {} : { namespace }) };
  const { uid } = decoded.metadata;
  const found = path.namespace === namespace ? entry : await findEntry(core, resource, key);
  const { strategy } = resource.definition;
  if (found === undefined && !uid && strategy?.allowCreateOnUpdate && options.subresource === undefined) {
    const allowed = mayCreate(key);
    if (allowed !== undefined) await allowed;
    return createObject(core, context, resource, key, withoutVersion(body), options);
  }
  return changeObject(core, context, resource, {
    key,
    ...(options.subresource === undefined ? {} : { subresource: options.subresource }),
    uid,
    needsVersion: needsVersion(resource),
    options,
    ...(found === undefined ? {} : { found }),
    change: () => ({ object: decoded }),
  });
}

/** Of kinds that nobody writes over without having seen what there is. */
export const needsVersion = ({ definition, custom }: Resource): boolean =>
  custom || definition.strategy?.allowUnconditionalUpdate === false;

/** The version of what is made where nothing is counts for nothing. */
function withoutVersion(body: unknown): unknown {
  const { metadata, ...rest } = body as KubernetesObject;
  return { ...rest, metadata: { ...metadata, resourceVersion: '' } };
}

/** Carries out a change. Errors: `StatusError` NotFound, Conflict, Invalid, and those of admission. */
export async function changeObject(
  core: ApiCore,
  context: RequestContext,
  resource: Resource,
  request: ChangeRequest,
): Promise<Served> {
  const { key, options } = request;
  for (let attempt = 1; attempt <= attemptsMax; attempt++) {
    const entry = (attempt === 1 ? request.found : undefined) ?? (await findEntry(core, resource, key));
    if (entry === undefined)
      throw request.uid
        ? otherObject(resource, key, request.uid, '', options.dryRun)
        : notFound(resource.kind, key.name);
    const old = storedObjectOf(resource, entry);
    const changed = request.change(old);
    const { object: wished, ownsFields = false } = changed instanceof Promise ? await changed : changed;
    checkPreconditions(resource, request, wished.metadata, old.metadata);
    const object = await toldOfMissingLater(resource, wished, () =>
      prepare(core, context, resource, request, wished, old, ownsFields),
    );
    const writing = asWritten(resource, Object.freeze(object));
    const written = writing instanceof Promise ? await writing : writing;
    const stored = entry.value.at(entry.modRevision);
    // What is read back otherwise than it was written, or is of another version, is written as it is read.
    const isConverted = object === old || written !== object;
    if (written === stored || (isConverted && deepEqual(written, stored))) return serve(resource, entry);
    if (options.dryRun) return { object: await asIfRead(resource, written) };
    const done = await commit(core, resource, entry, { object, written });
    // Somebody was faster: a change that names a version will not fit the next one, any other is made anew.
    if (done !== undefined) return done;
  }
  throw conflict(resource.kind, key.name, modified);
}

interface Change {
  readonly object: KubernetesObject;
  /** As it goes to the store. */
  readonly written: KubernetesObject;
}

/** Writes over `entry`, or removes it where nothing holds a deleted object any more. Undefined: somebody was faster. */
async function commit(
  core: ApiCore,
  resource: Resource,
  entry: StoreEntry<StoredObject>,
  { object, written }: Change,
): Promise<Served | undefined> {
  const { key } = entry;
  const gone =
    object.metadata.deletionTimestamp !== undefined &&
    !pendingDeletion(resource, object) &&
    (object.metadata.deletionGracePeriodSeconds ?? 0) === 0;
  const put = gone ? undefined : putOf(core, resource, key, written);
  const write = put instanceof Promise ? await fromStore(put) : put;
  const result = await fromStore(
    core.backend.transact({
      compare: [{ key, target: 'modRevision', is: '=', value: entry.modRevision }],
      success: [write ?? { type: 'delete', start: key }],
    }),
  );
  if (!result.succeeded) return undefined;
  const done = result.results[0];
  if (done?.type === 'put') return served(resource, done.entry);
  // It is answered with the version that it had before.
  return { object: resource.fromStored(object) };
}

async function prepare(
  core: ApiCore,
  context: RequestContext,
  resource: Resource,
  request: ChangeRequest,
  wished: KubernetesObject,
  old: KubernetesObject,
  ownsFields: boolean,
): Promise<KubernetesObject> {
  const { strategy } = resource.definition;
  const { key, subresource, options } = request;
  const { namespace, name } = key;
  const dryRun = options.dryRun ?? false;
  const subject = { operation: 'UPDATE' as const, resource, subresource, namespace, name, old, dryRun, options };
  const admission = new Admission(core.admission, context, subject);
  const sent: KubernetesObject = { ...wished, metadata: keptMeta(wished.metadata, old.metadata) };
  let object =
    subresource === 'status' ? statusOnly(resource, sent, old) : keepStatus(resource, sent, old, subresource);
  if (!ownsFields) {
    // Of built-in kinds all that was sent counts where a version may have it elsewhere.
    const isWhole = resource.custom || (isOlder(resource) && subresource === undefined);
    const recording = { ...options, ...(subresource === undefined ? {} : { subresource }) };
    const recorded = recordUpdate(core, context, resource, object, old, recording, isWhole ? sent : undefined);
    object = recorded instanceof Promise ? await recorded : recorded;
  }
  const admitted = admission.mutate(object);
  object = admitted instanceof Promise ? await admitted : admitted;
  if (subresource === undefined) object = strategy?.prepareForUpdate?.(object, old) ?? object;
  else if (subresource === 'status')
    object = strategy?.prepareForStatusUpdate?.(object, old, writeContext(core, context)) ?? object;
  // The change of any other subresource is as narrow as its strategy, or its handler, makes it.
  else
    object =
      strategy?.subresources?.[subresource]?.prepareForUpdate(object, old, writeContext(core, context)) ?? object;
  if (tracksGeneration(resource) && subresource !== 'status') {
    const changed = (strategy?.generationChanged ?? wishChanged)(object, old);
    const generation = (old.metadata.generation ?? 0) + (changed ? 1 : 0);
    if (generation !== object.metadata.generation && generation > 0)
      object = { ...object, metadata: { ...object.metadata, generation } };
  }
  const faults = admission.faults(object, faultsForUpdate(resource, object, old, subresource));
  requireFaultless(object, faults instanceof Promise ? await faults : faults, sent);
  object = strategy?.canonicalize?.(object) ?? object;
  const warnings =
    subresource === undefined
      ? warningsOf(resource, object, old)
      : ((subresource === 'status' ? strategy?.statusWarnings?.(object) : undefined) ?? []);
  for (const text of warnings) context.warn(text);
  const verdict = admission.validate(object);
  if (verdict !== undefined) await verdict;
  const made = dryRun ? object : withoutLink(object);
  return unchanged(made, old) ? old : made;
}

/** Whether another version is stored. */
const isOlder = ({ apiVersion, definition }: Resource): boolean => apiVersion !== apiVersionOf(definition.kind);

/** A link of an object to itself is not stored. */
function withoutLink(object: KubernetesObject): KubernetesObject {
  if (object.metadata.selfLink === undefined) return object;
  const { selfLink: _link, ...metadata } = object.metadata;
  return { ...object, metadata };
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/**
 * The server's own metadata stays as it is, whatever the client says; but nobody says so of a deletion unheard: what is left
 * of it here, the validation of metadata refuses.
 */
function keptMeta(wished: ObjectMeta, old: ObjectMeta): ObjectMeta {
  const kept: Writable<ObjectMeta> = { ...wished, uid: wished.uid || old.uid! };
  for (const field of serverFields) {
    if (kept[field] === old[field]) continue;
    if (field === 'deletionGracePeriodSeconds' && kept[field] !== undefined) continue;
    if (old[field] !== undefined) (kept as Record<string, unknown>)[field] = old[field];
    else if (field !== 'deletionTimestamp') delete kept[field];
  }
  return kept;
}

/** The metadata of a write of the status: `fields` are as they were. */
function statusMeta(wished: ObjectMeta, old: ObjectMeta, fields: readonly KeptMetadata[]): ObjectMeta {
  if (fields.every((field) => wished[field] === old[field])) return wished;
  const kept: Writable<ObjectMeta> = { ...wished };
  for (const field of fields) {
    if (old[field] === undefined) delete kept[field];
    else (kept as Record<string, unknown>)[field] = old[field];
  }
  return kept;
}

const serverFields = [
  'name',
  'namespace',
  'creationTimestamp',
  'resourceVersion',
  'generation',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
] as const;

type WithStatus = KubernetesObject & { readonly status?: unknown };

function keepStatus(
  resource: Resource,
  object: WithStatus,
  old: WithStatus,
  subresource: string | undefined,
): KubernetesObject {
  const { kind, strategy } = resource.definition;
  if (!kind.subresources.status || subresource !== undefined || object.status === old.status) return object;
  if (strategy?.keepsStatusOnUpdate === true) return object;
  if (old.status !== undefined) return { ...object, status: old.status } as KubernetesObject;
  const { status: _status, ...rest } = object;
  return rest;
}

/** Of a status update only the status counts, and of built-in kinds the metadata that upstream lets through with it. */
function statusOnly({ custom, definition }: Resource, object: WithStatus, old: WithStatus): KubernetesObject {
  const { managedFields: _before, ...server } = old.metadata;
  const { managedFields } = object.metadata;
  const metadata = custom
    ? { ...server, ...(managedFields === undefined ? {} : { managedFields }) }
    : statusMeta(object.metadata, old.metadata, definition.strategy?.statusKeeps ?? []);
  const { status: _old, ...rest } = old;
  return { ...rest, metadata, ...(object.status === undefined ? {} : { status: object.status }) } as KubernetesObject;
}

function checkPreconditions(
  resource: Resource,
  { key, uid, needsVersion: isNeeded = false, options: { dryRun } }: ChangeRequest,
  { resourceVersion }: ObjectMeta,
  old: ObjectMeta,
): void {
  if (uid && uid !== old.uid) throw otherObject(resource, key, uid, old.uid ?? '', dryRun);
  // '0' is no version: as kube-apiserver does, what says it is written over whatever there is.
  if (!resourceVersion || resourceVersion === '0') {
    if (isNeeded) throw versionNeeded(resource, key.name);
  } else if (resourceVersion !== old.resourceVersion) throw conflict(resource.kind, key.name, modified);
}

/** In the words of upstream, which names the resource in the place of the kind, and shows the number as Go does. */
const versionNeeded = ({ kind: { group, plural } }: Resource, name: string) =>
  invalid({ group, kind: plural }, name, [
    invalidWithoutValue('metadata.resourceVersion', '0x0: must be specified for an update'),
  ]);

/** Whether a write would change nothing; times in managedFields do not count. */
function unchanged(object: KubernetesObject, old: KubernetesObject): boolean {
  const [now, before] = [object, old] as unknown as readonly [Record<string, unknown>, Record<string, unknown>];
  for (const key in now)
    if (key !== 'metadata' && now[key] !== before[key] && !deepEqual(now[key], before[key])) return false;
  for (const key in before) if (!(key in now)) return false;
  if (object.metadata === old.metadata) return true;
  const strip = ({ managedFields, ...rest }: ObjectMeta) => ({
    ...rest,
    managedFields: managedFields?.map(({ time: _time, ...entry }) => entry),
  });
  return deepEqual(strip(object.metadata), strip(old.metadata));
}
