/**
 * What a request asks for, before anything is known of kinds: verb, resource, place (apiserver `RequestInfo`).
 * Metrics, audit, flow control and authorization speak of a request in these words.
 */
import { parseApiVersion, saysYes } from '@pintle/machinery';
import { parseResourcePath, type ResourcePath, segmentsOf } from '../http/resource-path.js';

export interface ResourceRequestInfo {
  readonly type: 'resource';
  /** In Kubernetes' words: `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`, `deletecollection`. Empty: none of them. */
  readonly verb: string;
  /** As it was asked for, without the query. */
  readonly path: string;
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly subresource?: string;
  /** Of a namespace, itself. */
  readonly namespace?: string;
  readonly name?: string;
}

/** A request for something that is no resource: a document, a health check. */
export interface PathRequestInfo {
  readonly type: 'path';
  readonly verb: string;
  readonly path: string;
}

export type RequestInfo = ResourceRequestInfo | PathRequestInfo;

export interface RequestLine {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
}

/** `place` is that of `parseResourcePath`, for who has parsed the path already. */
export function requestInfo(
  line: RequestLine,
  place: ResourcePath | undefined = parseResourcePath(segmentsOf(line.path)),
): RequestInfo {
  const { method, path, query } = line;
  if (place === undefined) return { type: 'path', verb: method.toLowerCase(), path };
  const { group, version } = parseApiVersion(place.apiVersion);
  const { plural, subresource } = place;
  const namespace = namespaceOf(place);
  const verb = verbOf(method, place, query);
  // By the older path to watch, selectors say nothing of what is asked for.
  const isSelected = place.watched !== true && (verb === 'list' || verb === 'watch');
  const name = place.name ?? (isSelected ? namedByField(query) : undefined);
  return {
    type: 'resource',
    verb,
    path,
    group,
    version,
    resource: plural,
    ...(subresource === undefined ? {} : { subresource }),
    ...(namespace === undefined ? {} : { namespace }),
    ...(name === undefined ? {} : { name }),
  };
}

/** Who may do something in a namespace may do so to the namespace. `name` is that of a path. */
export const namespaceOf = ({
  plural,
  namespace,
  name,
}: Pick<ResourcePath, 'plural' | 'namespace' | 'name'>): string | undefined =>
  namespace ?? (plural === 'namespaces' ? name : undefined);

function verbOf(method: string, { name, watched }: ResourcePath, query: URLSearchParams): string {
  if (watched) return 'watch';
  switch (method) {
    case 'GET':
    case 'HEAD':
      // Of one object there is no watch but by the old path, or by a field selector.
      if (name === undefined && saysYes(query.get('watch'))) return 'watch';
      return name === undefined ? 'list' : 'get';
    case 'POST':
      return 'create';
    case 'PUT':
      return 'update';
    case 'PATCH':
      return 'patch';
    case 'DELETE':
      return name === undefined ? 'deletecollection' : 'delete';
    default:
      // Kubernetes has no word for it.
      return '';
  }
}

/** A list or watch of the one object that a field selector names counts as one of that name, also for authorization. */
function namedByField(query: URLSearchParams): string | undefined {
  const selector = query.get('fieldSelector');
  if (selector === null) return undefined;
  return /(?:^|,)metadata\.name==?([a-z0-9][a-z0-9.-]*)(?:,|$)/.exec(selector)?.[1];
}

const readVerbs = new Set(['get', 'list', 'watch', 'head', 'options']);

/** Whether the request may change what is stored. */
export const isMutating = ({ verb }: RequestInfo): boolean => !readVerbs.has(verb);

const longSubresources = new Set(['attach', 'exec', 'proxy', 'log', 'portforward']);

/** Whether the answer may take as long as the client stays: such requests have no part in limits of concurrency. */
export const isLongRunning = (info: RequestInfo): boolean =>
  info.type === 'resource' &&
  (info.verb === 'watch' || (info.subresource !== undefined && longSubresources.has(info.subresource)));
