/**
 * Where a kubelet looks up what pods refer to: ConfigMaps, Secrets, Services. From shared informers where there are
 * some, so that a look-up costs nothing; else from the API.
 */
import { ConfigMap, Secret, Service } from '@pintle/api/core/v1';
import type { Client } from '@pintle/client';
import { type KindRef, type KubernetesObject, StatusError } from '@pintle/machinery';
import type { Informers } from '@pintle/watch';

export interface ObjectSource {
  configMap(namespace: string, name: string): Promise<ConfigMap | undefined>;
  secret(namespace: string, name: string): Promise<Secret | undefined>;
  services(namespace: string): readonly Service[];
}

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
  };
}
