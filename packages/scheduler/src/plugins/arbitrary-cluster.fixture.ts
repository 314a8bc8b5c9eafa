/** Nodes and pods by chance, of few values, for plugins that look at one node at a time. */
import type { Node, NodeSelectorTerm, Pod } from '@pintle/api/core/v1';
import fc from 'fast-check';
import { testNode, testPod } from '../test-objects.fixture.js';

export const gpu = 'example.com/gpu';
const requests = fc.record(
  {
    cpu: fc.constantFrom('0', '1m', '100m', '333m', '1', '3'),
    memory: fc.constantFrom('0', '1', '128Mi', '1Gi', '3Gi'),
    [gpu]: fc.constantFrom('0', '1', '2'),
    'ephemeral-storage': fc.constantFrom('0', '1Gi', '3Gi'),
  },
  { requiredKeys: [] },
);
/** What the pod says for itself, or its runtime class adds. */
const cpuAndMemory = fc.record(
  { cpu: fc.constantFrom('0', '50m', '2'), memory: fc.constantFrom('0', '64Mi', '2Gi') },
  { requiredKeys: [] },
);
/** What a container has, or was promised: another amount while a resize is under way. */
const containerStatus = fc.record(
  { resources: fc.record({ requests }), allocatedResources: requests },
  { requiredKeys: [] },
);
const key = fc.constantFrom('a', 'b');
const value = fc.constantFrom('', '1', '2', 'x');
const effect = fc.constantFrom('NoSchedule', 'NoExecute', 'PreferNoSchedule');
const toleration = fc.oneof(
  fc.record({ key, operator: fc.constant('Exists'), effect }, { requiredKeys: ['operator'] }),
  fc.record({ key, operator: fc.constant('Equal'), value, effect }, { requiredKeys: ['key'] }),
);
export const requirement = (operators: readonly string[], length: fc.ArrayConstraints) =>
  fc.record({ key, operator: fc.constantFrom(...operators), values: fc.array(value, length) });
export const nodeOfField = fc.constantFrom('n0', 'n1', 'gone');
const term = fc.record(
  {
    matchExpressions: fc.array(
      // Most make sense.
      fc.oneof(
        { weight: 3, arbitrary: requirement(['In', 'NotIn'], { minLength: 1, maxLength: 2 }) },
        { weight: 2, arbitrary: requirement(['Exists', 'DoesNotExist'], { maxLength: 0 }) },
        { weight: 2, arbitrary: requirement(['Gt', 'Lt'], { minLength: 1, maxLength: 1 }) },
        { weight: 1, arbitrary: requirement(['In', 'NotIn', 'Exists', 'DoesNotExist', 'Gt', 'Lt'], { maxLength: 2 }) },
      ),
      { maxLength: 2 },
    ),
    matchFields: fc.array(
      fc.record({
        key: fc.constant('metadata.name'),
        operator: fc.constantFrom('In', 'NotIn'),
        values: fc.oneof(
          { weight: 3, arbitrary: fc.tuple(nodeOfField) },
          { weight: 1, arbitrary: fc.array(nodeOfField, { maxLength: 2 }) },
        ),
      }),
      { maxLength: 1 },
    ),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<unknown> as fc.Arbitrary<NodeSelectorTerm>;
const podWords = fc.record(
  {
    requests,
    tolerations: fc.array(toleration, { maxLength: 2 }),
    nodeSelector: fc.dictionary(key, value, { maxKeys: 2 }),
    priority: fc.integer({ min: 0, max: 2 }),
    affinity: fc.record({
      nodeAffinity: fc.record(
        {
          requiredDuringSchedulingIgnoredDuringExecution: fc.record({
            nodeSelectorTerms: fc.array(term, { maxLength: 2 }),
          }),
          preferredDuringSchedulingIgnoredDuringExecution: fc.array(
            fc.record({ weight: fc.integer({ min: 1, max: 100 }), preference: term }),
            { maxLength: 3 },
          ),
        },
        { requiredKeys: [] },
      ),
    }),
    initContainers: fc.array(
      fc.record(
        { name: fc.constant('i'), resources: fc.record({ requests }), restartPolicy: fc.constant('Always') },
        { requiredKeys: ['name', 'resources'] },
      ),
      { maxLength: 2 },
    ),
    overhead: cpuAndMemory,
    resources: fc.record({ requests: cpuAndMemory }),
    resize: fc.record({ app: containerStatus, i0: containerStatus, infeasible: fc.boolean() }),
    ports: fc.array(fc.record({ hostPort: fc.constantFrom(80, 81), hostIP: fc.constantFrom('', '10.0.0.1') }), {
      maxLength: 2,
    }),
    image: fc.constantFrom('app', 'app:v1', 'other'),
    /** The node that it names itself. */
    nodeName: fc.constantFrom('', 'n0', 'n1', 'gone'),
  },
  { requiredKeys: [] },
);
const nodeWords = fc.record(
  {
    cpu: fc.constantFrom('0', '1', '4'),
    memory: fc.constantFrom('0', '1Gi', '8Gi'),
    pods: fc.constantFrom('0', '2', '110'),
    allocatable: fc.record(
      { [gpu]: fc.constantFrom('1', '4'), 'ephemeral-storage': fc.constantFrom('2Gi', '8Gi') },
      { requiredKeys: [] },
    ),
    labels: fc.dictionary(key, value, { maxKeys: 2 }),
    taints: fc.array(fc.record({ key, value, effect }, { requiredKeys: ['key', 'effect'] }), { maxLength: 2 }),
    unschedulable: fc.boolean(),
    images: fc.constantFrom([], [{ names: ['app:latest', 'app:v1'], sizeBytes: 900_000_000 }]),
  },
  { requiredKeys: [] },
);
type PodWords = typeof podWords extends fc.Arbitrary<infer W> ? W : never;

function makePod(name: string, { ports, image, resize, ...words }: PodWords, nodeName?: string): Pod {
  const pod = testPod(name, { ...(words as object), ...(nodeName === undefined ? {} : { nodeName }) });
  const container = {
    ...pod.spec!.containers[0]!,
    ...(image && { image }),
    ...(ports && { ports: ports.map((port) => ({ containerPort: 1, protocol: 'TCP' as const, ...port })) }),
  };
  const initContainers = pod.spec!.initContainers?.map((each, i) => ({ ...each, name: `i${i}` }));
  const status = resize && {
    containerStatuses: [{ name: 'app', ...resize.app }],
    initContainerStatuses: [{ name: 'i0', ...resize.i0 }],
    ...(resize.infeasible && { conditions: [{ type: 'PodResizePending', reason: 'Infeasible', status: 'True' }] }),
  };
  const spec = { ...pod.spec!, containers: [container], ...(initContainers && { initContainers }) };
  return { ...pod, spec, ...(status && { status }) } as Pod;
}

export const cluster = fc
  .tuple(
    fc.array(nodeWords, { minLength: 1, maxLength: 5 }),
    fc.array(fc.tuple(podWords, fc.nat()), { maxLength: 8 }),
    podWords,
  )
  .map(([nodes, pods, pod]) => ({
    nodes: nodes.map((words, i) => testNode(`n${i}`, words as object)) as readonly Node[],
    pods: pods.map(([words, at], i) => makePod(`p${i}`, words, `n${at % nodes.length}`)),
    pod: makePod('new', pod),
  }));
