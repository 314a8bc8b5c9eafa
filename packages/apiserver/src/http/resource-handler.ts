/** Requests for resources: from method, path and query to a verb, and from its result to an answer. */
import type { ApplyOptions, JsonPatchOperation, ObjectKey, Patch, WriteOptions } from '@pintle/client';
import { badRequest, type KubernetesObject, methodNotSupported, statusError } from '@pintle/machinery';
import { verbsOf } from '../discovery/discovery.js';
import type { RequestContext } from '../registry/request-context.js';
import { isPartOfObject, type Resource } from '../registry/resource.js';
import type { ResourceRequestInfo } from '../requests/request-info.js';
import type { SubresourceHandlers } from '../subresources/subresource.js';
import { listEnvelope } from '../table/table.js';
import type { ApiCore, Served } from '../verbs/api-core.js';
import { applyObject } from '../verbs/apply.js';
import type { Access } from '../verbs/authorize.js';
import { createObject } from '../verbs/create.js';
import { deleteCollection, deletedStatus, deleteObject } from '../verbs/delete.js';
import { parseDeleteOptions } from '../verbs/delete-plan.js';
import { patchObject } from '../verbs/patch.js';
import { getObject, listEntries } from '../verbs/read.js';
import { updateObject } from '../verbs/update.js';
import { answer, encoded } from './answer.js';
import { patchTypeOf, readBody, type Sent } from './body.js';
import type { HttpRequest, HttpResponse } from './message.js';
import { type Accepted, negotiate } from './negotiation.js';
import { type Answering, listAnswer, objectAnswer } from './object-answers.js';
import type { SchemaLookup } from './protobuf.js';
import {
  deleteQuery,
  includeObject,
  listOptions,
  type WriteKind,
  watchOptions,
  writeOptions,
} from './request-options.js';
import type { ResourcePath } from './resource-path.js';
import type { WatchResponder } from './watch-response.js';

export interface ResourceHandlerParts {
  readonly core: ApiCore;
  readonly access: Access;
  readonly subresources: SubresourceHandlers;
  readonly watches: WatchResponder;
  /** Of bodies in protobuf, by what their envelope says. */
  readonly schemaOf: SchemaLookup;
}

/** A context that remembers its warnings. */
export type HttpContext = RequestContext & { readonly warnings: readonly string[] };

/** Watches without a timeout of their own end after 30 to 60 minutes, so that they do not all end together. */
const watchTimeoutSeconds = 1800;

const optionsOf: Readonly<Record<string, WriteKind>> = { update: 'UpdateOptions', patch: 'PatchOptions' };

/** What can be done to a part of an object. */
const partVerbs = ['get', 'update', 'patch'];

export async function handleResource(
  parts: ResourceHandlerParts,
  context: HttpContext,
  request: HttpRequest,
  path: ResourcePath,
  info: ResourceRequestInfo,
): Promise<HttpResponse> {
  const { core, access } = parts;
  const resource = core.registry.byResource(path.apiVersion, path.plural);
  if (resource === undefined)
    throw statusError('NotFound', 'the server could not find the requested resource', { details: {} });
  checkMethod(request.method, path);
  const { verb, namespace, name, subresource } = info;
  const fieldSelector = verb === 'list' || verb === 'watch' ? (request.query.get('fieldSelector') ?? '') : undefined;
  try {
    await access.require(context.user, { verb, resource, namespace, name, subresource, fieldSelector });
    context.annotate?.('authorization.k8s.io/decision', 'allow');
  } catch (error) {
    context.annotate?.('authorization.k8s.io/decision', 'forbid');
    throw error;
  }
  if (resource.deprecationWarning !== undefined) context.warn(resource.deprecationWarning);
  if (path.subresource !== undefined && !isPartOfObject(resource, path.subresource))
    return handleSubresource(parts, context, request, resource, path, verb);
  const verbs: readonly string[] = path.subresource === undefined ? verbsOf(resource.kind) : partVerbs;
  if (!verbs.includes(verb)) throw methodNotSupported(resource.kind, verb);
  if (
    verb !== 'list' &&
    verb !== 'watch' &&
    verb !== 'deletecollection' &&
    path.namespace === undefined &&
    resource.kind.scope === 'Namespaced'
  ) {
    throw badRequest('an empty namespace may not be set during creation');
  }
  return handleVerb(parts, context, request, resource, path, verb);
}

