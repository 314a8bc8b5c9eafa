/** What befalls a pod that has its place and is not bound yet: its room is one pod's at a time, and nobody is lost. */
import { describe, expect, it } from '@jest/globals';
import { Node, Pod } from '@pintle/api/core/v1';
import type { SchedulerPlugin } from '../framework/plugin.js';
import { profile } from '../framework/profile.js';
import { status } from '../framework/status.js';
import { defaultPlugins } from '../plugins/default-plugins.js';
import { testNode, testPod } from '../test-objects.fixture.js';
import { SchedulerTestCluster, type SchedulerTestOptions } from './scheduler.fixture.js';

type Place = 'Permit' | 'PreBind';

/** Holds the pod `p` there until it is let go, and keeps account of what is reserved. */
class Ledger {
  /** By uid: reserved and not given back. */
  readonly reserved = new Map<string, string>();
  readonly faults: string[] = [];
  private letGo: (() => void)[] = [];

  constructor(private readonly place: Place) {}

  go(): void {
    for (const each of this.letGo.splice(0)) each();
  }

  plugin(): SchedulerPlugin {
    return {
      name: 'Ledger',
      reserve: (_state, { uid, name }, nodeName) => {
        if (this.reserved.has(uid)) this.faults.push(`${name} is reserved twice`);
        this.reserved.set(uid, nodeName);
        return undefined;
      },
      unreserve: (_state, { uid, name }, nodeName) => {
        if (this.reserved.get(uid) !== nodeName) this.faults.push(`${name} is given back where it was not reserved`);
        this.reserved.delete(uid);
      },
      ...(this.place === 'Permit' && {
        permit: (_state, { name, key }, _nodeName, handle) => {
          if (name !== 'p') return undefined;
          this.letGo.push(() => {
            for (const held of handle.waitingPods()) if (held.pod.key === key) held.allow('Ledger');
          });
          return { status: status('Wait'), timeoutMs: 60_000 };
        },
      }),
      ...(this.place === 'PreBind' && {
        preBind: (_state, { name }) =>
          name === 'p' ? new Promise<undefined>((done) => this.letGo.push(() => done(undefined))) : undefined,
      }),
      eventsToRegister: () => [],
    };
  }
}

const pod = (name: string) => testPod(name, { namespace: 'ns', cpu: '4', terminationGracePeriodSeconds: 0 });
const policy = (...plugins: readonly SchedulerPlugin[]) => profile({ plugins: [...defaultPlugins(), ...plugins] });

interface Midway {
  readonly test: SchedulerTestCluster;
  readonly ledger: Ledger;
}

/** `p` has node `a`, which has room for no other, and waits; so does `q`, for room. */
async function midway(place: Place, options: SchedulerTestOptions = {}): Promise<Midway> {
  const ledger = new Ledger(place);
  const test = await SchedulerTestCluster.start({ profiles: [policy(ledger.plugin())], ...options });
  await test.setNode(testNode('a'));
  await test.setPod(pod('p'));
  await test.settle();
  await test.setPod(pod('q'));
  await test.settle();
  expect(test.scheduler.counts).toMatchObject({ assumedOrBound: 1, unschedulable: 1 });
  return { test, ledger };
}

const bind = ({ test }: Midway, name: string, node: string) =>
  test.client.createSubresource(Pod, { name, namespace: 'ns' }, 'binding', {
    apiVersion: 'v1',
    kind: 'Binding',
    metadata: { name, namespace: 'ns' },
    target: { apiVersion: 'v1', kind: 'Node', name: node },
  });

