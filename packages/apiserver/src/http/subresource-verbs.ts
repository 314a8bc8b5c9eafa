/** What HTTP asks of subresources that are no part of their object: each has a handler, which streams, connects, or answers verbs. */
import { badRequest, type KubernetesObject, parseApiVersion, statusError } from '@pintle/machinery';
import type { Resource } from '../registry/resource.js';
import type { SubresourceHandler } from '../subresources/subresource.js';
import { partialObject, tableOf } from '../table/table.js';
import { requireEntry } from '../verbs/read.js';
import { answer, encoded } from './answer.js';
import { languageOf, objectOf } from './body.js';
import { warnOfAge } from './http-context.js';
import type { HttpResponse } from './message.js';
import { checkPartial, negotiate, objectRoute } from './negotiation.js';
import { partNotFound, verbNotAllowed } from './not-served.js';
import { notFoundFirst, patchOf, patchTypeOf, readPatch } from './patch-body.js';
import { applyOptions, includeObject, refuseExport, type WriteKind, writeOptions } from './request-options.js';
import type { ResourceRequest } from './resource-request.js';

const isServed = (handler: SubresourceHandler, verb: string): boolean =>
  (verb === 'get' || verb === 'list'
    ? (handler.get ?? handler.stream)
    : verb === 'create' || verb === 'update' || verb === 'patch'
      ? handler[verb]
      : undefined) !== undefined;

/** Of what answers; custom ones are told by its version alone. */
function goTypeOf({ custom }: Resource, { apiVersion, kind }: KubernetesObject): string {
  const { group, version } = parseApiVersion(apiVersion);
  return `*${custom ? version : group.split('.')[0]}.${kind}`;
}

const optionsOf: Readonly<Record<string, WriteKind>> = { update: 'UpdateOptions', patch: 'PatchOptions' };

export async function handleSubresource(
  { parts, context, request, resource, path }: ResourceRequest,
  verb: string,
): Promise<HttpResponse> {
  const handler = parts.subresources.find(resource, path.subresource!);
  const target = {
    core: parts.core,
    context,
    resource,
    key: { name: path.name!, ...(path.namespace === undefined ? {} : { namespace: path.namespace }) },
  };
  const notServed = () => verbNotAllowed(resource, verb);
  if (handler === undefined) throw partNotFound(resource, path.name!);
  warnOfAge(context, resource);
  const connects =
    handler.proxy !== undefined || (handler.connect !== undefined && (verb === 'get' || verb === 'create'));
  if (connects && request.query.has('dryRun')) throw badRequest('dryRun is not supported');
  if (handler.proxy !== undefined) return handler.proxy(target, request);
  if (handler.connect !== undefined) {
    if (!connects) throw notServed();
    const session = await handler.connect(target, request.query);
    if (request.upgrade !== true) throw badRequest('Upgrade request required');
    return { status: 101, headers: {}, session };
  }
  if (!isServed(handler, verb)) throw notServed();
  const patchType = verb === 'patch' ? patchTypeOf(request, resource) : undefined;
  const routed = handler.stream === undefined ? objectRoute : ['text/plain', ...objectRoute];
  const columns = handler.columns?.(resource);
  const accepted = negotiate(request.header('accept'), {
    protobuf: true,
    routed,
    transforms: true,
    tables: columns !== undefined,
  });
  const respond = (status: number, value: KubernetesObject | unknown) => {
    const { as, metaVersion } = accepted;
    if (as === 'object' || (value as KubernetesObject).kind === 'Status')
      return answer(status, value, accepted, context.warnings, parts.schemaOf);
    const object = value as KubernetesObject;
    checkPartial(accepted, 'object', goTypeOf(resource, object));
    const metadata = { resourceVersion: object.metadata.resourceVersion ?? '' };
    const shown = { includeObject: includeObject(request.query), nowMs: parts.core.world.clock.now() };
    return as === 'Table'
      ? answer(
          status,
          tableOf({ ...resource, columns, fromStored: (same) => same }, [object], { ...shown, metaVersion, metadata }),
          accepted,
          context.warnings,
        )
      : answer(status, partialObject(object, metaVersion), accepted, context.warnings, parts.schemaOf);
  };
  if (verb === 'get' || verb === 'list') {
    if (handler.stream !== undefined) {
      const bytes = await handler.stream(target, request.query, request.signal);
      return bytes === undefined
        ? { status: 204, headers: { 'cache-control': 'no-cache, private' }, body: '' }
        : { ...encoded(200, 'text/plain', bytes), messages: 'bytes' };
    }
    refuseExport(request);
    return respond(200, await handler.get!(target));
  }
  if (verb === 'create') languageOf(request);
  const options = writeOptions(request.query, {
    kind: optionsOf[verb] ?? 'CreateOptions',
    applies: patchType === 'apply',
  });
  if (verb === 'create' || verb === 'update') {
    const expected = handler.body === undefined ? undefined : objectOf(handler.body);
    const { value, strictFaults } = await parts.bodies.required(request, expected);
    const sent = { ...options, strictFaults };
    return verb === 'create'
      ? respond(201, await handler.create!(target, value, sent))
      : respond(200, await handler.update!(target, value, sent));
  }
  if (patchType !== undefined && handler.patch !== undefined) {
    const sent = readPatch(parts.bodies, request, patchType);
    const { value, strictFaults } = await notFoundFirst(sent, () => requireEntry(parts.core, resource, target.key));
    if (patchType !== 'apply') return respond(200, await handler.patch(target, patchOf(patchType, value), options));
    if (handler.apply === undefined)
      throw statusError(
        'UnsupportedMediaType',
        `server-side apply is not supported on ${resource.kind.plural}/${path.subresource}`,
      );
    return respond(200, await handler.apply(target, value, { ...applyOptions(options), strictFaults }));
  }
  throw notServed();
}
