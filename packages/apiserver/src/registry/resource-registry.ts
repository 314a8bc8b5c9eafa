/**
 * Everything that the API serves, by group, version and resource. Built-in definitions are there from the
 * start; those of custom resources come and go. Discovery and OpenAPI read it and watch its generation.
 */
import { type KubernetesObject, parseApiVersion, type ResourceDefinition } from '@pintle/machinery';
import { type Resource, resourcesOf } from './resource.js';

export class ResourceRegistry {
  private readonly byPath = new Map<string, Resource>();
  private readonly byKind = new Map<string, Resource>();
  /** Who is told when a resource is served no longer as it is. */
  private readonly ending = new WeakSet<Resource>();
  private readonly followers = new Map<Resource, Set<() => void>>();
  private count = 0;

  /** Grows with every change, so that what was made from the registry can be known to be old. */
  get generation(): number {
    return this.count;
  }

  add(definition: ResourceDefinition, options: { custom?: boolean } = {}): readonly Resource[] {
    const resources = resourcesOf(definition, options);
    for (const resource of resources.filter(({ isServed }) => isServed)) {
      this.byPath.set(`${resource.apiVersion}/${resource.kind.plural}`, resource);
      this.byKind.set(`${resource.apiVersion}/${resource.kind.kind}`, resource);
    }
    this.count++;
    return resources;
  }

  remove(resources: readonly Resource[]): void {
    for (const resource of resources) {
      this.byPath.delete(`${resource.apiVersion}/${resource.kind.plural}`);
      this.byKind.delete(`${resource.apiVersion}/${resource.kind.kind}`);
    }
    this.count++;
    for (const resource of resources) {
      const told = this.followers.get(resource) ?? [];
      this.followers.delete(resource);
      for (const follower of told) follower();
    }
  }

  /** Of these nothing new is made any more: their definition is going. */
  end(resources: readonly Resource[]): void {
    for (const resource of resources) this.ending.add(resource);
    this.count++;
  }

  isEnding(resource: Resource): boolean {
    return this.ending.has(resource);
  }

  /** Calls `told` when the resource is removed, unless the returned function was called before. */
  onRemoved(resource: Resource, told: () => void): () => void {
    // Nobody removes what is built in.
    if (!resource.custom) return () => {};
    const all = this.followers.get(resource) ?? new Set();
    this.followers.set(resource, all.add(told));
    return () => {
      all.delete(told);
      if (all.size === 0 && this.followers.get(resource) === all) this.followers.delete(resource);
    };
  }

  /** By the names in a path: `apps/v1`, `deployments`. */
  byResource(apiVersion: string, plural: string): Resource | undefined {
    return this.byPath.get(`${apiVersion}/${plural}`);
  }

  /** By the names in an object: `apps/v1`, `Deployment`. */
  byObject(object: Pick<KubernetesObject, 'apiVersion' | 'kind'>): Resource | undefined {
    return this.byKind.get(`${object.apiVersion}/${object.kind}`);
  }

  /** The resource of this group and plural in the version that it is stored in, served or not. */
  stored(group: string, plural: string): Resource | undefined {
    for (const resource of this.byPath.values()) {
      if (resource.kind.group === group && resource.kind.plural === plural) return resource.versions[0];
    }
    return undefined;
  }

  /** Whether kinds of the group are served that are not custom. */
  hasBuiltin(group: string): boolean {
    for (const { custom, kind } of this.byPath.values()) if (!custom && kind.group === group) return true;
    return false;
  }

  all(): readonly Resource[] {
    return [...this.byPath.values()];
  }

  /** Group names with their versions, the preferred one first (`v1` before `v1beta1` before `v1alpha1`). */
  groups(): ReadonlyMap<string, readonly string[]> {
    const groups = new Map<string, Set<string>>();
    for (const resource of this.byPath.values()) {
      const { group, version } = parseApiVersion(resource.apiVersion);
      const versions = groups.get(group) ?? new Set();
      groups.set(group, versions.add(version));
    }
    return new Map([...groups].map(([group, versions]) => [group, [...versions].sort(compareVersions)]));
  }
}

/** Kubernetes' order of versions: stable before beta before alpha, newer before older (apimachinery `version`). */
export function compareVersions(a: string, b: string): number {
  const rank = (version: string): [number, number, number] => {
    const match = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version);
    if (match === null) return [0, 0, 0];
    const stage = match[2] === undefined ? 3 : match[2] === 'beta' ? 2 : 1;
    return [stage, Number(match[1]), Number(match[3] ?? 0)];
  };
  const [x, y] = [rank(a), rank(b)];
  return y[0] - x[0] || y[1] - x[1] || y[2] - x[2] || (a < b ? -1 : a > b ? 1 : 0);
}
