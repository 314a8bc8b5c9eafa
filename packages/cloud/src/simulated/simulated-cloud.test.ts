import { describe, it } from '@jest/globals';
import { cloudProviderConformance } from '@pintle/contracts/conformance';
import { virtualWorld } from '@pintle/machinery';
import { simulatedCloud } from './simulated-cloud.js';

describe('simulatedCloud keeps the contract', () => {
  const world = virtualWorld();
  const cases = cloudProviderConformance({
    create: () => simulatedCloud({ world, delayMs: 100, machines: { 'node-0': {}, 'node-1': { isShutDown: true } } }),
    nodes: { running: { name: 'node-0' }, shutDown: { name: 'node-1' }, gone: { name: 'node-2' } },
    async drive(work) {
      work.catch(() => {});
      await world.advance({ seconds: 1 });
      return work;
    },
  });
  it.each(cases)('$name', ({ run }) => run());
});
