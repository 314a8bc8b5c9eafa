/** From a path to what it means: version, resource, namespace, name, subresource (API conventions, "REST paths"). */
import { badRequest } from '@pintle/machinery';

export interface ResourcePath {
  readonly apiVersion: string;
  readonly plural: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly subresource?: string;
  /** By the older way to watch: `/api/v1/watch/pods`. */
  readonly watched?: boolean;
  /** What follows the subresource, for proxies. */
  readonly rest?: string;
}

/** What stands between the slashes of a path, which may be nothing; slashes at its ends do not count. */
export function segmentsOf(path: string): readonly string[] {
  let [start, end] = [0, path.length];
  while (path[start] === '/') start++;
  while (end > start && path[end - 1] === '/') end--;
  return start === end ? [] : path.slice(start, end).split('/');
}

/** The same, percent-decoded. Errors: `StatusError` BadRequest for what cannot be decoded. */
export function pathSegments(path: string): readonly string[] {
  try {
    const segments = segmentsOf(path);
    return path.includes('%') ? segments.map(decodeURIComponent) : segments;
  } catch (error) {
    throw badRequest(`the path ${JSON.stringify(path)} is not percent-encoded correctly`, error);
  }
}

/** Undefined where the path is that of a version or a group, or none of the API's. */
export function parseResourcePath(segments: readonly string[]): ResourcePath | undefined {
  const [root] = segments;
  if (root !== 'api' && root !== 'apis') return undefined;
  const version = root === 'api' ? 2 : 3;
  const watched = segments[version] === 'watch' && segments.length > version + 1;
  const first = watched ? version + 1 : version;
  if (segments.length <= first) return undefined;
  const apiVersion = root === 'api' ? segments[1]! : `${segments[1]}/${segments[2]}`;

  // `namespaces/NAME/status` and `/finalize` are of the namespace itself; what else follows is in it.
  const below = segments[first + 2];
  const inNamespace =
    segments[first] === 'namespaces' && below !== undefined && below !== 'status' && below !== 'finalize';
  // An empty name of a namespace stands for all.
  const namespace = inNamespace ? segments[first + 1] || undefined : undefined;
  const at = inNamespace ? first + 2 : first;
  const [plural = '', name, subresource] = [segments[at], segments[at + 1], segments[at + 2]];
  return {
    apiVersion,
    plural,
    ...(namespace === undefined ? {} : { namespace }),
    ...(name === undefined ? {} : { name }),
    ...(subresource === undefined ? {} : { subresource }),
    ...(watched ? { watched } : {}),
    ...(segments.length <= at + 3 ? {} : { rest: segments.slice(at + 3).join('/') }),
  };
}
