/** Who would have to leave where, and which node is taken, against a slow obvious model on random nodes. */
import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { findCandidates } from '../plugins/default-preemption.js';
import { type Candidate, chooseCandidate } from './candidate.js';
import { budgetOf, podOf, setUp } from './preemption.fixture.js';

const sizes = { tiny: 0, small: 100, medium: 200, large: 300, huge: 500 } as const;
const priorities = { neg: -100, low: 0, mid: 100, high: 1000 } as const;
const room = 500;
const nodes = ['1', '2', '3', '4'];

const podWords = fc.record({
  size: fc.constantFrom(...(Object.keys(sizes) as (keyof typeof sizes)[])),
  priority: fc.constantFrom(...(Object.keys(priorities) as (keyof typeof priorities)[])),
  protectedBy: fc.boolean(),
  start: fc.nat({ max: 3 }),
  node: fc.constantFrom(...nodes),
});
const world = fc.record({
  // A pod that asks for nothing fits everywhere.
  pod: podWords.filter(({ size }) => size !== 'tiny'),
  there: fc.array(podWords, { minLength: 6, maxLength: 14 }),
  allowed: fc.nat({ max: 2 }),
});
type World = typeof world extends fc.Arbitrary<infer W> ? W : never;
type Words = World['pod'] & { readonly name: string };

const asked = (pods: readonly World['pod'][]) => pods.reduce((sum, { size }) => sum + sizes[size], 0);
const byImportance = (a: Words, b: Words) =>
  priorities[b.priority] - priorities[a.priority] || a.start - b.start || (a.name < b.name ? -1 : 1);

interface Obvious {
  readonly node: string;
  readonly victims: readonly Words[];
  readonly violations: number;
}

/** All that matter less leave; then one after the other stays where there is room, first those that are protected. */
function candidateOn(node: string, { pod, allowed }: World, all: readonly Words[]): Obvious | undefined {
  const there = all.filter((each) => each.node === node);
  const lesser = there.filter(({ priority }) => priorities[priority] < priorities[pod.priority]).sort(byImportance);
  const staying = there.filter((each) => !lesser.includes(each));
  if (lesser.length === 0 || asked([...staying, pod]) > room) return undefined;
  let left = allowed;
  const isViolated = new Set(lesser.filter(({ protectedBy }) => protectedBy && --left < 0));
  const victims: Words[] = [];
  for (const each of [...lesser].sort((a, b) => Number(isViolated.has(b)) - Number(isViolated.has(a)))) {
    if (asked([...staying, each, pod]) <= room) staying.push(each);
    else victims.push(each);
  }
  return {
    node: `node${node}`,
    victims: victims.sort(byImportance),
    violations: victims.filter((each) => isViolated.has(each)).length,
  };
}

const measures: readonly ((candidate: Obvious) => number)[] = [
  ({ violations }) => violations,
  ({ victims }) => Math.max(...victims.map(({ priority }) => priorities[priority])),
  ({ victims }) => victims.reduce((sum, { priority }) => sum + priorities[priority] + 2 ** 31, 0),
  ({ victims }) => victims.length,
  // Of the victims of the highest priority, the one that runs longest; the later, the better.
  ({ victims }) =>
    -Math.min(...victims.filter(({ priority }) => priority === victims[0]!.priority).map(({ start }) => start)),
];

it('DefaultPreemption finds the victims, and takes the node that loses least', () => {
  fc.assert(
    fc.property(world, (words) => {
      const { pod, allowed } = words;
      const all = words.there.map((each, i): Words => ({ ...each, name: `p${String(i).padStart(2, '0')}` }));
      fc.pre(nodes.every((node) => asked([...all.filter((each) => each.node === node), pod]) > room));
      const told = ({ size, priority, protectedBy, start }: World['pod']) =>
        `${priority} ${size} t${start}${protectedBy ? ' #foo' : ''}`;
      const { state, info, statuses, handle } = setUp({
        pod: podOf(`new ${told(pod)}`),
        there: all.map((each) => podOf(`${each.name}@${each.node} ${told(each)}`)),
        nodes,
        budgets: [budgetOf(allowed)],
      });
      const { candidates } = findCandidates(state, info, statuses, handle, () => 100);
      const obvious = nodes.flatMap((node) => candidateOn(node, words, all) ?? []);
      const plain = ({ nodeName, victims, violations }: Candidate) =>
        `${nodeName}: ${victims.map(({ name }) => name).join(' ')} (${violations})`;
      expect(candidates.map(plain).sort()).toEqual(
        obvious
          .map(
            ({ node, victims, violations }) => `${node}: ${victims.map(({ name }) => name).join(' ')} (${violations})`,
          )
          .sort(),
      );
      let best = obvious;
      for (const measure of measures) {
        const least = Math.min(...best.map(measure));
        best = best.filter((each) => measure(each) === least);
      }
      const chosen = chooseCandidate(candidates)?.chosen.nodeName;
      if (best.length === 0) expect(chosen).toBeUndefined();
      else expect(best.map(({ node }) => node)).toContain(chosen);
    }),
    { numRuns: 500 },
  );
});
