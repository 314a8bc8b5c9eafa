/** DynamicResources against a slow obvious model, on random devices of nodes and claims; who gets which is another test's. */
import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { attributes, deviceClaims, testDeviceClaim, testDeviceClass, testSlice } from '../device-objects.fixture.js';
import { testNode, testPod } from '../test-objects.fixture.js';
import { dynamicResources } from './dynamic-resources.js';
import { judgeFilter } from './judge.fixture.js';

const place = fc.constantFrom('x', 'y');
const size = fc.nat({ max: 1 });
const claim = fc.record({
  count: fc.integer({ min: 1, max: 2 }),
  size: fc.option(size, { nil: undefined }),
  /** Where its devices can be used from, once it has them. */
  at: fc.option(place, { nil: undefined }),
  /** The device that it has, by node and number. */
  given: fc.option(fc.tuple(fc.nat({ max: 2 }), fc.nat({ max: 2 })), { nil: undefined }),
});
const world = fc.record({
  nodes: fc.array(fc.record({ place, devices: fc.array(size, { maxLength: 3 }) }), { minLength: 1, maxLength: 3 }),
  claims: fc.array(claim, { maxLength: 3 }),
  others: fc.array(claim, { maxLength: 2 }),
});
type World = typeof world extends fc.Arbitrary<infer W> ? W : never;
type Claim = World['claims'][number];

function obvious({ nodes, claims, others }: World, at: number): string {
  const used = new Set([...claims, ...others].flatMap(({ given }) => (given?.[0] === at ? [given[1]] : [])));
  const free = nodes[at]!.devices.filter((_, i) => !used.has(i));
  const wanted = claims.filter(({ given }) => given === undefined);
  const asked = (those: readonly Claim[]) => those.reduce((sum, { count }) => sum + count, 0);
  const enough =
    asked(wanted) <= free.length &&
    [0, 1].every(
      (each) =>
        asked(wanted.filter(({ size: own }) => own === each)) <= free.filter((device) => device === each).length,
    );
  if (!enough) return 'UnschedulableAndUnresolvable: cannot allocate all claims';
  const isElsewhere = claims.some(({ given, at: where }) => given && where !== undefined && where !== nodes[at]!.place);
  return isElsewhere ? 'UnschedulableAndUnresolvable: resourceclaim not available on the node' : 'ok';
}

it('DynamicResources lets pods on nodes that have what their claims have or want', () => {
  fc.assert(
    fc.property(world, (words) => {
      const { nodes, claims, others } = words;
      const objectOf = (name: string, { count, size: own, at, given }: Claim) =>
        testDeviceClaim(
          name,
          [{ count, ...(own !== undefined && { selector: `device.attributes["driver"].size == ${own}` }) }],
          given ? { given: [`driver/n${given[0]}/d${given[1]}`], ...(at && { at: { place: at } }) } : {},
        );
      const slices = nodes.map(({ devices }, at) =>
        testSlice(`s${at}`, Object.fromEntries(devices.map((own, i) => [`d${i}`, attributes({ size: own })])), {
          node: `n${at}`,
        }),
      );
      const objects = [
        testDeviceClass('class'),
        ...slices,
        ...claims.map((each, i) => objectOf(`c${i}`, each)),
        ...others.map((each, i) => objectOf(`o${i}`, each)),
      ];
      const pod = testPod('p', { namespace: 'default', ...deviceClaims(...claims.map((_, i) => `c${i}`)) });
      const testNodes = nodes.map((node, at) => testNode(`n${at}`, { labels: { place: node.place } }));
      const { single, preFilter } = judgeFilter(dynamicResources(), pod, testNodes, [], objects);
      expect(single).toEqual(nodes.map((_, at) => obvious(words, at)));
      expect(preFilter?.code).toBe(claims.length === 0 ? 'Skip' : undefined);
    }),
    { numRuns: 1000 },
  );
});
