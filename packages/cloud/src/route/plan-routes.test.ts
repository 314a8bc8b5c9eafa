import { describe, expect, it } from '@jest/globals';
import type { Node } from '@pintle/api/core/v1';
import type { CloudRoute } from '@pintle/contracts';
import { planRoutes } from './plan-routes.js';

const node = (name: string, ...podCIDRs: readonly string[]) =>
  ({ metadata: { name, uid: `${name}-uid` }, spec: podCIDRs.length === 0 ? {} : { podCIDRs } }) as Node;
const route = (nodeName: string, destinationCidr: string): CloudRoute => ({ name: 'x', nodeName, destinationCidr });
const cluster = ['10.120.0.0/16', 'fd00:10:244::/48'];

interface Case {
  readonly name: string;
  readonly nodes: readonly Node[];
  readonly present?: readonly CloudRoute[];
  readonly create?: readonly string[];
  readonly remove?: readonly string[];
  readonly reached: readonly string[];
}

/** Cases of upstream's `TestReconcile`. */
const cases: readonly Case[] = [
  {
    name: 'two nodes, both routes there',
    nodes: [node('n1', '10.120.0.0/24'), node('n2', '10.120.1.0/24')],
    present: [route('n1', '10.120.0.0/24'), route('n2', '10.120.1.0/24')],
    reached: ['n1', 'n2'],
  },
  {
    name: 'two nodes, one route there',
    nodes: [node('n1', '10.120.0.0/24'), node('n2', '10.120.1.0/24')],
    present: [route('n1', '10.120.0.0/24')],
    create: ['n2 10.120.1.0/24'],
    reached: ['n1'],
  },
  {
    name: 'a route of a node that is gone',
    nodes: [node('n1', '10.120.0.0/24')],
    present: [route('n1', '10.120.0.0/24'), route('n2', '10.120.1.0/24')],
    remove: ['n2 10.120.1.0/24'],
    reached: ['n1'],
  },
  {
    name: 'a route of another range is somebody else’s',
    nodes: [],
    present: [route('n2', '10.1.2.0/24'), route('n3', '10.120.0.0/8')],
    reached: [],
  },
  {
    name: 'a route with a wrong node',
    nodes: [node('n1', '10.120.0.0/24')],
    present: [route('n2', '10.120.0.0/24')],
    create: ['n1 10.120.0.0/24'],
    remove: ['n2 10.120.0.0/24'],
    reached: [],
  },
  {
    name: 'of two families, one route is missing',
    nodes: [node('n1', '10.120.0.0/24', 'fd00:10:244::/64')],
    present: [route('n1', '10.120.0.0/24')],
    create: ['n1 fd00:10:244::/64'],
    reached: [],
  },
  { name: 'a node without a range is not reached', nodes: [node('n1')], reached: [] },
];

describe('planRoutes', () => {
  it.each(cases)('$name', ({ nodes, present = [], create = [], remove = [], reached }) => {
    const plan = planRoutes(nodes, present, cluster);
    const words = (routes: readonly CloudRoute[]) => routes.map((one) => `${one.nodeName} ${one.destinationCidr}`);
    expect([words(plan.create), words(plan.remove), plan.reached]).toEqual([create, remove, reached]);
  });
});
