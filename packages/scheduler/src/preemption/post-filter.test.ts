/** Cases of kube-scheduler's `TestPostFilter` and `TestPreempt`, as data. */
import { describe, expect, it } from '@jest/globals';
import type { Pod } from '@pintle/api/core/v1';
import { virtualWorld } from '@pintle/machinery';
import type { Extender } from '../extenders/extender.js';
import { ExtenderChain } from '../extenders/extender-chain.js';
import type { SchedulerPlugin } from '../framework/plugin.js';
import { errorStatus, type StatusCode, statusMessage } from '../framework/status.js';
import type { NodeWords, PodWords } from '../test-objects.fixture.js';
import { budgetOf, type Given, podOf, setUp } from './preemption.fixture.js';

const one: NodeWords = { pods: '1' };
const small: NodeWords = { cpu: '200m', memory: '400' };

/** Can neither count who comes nor who goes on nodes with the label. */
const broken: SchedulerPlugin = {
  name: 'Broken',
  preFilter: () => undefined,
  preFilterAddPod: (_, { name }, _changed, { labels }) =>
    labels['error'] ? errorStatus(new Error(`failed to add pod: ${name}`)) : undefined,
  preFilterRemovePod: (_, { name }, _changed, { labels }) =>
    labels['error'] ? errorStatus(new Error(`failed to remove pod: ${name}`)) : undefined,
};

interface Case extends Omit<Given, 'candidatesMin'> {
  readonly name: string;
  readonly codes?: Readonly<Record<string, StatusCode>>;
  readonly extenders?: readonly Extender[];
  /** The node, and who leaves it. */
  readonly node?: string;
  readonly victims?: readonly string[];
  /** Empty where the pod has a node. */
  readonly message?: string;
  /** Whether an earlier nomination is taken back. */
  readonly clears?: boolean;
}

const pods = (...words: readonly string[]): Pod[] => words.map((each) => podOf(each));
const asks = (words: string, more: PodWords = {}) => podOf(`p ${words}`, more);
const extender = (name: string, agrees: (nodeName: string) => boolean, more: Partial<Extender> = {}): Extender => ({
  name,
  ignorable: false,
  weight: 1,
  isInterested: () => true,
  preempt: async (_, candidates) => candidates.filter(({ nodeName }) => agrees(nodeName)),
  ...more,
});
const onlyNode1 = extender('second', (name) => name === 'node1');
const helpless = '1 Preemption is not helpful for scheduling.';
const unwilling = { code: 'UnschedulableAndUnresolvable' as const };
const noAgreement = 'preemption: no candidate node for preemption';

