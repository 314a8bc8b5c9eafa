/** How many watches by HTTP there are of each place, so that a write is known to be costly which many are to be told of. */
import type { ResourceRequestInfo } from '../requests/request-info.js';

type Place = Pick<ResourceRequestInfo, 'group' | 'resource' | 'namespace' | 'name'>;

/** Of one resource: by namespace and name, each of which may be any. */
type Places = Map<string, number>;

const placeKey = (namespace = '', name = '') => `${namespace}/${name}`;

export class WatchCounts {
  private readonly resources = new Map<string, Places>();

  /** Returns what to call when the watch ends. */
  add({ group, resource, namespace, name }: Place, query: URLSearchParams): () => void {
    // Watches of the pods of one node see few changes: that of unbound pods alone is counted, as kube-apiserver does.
    if (resource === 'pods' && /(?:^|,)spec\.nodeName==?[^,]/.test(query.get('fieldSelector') ?? '')) return () => {};
    const places = this.of(group, resource);
    const key = placeKey(namespace, name);
    places.set(key, (places.get(key) ?? 0) + 1);
    let isThere = true;
    return () => {
      if (!isThere) return;
      isThere = false;
      const rest = places.get(key)! - 1;
      if (rest > 0) places.set(key, rest);
      else places.delete(key);
    };
  }

  /** Those that are to be told of a write. */
  interested({ group, resource, namespace, name }: Place): number {
    const places = this.resources.get(`${group}/${resource}`);
    if (places === undefined || places.size === 0) return 0;
    return (
      (places.get(placeKey()) ?? 0) +
      (namespace === undefined ? 0 : (places.get(placeKey(namespace)) ?? 0)) +
      (name === undefined ? 0 : (places.get(placeKey(namespace, name)) ?? 0))
    );
  }

  private of(group: string, resource: string): Places {
    const key = `${group}/${resource}`;
    let places = this.resources.get(key);
    if (places === undefined) this.resources.set(key, (places = new Map()));
    return places;
  }
}
