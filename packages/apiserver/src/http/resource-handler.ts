/** Requests for resources: whether they may be asked at all, and by whom; then it is for the verb. */

import { decisionIn } from '../audit/audit.js';
import { verbsOf } from '../discovery/discovery.js';
import { isPartOfObject, type Resource } from '../registry/resource.js';
import type { ResourceRequestInfo } from '../requests/request-info.js';
import type { ResourceAccess } from '../verbs/authorize.js';
import { pageNotFound } from './answer.js';
import { type HttpContext, warnOfAge } from './http-context.js';
import type { HttpRequest, HttpResponse } from './message.js';
import { checkRouted, isPlain, listRoute, objectRoute } from './negotiation.js';
import { methodNotAllowed, resourceNotFound, verbNotAllowed } from './not-served.js';
import { objectVerbs } from './object-verbs.js';
import { patchTypeOf } from './patch-body.js';
import type { ResourcePath } from './resource-path.js';
import type { ResourceHandlerParts, ResourceRequest } from './resource-request.js';
import { handleSubresource } from './subresource-verbs.js';

/** Verbs on as many objects as a selector leaves, which authorizers may look at. */
const selects = ['list', 'watch', 'deletecollection'];

/** What can be done to a part of an object. */
const partVerbs = ['get', 'update', 'patch'];

/** Refusals are thrown, or reject. */
export function handleResource(
  parts: ResourceHandlerParts,
  context: HttpContext,
  request: HttpRequest,
  path: ResourcePath,
  info: ResourceRequestInfo,
): Promise<HttpResponse> {
  const resource = parts.core.registry.byResource(path.apiVersion, path.plural);
  if (resource === undefined) return handleUnknown(parts, context, path, info);
  const { verb, namespace, name, subresource } = info;
  const access = { verb, resource, namespace, name, subresource };
  const allowed = authorized(
    parts,
    context,
    selects.includes(verb) && path.watched !== true ? { ...access, ...selectorsOf(request) } : access,
  );
  const asked: ResourceRequest = { parts, context, request, resource, path, info };
  return allowed === undefined ? handleAllowed(asked, verb) : allowed.then(() => handleAllowed(asked, verb));
}

const selectorsOf = ({ query }: HttpRequest) => ({
  fieldSelector: query.get('fieldSelector') ?? '',
  labelSelector: query.get('labelSelector') ?? '',
});

/** Who may not ask for it is not told that it is not there. */
async function handleUnknown(
  parts: ResourceHandlerParts,
  context: HttpContext,
  { apiVersion }: ResourcePath,
  { verb, group, version, resource: plural, namespace, name, subresource }: ResourceRequestInfo,
): Promise<HttpResponse> {
  const kind = { group, version, plural };
  await authorized(parts, context, { verb, resource: { kind }, namespace, name, subresource });
  if (apiVersion === 'v1' || parts.core.registry.hasBuiltin(group)) throw resourceNotFound();
  return pageNotFound();
}

/** A promise only where somebody has to be asked. */
function authorized(
  { access }: ResourceHandlerParts,
  { user, annotate }: HttpContext,
  wanted: ResourceAccess,
): Promise<void> | void {
  return access.require(user, wanted, annotate && decisionIn(annotate));
}

function handleAllowed(asked: ResourceRequest, verb: string): Promise<HttpResponse> {
  const { context, request, resource, path } = asked;
  if (resource.custom && isElsewhere(resource, path)) return Promise.resolve(pageNotFound());
  checkMethod(asked);
  if (path.subresource !== undefined && !isPartOfObject(resource, path.subresource))
    return handleSubresource(asked, verb);
  const verbs: readonly string[] = path.subresource === undefined ? verbsOf(resource.kind) : partVerbs;
  const handle = verbs.includes(verb) ? objectVerbs.get(verb) : undefined;
  const accept = request.header('accept') ?? '';
  // What a patch is written in is looked at first.
  if (handle !== undefined && verb === 'patch') patchTypeOf(request, resource);
  if (!resource.custom && handle !== undefined && !isPlain(accept))
    checkRouted(
      accept,
      request.method === 'GET' && (path.name === undefined || path.watched) ? listRoute : objectRoute,
    );
  warnOfAge(context, resource);
  if (handle === undefined) throw verbNotAllowed(resource, verb);
  return handle(asked);
}

/** A path in a namespace of what is in none, or of one object outside of the namespace that it is in. */
const isElsewhere = ({ kind }: Resource, { name, namespace }: ResourcePath): boolean => {
  const isInNamespace = namespace !== undefined;
  return (kind.scope === 'Namespaced') !== isInNamespace && (name !== undefined || isInNamespace);
};

/** Of a built-in kind: whether anything can be done at such a path. */
function isRouted({ parts, resource, path: { name, namespace, subresource } }: ResourceRequest): boolean {
  const { kind, custom } = resource;
  if (custom) return true;
  if (subresource !== undefined)
    return isPartOfObject(resource, subresource) || parts.subresources.find(resource, subresource) !== undefined;
  const verbs: readonly string[] = verbsOf(kind);
  if (name !== undefined) return verbs.some((verb) => verbsOfOne.includes(verb));
  return (kind.scope === 'Namespaced') === (namespace !== undefined) || verbs.includes('list');
}
/** Methods that are handed on to a pod, a service or a node. */
const proxied = new Set(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS']);
const verbsOfOne = ['get', 'update', 'patch', 'delete'];

/** Errors: `StatusError` NotFound where nothing is at such a path, MethodNotAllowed for what means nothing there. */
function checkMethod(asked: ResourceRequest): void {
  const {
    resource,
    path,
    request: { method },
  } = asked;
  const { name, namespace, subresource, rest, watched } = path;
  const isInNamespace = namespace !== undefined;
  const belongsThere = (resource.kind.scope === 'Namespaced') === isInNamespace;
  if (isElsewhere(resource, path) || !isRouted(asked)) throw resourceNotFound();
  if (rest !== undefined && subresource !== 'proxy') throw resourceNotFound();
  const fits =
    subresource === 'proxy'
      ? proxied.has(method)
      : watched
        ? method === 'GET'
        : method === 'POST'
          ? belongsThere && (name === undefined || subresource !== undefined)
          : method === 'PUT' || method === 'PATCH'
            ? name !== undefined
            : method === 'HEAD'
              ? resource.custom
              : method === 'GET' || (method === 'DELETE' && belongsThere);
  if (!fits) throw methodNotAllowed();
}
