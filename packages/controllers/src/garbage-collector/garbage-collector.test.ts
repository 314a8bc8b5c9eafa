/** Who goes with whom: owners and dependents of every kind and place, as a table of stories on virtual time. */
import { describe, expect, it } from '@jest/globals';
import { ConfigMap, Event, type Namespace } from '@pintle/api/core/v1';
import { ClusterRole } from '@pintle/api/rbac/v1';
import { defineKind, type KubernetesObject, object, string } from '@pintle/machinery';
import { type TestCluster, testCluster } from '@pintle/testing';

const Widget = defineKind({
  group: 'example.com',
  version: 'v1',
  kind: 'Widget',
  plural: 'widgets',
  fields: { spec: object({ colour: string() }) },
});

interface Thing {
  readonly name: string;
  /** Names of things made before; with `!` they are blocked from going. */
  readonly owners?: readonly string[];
  readonly namespace?: string;
  readonly kind?: 'ConfigMap' | 'Widget' | 'ClusterRole';
  readonly finalizers?: readonly string[];
  /** An owner that was never made, in its own words. */
  readonly stranger?: { readonly apiVersion: string; readonly kind: string };
}

interface Story {
  readonly name: string;
  readonly things: readonly Thing[];
  /** More owners, given when all are made. */
  readonly later?: Readonly<Record<string, readonly string[]>>;
  readonly remove?: string;
  readonly policy?: 'Background' | 'Foreground' | 'Orphan';
  readonly left: readonly string[];
  /** Who has owners afterwards, and which. */
  readonly owned?: Readonly<Record<string, readonly string[]>>;
  readonly warned?: readonly string[];
}

const kinds = { ConfigMap, Widget, ClusterRole };
const stories: readonly Story[] = [
  {
    name: 'background: a chain goes from its head on',
    things: [{ name: 'a' }, { name: 'b', owners: ['a'] }, { name: 'c', owners: ['b'] }, { name: 'd' }],
    remove: 'a',
    left: ['d'],
  },
  {
    name: 'foreground: the owner goes last',
    things: [{ name: 'a' }, { name: 'b', owners: ['a!'] }, { name: 'c', owners: ['b!'] }],
    remove: 'a',
    policy: 'Foreground',
    left: [],
  },
  {
    name: 'foreground: a dependent that blocks and is held keeps its owner',
    things: [{ name: 'a' }, { name: 'b', owners: ['a!'], finalizers: ['example.com/hold'] }],
    remove: 'a',
    policy: 'Foreground',
    left: ['a', 'b'],
  },
  {
    name: 'foreground: one that does not block does not',
    things: [{ name: 'a' }, { name: 'b', owners: ['a'], finalizers: ['example.com/hold'] }],
    remove: 'a',
    policy: 'Foreground',
    left: ['b'],
  },
  {
    name: 'orphan: dependents stay, and are free',
    things: [{ name: 'a' }, { name: 'b', owners: ['a'] }, { name: 'c', owners: ['b'] }],
    remove: 'a',
    policy: 'Orphan',
    left: ['b', 'c'],
    owned: { c: ['b'] },
  },
  {
    name: 'of two owners one goes',
    things: [{ name: 'a' }, { name: 'b' }, { name: 'c', owners: ['a', 'b'] }],
    remove: 'a',
    left: ['b', 'c'],
    owned: { c: ['b'] },
  },
  {
    name: 'of two owners one goes in the foreground: it does not wait for who has another',
    things: [{ name: 'a' }, { name: 'b' }, { name: 'c', owners: ['a!', 'b'] }],
    remove: 'a',
    policy: 'Foreground',
    left: ['b', 'c'],
    owned: { c: ['b'] },
  },
  {
    name: 'a ring in the foreground does not wait for ever',
    things: [{ name: 'a' }, { name: 'b', owners: ['a!'] }],
    later: { a: ['b!'] },
    remove: 'a',
    policy: 'Foreground',
    left: [],
  },
  {
    name: 'a ring goes in the background',
    things: [{ name: 'a' }, { name: 'b', owners: ['a'] }, { name: 'c', owners: ['b'] }],
    later: { a: ['c'] },
    remove: 'b',
    left: [],
  },
  {
    name: 'an owner that is not there',
    things: [{ name: 'b', stranger: { apiVersion: 'v1', kind: 'ConfigMap' } }],
    left: [],
  },
  {
    name: 'an owner of a kind that is not served: nobody can say',
    things: [{ name: 'b', stranger: { apiVersion: 'example.org/v1', kind: 'Gadget' } }],
    left: ['b'],
  },
  {
    name: 'an owner in another namespace is none, and that is told',
    things: [
      { name: 'a', namespace: 'other' },
      { name: 'b', owners: ['a'] },
    ],
    left: ['a'],
    warned: ['b'],
  },
  {
    name: 'an owner in no namespace',
    things: [
      { name: 'a', kind: 'ClusterRole' },
      { name: 'b', owners: ['a'] },
      { name: 'c', namespace: 'other', owners: ['a'] },
    ],
    remove: 'a',
    left: [],
  },
  {
    name: 'what is in no namespace has no owner in one, stays, and that is told',
    things: [{ name: 'a' }, { name: 'b', kind: 'ClusterRole', owners: ['a'] }],
    remove: 'a',
    left: ['b'],
    warned: ['b'],
  },
  {
    name: 'custom kinds own and are owned',
    things: [
      { name: 'a', kind: 'Widget' },
      { name: 'b', owners: ['a'] },
      { name: 'c', kind: 'Widget', owners: ['b'] },
    ],
    remove: 'a',
    left: [],
  },
];

