/**
 * Where a kubelet looks up what pods refer to: ConfigMaps, Secrets, Services, and its own Node. From shared informers
 * where there are some, so that a look-up costs nothing; else from the API.
 */
import { ConfigMap, Node, Secret, Service } from '@pintle/api/core/v1';
import type { Client } from '@pintle/client';
import { type KindRef, type KubernetesObject, StatusError } from '@pintle/machinery';
import type { Informer, Informers } from '@pintle/watch';
import type { Subscription } from 'rxjs';

export interface ObjectSource {
  configMap(namespace: string, name: string): Promise<ConfigMap | undefined>;
  secret(namespace: string, name: string): Promise<Secret | undefined>;
  services(namespace: string): readonly Service[];
  /** Tells of the Node as it is, then of every change, until the returned function is called; undefined: it is gone. */
  followNode(name: string, listener: NodeListener): () => void;
}

export type NodeListener = (node: Node | undefined) => void;

async function getOrNothing<T extends KubernetesObject>(
  client: Client,
  kind: KindRef<T>,
  namespace: string,
  name: string,
): Promise<T | undefined> {
  try {
    return await client.get(kind, { namespace, name });
  } catch (error) {
    if (StatusError.is(error, 'NotFound')) return undefined;
    throw error;
  }
}

/** Follows Nodes by one subscription to an informer, however many are followed; with none, by none. */
function nodeFollower(informer: () => Informer<Node>): ObjectSource['followNode'] {
  const listeners = new Map<string, Set<NodeListener>>();
  let subscription: Subscription | undefined;
  return (name, listener) => {
    const ofNode = listeners.get(name) ?? new Set();
    listeners.set(name, ofNode.add(listener));
    const { events, lister } = informer();
    if (subscription !== undefined) listener(lister.get({ name }));
    else {
      subscription = events.subscribe((event) => {
        if (event.type === 'synced') return;
        const node = event.type === 'deleted' ? undefined : event.object;
        for (const each of listeners.get(event.object.metadata.name ?? '') ?? []) each(node);
      });
    }
    return () => {
      ofNode.delete(listener);
      if (ofNode.size === 0 && listeners.get(name) === ofNode) listeners.delete(name);
      if (listeners.size > 0) return;
      subscription?.unsubscribe();
      subscription = undefined;
    };
  };
}

/**
 * ConfigMaps and Secrets from the API, each time anew: what a kubelet may do that has only a node's rights. Services
 * from an informer.
 */
export function clientObjects({
  client,
  informers,
}: {
  readonly client: Client;
  readonly informers: Informers;
}): ObjectSource {
  const services = informers.informer(Service);
  return {
    configMap: (namespace, name) => getOrNothing(client, ConfigMap, namespace, name),
    secret: (namespace, name) => getOrNothing(client, Secret, namespace, name),
    services: (namespace) => services.lister.list({ namespace }),
    followNode: (name, listener) =>
      nodeFollower(() => informers.informer(Node, { fieldSelector: `metadata.name=${name}` }))(name, listener),
  };
}

/** Everything from informers that all kubelets of a process share; what they do not have (yet) is asked of the API. */
export function sharedObjects({
  client,
  informers,
}: {
  readonly client: Client;
  readonly informers: Informers;
}): ObjectSource {
  const configMaps = informers.informer(ConfigMap);
  const secrets = informers.informer(Secret);
  const services = informers.informer(Service);
  return {
    configMap: async (namespace, name) =>
      configMaps.lister.get({ namespace, name }) ?? getOrNothing(client, ConfigMap, namespace, name),
    secret: async (namespace, name) =>
      secrets.lister.get({ namespace, name }) ?? getOrNothing(client, Secret, namespace, name),
    services: (namespace) => services.lister.list({ namespace }),
    followNode: nodeFollower(() => informers.informer(Node)),
  };
}