/** What happens, and then which pods have which nodes once all is let go and back-offs are over. */
const events: readonly (readonly [string, (midway: Midway) => Promise<unknown>, Readonly<Record<string, string>>])[] = [
  ['nothing happens', async () => {}, { p: 'a' }],
  ['it is deleted', ({ test }) => test.deletePod('ns/p'), { q: 'a' }],
  [
    'it is deleted and made anew',
    async ({ test }) => {
      await test.deletePod('ns/p');
      await test.setPod(pod('p'));
      await test.setNode(testNode('b'));
    },
    { p: expect.stringMatching(/^[ab]$/) as never, q: expect.stringMatching(/^[ab]$/) as never },
  ],
  [
    'its node goes, and another comes',
    async ({ test }) => {
      await test.client.delete(Node, { name: 'a' });
      await test.setNode(testNode('b'));
      await test.setNode(testNode('c'));
    },
    { p: expect.stringMatching(/^[bc]$/) as never, q: expect.stringMatching(/^[bc]$/) as never },
  ],
  [
    'its node goes and comes back',
    async ({ test }) => {
      await test.client.delete(Node, { name: 'a' });
      await test.settle();
      await test.setNode(testNode('a'));
    },
    { p: 'a' },
  ],
  [
    'another scheduler binds it elsewhere',
    async (each) => {
      await each.test.setNode(testNode('b', { unschedulable: true }));
      await bind(each, 'p', 'b');
    },
    { p: 'b', q: 'a' },
  ],
  ['the plugins are others from now on', ({ test }) => test.scheduler.replaceProfiles([policy()]), { p: 'a' }],
  [
    'its profile goes, and comes back',
    async ({ test }) => {
      await test.scheduler.replaceProfiles([profile({ schedulerName: 'another', plugins: defaultPlugins() })]);
      await test.settle();
      await test.scheduler.replaceProfiles([policy()]);
    },
    { p: 'a' },
  ],
];

describe.each(['Permit', 'PreBind'] as const)('while a pod waits at %s', (place) => {
  it.each(events)('%s', async (_, act, expected) => {
    const both = await midway(place);
    const { test, ledger } = both;
    await act(both);
    await test.settle();
    // Those that are made anew wait, too.
    for (let i = 0; i < 3; i++) {
      ledger.go();
      await test.settle();
      await test.world.advance(15_000);
    }
    const bound = (await test.pods()).flatMap(({ metadata, spec }) =>
      spec?.nodeName ? [[metadata.name!, spec.nodeName] as const] : [],
    );
    expect(Object.fromEntries(bound)).toEqual(expected);
    expect([test.violations, ledger.faults]).toEqual([[], []]);
    const { assumedOrBound, inFlight, binding } = test.scheduler.counts;
    expect({ assumedOrBound, inFlight, binding }).toEqual({ assumedOrBound: bound.length, inFlight: 0, binding: 0 });
    // Whoever waits yet is waited for.
    const waiting = (await test.pods()).length - bound.length;
    const { active, backoff, unschedulable, gated } = test.scheduler.counts;
    expect(active + backoff + unschedulable + gated).toBe(waiting);
  });
});

it('a bind that is refused gives everything back, and is tried again', async () => {
  const ledger = new Ledger('Permit');
  const faults = { conflict: 0.7, lostRequest: 0.2 };
  const test = await SchedulerTestCluster.start({ profiles: [policy(ledger.plugin())], faults, seed: 3 });
  await test.setNode(testNode('a'));
  await test.setPod(pod('q'));
  await test.world.advance(120_000);
  expect([await test.nodeOf('ns/q'), ledger.faults, ledger.reserved.size]).toEqual(['a', [], 1]);
});

describe('what plugins declare that they read', () => {
  const reading = (name: string, declares: boolean, seen: string[]): SchedulerPlugin => ({
    name,
    ...(declares && { reads: [Pod] }),
    filter: (_state, _pod, { table }) => {
      seen.push(...[...table.objects.all(Pod)].map(({ metadata }) => metadata.name!));
      return undefined;
    },
  });

  it('is followed once for all of them, and nothing else is', async () => {
    const seen: Record<string, string[]> = { one: [], other: [], none: [] };
    const plugins = [reading('one', true, seen['one']!), reading('other', true, seen['other']!)];
    const test = await SchedulerTestCluster.start({ plugins });
    await test.setNode(testNode('a'));
    await test.setPod(pod('p'));
    await test.settle();
    expect([seen['one'], seen['other']]).toEqual([['p'], ['p']]);
    const without = await SchedulerTestCluster.start({ plugins: [reading('none', false, seen['none']!)] });
    await without.setNode(testNode('a'));
    await without.setPod(pod('p'));
    await without.settle();
    expect([await without.nodeOf('ns/p'), seen['none']]).toEqual(['a', []]);
  });
});
