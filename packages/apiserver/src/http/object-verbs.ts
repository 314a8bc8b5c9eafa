/**
 * What HTTP asks of objects and of parts of them, by verb: from the query and the body to the verb's options, and from its
 * result to an answer. Whether it may be asked has been settled before.
 */
import type { ObjectKey, WatchOptions } from '@pintle/client';
import { apiVersionOf, badRequest, parseFieldSelector } from '@pintle/machinery';
import { verbsOf } from '../discovery/discovery.js';
import type { Resource } from '../registry/resource.js';
import type { Served } from '../verbs/api-core.js';
import { applyObject } from '../verbs/apply.js';
import { createObject } from '../verbs/create.js';
import { answerOf, deleteCollection, deleteObject } from '../verbs/delete.js';
import { checkedDeleteOptions, decodedDeleteOptions } from '../verbs/delete-options.js';
import { patchObject } from '../verbs/patch.js';
import { getObject, listEntries, requireEntry } from '../verbs/read.js';
import { selection } from '../verbs/selection.js';
import { type MayCreate, updateObject } from '../verbs/update.js';
import { answer, withWarnings } from './answer.js';
import { customObjectOf, deleteOptions, languageOf, objectOf } from './body.js';
import type { HttpResponse } from './message.js';
import { type Accepted, checkStreams, negotiate, type Offer } from './negotiation.js';
import { type Answering, listAnswer, objectAnswer } from './object-answers.js';
import { notFoundFirst, type PatchType, patchOf, patchTypeOf, readPatch } from './patch-body.js';
import {
  applyOptions,
  checkListQuery,
  deleteQuery,
  includeObject,
  listOptions,
  refuseExport,
  watchOptions,
  writeOptions,
} from './request-options.js';
import type { ResourcePath } from './resource-path.js';
import type { ResourceRequest } from './resource-request.js';

type VerbHandler = (asked: ResourceRequest) => Promise<HttpResponse>;

/** Watches without a timeout of their own end after 30 to 60 minutes, so that they do not all end together. */
const watchTimeoutSeconds = 1800;

function acceptedBy({ request, resource, path: { subresource } }: ResourceRequest, watch = false): Accepted {
  // Parts other than the status have no columns, nor has what is asked and not stored.
  const isKept = (verbsOf(resource.kind) as readonly string[]).includes('list');
  const tables = isKept && (subresource === undefined || subresource === 'status');
  return negotiate(request.header('accept'), { ...offerOf(resource, watch), tables });
}

const offerOf = ({ custom }: Resource, watch: boolean): Offer => ({ protobuf: !custom, transforms: true, watch });

function answeringFor(asked: ResourceRequest): Answering {
  const { parts, context, request, resource } = asked;
  return {
    resource,
    accepted: acceptedBy(asked),
    request,
    nowMs: parts.core.world.clock.now(),
    warnings: context.warnings,
    schemaOf: parts.schemaOf,
  };
}

const placeOf = ({ namespace, name }: ResourcePath) => ({
  ...(namespace === undefined ? {} : { namespace }),
  ...(name === undefined ? {} : { name }),
});

const keyOf = (path: ResourcePath): ObjectKey => ({ ...placeOf(path), name: path.name ?? '' });

const mayCreate =
  ({ parts: { access }, context: { user }, resource }: ResourceRequest): MayCreate =>
  (key) =>
    access.require(user, { verb: 'create', resource, ...key });

const writtenStatus = ({ created }: Served) => (created ? 201 : 200);

/** For answers that are no objects of the resource. */
const whole = (accepted: Accepted): Accepted => ({ ...accepted, as: 'object' });

const get: VerbHandler = async (asked) => {
  const { parts, request, resource, path } = asked;
  const answering = answeringFor(asked);
  refuseExport(request);
  const options = { resourceVersion: request.query.get('resourceVersion') ?? '' };
  return objectAnswer(answering, 200, await getObject(parts.core, resource, keyOf(path), options));
};

const list: VerbHandler = async (asked) => {
  const { parts, request, resource, path } = asked;
  // The query is read, and then looked at, before the form of the answer.
  const options = listOptions(request.query, path.namespace);
  checkListQuery(request.query, options);
  const answering = answeringFor(asked);
  return listAnswer(answering, await listEntries(parts.core, resource, options));
};

const watch: VerbHandler = async (asked) => {
  const { parts, context, request, resource, path, info } = asked;
  const { namespace, name } = path;
  const jitter = parts.core.world.random.stream('watch-timeouts').next();
  const options = watchOptions(request.query, namespace, Math.floor(watchTimeoutSeconds * (1 + jitter)));
  const accepted = acceptedBy(asked, true);
  selection(resource, options);
  const included = accepted.as === 'Table' ? includeObject(request.query) : 'Metadata';
  checkStreams(accepted, offerOf(resource, true));
  const named = name === undefined ? options : { ...options, fieldSelector: ofOne(name, options) };
  const held = {
    verb: 'watch',
    resource,
    namespace: info.namespace,
    name,
    ...{ fieldSelector: named.fieldSelector, labelSelector: named.labelSelector },
  };
  const response = parts.watches.respond(resource, named, accepted, included, request, (lost) =>
    parts.access.hold(context.user, held, lost),
  );
  return withWarnings(response, context.warnings);
};

