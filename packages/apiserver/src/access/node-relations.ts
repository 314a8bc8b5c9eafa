/** Which pods, volumes and attachments belong to which node, kept at hand for the node authorizer. */
import type { PersistentVolume, Pod } from '@pintle/api/core/v1';
import type { ResourceSlice } from '@pintle/api/resource/v1beta2';
import type { VolumeAttachment } from '@pintle/api/storage/v1';
import type { StoreBackend } from '@pintle/contracts';
import type { KubernetesObject, Logger } from '@pintle/machinery';
import { ObjectCache } from '../storage/object-cache.js';
import type { StoredObject } from '../storage/stored-object.js';

export interface NodeRelations {
  podsOf(node: string): Iterable<Pod>;
  volume(name: string): PersistentVolume | undefined;
  /** The volumes bound to a claim. */
  volumesOf(namespace: string, claim: string): Iterable<PersistentVolume>;
  attachment(name: string): VolumeAttachment | undefined;
  slice(name: string): ResourceSlice | undefined;
}

export interface StoredNodeRelations extends NodeRelations {
  start(): Promise<void>;
  stop(): void;
}

export function storedNodeRelations(backend: StoreBackend<StoredObject>, logger: Logger): StoredNodeRelations {
  const pods = new Map<string, Map<string, Pod>>();
  const volumes = new Map<string, Map<string, PersistentVolume>>();
  const caches = {
    pods: new ObjectCache(backend, '/registry/core/pods/', logger, ({ key, object, previous }) => {
      const nodeOf = (pod: KubernetesObject | undefined) => (pod as Pod | undefined)?.spec?.nodeName;
      file(pods, nodeOf(previous), key, undefined);
      file(pods, nodeOf(object), key, object as Pod | undefined);
    }),
    volumes: new ObjectCache(backend, '/registry/core/persistentvolumes/', logger, ({ key, object, previous }) => {
      const claimOf = (volume: KubernetesObject | undefined) => {
        const claim = (volume as PersistentVolume | undefined)?.spec?.claimRef;
        return claim === undefined ? undefined : `${claim.namespace}/${claim.name}`;
      };
      file(volumes, claimOf(previous), key, undefined);
      file(volumes, claimOf(object), key, object as PersistentVolume | undefined);
    }),
    attachments: new ObjectCache(backend, '/registry/storage.k8s.io/volumeattachments/', logger),
    slices: new ObjectCache(backend, '/registry/resource.k8s.io/resourceslices/', logger),
  };
  return {
    podsOf: (node) => pods.get(node)?.values() ?? [],
    volume: (name) => caches.volumes.get(name) as PersistentVolume | undefined,
    volumesOf: (namespace, claim) => volumes.get(`${namespace}/${claim}`)?.values() ?? [],
    attachment: (name) => caches.attachments.get(name) as VolumeAttachment | undefined,
    slice: (name) => caches.slices.get(name) as ResourceSlice | undefined,
    async start() {
      for (const cache of Object.values(caches)) await cache.start();
    },
    stop() {
      for (const cache of Object.values(caches)) cache.stop();
    },
  };
}

/** Puts an object under a heading, or takes it away where it is undefined. */
function file<T>(index: Map<string, Map<string, T>>, heading: string | undefined, key: string, object: T | undefined) {
  if (!heading) return;
  const filed = index.get(heading) ?? new Map<string, T>();
  if (object === undefined) filed.delete(key);
  else filed.set(key, object);
  if (filed.size === 0) index.delete(heading);
  else index.set(heading, filed);
}
