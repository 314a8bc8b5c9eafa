/**
 * The interface of admission: small objects that may change or refuse what is about to be written. They see
 * objects in the stored version, after defaulting.
 */
import type { KubernetesObject } from '@pintle/machinery';
import type { UserInfo } from '../access/access.js';
import type { Resource } from '../registry/resource.js';

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
}

export interface AdmissionPlugin {
  readonly name: string;
  /** Whether it has a say in this request; called for every write, so keep it cheap. */
  handles(request: AdmissionRequest): boolean;
  /** Returns the object to go on with. Errors: `StatusError`, which refuses the request. */
  mutate?(request: AdmissionRequest): KubernetesObject | Promise<KubernetesObject>;
  validate?(request: AdmissionRequest): void | Promise<void>;
}

/** Runs the mutating halves in order, each on what the one before returned. */
export async function admitMutating(
  plugins: readonly AdmissionPlugin[],
  request: AdmissionRequest,
): Promise<KubernetesObject | undefined> {
  let current = request;
  for (const plugin of plugins) {
    if (plugin.mutate === undefined || !plugin.handles(current)) continue;
    const object = await plugin.mutate(current);
    if (object !== current.object) current = { ...current, object };
  }
  return current.object;
}

export async function admitValidating(plugins: readonly AdmissionPlugin[], request: AdmissionRequest): Promise<void> {
  for (const plugin of plugins) {
    if (plugin.validate !== undefined && plugin.handles(request)) await plugin.validate(request);
  }
}
