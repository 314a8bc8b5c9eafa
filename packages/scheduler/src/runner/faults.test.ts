/** Seeded runs in which much goes wrong at once, checked after every event. */
import { describe, expect, it } from '@jest/globals';
import { Node, type Pod } from '@pintle/api/core/v1';
import { seededRandom } from '@pintle/machinery';
import type { SchedulerPlugin } from '../framework/plugin.js';
import { profile } from '../framework/profile.js';
import { status } from '../framework/status.js';
import { isTerminal } from '../nodes/pod-info.js';
import { defaultPlugins } from '../plugins/default-plugins.js';
import { testNode, testPod, times } from '../test-objects.fixture.js';
import { ClusterChecker } from './cluster-checker.fixture.js';
import { SchedulerTestCluster } from './scheduler.fixture.js';

/** What one step does, and how often. */
const steps = {
  node: 10,
  nodeGone: 4,
  pod: 30,
  shyPod: 12,
  podGone: 10,
  important: 3,
  otherProfiles: 1,
  time: 14,
} as const;

// There is no kubelet that would end pods.
const core = { namespace: 'ns', terminationGracePeriodSeconds: 0 };
const hostname = 'kubernetes.io/hostname';
const shy = {
  podAntiAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: [
      { topologyKey: hostname, labelSelector: { matchLabels: { app: 'shy' } } },
    ],
  },
};

/** Fails now and then, wherever a plugin can. */
function shaky(next: () => number): SchedulerPlugin {
  const perhaps = () => {
    if (next() < 0.03) throw new Error('shaky');
    return undefined;
  };
  return {
    name: 'Shaky',
    preFilter: perhaps,
    filter: perhaps,
    reserve: () => (next() < 0.05 ? status('Unschedulable', 'not now') : perhaps()),
    unreserve: () => void perhaps(),
    permit: () => (next() < 0.1 ? { status: status('Wait'), timeoutMs: 500 } : undefined),
    preBind: perhaps,
    postBind: () => void perhaps(),
  };
}

describe('under faults', () => {
  it.each(times(16, (seed) => seed))(
    'nothing is double-booked, and nothing that fits is forgotten: seed %i',
    async (seed) => {
      const random = seededRandom(seed + 5000);
      const pick = (bound: number) => Math.floor(random.next() * bound);
      const faults = { conflict: 0.1, lostAnswer: 0.1, lostRequest: 0.1, delayMaxMs: 300 };
      const plugins = () => [...defaultPlugins(), ...(seed % 2 === 0 ? [] : [shaky(() => random.next())])];
      const policy = () => profile({ plugins: plugins() });
      const test = await SchedulerTestCluster.start({
        faults,
        seed,
        bindsMax: 8,
        podsPerTurn: 4,
        profiles: [policy()],
      });
      const checker = new ClusterChecker(test.client);
      await test.setPriority('high', 10);
      const total = Object.values(steps).reduce((sum, weight) => sum + weight, 0);
      let made = 0;
      const next = () => `p${made++}`;
      const act: Readonly<Record<keyof typeof steps, () => Promise<unknown>>> = {
        node: () => {
          const name = `n${pick(6)}`;
          return test.setNode(testNode(name, { cpu: '3', labels: { [hostname]: name } }));
        },
        nodeGone: () => test.client.delete(Node, { name: `n${pick(6)}` }).catch(() => undefined),
        pod: () => test.setPod(testPod(next(), { ...core, cpu: '1' })),
        shyPod: () =>
          test.setPod(testPod(next(), { ...core, cpu: '1', labels: { app: 'shy' }, affinity: shy as never })),
        podGone: () => test.deletePod(`ns/p${pick(Math.max(made, 1))}`),
        important: () => {
          const words = { namespace: 'ns', cpu: '2', priorityClassName: 'high', terminationGracePeriodSeconds: 0 };
          return test.setPod(testPod(next(), words));
        },
        otherProfiles: () => test.scheduler.replaceProfiles([policy()]),
        time: () => test.world.advance(pick(2000)),
      };
      for (let step = 0; step < 90; step++) {
        let roll = pick(total);
        const [what] = Object.entries(steps).find(([, weight]) => (roll -= weight) < 0)!;
        await act[what as keyof typeof steps]();
        if (random.next() < 0.5) await test.world.settle();
      }
      const alive = async () => (await test.pods()).filter((pod: Pod) => !isTerminal(pod));
      const waiting = (pods: readonly Pod[]) => pods.filter(({ spec }) => !spec?.nodeName).length;
      const queued = () => {
        const { active, backoff, unschedulable, gated, inFlight } = test.scheduler.counts;
        return active + backoff + unschedulable + gated + inFlight;
      };
      // Events come late, one after the other: what has gone may not be known yet.
      const late = async () => queued() !== waiting(await alive());
      // Hints and back-offs alone, well before pods are tried again whatever happened.
      for (let waited = 0; waited < 12 && (waited < 2 || checker.forgotten().length > 0 || (await late())); waited++)
        await test.world.advance(15_000);
      expect(checker.violations).toEqual([]);
      expect(checker.forgotten()).toEqual([]);
      expect(checker.events).toBeGreaterThan(50);
      const pods = await alive();
      const { counts } = test.scheduler;
      expect(queued()).toBe(waiting(pods));
      expect(counts.assumedOrBound - counts.binding).toBe(pods.length - waiting(pods));
      checker.stop();
      await test.stop();
    },
  );
});
