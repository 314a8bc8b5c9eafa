/** Sets of owned objects: the plan as a table, and a set that grows and shrinks in a running controller. */
import { describe, expect, it } from '@jest/globals';
import { ConfigMap, Secret } from '@pintle/api/core/v1';
import type { KubernetesObject } from '@pintle/machinery';
import { controller } from '../controller.js';
import { served, Website, website } from '../manager.fixture.js';
import { ownedBy } from './ensure.js';
import { type Dependent, planDependents } from './plan-dependents.js';

const plain = (name: string, extra: object = {}): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, ...extra },
});
const dependent = (name: string, more: Partial<Dependent> = {}): Dependent => ({ name, object: plain(name), ...more });
const notReady = () => false;

describe('planDependents', () => {
  const a = dependent('a');
  const b = dependent('b', { dependsOn: ['a'] });
  const c = dependent('c', { dependsOn: ['b'] });
  const cases: readonly [string, readonly Dependent[], readonly string[], object][] = [
    ['the first alone, when nothing is there', [c, b, a], [], { apply: ['a'], delete: [], waiting: ['b', 'c'] }],
    ['the next, when the one before is ready', [a, b, c], ['a'], { apply: ['a', 'b'], delete: [], waiting: ['c'] }],
    [
      'none after one that is not ready',
      [{ ...a, ready: notReady }, b],
      ['a'],
      { apply: ['a'], delete: [], waiting: ['b'] },
    ],
    [
      'what is there stays, though what it needs is not ready for a while',
      [{ ...a, ready: notReady }, b],
      ['a', 'b'],
      { apply: ['a', 'b'], delete: [], waiting: [] },
    ],
    [
      'deleted from the end',
      [a, b, c].map((each) => ({ ...each, active: false })),
      ['a', 'b', 'c'],
      { apply: [], delete: ['c'], waiting: ['a', 'b'] },
    ],
    [
      'what is not to be and is not there needs nothing',
      [{ ...a, active: false }],
      [],
      { apply: [], delete: [], waiting: [] },
    ],
    [
      'not deleted before it may be',
      [{ ...a, active: false, mayDelete: notReady }],
      ['a'],
      { apply: [], delete: [], waiting: ['a'] },
    ],
  ];
  it.each(cases)('%s', (_name, set, present, plan) => {
    expect(planDependents(set, new Map(present.map((name) => [name, plain(name)])))).toEqual(plan);
  });

  it('waits for what is being deleted, and makes it anew afterwards', () => {
    const going = new Map([['a', plain('a', { deletionTimestamp: '2025-01-01T00:00:00Z' })]]);
    expect(planDependents([a, b], going)).toEqual({ apply: [], delete: [], waiting: ['a', 'b'] });
  });

  it('refuses circles, strangers and names twice', () => {
    const plan =
      (...set: Dependent[]) =>
      () =>
        planDependents(set, new Map());
    expect(plan({ ...a, dependsOn: ['c'] }, b, c)).toThrow('dependents depend on each other: a -> c -> b -> a');
    expect(plan(b)).toThrow('"b" depends on "a", which is not in the set');
    expect(plan(a, a)).toThrow('two dependents have one name');
  });
});

describe('ownedBy', () => {
  const owner = { ...website('shop'), metadata: { name: 'shop', namespace: 'default', uid: 'u' } };
  it('puts the object where its owner is, with one controller', () => {
    const object = ownedBy(owner, Website, plain('x', { ownerReferences: [{ uid: 'other', name: 'o' }] }));
    expect(object.metadata).toMatchObject({
      namespace: 'default',
      ownerReferences: [{ uid: 'other' }, { uid: 'u', kind: 'Website', controller: true }],
    });
    expect(ownedBy(owner, Website, object).metadata.ownerReferences).toHaveLength(2);
  });
  it('refuses what Kubernetes would collect, and what another controls', () => {
    expect(() => ownedBy(owner, Website, plain('x', { namespace: 'team' }))).toThrow('cannot own an object in "team"');
    const controlled = plain('x', { ownerReferences: [{ uid: 'other', controller: true }] });
    expect(() => ownedBy(owner, Website, controlled)).toThrow('names another controller already');
  });
});

it('a set grows in its order, is ready at the end, and shrinks in the opposite order', async () => {
  const { client, world, run } = await served();
  const history: string[] = [];
  const sites = controller({ name: 'sites' })
    .for(Website)
    .owns(ConfigMap)
    .owns(Secret)
    .reconcile(async ({ object: site, dependents, report }) => {
      if (site === undefined) return;
      const secret: Secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: `${site.metadata.name}-key` } };
      const page: ConfigMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `${site.metadata.name}-page` } };
      const active = site.spec.replicas !== 0;
      const { ready, unready } = await dependents([
        { name: 'page', object: page, dependsOn: ['key'], active },
        {
          name: 'key',
          object: secret,
          active,
          ready: ({ metadata }: Secret) => metadata.annotations?.['signed'] === 'true',
        },
      ]);
      history.push(unready.join(' ') || 'ready');
      await report({ phase: ready ? 'Ready' : `waiting for ${unready.join(', ')}` });
    });
  await run([sites]);
  const phase = async () => (await client.get(Website, { name: 'shop' })).status?.phase;
  const names = async () =>
    [...(await client.list(Secret)), ...(await client.list(ConfigMap, { namespace: 'default' }))]
      .filter(({ metadata }) => metadata.ownerReferences !== undefined)
      .map(({ metadata }) => metadata.name);
  await client.create(website('shop'));
  await world.settle();
  expect([await names(), await phase()]).toEqual([['shop-key'], 'waiting for page, key']);
  await client.patch(
    Secret,
    { name: 'shop-key' },
    { type: 'merge', body: { metadata: { annotations: { signed: 'true' } } } },
  );
  await world.settle();
  expect([await names(), await phase()]).toEqual([['shop-key', 'shop-page'], 'Ready']);
  await client.patch(Website, { name: 'shop' }, { type: 'merge', body: { spec: { replicas: 0 } } });
  await world.settle();
  expect([await names(), await phase()]).toEqual([[], 'Ready']);
  // Of two that go, the first to go is the one that needs the other.
  expect(history.slice(-4)).toContain('key');
});
