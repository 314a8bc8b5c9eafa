/**
 * Where a story plays: a namespace of its own on an API server, whoever runs the controllers there. A story makes
 * objects and waits until they are as it expects; what it does not get within its time is told with what was there.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { builtinResources } from '@pintle/api';
import type { Namespace } from '@pintle/api/core/v1';
import type { Client } from '@pintle/client';
import { apiVersionOf, type KindRef, type KubernetesObject } from '@pintle/machinery';

/** As it comes: stories read it by what they know of the kind. */
// biome-ignore lint/suspicious/noExplicitAny: objects of many kinds, read by path, in stories only.
export type Loose = any;

export interface Story {
  readonly name: string;
  /** Played after the others, by controllers whose limits are narrow (`upstream.ts`). */
  readonly isLimited?: boolean;
  /** Plays it. What the namespace holds at the end is what is compared. */
  play(stage: Stage): Promise<void>;
}

export interface Cast {
  readonly client: Client;
  /** Ends a node as when its machine is switched off. */
  stopNode(name: string): Promise<void>;
}

const untilDefaultMs = 90_000;
const lookEveryMs = 200;
const shownMax = 1_500;

export class Stage {
  readonly client: Client;
  constructor(
    readonly namespace: string,
    readonly cast: Cast,
  ) {
    this.client = cast.client;
  }

  async open(): Promise<void> {
    await this.client.create<Namespace>({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: this.namespace } });
    // Pods are refused until their account is there.
    await this.until('the default account', async () => this.get('ServiceAccount', 'default'));
  }

  /** In the story's namespace, where the kind has namespaces. */
  async make(apiVersion: string, kind: string, name: string, rest: object = {}): Promise<Loose> {
    const { metadata, ...others } = rest as { metadata?: object };
    const scope = kindOf(kind, apiVersion)?.scope === 'Cluster' ? {} : { namespace: this.namespace };
    return this.client.create({ apiVersion, kind, metadata: { name, ...scope, ...metadata }, ...others } as Loose);
  }

  kind(name: string): KindRef<KubernetesObject> {
    return knownKind(name);
  }

  key(kind: KindRef, name: string): { name: string; namespace?: string } {
    return kind.scope === 'Namespaced' ? { name, namespace: this.namespace } : { name };
  }

  /** Undefined where there is none. */
  async get(kindName: string, name: string): Promise<Loose> {
    const kind = knownKind(kindName);
    try {
      return await this.client.get(kind, this.key(kind, name));
    } catch (error) {
      if ((error as { status?: { code?: number } }).status?.code === 404) return undefined;
      throw error;
    }
  }

  async list(kindName: string, labelSelector?: string): Promise<readonly Loose[]> {
    const kind = knownKind(kindName);
    return this.client.list(kind, {
      ...(kind.scope === 'Namespaced' ? { namespace: this.namespace } : {}),
      ...(labelSelector === undefined ? {} : { labelSelector }),
    });
  }

  /** Of all namespaces. */
  async listAll(kindName: string): Promise<readonly Loose[]> {
    return this.client.list(knownKind(kindName));
  }

  async patch(kindName: string, name: string, body: object, subresource?: string): Promise<Loose> {
    const kind = knownKind(kindName);
    return this.client.patch(
      kind,
      this.key(kind, name),
      { type: 'merge', body },
      subresource === undefined ? {} : { subresource },
    );
  }

  async remove(kindName: string, name: string, propagationPolicy?: 'Orphan' | 'Background' | 'Foreground') {
    const kind = knownKind(kindName);
    await this.client.delete(kind, this.key(kind, name), propagationPolicy === undefined ? {} : { propagationPolicy });
  }

  /** Resolves with what `look` gives once that is true. Errors: it never is; with what was seen last. */
  async until<T>(what: string, look: () => Promise<T>, timeoutMs = untilDefaultMs): Promise<NonNullable<T>> {
    const deadlineMs = Date.now() + timeoutMs;
    let last: unknown;
    for (;;) {
      try {
        const seen = await look();
        if (seen) return seen as NonNullable<T>;
      } catch (error) {
        last = error;
      }
      if (Date.now() > deadlineMs) throw new Error(`waited ${timeoutMs / 1000} s in vain for ${what}`, { cause: last });
      await sleep(lookEveryMs);
    }
  }

  /** An object once it is as it should be. */
  async object(kind: string, name: string, isRight: (object: Loose) => unknown, timeoutMs?: number): Promise<Loose> {
    let last: Loose;
    try {
      return await this.until(
        `${kind} ${name}`,
        async () => {
          last = await this.get(kind, name);
          return last !== undefined && isRight(last) ? last : undefined;
        },
        timeoutMs,
      );
    } catch (error) {
      const shown = last === undefined ? 'there is none' : JSON.stringify(last.status ?? last).slice(0, shownMax);
      throw new Error(`${(error as Error).message} (${isRight}): ${shown}`, { cause: (error as Error).cause });
    }
  }

  gone(kind: string, name: string): Promise<unknown> {
    return this.until(`${kind} ${name} to be gone`, async () => (await this.get(kind, name)) === undefined);
  }

  pods(count: number, labelSelector: string, phase = 'Running'): Promise<readonly Loose[]> {
    return this.until(`${count} pods of ${labelSelector} that are ${phase}`, async () => {
      const found = (await this.list('Pod', labelSelector)).filter(
        ({ status, metadata }) => status?.phase === phase && metadata.deletionTimestamp === undefined,
      );
      return found.length === count ? found : undefined;
    });
  }
}

export const condition = (object: Loose, type: string): Loose =>
  object.status?.conditions?.find((each: Loose) => each.type === type);

/** The preferred version of every built-in kind. */
function kindOf(name: string, apiVersion?: string): KindRef | undefined {
  return builtinResources()
    .flatMap(({ kind, versions = [] }) => [kind, ...versions.map((each) => each.kind)])
    .find((kind) => kind.kind === name && (apiVersion === undefined || apiVersionOf(kind) === apiVersion));
}

export function knownKind(name: string): KindRef<KubernetesObject> {
  const kind = kindOf(name);
  if (kind === undefined) throw new Error(`there is no kind ${name}`);
  return kind as KindRef<KubernetesObject>;
}