async function handleVerb(
  parts: ResourceHandlerParts,
  context: HttpContext,
  request: HttpRequest,
  resource: Resource,
  path: ResourcePath,
  verb: string,
): Promise<HttpResponse> {
  const { core } = parts;
  const { query } = request;
  const accepted = negotiate(request.header('accept'), {
    protobuf: !resource.custom,
    transforms: true,
    watch: verb === 'watch',
  });
  const answering: Answering = {
    resource,
    accepted,
    request,
    nowMs: core.world.clock.now(),
    warnings: context.warnings,
    schemaOf: parts.schemaOf,
  };
  const place = {
    ...(path.namespace === undefined ? {} : { namespace: path.namespace }),
    ...(path.name === undefined ? {} : { name: path.name }),
  };
  const key: ObjectKey = { ...place, name: path.name ?? '' };
  const one = (status: number, served: Served) => objectAnswer(answering, status, served);

  switch (verb) {
    case 'get':
      return one(200, await getObject(core, resource, key, { resourceVersion: query.get('resourceVersion') ?? '' }));
    case 'list':
      return listAnswer(answering, await listEntries(core, resource, listOptions(query, path.namespace)));
    case 'watch': {
      const seconds = Math.floor(watchTimeoutSeconds * (1 + core.world.random.stream('watch-timeouts').next()));
      const options = watchOptions(query, path.namespace, seconds);
      const named =
        path.name === undefined
          ? options
          : {
              ...options,
              fieldSelector: [options.fieldSelector, `metadata.name=${path.name}`].filter(Boolean).join(','),
            };
      const { namespace, name } = path;
      const held = { verb, resource, namespace, name, fieldSelector: named.fieldSelector };
      return parts.watches.respond(resource, named, accepted, includeObject(query), request.signal, (lost) =>
        parts.access.hold(context.user, held, lost),
      );
    }
    case 'create': {
      const { value, strictFaults } = await requiredBody(parts, request, resource.kind.kind);
      const options = writeOptions(query, { kind: 'CreateOptions', subresource: path.subresource });
      return one(201, await createObject(core, context, resource, place, value, { ...options, strictFaults }));
    }
    case 'update': {
      const { value, strictFaults } = await requiredBody(parts, request, resource.kind.kind);
      const options = writeOptions(query, { kind: 'UpdateOptions', subresource: path.subresource });
      const served = await updateObject(core, context, resource, place, value, { ...options, strictFaults });
      return one(served.created ? 201 : 200, served);
    }
    case 'patch': {
      const served = await patchBy(parts, context, resource, key, request, path);
      return one(served.created ? 201 : 200, served);
    }
    case 'delete': {
      const options = await deletion(parts, request);
      const { outcome, object } = await deleteObject(core, context, resource, key, options);
      // Only the deprecated way to ask for it tells that the deletion goes on.
      if (outcome === 'marked')
        return objectAnswer(answering, options.orphanDependents === false ? 202 : 200, { object });
      return answer(200, deletedStatus(resource, object), whole(accepted), context.warnings, parts.schemaOf);
    }
    case 'deletecollection': {
      const objects = await deleteCollection(core, context, resource, {
        ...listOptions(query, path.namespace),
        ...(await deletion(parts, request)),
      });
      const metadata = { resourceVersion: String(core.backend.status().revision) };
      const list = { ...listEnvelope(resource), metadata, items: objects };
      return answer(200, list, whole(accepted), context.warnings, parts.schemaOf);
    }
    default:
      throw methodNotSupported(resource.kind, verb);
  }
}

/** For answers that are no objects of the resource. */
const whole = (accepted: Accepted): Accepted => ({ ...accepted, as: 'object' });

async function patchBy(
  parts: ResourceHandlerParts,
  context: RequestContext,
  resource: Resource,
  key: ObjectKey,
  request: HttpRequest,
  path: ResourcePath,
): Promise<Served> {
  const { core } = parts;
  const type = patchTypeOf(request);
  const { value: body, strictFaults } = await requiredBody(parts, request);
  const options = writeOptions(request.query, {
    kind: 'PatchOptions',
    applies: type === 'apply',
    subresource: path.subresource,
  });
  if (type === 'apply') {
    return applyObject(core, context, resource, key, body, { ...applyOptions(options), strictFaults });
  }
  return patchObject(core, context, resource, key, patchOf(type, body), { ...options, strictFaults });
}

