/** The shared informers of one process. Two who ask for the same thing get the same informer. */
import type { Client } from '@pintle/client';
import { apiVersionOf, type KindRef, type KubernetesObject, realWorld, type World } from '@pintle/machinery';
import type { Informer, InformerOptions, Informers } from './informer.js';
import { SharedInformer } from './shared-informer.js';

export interface InformersOptions {
  readonly client: Client;
  /** The real world unless given. */
  readonly world?: World;
}

export function createInformers({ client, world = realWorld() }: InformersOptions): Informers {
  // biome-ignore lint/suspicious/noExplicitAny: informers of every kind, by what they were asked for as.
  const informers = new Map<string, SharedInformer<any>>();
  let started = false;
  return {
    informer<T extends KubernetesObject>(kind: KindRef<T>, options: InformerOptions<T> = {}): Informer<T> {
      const { namespace = '', labelSelector = '', fieldSelector = '', transform, indexes = {} } = options;
      const id = [apiVersionOf(kind), kind.plural, namespace, labelSelector, fieldSelector].join(' ');
      const known = transform === undefined ? (informers.get(id) as SharedInformer<T> | undefined) : undefined;
      if (known !== undefined) {
        for (const [name, of] of Object.entries(indexes)) known.addIndex(name, of);
        return known;
      }
      const made = new SharedInformer<T>(world, client, kind, options);
      // One with a transform keeps something else than the others do, and so is nobody else's.
      informers.set(transform === undefined ? id : `${id} #${informers.size}`, made);
      if (started) made.start();
      return made;
    },
    start() {
      started = true;
      for (const informer of informers.values()) informer.start();
    },
    async whenSynced(signal) {
      await Promise.all([...informers.values()].map((informer) => informer.whenSynced(signal)));
    },
    async stop() {
      started = false;
      for (const informer of informers.values()) informer.stop();
    },
  };
}
