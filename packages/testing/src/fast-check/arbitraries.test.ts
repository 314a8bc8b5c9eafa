import { expect, it } from '@jest/globals';
import { toleratesAny } from '@pintle/api/placement';
import { defaultPlugins, podKey, podRequests, profile, remedies, schedule } from '@pintle/scheduler';
import * as fc from 'fast-check';
import { arbitraryNodes, arbitraryPods } from './index.js';

const policy = profile({ plugins: defaultPlugins() });

it('a policy puts no more on a node than it holds, and nothing where it is not tolerated', () => {
  fc.assert(
    fc.property(arbitraryNodes(), arbitraryPods(), (nodes, pods) => {
      const { placements, unschedulable, preempted } = schedule({ policy, nodes, pods });
      const byKey = new Map(pods.map((pod) => [podKey(pod), pod]));
      for (const key of byKey.keys())
        expect(placements.has(key) || unschedulable.has(key) || preempted.has(key)).toBe(true);
      for (const { metadata, spec, status } of nodes) {
        const here = [...placements].flatMap(([key, name]) => (name === metadata.name ? [byKey.get(key)!] : []));
        const milli = here.reduce((sum, pod) => sum + podRequests(pod).cpu, 0);
        const { cpu = '0', pods: count = '0' } = status!.allocatable!;
        expect(milli).toBeLessThanOrEqual(cpu.endsWith('m') ? Number.parseInt(cpu, 10) : Number(cpu) * 1000);
        expect(here.length).toBeLessThanOrEqual(Number(count));
        for (const taint of spec?.taints ?? [])
          if (taint.effect !== 'PreferNoSchedule')
            for (const pod of here) expect(toleratesAny(pod.spec?.tolerations ?? [], taint)).toBe(true);
      }
    }),
    { numRuns: 200, seed: 1 },
  );
});

it('each remedy places its pod', () => {
  let found = 0;
  fc.assert(
    fc.property(arbitraryNodes(), arbitraryPods({ maxLength: 4 }), (nodes, pods) => {
      const result = schedule({ policy, nodes, pods });
      for (const key of result.unschedulable.keys())
        for (const { changes, nodeName } of remedies(result, key, { triesMax: 10 })) {
          expect(changes.length).toBeGreaterThan(0);
          expect(nodeName).not.toBe('');
          found++;
        }
    }),
    { numRuns: 100, seed: 2 },
  );
  expect(found).toBeGreaterThan(50);
});
