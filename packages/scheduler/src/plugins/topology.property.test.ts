import { describe, expect, it } from '@jest/globals';
import type { Node, Pod } from '@pintle/api/core/v1';
import type { KubernetesObject } from '@pintle/machinery';
import fc from 'fast-check';
import type { SchedulerPlugin } from '../framework/plugin.js';
import { NodeTable } from '../nodes/node-table.js';
import { podInfo } from '../nodes/pod-info.js';
import { testNode, testPod } from '../test-objects.fixture.js';
import { interPodAffinity } from './inter-pod-affinity.js';
import { judge } from './judge.fixture.js';
import {
  affinityScore,
  affinityVerdict,
  type NamespaceLabels,
  spreadScores,
  spreadVerdict,
} from './obvious-topology.fixture.js';
import { podTopologySpread } from './pod-topology-spread.js';

const hostname = 'kubernetes.io/hostname';
const topologyKey = fc.constantFrom('zone', 'rack', hostname);
const label = fc.constantFrom('a', 'b');
const labels = fc.record({ app: label, tier: label }, { requiredKeys: [] });
const selector = fc.oneof(
  fc.record({ matchLabels: labels }),
  fc.record({
    matchExpressions: fc.constantFrom(
      [{ key: 'app', operator: 'Exists' }],
      [{ key: 'tier', operator: 'NotIn', values: ['a'] }],
    ),
  }),
);
const term = fc.record(
  {
    topologyKey,
    labelSelector: selector,
    namespaces: fc.subarray(['one', 'two'], { minLength: 1 }),
    namespaceSelector: fc.constantFrom({}, { matchLabels: { team: 'x' } }),
  },
  { requiredKeys: ['topologyKey'] },
);
const weighted = fc.record({ weight: fc.integer({ min: 1, max: 100 }), podAffinityTerm: term });
const terms = fc.record(
  {
    requiredDuringSchedulingIgnoredDuringExecution: fc.array(term, { minLength: 1, maxLength: 2 }),
    preferredDuringSchedulingIgnoredDuringExecution: fc.array(weighted, { minLength: 1, maxLength: 2 }),
  },
  { requiredKeys: [] },
);
const constraint = fc.record(
  {
    topologyKey,
    maxSkew: fc.integer({ min: 1, max: 2 }),
    whenUnsatisfiable: fc.constantFrom('DoNotSchedule', 'ScheduleAnyway'),
    labelSelector: selector,
    minDomains: fc.integer({ min: 1, max: 3 }),
    matchLabelKeys: fc.constantFrom(['tier'], ['app']),
    nodeAffinityPolicy: fc.constantFrom('Honor', 'Ignore'),
    nodeTaintsPolicy: fc.constantFrom('Honor', 'Ignore'),
  },
  { requiredKeys: ['topologyKey', 'maxSkew', 'whenUnsatisfiable', 'labelSelector'] },
);
const podWords = fc.record(
  {
    labels,
    namespace: fc.constantFrom('one', 'two'),
    affinity: fc.record({ podAffinity: terms, podAntiAffinity: terms }, { requiredKeys: [] }),
    topologySpreadConstraints: fc.array(constraint, { maxLength: 2 }),
    nodeSelector: fc.constantFrom({ zone: 'z1' }, { disk: 'ssd' }),
    tolerations: fc.constant([{ operator: 'Exists' }]),
    deleting: fc.boolean(),
  },
  { requiredKeys: ['namespace'] },
);
const nodeWords = fc.record(
  {
    zone: fc.constantFrom('z1', 'z2'),
    rack: fc.constantFrom('r1', 'r2', 'r3'),
    host: fc.boolean(),
    disk: fc.constant('ssd'),
    tainted: fc.boolean(),
  },
  { requiredKeys: [] },
);
type PodWords = typeof podWords extends fc.Arbitrary<infer W> ? W : never;
type NodeWords = typeof nodeWords extends fc.Arbitrary<infer W> ? W : never;

function makePod(name: string, { deleting, ...words }: PodWords, nodeName?: string): Pod {
  const pod = testPod(name, { ...(words as object), ...(nodeName === undefined ? {} : { nodeName }) });
  return deleting ? { ...pod, metadata: { ...pod.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } } : pod;
}

function makeNode(name: string, { host, tainted, ...given }: NodeWords): Node {
  return testNode(name, {
    labels: { ...given, ...(host && { [hostname]: name }) },
    ...(tainted && { taints: [{ key: 'k', effect: 'NoSchedule' }] }),
  });
}

