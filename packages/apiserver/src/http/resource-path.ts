/** From a path to what it means: version, resource, namespace, name, subresource (API conventions, "REST paths"). */
import { badRequest } from '@pintle/machinery';

export interface ResourcePath {
  readonly apiVersion: string;
  readonly plural: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly subresource?: string;
  /** What follows the subresource, for proxies. */
  readonly rest?: string;
}

/** Path segments, percent-decoded. Errors: `StatusError` BadRequest for what cannot be decoded. */
export function pathSegments(path: string): readonly string[] {
  try {
    return path
      .split('/')
      .filter((segment) => segment !== '')
      .map(decodeURIComponent);
  } catch (error) {
    throw badRequest(`the path ${JSON.stringify(path)} is not percent-encoded correctly`, error);
  }
}

/** Undefined where the path is that of a version or a group, or none of the API's. */
export function parseResourcePath(segments: readonly string[]): ResourcePath | undefined {
  const [root, ...more] = segments;
  if (root !== 'api' && root !== 'apis') return undefined;
  const versionParts = root === 'api' ? 1 : 2;
  const apiVersion = more.slice(0, versionParts).join('/');
  const parts = more.slice(versionParts);
  if (more.length < versionParts || parts.length === 0) return undefined;

  // `namespaces/NAME/status` and `/finalize` are of the namespace itself; what else follows is in it.
  const inNamespace = parts[0] === 'namespaces' && parts.length > 2 && parts[2] !== 'status' && parts[2] !== 'finalize';
  const namespace = inNamespace ? parts[1] : undefined;
  const [plural = '', name, subresource, ...rest] = inNamespace ? parts.slice(2) : parts;
  return {
    apiVersion,
    plural,
    ...(namespace === undefined ? {} : { namespace }),
    ...(name === undefined ? {} : { name }),
    ...(subresource === undefined ? {} : { subresource }),
    ...(rest.length === 0 ? {} : { rest: rest.join('/') }),
  };
}