const cases: readonly Case[] = [
  {
    name: 'matters more than the one there',
    pod: asks('high'),
    there: pods('p1@1'),
    nodes: ['1'],
    sizes: { 1: one },
    node: '1',
    victims: ['p1'],
  },
  {
    name: 'matters as much as the one there',
    pod: asks('low'),
    there: pods('p1@1'),
    nodes: ['1'],
    sizes: { 1: one },
    message: 'preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.',
    clears: true,
  },
  {
    name: 'the node can never do',
    pod: asks('high'),
    there: pods('p1@1'),
    nodes: ['1'],
    sizes: { 1: one },
    codes: { 1: unwilling.code },
    message: `preemption: 0/1 nodes are available: ${helpless}`,
    clears: true,
  },
  {
    name: 'nothing is said of the node',
    pod: asks('high'),
    there: pods('p1@1'),
    nodes: ['1'],
    sizes: { 1: one },
    codes: {},
    message: `preemption: 0/1 nodes are available: ${helpless}`,
    clears: true,
  },
  {
    name: 'one of two nodes',
    pod: asks('mid'),
    there: pods('p1@1 high', 'p2@2 low'),
    nodes: ['1', '2'],
    sizes: { 1: one, 2: one },
    node: '2',
    victims: ['p2'],
  },
  {
    name: 'the node where the most important victim matters least, of nodes that violate a budget',
    pod: asks('highest'),
    there: pods('p1@1 high', 'p2@1 low #foo', 'p3@2 mid #foo'),
    nodes: ['1', '2'],
    sizes: { 1: one, 2: one },
    budgets: [budgetOf(0)],
    node: '2',
    victims: ['p3'],
  },
  {
    name: 'what an extender leaves',
    pod: asks('high'),
    there: pods('p1@1', 'p2@2'),
    nodes: ['1', '2'],
    sizes: { 1: one, 2: one },
    extenders: [onlyNode1],
    node: '1',
    victims: ['p1'],
  },
  {
    name: 'too little CPU on every node',
    pod: asks('high large'),
    there: pods('p1@1', 'p2@2'),
    nodes: ['1', '2'],
    sizes: { 1: small, 2: small },
    message: 'preemption: 0/2 nodes are available: 2 Insufficient cpu.',
    clears: true,
  },
  {
    name: 'too little CPU, and nobody who matters less',
    pod: asks('high large'),
    there: pods('p1@1 high', 'p2@2', 'p3@3 high'),
    nodes: ['1', '2', '3'],
    sizes: { 1: one, 2: small, 3: one },
    message: 'preemption: 0/3 nodes are available: 1 Insufficient cpu, 2 No preemption victims found for incoming pod.',
    clears: true,
  },
  {
    name: 'too little CPU, and nodes that can never do',
    pod: asks('high large'),
    there: pods('p1@1', 'p2@2'),
    nodes: ['1', '2', '3', '4'],
    sizes: { 1: small, 2: small, 3: small, 4: small },
    codes: { 1: 'Unschedulable', 2: 'Unschedulable', 4: unwilling.code },
    message: 'preemption: 0/4 nodes are available: 2 Insufficient cpu, 2 Preemption is not helpful for scheduling.',
    clears: true,
  },
  {
    name: 'a plugin fails on the only node',
    pod: asks('high large'),
    there: pods('p1@1'),
    nodes: ['1'],
    sizes: { 1: { labels: { error: 'true' } } },
    plugins: [broken],
    message: 'preemption: running RemovePod on PreFilter plugin "Broken": failed to remove pod: p',
  },
  {
    name: 'a plugin fails on one of two nodes',
    pod: asks('high large'),
    there: pods('p1@1', 'p2@2 medium'),
    nodes: ['1', '2'],
    sizes: { 1: { labels: { error: 'true' } }, 2: { cpu: '300m', memory: '300' } },
    plugins: [broken],
    node: '2',
    victims: ['p2'],
  },
  {
    name: 'the node whose victims matter least',
    pod: asks('high huge', { preemptionPolicy: 'PreemptLowerPriority' }),
    there: pods('p1.1@1 low small', 'p1.2@1 low small', 'p2.1@2 high large', 'p3.1@3 mid medium'),
    nodes: ['1', '2', '3'],
    node: '1',
    victims: ['p1.1', 'p1.2'],
  },
  {
    name: 'the node where pods would be spread',
    pod: asks('high #foo', {
      topologySpreadConstraints: ['zone', 'hostname'].map((topologyKey) => ({
        maxSkew: 1,
        topologyKey,
        whenUnsatisfiable: 'DoNotSchedule' as const,
        labelSelector: { matchExpressions: [{ key: 'foo', operator: 'Exists' as const }] },
      })),
    }),
    there: pods('a1@a high #foo', 'a2@a high #foo', 'b1@b low #foo', 'x1@x high #foo', 'x2@x high #foo'),
    nodes: ['a/zone1', 'b/zone1', 'x/zone2'],
    node: 'b',
    victims: ['b1'],
  },
  {
    name: 'one of two extenders leaves only one node, and not the best',
    pod: asks('high huge'),
    there: pods('p1.1@1 mid small', 'p1.2@1 low small', 'p2.1@3 mid large'),
    nodes: ['1', '3'],
    extenders: [extender('first', () => true), onlyNode1],
    node: '1',
    victims: ['p1.1', 'p1.2'],
  },
  {
    name: 'an extender leaves no node',
    pod: asks('high huge'),
    there: pods('p1.1@1 mid small', 'p1.2@1 low small', 'p2.1@2 mid large'),
    nodes: ['1', '2'],
    extenders: [extender('first', () => false)],
    message: noAgreement,
  },
  {
    name: 'an extender fails that may be passed over',
    pod: asks('high huge'),
    there: pods('p1.1@1 mid small', 'p1.2@1 low small', 'p2.1@2 mid large'),
    nodes: ['1', '2'],
    extenders: [
      extender('first', () => true, {
        ignorable: true,
        preempt: async () => {
          throw new Error('out of order');
        },
      }),
      onlyNode1,
    ],
    node: '1',
    victims: ['p1.1', 'p1.2'],
  },
  {
    name: 'an extender has no interest in the pod',
    pod: asks('high huge'),
    there: pods('p1.1@1 mid small', 'p1.2@1 low small', 'p2.1@2 mid large'),
    nodes: ['1', '2'],
    extenders: [{ ...onlyNode1, isInterested: () => false }, extender('second', () => true)],
    node: '2',
    victims: ['p2.1'],
  },
  {
    name: 'an extender fails',
    pod: asks('high huge'),
    there: pods('p1@1 low small'),
    nodes: ['1'],
    extenders: [
      extender('first', () => true, {
        preempt: async () => {
          throw new Error('out of order');
        },
      }),
    ],
    message: 'extender first: out of order',
  },
  {
    name: 'a pod that never preempts',
    pod: asks('high huge', { preemptionPolicy: 'Never' }),
    there: pods('p1.1@1 low small', 'p1.2@1 low small', 'p2.1@2 high large', 'p3.1@3 mid medium'),
    nodes: ['1', '2', '3'],
    message: 'preemption: not eligible due to preemptionPolicy=Never.',
  },
  {
    name: 'a pod that does not say whether it preempts',
    pod: asks('high huge'),
    there: pods('p1.1@1 low small', 'p1.2@1 low small', 'p2.1@2 high large', 'p3.1@3 mid medium'),
    nodes: ['1', '2', '3'],
    node: '1',
    victims: ['p1.1', 'p1.2'],
  },
];

describe('a pod for which no node will do', () => {
  it.each(cases)('$name', async ({ codes, extenders, node, victims, message = '', clears = false, ...given }) => {
    const { state, info, statuses, handle, framework } = setUp(
      given,
      codes === undefined ? 'Unschedulable' : unwilling.code,
      codes,
    );
    const left: string[] = [];
    const preempt: typeof handle.preempt = (_pod, _node, gone) => left.push(...gone.map(({ name }) => name));
    const chain = extenders && new ExtenderChain(extenders, virtualWorld({ seed: 1 }));
    const found = await framework.runPostFilter(state, info, statuses, { ...handle, preempt }, chain);
    expect({ message: statusMessage(found.status), nominated: found.nominating?.nodeName, left: left.sort() }).toEqual({
      message,
      nominated: node === undefined ? (clears ? '' : undefined) : `node${node}`,
      left: victims ?? [],
    });
  });
});
