/** The shared informers of one process. Two who ask for the same thing get the same informer. */
import type { Client } from '@pintle/client';
import {
  apiVersionOf,
  consoleLogger,
  type KindRef,
  type KubernetesObject,
  realWorld,
  type World,
} from '@pintle/machinery';
import type { Informer, InformerOptions, Informers, Selection } from './informer.js';
import type { ReflectorLimits } from './reflector.js';
import { SharedInformer } from './shared-informer.js';

export interface InformersOptions extends ReflectorLimits {
  readonly client: Client;
  /** The real world, with a log on the console, unless given. */
  readonly world?: World;
  /**
   * What the caches hold of a kind where who asks says nothing else: so that a process that may see one namespace, or
   * needs the objects of one label, has no more in memory.
   */
  readonly restrictions?: readonly Restriction[];
}

export interface Restriction extends Selection {
  readonly kind: KindRef;
}

// biome-ignore lint/suspicious/noExplicitAny: informers of every kind, by what they were asked for as.
type AnyInformer = SharedInformer<any>;

export function createInformers(options: InformersOptions): Informers {
  const { client, world = realWorld({ logger: consoleLogger() }), restrictions = [], ...limits } = options;
  const all = new Set<AnyInformer>();
  /** Informers of one form of one kind: they hold the same objects, and share one copy of each. */
  const families = new Map<string, Set<AnyInformer>>();
  /** What is asked for most, with every event: a kind as such. */
  const plainOf = new Map<KindRef, AnyInformer>();
  let started = false;

  const restrictionOf = (kind: KindRef): Selection => {
    const found = restrictions.find((each) => each.kind.plural === kind.plural && each.kind.group === kind.group);
    if (found === undefined) return {};
    const { kind: _kind, ...selection } = found;
    return selection;
  };

  const shared = <T extends KubernetesObject>(
    kind: KindRef<T>,
    asked: InformerOptions<T>,
    metadataOnly: boolean,
  ): Informer<T> => {
    const plain = metadataOnly ? undefined : plainOf.get(kind);
    if (plain !== undefined && asksForNoMore(plain, asked)) {
      plain.want(asked.signal);
      return plain as SharedInformer<T>;
    }
    const { signal, ...own } = asked;
    const wanted = { ...restrictionOf(kind), ...own };
    const form = `${apiVersionOf(kind)} ${kind.plural}${metadataOnly ? ' metadata' : ''}`;
    const family = families.get(form) ?? new Set();
    families.set(form, family);
    let informer = [...family].find((known) => known.serves(wanted)) as SharedInformer<T> | undefined;
    if (informer !== undefined) {
      for (const [name, of] of Object.entries(wanted.indexes ?? {})) informer.addIndex(name, of);
    } else {
      const made = new SharedInformer<T>({
        ...{ world, client, kind, wanted, metadataOnly, limits, family },
        unwanted() {
          all.delete(made);
          family.delete(made);
          if (family.size === 0) families.delete(form);
          if (plainOf.get(kind) === made) plainOf.delete(kind);
        },
      });
      family.add(made);
      all.add(made);
      if (!metadataOnly && isPlain(asked)) plainOf.set(kind, made);
      if (started) made.start();
      informer = made;
    }
    informer.want(signal);
    return informer;
  };

  return {
    informer: (kind, asked = {}) => shared(kind, asked, false),
    metadataInformer: (kind, asked = {}) => shared(kind, asked, true),
    start() {
      started = true;
      for (const informer of all) informer.start();
    },
    async whenSynced(signal) {
      const synced = async (informer: AnyInformer) => {
        try {
          await informer.whenSynced(signal);
        } catch (error) {
          // Nobody waits for what nobody wants any more.
          if (all.has(informer)) throw error;
        }
      };
      await Promise.all([...all].map(synced));
    },
    async stop() {
      started = false;
      for (const informer of all) informer.stop();
    },
  };
}

function isPlain(asked: { readonly indexes?: object }): boolean {
  for (const field in asked) if (field !== 'indexes' && field !== 'signal') return false;
  return true;
}

/** Whether an informer of a kind as such is what is asked for, with all its indexes. */
function asksForNoMore(plain: AnyInformer, asked: { readonly indexes?: object }): boolean {
  if (!isPlain(asked)) return false;
  for (const name in asked.indexes) if (!plain.hasIndex(name)) return false;
  return true;
}