const cluster = fc
  .tuple(
    fc.array(nodeWords, { minLength: 1, maxLength: 6 }),
    fc.array(fc.tuple(podWords, fc.nat()), { maxLength: 8 }),
    podWords,
    fc.array(fc.nat(), { maxLength: 6 }),
  )
  .map(([nodes, pods, pod, moved]) => ({
    nodes: nodes.map((words, i) => makeNode(`n${i}`, words)),
    pods: pods.map(([words, at], i) => makePod(`p${i}`, words, `n${at % nodes.length}`)),
    pod: makePod('new', { ...pod, deleting: false }),
    moved: pods.length === 0 ? [] : moved.map((at) => at % pods.length),
  }));
const namespaces: NamespaceLabels = { one: { team: 'x' }, two: { team: 'y' } };
type Cluster = typeof cluster extends fc.Arbitrary<infer C> ? C : never;

function tableWith({ nodes, pods }: Pick<Cluster, 'nodes' | 'pods'>): NodeTable {
  const table = new NodeTable();
  for (const [name, given] of Object.entries(namespaces)) {
    const metadata = { name, labels: given };
    table.objects.set({ apiVersion: 'v1', kind: 'Namespace', metadata });
  }
  for (const node of nodes) table.setNode(node);
  for (const pod of pods) table.addPod(table.rowOf(pod.spec!.nodeName!)!, podInfo(pod));
  return table;
}

/** What the plugin says of the pod on every node, in both of its forms, which must agree. */
function ask(plugin: SchedulerPlugin, pod: Pod, nodes: readonly Node[], table: NodeTable) {
  const { single, batched, raw, rawBatched, normalized } = judge(plugin, podInfo(pod), nodes, table);
  expect(batched).toEqual(single);
  expect(rawBatched).toEqual(raw);
  return { verdicts: single, raw, normalized };
}

describe('topology plugins agree with the obvious model', () => {
  it('InterPodAffinity', () => {
    fc.assert(
      fc.property(cluster, ({ nodes, pods, pod }) => {
        const world = { nodes, pods };
        const { verdicts, raw } = ask(interPodAffinity(), pod, nodes, tableWith(world));
        expect(verdicts).toEqual(nodes.map((node) => affinityVerdict(world, node, pod, namespaces)));
        expect(raw).toEqual(nodes.map((node) => affinityScore(world, node, pod, namespaces)));
      }),
      { numRuns: 1500 },
    );
  });
  it('InterPodAffinity with args', () => {
    const options = fc.record({ hardWeight: fc.constantFrom(0, 1, 7, 100), ownOnly: fc.boolean() });
    fc.assert(
      fc.property(cluster, options, ({ nodes, pods, pod }, { hardWeight, ownOnly }) => {
        const world = { nodes, pods };
        const args = { hardPodAffinityWeight: hardWeight, ignorePreferredTermsOfExistingPods: ownOnly };
        const { raw, normalized } = ask(interPodAffinity(args), pod, nodes, tableWith(world));
        const scores = nodes.map((node) => affinityScore(world, node, pod, namespaces, { hardWeight, ownOnly }));
        expect(raw).toEqual(scores);
        const [lowest, highest] = [Math.min(...scores), Math.max(...scores)];
        const share = (score: number) => (highest === lowest ? 0 : (score - lowest) / (highest - lowest));
        expect(normalized).toEqual(scores.map((score) => Math.trunc(100 * share(score))));
      }),
      { numRuns: 1000 },
    );
  });
  it('PodTopologySpread', () => {
    fc.assert(
      fc.property(cluster, ({ nodes, pods, pod }) => {
        const world = { nodes, pods };
        const { verdicts, raw, normalized } = ask(podTopologySpread(), pod, nodes, tableWith(world));
        expect(verdicts).toEqual(nodes.map((node) => spreadVerdict(world, node, pod)));
        const wanted = spreadScores(world, pod);
        if (wanted !== undefined) expect({ raw, normalized }).toEqual(wanted);
      }),
      { numRuns: 1500 },
    );
  });
});

const owners = fc.record({
  services: fc.array(fc.record({ app: label, tier: label }, { requiredKeys: [] }), { maxLength: 2 }),
  set: fc.option(labels, { nil: undefined }),
});
type Owners = typeof owners extends fc.Arbitrary<infer O> ? O : never;