/** The selector of a watch of one object; one that is given has to speak of its name. Errors: `StatusError` BadRequest. */
function ofOne(name: string, { fieldSelector }: WatchOptions): string {
  if (!fieldSelector) return `metadata.name=${name}`;
  const { requirements } = parseFieldSelector(fieldSelector);
  if (
    requirements.some(({ field, operator, value }) => field === 'metadata.name' && operator !== '!=' && value === name)
  )
    return fieldSelector;
  throw badRequest("fieldSelector metadata.name doesn't match requested name");
}

const expectedOf = ({ request, resource: { custom, kind } }: ResourceRequest) =>
  custom
    ? customObjectOf(kind, request.query.get('fieldValidation') === 'Ignore')
    : objectOf(kind.kind, apiVersionOf(kind));

const create: VerbHandler = async (asked) => {
  const { parts, context, request, resource, path } = asked;
  const answering = answeringFor(asked);
  languageOf(request);
  const options = writeOptions(request.query, { kind: 'CreateOptions', subresource: path.subresource });
  const { value, strictFaults } = await parts.bodies.required(request, expectedOf(asked));
  const served = await createObject(parts.core, context, resource, placeOf(path), value, { ...options, strictFaults });
  return objectAnswer(answering, 201, served);
};

const update: VerbHandler = async (asked) => {
  const { parts, context, request, resource, path } = asked;
  const answering = answeringFor(asked);
  const options = writeOptions(request.query, { kind: 'UpdateOptions', subresource: path.subresource });
  const { value, strictFaults } = await parts.bodies.required(request, expectedOf(asked));
  const told = { ...options, strictFaults, mayCreate: mayCreate(asked) };
  const served = await updateObject(parts.core, context, resource, placeOf(path), value, told);
  return objectAnswer(answering, writtenStatus(served), served);
};

const patch: VerbHandler = async (asked) => {
  const type = patchTypeOf(asked.request, asked.resource);
  const answering = answeringFor(asked);
  const served = await patched(asked, type);
  return objectAnswer(answering, writtenStatus(served), served);
};

async function patched(asked: ResourceRequest, type: PatchType): Promise<Served> {
  const { parts, context, request, resource, path } = asked;
  const { core, bodies } = parts;
  const applies = type === 'apply';
  const options = writeOptions(request.query, { kind: 'PatchOptions', applies, subresource: path.subresource });
  const key = keyOf(path);
  const mayBeNew = applies && path.subresource === undefined;
  const { value: body, strictFaults } = await notFoundFirst(
    readPatch(bodies, request, type),
    async () => mayBeNew || requireEntry(core, resource, key),
  );
  if (type === 'apply') {
    const told = { ...applyOptions(options), strictFaults, mayCreate: mayCreate(asked) };
    return applyObject(core, context, resource, key, body, told);
  }
  return patchObject(core, context, resource, key, patchOf(type, body), { ...options, strictFaults });
}

/** What the query says counts only where there is no body. */
async function deletion({ parts, request }: ResourceRequest) {
  const { value } = await parts.bodies.read(request, deleteOptions);
  return checkedDeleteOptions(value === undefined ? deleteQuery(request.query) : decodedDeleteOptions(value));
}

const deleteOne: VerbHandler = async (asked) => {
  const { parts, context, resource, path } = asked;
  const answering = answeringFor(asked);
  const options = await deletion(asked);
  const deleted = await deleteObject(parts.core, context, resource, keyOf(path), options);
  const told = answerOf(resource, deleted);
  // Only the deprecated way to ask for it tells that the deletion goes on.
  const status = deleted.outcome === 'marked' && options.orphanDependents === false ? 202 : 200;
  if (told === deleted.object) return objectAnswer(answering, status, { object: deleted.object });
  return answer(status, told, whole(answering.accepted), context.warnings, parts.schemaOf);
};

const deleteAll: VerbHandler = async (asked) => {
  const { parts, context, request, resource, path } = asked;
  const answering = answeringFor(asked);
  const selected = listOptions(request.query, path.namespace);
  checkListQuery(request.query, selected);
  // Fields that cannot be selected by are refused before the options of the deletion.
  selection(resource, selected);
  const deleted = await deleteCollection(parts.core, context, resource, { ...selected, ...(await deletion(asked)) });
  return listAnswer(answering, deleted);
};

export const objectVerbs: ReadonlyMap<string, VerbHandler> = new Map([
  ['get', get],
  ['list', list],
  ['watch', watch],
  ['create', create],
  ['update', update],
  ['patch', patch],
  ['delete', deleteOne],
  ['deletecollection', deleteAll],
]);
