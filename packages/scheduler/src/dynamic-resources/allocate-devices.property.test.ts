/** The search for devices against a model that tries every choice there is. */
import { expect, it } from '@jest/globals';
import type { AllocationResult } from '@pintle/api/resource/v1beta1';
import fc from 'fast-check';
import { attributes, testDeviceClaim, testDeviceClass, testSlice } from '../device-objects.fixture.js';
import { ClusterObjects } from '../nodes/cluster-objects.js';
import { testNode } from '../test-objects.fixture.js';
import { allocateDevices } from './allocate-devices.js';
import { AllocatedDevices } from './allocated-devices.js';
import { DeviceSelectors } from './device-selectors.js';

const device = fc.record({
  size: fc.nat({ max: 2 }),
  numa: fc.nat({ max: 1 }),
  used: fc.boolean(),
  here: fc.boolean(),
});
const request = fc.record({
  count: fc.integer({ min: 1, max: 2 }),
  size: fc.option(fc.nat({ max: 2 }), { nil: undefined }),
  all: fc.boolean(),
});
const wantedClaim = fc.record({
  requests: fc.array(request, { minLength: 1, maxLength: 2 }),
  sameNuma: fc.boolean(),
});
const world = fc.record({
  devices: fc.array(device, { maxLength: 5 }),
  claims: fc.array(wantedClaim, { minLength: 1, maxLength: 2 }),
});
type World = typeof world extends fc.Arbitrary<infer W> ? W : never;

/** Every way to give each request its devices, one after the other. */
function isPossible({ devices, claims }: World): boolean {
  const slots = claims.flatMap(({ requests }, claim) => requests.map((each) => ({ ...each, claim })));
  const here = devices.flatMap((each, i) => (each.here ? [{ ...each, i }] : []));
  const given: { claim: number; i: number }[] = [];
  const isFree = (i: number) => !devices[i]!.used && !given.some((each) => each.i === i);
  const numasAgree = () =>
    claims.every(
      ({ sameNuma }, claim) =>
        !sameNuma || new Set(given.filter((each) => each.claim === claim).map(({ i }) => devices[i]!.numa)).size < 2,
    );
  const solve = (slot: number): boolean => {
    if (slot === slots.length) return numasAgree();
    const { size, count, all, claim } = slots[slot]!;
    const matching = here.filter((each) => size === undefined || each.size === size).map(({ i }) => i);
    const choices = all ? (matching.length === 0 ? [] : [matching]) : subsets(matching, count);
    return choices.some((chosen) => {
      if (!chosen.every(isFree)) return false;
      given.push(...chosen.map((i) => ({ claim, i })));
      const done = solve(slot + 1);
      if (!done) given.splice(given.length - chosen.length);
      return done;
    });
  };
  return solve(0);
}

function subsets(from: readonly number[], count: number): readonly number[][] {
  if (count === 0) return [[]];
  return from.flatMap((first, i) => subsets(from.slice(i + 1), count - 1).map((rest) => [first, ...rest]));
}

it('finds devices exactly where there are some, and gives no device twice', () => {
  fc.assert(
    fc.property(world, (words) => {
      const objects = new ClusterObjects();
      objects.set(testDeviceClass('class'));
      const there = (here: boolean) =>
        Object.fromEntries(
          words.devices.flatMap((each, i) =>
            each.here === here ? [[`d${i}`, attributes({ size: each.size, numa: each.numa })]] : [],
          ),
        );
      objects.set(testSlice('here', there(true), { node: 'n' }));
      objects.set(testSlice('away', there(false), { node: 'm' }));
      const used = words.devices.flatMap((each, i) => (each.used ? [`driver/${each.here ? 'n' : 'm'}/d${i}`] : []));
      objects.set(testDeviceClaim('other', [{}], { given: used }));
      const claims = words.claims.map(({ requests, sameNuma }, i) =>
        testDeviceClaim(
          `c${i}`,
          requests.map(({ count, size, all }) => ({
            ...(all ? { allocationMode: 'All' } : { count }),
            ...(size !== undefined && { selector: `device.attributes["driver"].size == ${size}` }),
          })),
          sameNuma ? { constraints: [{ matchAttribute: 'driver/numa' }] } : {},
        ),
      );
      const run = () =>
        allocateDevices(claims, {
          node: testNode('n'),
          objects,
          allocated: AllocatedDevices.of(objects),
          selectors: new DeviceSelectors(),
        });
      const possible = isPossible(words);
      // All devices of a request against a constraint is a fault of the claim, which is told, and no allocation either.
      let found: readonly AllocationResult[] | undefined;
      try {
        const result = run();
        found = typeof result === 'string' ? undefined : result;
      } catch (error) {
        expect((error as Error).message).toContain('a claim constraint would not be satisfied');
        found = undefined;
        if (possible) return;
      }
      expect(found !== undefined).toBe(possible);
      const names = (found ?? []).flatMap(({ devices }) => devices!.results!.map(({ device: name }) => name));
      expect(new Set(names).size).toBe(names.length);
      expect(names.every((name) => !words.devices[Number(name.slice(1))]!.used)).toBe(true);
    }),
    { numRuns: 1000 },
  );
});
