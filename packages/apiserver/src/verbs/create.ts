/**
 * Create: decode, admit, stamp, validate, put if absent.
 *
 * **Differs from Kubernetes**: what is a default of a new claim's status, or of a new job's labels, is stored with it, and not
 * with its first change, even if that changes nothing. Who makes an object by a put says nothing of its deletion, either.
 */
import {
  alreadyExists,
  formatTime,
  type KubernetesObject,
  nameSuffix,
  type ObjectMeta,
  type Status,
  StatusError,
  statusError,
} from '@pintle/machinery';
import { Admission } from '../admission/admission-chain.js';
import type { RequestContext } from '../registry/request-context.js';
import { asIfRead, asWritten, type Resource, storeKey } from '../registry/resource.js';
import { type ApiCore, putOf, type Served, served, storedObjectOf, writeContext } from './api-core.js';
import { decode, placeOf, withOwnersOnce } from './decode.js';
import type { DecodeOptions, SentOptions } from './decode-options.js';
import { countsFirst } from './generation.js';
import { recordCreate } from './managed-fields.js';
import { toldOfMissingLater } from './missing-fields.js';
import { emptyStatus } from './normalizers.js';
import { findEntry } from './read.js';
import { fromStore } from './store-failure.js';
import { faultsForCreate, requireFaultless, warningsOf } from './validation.js';

/** Names tried for one `generateName` before the create fails. */
const generateAttemptsMax = 8;
/** A generated name is at most 63 characters: this much of the base, and the suffix. */
const generateBaseMax = 58;

/** `ownsFields`: the body accounts for its fields itself. */
export type CreateOptions = SentOptions &
  Pick<DecodeOptions, 'refuse' | 'keepsNulls'> & { readonly ownsFields?: boolean };

export async function createObject(
  core: ApiCore,
  context: RequestContext,
  resource: Resource,
  path: { readonly namespace?: string; readonly name?: string },
  body: unknown,
  options: CreateOptions = {},
): Promise<Served> {
  const read = decode(core, context, resource, body, options);
  // An apply is recorded as it was sent.
  if (options.ownsFields !== true) context.record?.(resource.fromStored(read));
  const review = core.review(resource);
  if (review !== undefined) {
    const { namespace: _outside, ...others } = read.metadata;
    const asked = resource.kind.scope === 'Namespaced' ? read : { ...read, metadata: others };
    const recorded = await recordCreate(core, context, resource, asked, options);
    return { object: await review(context, recorded, path.namespace, options) };
  }
  const { namespace, name } = placeOf(resource, read.metadata, path);
  const decoded = withOwnersOnce(context, read, options.ownsFields === true);
  for (let attempt = 1; ; attempt++) {
    const finalName = name !== '' ? name : generatedName(core, resource, decoded.metadata.generateName);
    const object = await toldOfMissingLater(resource, decoded, () =>
      prepare(core, context, resource, decoded, { namespace, name, finalName }, options),
    );
    // Where none was asked for, admission or the kind may have given one; else the object is refused.
    const { name: madeName = '' } = object.metadata;
    if (options.dryRun) {
      const present = await fromStore(
        core.backend.range({ start: storeKey(resource, namespace, madeName), countOnly: true }),
      );
      if (present.count > 0) throw await takenBy(core, resource, namespace, object.metadata);
      const written = await asWritten(resource, Object.freeze(unstored(object, decoded.metadata)));
      return { object: await asIfRead(resource, written), created: true };
    }
    if (/^\d*[1-9]\d*$/.test(decoded.metadata.resourceVersion ?? ''))
      throw statusError('BadRequest', 'resourceVersion should not be set on objects to be created');
    const key = storeKey(resource, namespace, madeName);
    const writing = asWritten(resource, object);
    const written = writing instanceof Promise ? await writing : writing;
    const put = putOf(core, resource, key, written);
    const write = put instanceof Promise ? await fromStore(put) : put;
    const result = await fromStore(
      core.backend.transact({
        compare: [{ key, target: 'modRevision', is: '=', value: 0 }],
        success: [write],
      }),
    );
    const done = result.results[0];
    if (result.succeeded && done?.type === 'put') {
      const answer = served(resource, done.entry);
      return { ...(answer instanceof Promise ? await answer : answer), created: true };
    }
    if (madeName !== finalName || name !== '' || attempt === generateAttemptsMax)
      throw await takenBy(core, resource, namespace, object.metadata);
  }
}

