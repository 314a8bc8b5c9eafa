import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { SchedulerPlugin } from '../framework/plugin.js';
import { profile } from '../framework/profile.js';
import { defaultPlugins } from '../plugins/default-plugins.js';
import { schedule } from '../simulate/schedule.js';
import { testNode, testPod, times } from '../test-objects.fixture.js';

const template = fc.record(
  {
    cpu: fc.constantFrom('100m', '500m', '1'),
    memory: fc.constantFrom('128Mi', '1Gi'),
    priority: fc.integer({ min: 0, max: 2 }),
    labels: fc.constantFrom({ app: 'a' }, { app: 'b' }),
    tolerations: fc.constantFrom([], [{ key: 'k', operator: 'Exists' as const }]),
    nodeSelector: fc.constantFrom({ disk: 'ssd' }),
    affinity: fc.constantFrom(
      {
        nodeAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: [
            { weight: 5, preference: { matchExpressions: [{ key: 'disk', operator: 'Exists' as const }] } },
          ],
        },
      },
      {
        podAntiAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [
            { topologyKey: 'host', labelSelector: { matchLabels: { app: 'a' } } },
          ],
        },
      },
    ),
    topologySpreadConstraints: fc.constant([
      {
        maxSkew: 1,
        topologyKey: 'zone',
        whenUnsatisfiable: 'ScheduleAnyway' as const,
        labelSelector: { matchLabels: { app: 'a' } },
      },
    ]),
  },
  { requiredKeys: ['cpu'] },
);
const node = fc.record({
  cpu: fc.constantFrom('1', '2', '4'),
  zone: fc.constantFrom('z1', 'z2'),
  ssd: fc.boolean(),
  tainted: fc.constantFrom(undefined, 'NoSchedule' as const, 'PreferNoSchedule' as const),
  unschedulable: fc.boolean(),
});

/** The same plugins, but what they said is never kept. */
const forgetful = (plugin: SchedulerPlugin): SchedulerPlugin => {
  const { sign: _sign, uniformScore: _uniform, ...rest } = plugin;
  return rest;
};

it('places every pod as if each plugin had been asked of each node anew', () => {
  fc.assert(
    fc.property(
      fc.array(node, { minLength: 1, maxLength: 130 }),
      fc.array(fc.tuple(template, fc.integer({ min: 1, max: 12 })), { minLength: 1, maxLength: 4 }),
      fc.constantFrom(0, 30, 100),
      fc.integer({ min: 1, max: 1000 }),
      (words, groups, percentageOfNodesToScore, seed) => {
        const nodes = words.map(({ cpu, zone, ssd, tainted, unschedulable }, i) =>
          testNode(`n${i}`, {
            cpu,
            unschedulable,
            labels: { zone, host: `n${i}`, ...(ssd && { disk: 'ssd' }) },
            ...(tainted && { taints: [{ key: 'k', effect: tainted }] }),
          }),
        );
        const pods = groups.flatMap(([spec, count], group) =>
          times(count, (i) => testPod(`p${group}-${i}`, { ...spec, namespace: 'ns' })),
        );
        const run = (plugins: readonly SchedulerPlugin[]) => {
          const policy = profile({ plugins, percentageOfNodesToScore });
          const { placements, unschedulable, preempted, attempts } = schedule({ policy, nodes, pods, seed });
          return { placements, unschedulable, preempted, attempts };
        };
        expect(run(defaultPlugins())).toEqual(run(defaultPlugins().map(forgetful)));
      },
    ),
    { numRuns: 300 },
  );
});
