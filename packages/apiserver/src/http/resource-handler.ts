/** Requests for resources: whether they may be asked at all, and by whom; then it is for the verb. */
import { badRequest, statusError } from '@pintle/machinery';
import { verbsOf } from '../discovery/discovery.js';
import { isPartOfObject, type Resource } from '../registry/resource.js';
import type { ResourceRequestInfo } from '../requests/request-info.js';
import type { ResourceAccess } from '../verbs/authorize.js';
import type { HttpContext } from './http-context.js';
import type { HttpRequest, HttpResponse } from './message.js';
import { methodNotAllowed, verbNotAllowed } from './not-allowed.js';
import { objectVerbs } from './object-verbs.js';
import type { ResourcePath } from './resource-path.js';
import type { ResourceHandlerParts, ResourceRequest } from './resource-request.js';
import { handleSubresource } from './subresource-verbs.js';

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
  if (resource === undefined)
    throw statusError('NotFound', 'the server could not find the requested resource', { details: {} });
  checkMethod(request.method, path);
  const { verb, namespace, name, subresource } = info;
  const fieldSelector = verb === 'list' || verb === 'watch' ? (request.query.get('fieldSelector') ?? '') : undefined;
  const allowed = authorized(parts, context, { verb, resource, namespace, name, subresource, fieldSelector });
  const asked: ResourceRequest = { parts, context, request, resource, path };
  return allowed === undefined ? handleAllowed(asked, verb) : allowed.then(() => handleAllowed(asked, verb));
}

/** A promise only where somebody has to be asked. */
function authorized(
  { access }: ResourceHandlerParts,
  { user, annotate }: HttpContext,
  wanted: ResourceAccess,
): Promise<void> | void {
  if (annotate === undefined) return access.require(user, wanted);
  const told = async () => {
    try {
      await access.require(user, wanted);
      annotate('authorization.k8s.io/decision', 'allow');
    } catch (error) {
      annotate('authorization.k8s.io/decision', 'forbid');
      throw error;
    }
  };
  return told();
}

function handleAllowed(asked: ResourceRequest, verb: string): Promise<HttpResponse> {
  const { context, resource, path } = asked;
  if (resource.deprecationWarning !== undefined) context.warn(resource.deprecationWarning);
  if (path.subresource !== undefined && !isPartOfObject(resource, path.subresource))
    return handleSubresource(asked, verb);
  const verbs: readonly string[] = path.subresource === undefined ? verbsOf(resource.kind) : partVerbs;
  const handle = verbs.includes(verb) ? objectVerbs.get(verb) : undefined;
  if (handle === undefined) throw verbNotAllowed(resource, verb);
  if (needsNamespace(resource, verb) && path.namespace === undefined)
    throw badRequest('an empty namespace may not be set during creation');
  return handle(asked);
}

const needsNamespace = ({ kind }: Resource, verb: string): boolean =>
  kind.scope === 'Namespaced' && verb !== 'list' && verb !== 'watch' && verb !== 'deletecollection';

/** Errors: `StatusError` MethodNotAllowed for what means nothing at such a path. */
function checkMethod(method: string, { name, subresource, watched }: ResourcePath): void {
  const reads = method === 'GET' || method === 'HEAD';
  const fits = watched
    ? reads
    : method === 'POST'
      ? name === undefined || subresource !== undefined
      : method === 'PUT' || method === 'PATCH'
        ? name !== undefined
        : reads || method === 'DELETE';
  if (!fits) throw methodNotAllowed();
}