class Stage {
  private readonly made = new Map<string, KubernetesObject>();
  constructor(private readonly cluster: TestCluster) {}

  private owners(names: readonly string[] = []) {
    return names.map((text) => {
      const [name, blocks] = [text.replace('!', ''), text.endsWith('!')];
      const { apiVersion = '', kind = '', metadata } = this.made.get(name)!;
      return { apiVersion, kind, name, uid: metadata.uid!, ...(blocks ? { blockOwnerDeletion: true } : {}) };
    });
  }

  private keyOf(name: string) {
    const { namespace } = this.made.get(name)!.metadata;
    return namespace === undefined ? { name } : { name, namespace };
  }

  async make({ name, owners, namespace = 'default', kind = 'ConfigMap', finalizers, stranger }: Thing): Promise<void> {
    const { group, version } = kinds[kind];
    const foreign = stranger === undefined ? [] : [{ ...stranger, name: 'stranger', uid: 'never-made' }];
    const ownerReferences = [...this.owners(owners), ...foreign];
    const made = await this.cluster.client.create({
      apiVersion: group === '' ? version : `${group}/${version}`,
      kind,
      metadata: {
        name,
        ...(kind === 'ClusterRole' ? {} : { namespace }),
        ...(ownerReferences.length === 0 ? {} : { ownerReferences }),
        ...(finalizers === undefined ? {} : { finalizers: [...finalizers] }),
      },
    } as KubernetesObject);
    this.made.set(name, made);
  }

  async own(name: string, owners: readonly string[]): Promise<void> {
    const kind = kinds[this.made.get(name)!.kind as keyof typeof kinds];
    const body = { metadata: { ownerReferences: this.owners(owners) } };
    await this.cluster.client.patch(kind, this.keyOf(name), { type: 'merge', body });
  }

  async remove(name: string, propagationPolicy: NonNullable<Story['policy']>): Promise<void> {
    const kind = kinds[this.made.get(name)!.kind as keyof typeof kinds];
    await this.cluster.client.delete(kind, this.keyOf(name), { propagationPolicy });
  }

  async left(): Promise<readonly KubernetesObject[]> {
    const all: readonly KubernetesObject[][] = await Promise.all(
      Object.values(kinds).map(async (kind) => [...(await this.cluster.client.list(kind))] as KubernetesObject[]),
    );
    return all.flat().filter(({ metadata }) => this.made.get(metadata.name!)?.metadata.uid === metadata.uid);
  }
}

describe('the garbage collector', () => {
  it.each(stories)(
    '$name',
    async ({ things, later = {}, remove, policy = 'Background', left, owned = {}, warned = [] }) => {
      const cluster = await testCluster({ nodes: 0, crds: [Widget], builtinControllers: ['garbage-collector'] });
      await cluster.client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'other' } } as Namespace);
      const stage = new Stage(cluster);
      for (const thing of things) await stage.make(thing);
      for (const [name, owners] of Object.entries(later)) await stage.own(name, owners);
      await cluster.settle();
      if (remove !== undefined) await stage.remove(remove, policy);
      await cluster.advance({ seconds: 30 });
      const objects = await stage.left();
      expect(objects.map(({ metadata }) => metadata.name).sort()).toEqual(left);
      const owners = objects.flatMap(({ metadata: { name = '', ownerReferences = [] } }) =>
        name in owned ? [[name, ownerReferences.map((owner) => owner.name)]] : [],
      );
      expect(Object.fromEntries(owners)).toEqual(owned);
      const events = (await cluster.client.list(Event)).filter(({ reason }) => reason === 'OwnerRefInvalidNamespace');
      expect(events.map(({ involvedObject }) => involvedObject.name)).toEqual(warned);
      await cluster.stop();
    },
  );
});
