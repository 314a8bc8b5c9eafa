import { describe, it } from '@jest/globals';
import { volumeDriverConformance } from '@pintle/contracts/conformance';
import { virtualWorld } from '@pintle/machinery';
import { simulatedVolumes } from './simulated-volumes.js';

describe('simulatedVolumes keeps the contract', () => {
  const world = virtualWorld();
  const cases = volumeDriverConformance(
    {
      create: () => simulatedVolumes({ world, delayMs: 100 }),
      nodeNames: ['node-0', 'node-1'],
      tooManyBytes: 2 ** 41,
      async drive(work) {
        work.catch(() => {});
        await world.advance({ seconds: 1 });
        return work;
      },
    },
    { attaches: true, expands: true },
  );
  it.each(cases)('$name', ({ run }) => run());
});