/** That an apply names its manager is for the verb to ask. */
const applyOptions = (options: WriteOptions): ApplyOptions => ({
  ...options,
  fieldManager: options.fieldManager ?? '',
});

function patchOf(type: 'json' | 'merge' | 'strategic', body: unknown): Patch {
  if (type !== 'json') return { type, body };
  if (!Array.isArray(body)) throw badRequest('a JSON patch must be an array of operations');
  return { type, operations: body as readonly JsonPatchOperation[] };
}

async function requiredBody({ schemaOf }: ResourceHandlerParts, request: HttpRequest, kind?: string): Promise<Sent> {
  const sent = await readBody(request, schemaOf, kind);
  if (sent.value === undefined) throw badRequest('the request needs a body');
  return sent;
}

async function deletion({ schemaOf }: ResourceHandlerParts, request: HttpRequest) {
  // What the query says counts only where there is no body.
  return parseDeleteOptions((await readBody(request, schemaOf)).value ?? deleteQuery(request.query));
}

/** Errors: `StatusError` MethodNotAllowed for what means nothing at such a path. */
function checkMethod(method: string, { name, subresource }: ResourcePath): void {
  const fits =
    method === 'POST'
      ? name === undefined || subresource !== undefined
      : method === 'PUT' || method === 'PATCH'
        ? name !== undefined
        : method === 'GET' || method === 'HEAD' || method === 'DELETE';
  if (!fits) throw notAllowed();
}

const notAllowed = () =>
  statusError('MethodNotAllowed', 'the server does not allow this method on the requested resource', { details: {} });

async function handleSubresource(
  parts: ResourceHandlerParts,
  context: HttpContext,
  request: HttpRequest,
  resource: Resource,
  path: ResourcePath,
  verb: string,
): Promise<HttpResponse> {
  const handler = parts.subresources.find(resource, path.subresource!);
  const target = {
    core: parts.core,
    context,
    resource,
    key: { name: path.name!, ...(path.namespace === undefined ? {} : { namespace: path.namespace }) },
  };
  const notServed = () =>
    methodNotSupported({ group: resource.kind.group, plural: `${resource.kind.plural}/${path.subresource}` }, verb);
  if (handler === undefined)
    throw statusError('NotFound', 'the server could not find the requested resource', { details: {} });
  if (handler.connect !== undefined) {
    if (verb !== 'get' && verb !== 'create') throw notServed();
    const session = await handler.connect(target, request.query);
    if (request.upgrade !== true) throw badRequest('Upgrade request required');
    return { status: 101, headers: {}, session };
  }
  const accepted = negotiate(request.header('accept'), { protobuf: true });
  const applies = verb === 'patch' && patchTypeOf(request) === 'apply';
  const options = writeOptions(request.query, { kind: optionsOf[verb] ?? 'CreateOptions', applies });
  const respond = (status: number, value: KubernetesObject | unknown) =>
    answer(status, value, accepted, context.warnings, parts.schemaOf);
  if (verb === 'get' || verb === 'list') {
    if (handler.stream !== undefined)
      return encoded(200, 'text/plain', await handler.stream(target, request.query, request.signal));
    if (handler.get === undefined) throw notServed();
    return respond(200, await handler.get(target));
  }
  if (verb === 'create' && handler.create !== undefined)
    return respond(201, await handler.create(target, (await requiredBody(parts, request)).value, options));
  if (verb === 'update' && handler.update !== undefined)
    return respond(200, await handler.update(target, (await requiredBody(parts, request)).value, options));
  if (verb === 'patch' && handler.patch !== undefined) {
    const type = patchTypeOf(request);
    if (type !== 'apply')
      return respond(
        200,
        await handler.patch(target, patchOf(type, (await requiredBody(parts, request)).value), options),
      );
    if (handler.apply === undefined)
      throw statusError(
        'UnsupportedMediaType',
        `server-side apply is not supported on ${resource.kind.plural}/${path.subresource}`,
      );
    return respond(200, await handler.apply(target, (await requiredBody(parts, request)).value, applyOptions(options)));
  }
  throw notServed();
}