/** The pod of the owners, what they are as objects, and what its Services and its set select, in one. */
function owned(pod: Pod, { services, set }: Owners) {
  const { namespace = '', labels: own = {} } = pod.metadata;
  const objects: readonly (KubernetesObject & { readonly spec: object })[] = [
    ...services.map((selector, i) => ({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: `s${i}`, namespace },
      spec: { selector },
    })),
    ...(set
      ? [
          {
            apiVersion: 'apps/v1',
            kind: 'ReplicaSet',
            metadata: { name: 'set', namespace },
            spec: { selector: { matchLabels: set } },
          },
        ]
      : []),
  ];
  const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'set', uid: 'u', controller: true };
  const meaning = services.filter((selector) => {
    const wanted = Object.entries(selector);
    return wanted.length > 0 && wanted.every(([key, value]) => own[key] === value);
  });
  const selected = Object.assign({}, ...meaning, set ?? {}) as Record<string, string>;
  const { topologySpreadConstraints: _, ...spec } = pod.spec!;
  const metadata = { ...pod.metadata, ...(set && { ownerReferences: [owner] }) };
  return { bare: { ...pod, metadata, spec } as Pod, objects, selected };
}

describe('constraints for pods that have none', () => {
  const constraints = fc.array(
    fc.record({
      topologyKey,
      maxSkew: fc.integer({ min: 1, max: 2 }),
      whenUnsatisfiable: fc.constantFrom('DoNotSchedule' as const, 'ScheduleAnyway' as const),
    }),
    { minLength: 1, maxLength: 2 },
  );
  const zoneKey = 'topology.kubernetes.io/zone';
  const ofSystem = [
    { topologyKey: hostname, maxSkew: 3, whenUnsatisfiable: 'ScheduleAnyway' },
    { topologyKey: zoneKey, maxSkew: 5, whenUnsatisfiable: 'ScheduleAnyway' },
  ] as const;

  it.each(['a list', "the system's"])('are %s', (which) => {
    const isSystem = which !== 'a list';
    fc.assert(
      fc.property(cluster, owners, constraints, ({ nodes: given, pods, pod }, by, list) => {
        const nodes = given.map((node): Node => {
          const { zone, ...others } = node.metadata.labels ?? {};
          const renamed = isSystem ? { ...others, ...(zone && { [zoneKey]: zone }) } : node.metadata.labels;
          return { ...node, metadata: { ...node.metadata, labels: renamed ?? {} } };
        });
        const world = { nodes, pods };
        const { bare, objects, selected } = owned(pod, by);
        const table = tableWith(world);
        for (const object of objects) table.objects.set(object);
        const plugin = podTopologySpread(isSystem ? {} : { defaultConstraints: list });
        const { verdicts, raw, normalized } = ask(plugin, bare, nodes, table);
        const meant = Object.keys(selected).length === 0 ? [] : isSystem ? ofSystem : list;
        const explicit = meant.map((each) => ({ ...each, labelSelector: { matchLabels: selected } }));
        const spelled: Pod = { ...bare, spec: { ...bare.spec!, topologySpreadConstraints: explicit } };
        expect(verdicts).toEqual(nodes.map((node) => spreadVerdict(world, node, spelled)));
        const wanted = spreadScores(world, spelled, !isSystem);
        if (wanted === undefined) expect(raw.every((score) => score === 0)).toBe(true);
        else expect({ raw, normalized }).toEqual(wanted);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('what is counted follows the table', () => {
  for (const plugin of [interPodAffinity(), podTopologySpread()]) {
    it(plugin.name, () => {
      fc.assert(
        fc.property(cluster, fc.boolean(), ({ nodes, pods, pod, moved }, relabel) => {
          const table = tableWith({ nodes, pods });
          ask(plugin, pod, nodes, table);
          // Pods go, come elsewhere, or stay; a node gets another zone, and a namespace other labels.
          const now = new Map(pods.map((each) => [each.metadata.name, each]));
          for (const [turn, at] of moved.entries()) {
            const before = now.get(`p${at}`)!;
            table.removePod(table.rowOf(before.spec!.nodeName!)!, podInfo(before));
            const nodeName = nodes[(at + turn) % nodes.length]!.metadata.name!;
            const after = { ...before, spec: { ...before.spec!, nodeName } };
            now.set(`p${at}`, after);
            table.addPod(table.rowOf(nodeName)!, podInfo(after));
            if (turn % 2 === 0) ask(plugin, pod, nodes, table);
          }
          const changed = relabel ? [makeNode('n0', { zone: 'z2', host: true }), ...nodes.slice(1)] : nodes;
          if (relabel) table.setNode(changed[0]!);
          const fresh = tableWith({ nodes: changed, pods: [...now.values()] });
          expect(ask(plugin, pod, changed, table)).toEqual(ask(plugin, pod, changed, fresh));
        }),
        { numRuns: 600 },
      );
    });
  }
});
