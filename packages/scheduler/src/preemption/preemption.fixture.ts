/** Preemption in few words: pods of priorities and sizes on nodes of half a core. For tests. */
import type { Node, Pod } from '@pintle/api/core/v1';
import type { PodDisruptionBudget } from '@pintle/api/policy/v1';
import { type Random, seededRandom } from '@pintle/machinery';
import { frameworkHandle } from '../algorithm/framework-handle.js';
import { CycleState } from '../framework/cycle-state.js';
import { NodeStatuses } from '../framework/node-statuses.js';
import type { SchedulerHandle, SchedulerPlugin } from '../framework/plugin.js';
import { profile } from '../framework/profile.js';
import { Refusals } from '../framework/refusals.js';
import { type StatusCode, status } from '../framework/status.js';
import { podInfo } from '../nodes/pod-info.js';
import { defaultPlugins } from '../plugins/default-plugins.js';
import { Nominations } from '../queue/nominations.js';
import { frameworksOf, tableOf } from '../simulate/simulation.js';
import { type NodeWords, type PodWords, testNode, testPod } from '../test-objects.fixture.js';

const priorities: Readonly<Record<string, number>> = { neg: -100, low: 0, mid: 100, high: 1000, highest: 10_000 };
const sizes: Readonly<Record<string, number>> = { tiny: 0, small: 100, medium: 200, large: 300, huge: 500 };

/** Of words such as `p1.1@1 mid large #foo t5`: name, node, priority, size, label, and start in seconds. */
export function podOf(words: string, more: PodWords = {}): Pod {
  const [name = '', ...others] = words.split(' ');
  const [own = '', node] = name.split('@');
  const pick = (table: Readonly<Record<string, number>>) => table[others.find((word) => word in table) ?? ''] ?? 0;
  const size = pick(sizes);
  const label = others.find((word) => word.startsWith('#'))?.slice(1);
  const start = others.find((word) => /^t\d$/.test(word))?.slice(1);
  return testPod(own, {
    namespace: 'ns',
    priority: pick(priorities),
    ...(size > 0 && { cpu: `${size}m`, memory: String(size) }),
    ...(node !== undefined && { nodeName: `node${node}` }),
    ...(label !== undefined && { labels: { [label]: '' } }),
    ...(start !== undefined && { status: { startTime: `2020-01-01T00:00:0${start}Z` } }),
    ...more,
  });
}

/** Allows so many of the pods with the label `foo`; the named ones are being disrupted already. */
export const budgetOf = (disruptionsAllowed: number, ...disrupted: readonly string[]): PodDisruptionBudget =>
  ({
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'budget', namespace: 'ns' },
    spec: { selector: { matchLabels: { foo: '' } } },
    status: {
      disruptionsAllowed,
      disruptedPods: Object.fromEntries(disrupted.map((name) => [name, '2020-01-01T00:00:00Z'])),
    },
  }) as unknown as PodDisruptionBudget;

export interface Given {
  readonly pod: Pod;
  readonly there: readonly Pod[];
  /** By name, with the zone after a slash. */
  readonly nodes: readonly string[];
  /** What the nodes have that are of another size; and their labels. */
  readonly sizes?: Readonly<Record<string, NodeWords>>;
  readonly budgets?: readonly PodDisruptionBudget[];
  /** Beside the default ones. */
  readonly plugins?: readonly SchedulerPlugin[];
  readonly candidatesMin?: number;
  /** Where it begins, as a share of the nodes. */
  readonly offset?: number;
}

/** One cycle in which every node refused the pod with `code`, or with what `codes` says of some. */
export function setUp(
  { pod, there, nodes, sizes: other = {}, budgets = [], plugins = [], offset = 0 }: Omit<Given, 'candidatesMin'>,
  code: StatusCode = 'Unschedulable',
  codes: Readonly<Record<string, StatusCode>> = {},
) {
  const frameworks = frameworksOf(profile({ plugins: [...defaultPlugins(), ...plugins] }));
  const made = nodes.map((words): Node => {
    const [name = '', zone = 'z'] = words.split('/');
    const { labels, ...more } = other[name] ?? {};
    return testNode(`node${name}`, {
      cpu: '500m',
      memory: '500',
      ...more,
      labels: { hostname: name, zone, ...labels },
    });
  });
  const table = tableOf(made, there, budgets);
  const random: Random = { ...seededRandom(1), next: () => offset };
  const handle: SchedulerHandle = {
    table,
    random,
    ...frameworkHandle({ frameworks, nominations: new Nominations() }),
    waitingPods: () => [],
    activate: () => {},
    preempt: () => {},
  };
  const info = podInfo(pod);
  const state = new CycleState(table);
  const framework = [...frameworks.values()][0]!;
  framework.runPreFilter(state, info, table);
  const nobody = new Refusals(new Int32Array(0), new Uint8Array(0), new Int32Array(0));
  const source = { state, pod: info, table, plugins: [], singles: [] };
  const said = new Map(Object.entries(codes).map(([name, of]) => [`node${name}`, status(of)]));
  return { state, info, statuses: new NodeStatuses(source, nobody, status(code), said), handle, framework };
}