/** Who waits for an object to go is told that it does; who lets a name be made, that another would be. */
async function takenBy(core: ApiCore, resource: Resource, namespace: string | undefined, metadata: ObjectMeta) {
  const { name = '', generateName } = metadata;
  const there = await findEntry(core, resource, namespace === undefined ? { name } : { name, namespace });
  const taken = alreadyExists(resource.kind, name).status;
  const status: Status = !generateName
    ? taken
    : {
        ...taken,
        message: `${taken.message}, the server was not able to generate a unique name for the object`,
        details: { ...taken.details, retryAfterSeconds: 1 },
      };
  const isGoing = there !== undefined && storedObjectOf(resource, there).metadata.deletionTimestamp !== undefined;
  return isGoing
    ? new StatusError({ ...status, message: `object is being deleted: ${status.message}` })
    : new StatusError(status);
}

const generatedName = ({ world }: ApiCore, { kind, definition }: Resource, base = ''): string =>
  base === '' || definition.strategy?.namesAsBegun === true
    ? base
    : `${base.slice(0, generateBaseMax)}${nameSuffix(world.random.stream(`names/${kind.plural}`))}`;

interface Place {
  readonly namespace: string | undefined;
  /** As it was asked for; empty where it is the server's to say. */
  readonly name: string;
  /** As it is stored, unless admission gives another. Plug-ins that change an object see none, as upstream's do not, but for the last. */
  readonly finalName: string;
}

async function prepare(
  core: ApiCore,
  context: RequestContext,
  resource: Resource,
  decoded: KubernetesObject,
  place: Place,
  options: CreateOptions,
): Promise<KubernetesObject> {
  const { namespace, name, finalName } = place;
  const { strategy, kind } = resource.definition;
  const dryRun = options.dryRun ?? false;
  const subject = { operation: 'CREATE' as const, resource, namespace, name, finalName, dryRun, options };
  const admission = new Admission(core.admission, context, subject);
  const unrecorded: KubernetesObject = { ...decoded, metadata: clientsMeta(decoded.metadata, place) };
  const recorded = options.ownsFields ? unrecorded : recordCreate(core, context, resource, unrecorded, options);
  const named = recorded instanceof Promise ? await recorded : recorded;
  const admitting = admission.mutate(named);
  const admitted = admitting instanceof Promise ? await admitting : admitting;

  let object: KubernetesObject = { ...admitted, metadata: freshMeta(core, resource, admitted.metadata, finalName) };
  if (kind.subresources.status && strategy?.keepsStatusOnCreate !== true) object = withNewStatus(resource, object);
  object = strategy?.prepareForCreate?.(object, writeContext(core, context)) ?? object;
  const faults = admission.faults(object, faultsForCreate(resource, object));
  requireFaultless(object, faults instanceof Promise ? await faults : faults);
  object = strategy?.canonicalize?.(object) ?? object;
  for (const text of warningsOf(resource, object)) context.warn(text);
  const verdict = admission.validate(object);
  if (verdict !== undefined) await verdict;
  return object;
}

/** What is not written goes back with the version that it came with. */
const unstored = (object: KubernetesObject, { resourceVersion }: ObjectMeta): KubernetesObject =>
  !resourceVersion ? object : { ...object, metadata: { ...object.metadata, resourceVersion } };

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** Where it is made, and without what the server alone says of a new object. */
function clientsMeta(metadata: ObjectMeta, { namespace, name }: Place): ObjectMeta {
  const isPlaced = (metadata.name ?? '') === name && metadata.namespace === namespace;
  if (isPlaced && serverFields.every((field) => metadata[field] === undefined)) return metadata;
  const kept: Writable<ObjectMeta> = {
    ...metadata,
    ...(name === '' ? {} : { name }),
    ...(namespace === undefined ? {} : { namespace }),
  };
  // What is of no namespace has none, whatever it says.
  if (namespace === undefined) delete kept.namespace;
  for (const field of serverFields) delete kept[field];
  return kept;
}

/** What the server says of a new object. */
function freshMeta(core: ApiCore, resource: Resource, metadata: ObjectMeta, name: string): ObjectMeta {
  const fresh: Writable<ObjectMeta> = {
    ...metadata,
    // Admission may have taken it away.
    name: metadata.name || (metadata.generateName ? name : ''),
    uid: core.world.random.stream('uids').uuid(),
    creationTimestamp: formatTime(core.world.clock.now()),
  };
  if (countsFirst(resource)) fresh.generation = 1;
  return fresh;
}

/** What a client says of these is passed over. */
const serverFields = ['deletionTimestamp', 'deletionGracePeriodSeconds', 'selfLink', 'resourceVersion'] as const;

function withNewStatus(resource: Resource, object: KubernetesObject & { readonly status?: unknown }): KubernetesObject {
  const fresh = emptyStatus(resource);
  if (object.status === fresh) return object;
  const { status: _status, ...rest } = object;
  return fresh === undefined ? rest : ({ ...rest, status: fresh } as KubernetesObject);
}
