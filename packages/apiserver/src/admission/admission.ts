/**
 * The interface of admission: small objects that may change or refuse what is about to be written. They see
 * objects in the stored version, after defaulting.
 */
import type { KubernetesObject } from '@pintle/machinery';
import type { UserInfo } from '../access/access.js';
import { prepared, type Resource } from '../registry/resource.js';

export interface AdmissionRequest {
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';
  readonly resource: Resource;
  readonly subresource?: string;
  readonly namespace?: string;
  readonly name: string;
  /** The object to be written; undefined for DELETE. */
  readonly object?: KubernetesObject;
  readonly old?: KubernetesObject;
  readonly user: UserInfo;
  readonly dryRun: boolean;
  warn(text: string): void;
  /** Notes something in the audit of the request, where it is audited. */
  readonly annotate?: (key: string, value: string) => void;
}

export interface AdmissionPlugin {
  readonly name: string;
  /** Whether it has a say in this request; called for every write, so keep it cheap. */
  handles(request: AdmissionRequest): boolean;
  /** Returns the object to go on with. Errors: `StatusError`, which refuses the request. */
  mutate?(request: AdmissionRequest): KubernetesObject | Promise<KubernetesObject>;
  validate?(request: AdmissionRequest): void | Promise<void>;
}

/**
 * Runs the mutating halves in order, each on what the one before returned. Most need not wait for anything, and
 * then nobody does: there is a promise only where a plugin gave one.
 */
export function admitMutating(
  plugins: readonly AdmissionPlugin[],
  request: AdmissionRequest,
): KubernetesObject | undefined | Promise<KubernetesObject | undefined> {
  const ready = prepared(request.resource, [request.object, request.old]);
  return ready === undefined ? mutateFrom(plugins, request) : ready.then(() => mutateFrom(plugins, request));
}

function mutateFrom(
  plugins: readonly AdmissionPlugin[],
  request: AdmissionRequest,
): KubernetesObject | undefined | Promise<KubernetesObject | undefined> {
  let current = request;
  for (let i = 0; i < plugins.length; i++) {
    const plugin = plugins[i]!;
    if (plugin.mutate === undefined || !plugin.handles(current)) continue;
    const object = plugin.mutate(current);
    if (object instanceof Promise)
      return object.then((made) => admitMutating(plugins.slice(i + 1), { ...current, object: made }));
    if (object === current.object) continue;
    if (request.resource.prepare !== undefined) return admitMutating(plugins.slice(i + 1), { ...current, object });
    current = { ...current, object };
  }
  return current.object;
}

/** As `admitMutating`. */
export function admitValidating(plugins: readonly AdmissionPlugin[], request: AdmissionRequest): void | Promise<void> {
  const ready = prepared(request.resource, [request.object, request.old]);
  return ready === undefined ? validateFrom(plugins, request) : ready.then(() => validateFrom(plugins, request));
}

function validateFrom(plugins: readonly AdmissionPlugin[], request: AdmissionRequest): void | Promise<void> {
  for (let i = 0; i < plugins.length; i++) {
    const plugin = plugins[i]!;
    if (plugin.validate === undefined || !plugin.handles(request)) continue;
    const done = plugin.validate(request);
    if (done instanceof Promise) return done.then(() => validateFrom(plugins.slice(i + 1), request));
  }
}
