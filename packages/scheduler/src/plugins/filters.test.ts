import { describe, expect, it } from '@jest/globals';
import type { Node, NodeSelectorTerm, Pod, Taint, Toleration } from '@pintle/api/core/v1';
import { podInfo } from '../nodes/pod-info.js';
import { tableOf } from '../simulate/simulation.js';
import { type NodeWords, type PodWords, testNode, testPod } from '../test-objects.fixture.js';
import { judgeFilter, judgeFilterOn } from './judge.fixture.js';
import { nodeAffinity } from './node-affinity.js';
import { nodeName } from './node-name.js';
import { nodePorts } from './node-ports.js';
import { nodeUnschedulable } from './node-unschedulable.js';
import { nodeResourcesFit } from './resources-fit.js';
import { taintToleration } from './taint-toleration.js';

const hard = (reason: string) => `UnschedulableAndUnresolvable: ${reason}`;
const soft = (reason: string) => `Unschedulable: ${reason}`;

/** Both forms give the one expected verdict. */
function expectVerdict(judgement: ReturnType<typeof judgeFilter>, expected: string): void {
  expect(judgement.single).toEqual([expected]);
  expect(judgement.batched).toEqual([expected]);
}

describe('NodeName and NodeUnschedulable', () => {
  const other = hard("node(s) didn't match the requested node name");
  it.each([
    ['names none', {}, 'ok'],
    ['names it', { nodeName: 'n' }, 'ok'],
    ['names another', { nodeName: 'm' }, other],
  ])('a pod that %s', (_, words, expected) => {
    expectVerdict(judgeFilter(nodeName(), testPod('p', words), [testNode('n')]), expected);
  });

  const closed = hard('node(s) were unschedulable');
  const tolerating: Toleration = { key: 'node.kubernetes.io/unschedulable', operator: 'Exists', effect: 'NoSchedule' };
  it.each<[string, boolean, PodWords, string]>([
    ['closed node', true, {}, closed],
    ['open node', false, {}, 'ok'],
    ['closed node, tolerated', true, { tolerations: [tolerating] }, 'ok'],
    [
      'closed node, tolerated whatever the value',
      true,
      { tolerations: [{ key: tolerating.key!, effect: 'NoSchedule' }] },
      'ok',
    ],
    ['closed node, something else tolerated', true, { tolerations: [{ key: 'x', operator: 'Exists' }] }, closed],
    ['closed node, everything tolerated', true, { tolerations: [{ operator: 'Exists' }] }, 'ok'],
    ['closed node, NoExecute tolerated', true, { tolerations: [{ ...tolerating, effect: 'NoExecute' }] }, closed],
  ])('%s', (_, unschedulable, words, expected) => {
    expectVerdict(judgeFilter(nodeUnschedulable(), testPod('p', words), [testNode('n', { unschedulable })]), expected);
  });
});

describe('TaintToleration', () => {
  const taint = (effect: Taint['effect'], value = 'user1'): Taint => ({ key: 'dedicated', value, effect });
  it.each<[string, readonly Toleration[], readonly Taint[], string]>([
    ['no tolerations, a taint', [], [taint('NoSchedule')], hard('node(s) had untolerated taint {dedicated: user1}')],
    ['equal', [{ key: 'dedicated', value: 'user1', effect: 'NoSchedule' }], [taint('NoSchedule')], 'ok'],
    [
      'another value',
      [{ key: 'dedicated', operator: 'Equal', value: 'user2', effect: 'NoSchedule' }],
      [taint('NoSchedule')],
      hard('node(s) had untolerated taint {dedicated: user1}'),
    ],
    ['key exists', [{ key: 'dedicated', operator: 'Exists', effect: 'NoSchedule' }], [taint('NoSchedule')], 'ok'],
    [
      'another effect',
      [{ key: 'dedicated', operator: 'Equal', value: 'user1', effect: 'NoExecute' }],
      [taint('NoSchedule')],
      hard('node(s) had untolerated taint {dedicated: user1}'),
    ],
    ['any effect', [{ key: 'dedicated', operator: 'Equal', value: 'user1' }], [taint('NoSchedule')], 'ok'],
    ['only preferred', [], [taint('PreferNoSchedule')], 'ok'],
    [
      'only preferred, another tolerated',
      [{ key: 'dedicated', operator: 'Equal', value: 'user2', effect: 'NoSchedule' }],
      [taint('PreferNoSchedule')],
      'ok',
    ],
    [
      'preferred tolerated, and not required',
      [{ key: 'dedicated', operator: 'Equal', value: 'user1', effect: 'PreferNoSchedule' }],
      [taint('NoSchedule')],
      hard('node(s) had untolerated taint {dedicated: user1}'),
    ],
    [
      'two, both tolerated',
      [
        { key: 'dedicated', operator: 'Equal', value: 'user2', effect: 'NoSchedule' },
        { key: 'foo', operator: 'Exists', effect: 'NoSchedule' },
      ],
      [taint('NoSchedule', 'user2'), { key: 'foo', value: 'bar', effect: 'NoSchedule' }],
      'ok',
    ],
    [
      'first tolerated, second not',
      [{ key: 'dedicated', operator: 'Exists' }],
      [taint('NoSchedule'), { key: 'gpu', effect: 'NoExecute' }],
      hard('node(s) had untolerated taint {gpu: }'),
    ],
    [
      'first preferred, second keeps away',
      [],
      [taint('PreferNoSchedule'), taint('NoExecute', 'x')],
      hard('node(s) had untolerated taint {dedicated: x}'),
    ],
    ['everything', [{ operator: 'Exists' }], [taint('NoSchedule'), taint('NoExecute', 'x')], 'ok'],
    [
      'unknown operator',
      [{ key: 'dedicated', operator: 'Like' as 'Equal', value: 'user1' }],
      [taint('NoSchedule')],
      hard('node(s) had untolerated taint {dedicated: user1}'),
    ],
  ])('%s', (_, tolerations, taints, expected) => {
    expectVerdict(judgeFilter(taintToleration(), testPod('p', { tolerations }), [testNode('n', { taints })]), expected);
  });
});

describe('NodePorts', () => {
  const withPorts = (name: string, ...ports: readonly string[]): Pod =>
    testPod(name, {
      ...(name === 'there' && { nodeName: 'n' }),
      containers: [
        {
          name: 'app',
          ports: ports.map((text) => {
            const [protocol, hostIP, port] = text.split('/') as [string, string, string];
            return { containerPort: 1, hostPort: Number(port), hostIP, protocol };
          }),
        },
      ],
    } as PodWords);
  const taken = soft("node(s) didn't have free ports for the requested pod ports");
  const several = ['TCP/127.0.0.1/80', 'TCP/127.0.1.1/80', 'TCP/127.0.1.1/90', 'TCP/127.0.1.1/100'];
  it.each<[readonly string[], readonly string[], string]>([
    [['UDP/127.0.0.1/8080'], ['UDP/127.0.0.1/9090'], 'ok'],
    [['UDP/127.0.0.1/8080'], ['UDP/127.0.0.1/8080'], taken],
    [['TCP/127.0.0.1/8080'], ['TCP/127.0.0.1/8080'], taken],
    [['UDP/127.0.0.1/8000', 'UDP/127.0.0.1/8080'], ['UDP/127.0.0.1/8080'], taken],
    [['TCP/127.0.0.1/8001', 'UDP/127.0.0.1/8080'], ['TCP/127.0.0.1/8001', 'UDP/127.0.0.1/8081'], taken],
    [['TCP/10.0.10.10/8001', 'TCP/0.0.0.0/8001'], ['TCP/127.0.0.1/8001'], taken],
    [['TCP/127.0.0.1/8001'], ['TCP/0.0.0.0/8001'], taken],
    [['UDP/127.0.0.1/8001'], ['TCP/0.0.0.0/8001'], 'ok'],
    [['UDP/127.0.0.1/8001'], ['TCP/0.0.0.0/8001', 'UDP/0.0.0.0/8001'], taken],
    [['/127.0.0.1/80'], ['TCP/127.0.0.1/80'], taken],
    [['TCP//80'], ['TCP//80'], taken],
    [['SCTP/127.0.0.1/80'], ['TCP/127.0.0.1/80'], 'ok'],
    [several, ['TCP/127.0.0.1/9090', 'TCP/127.0.0.1/9191', 'TCP/127.0.1.1/8080'], 'ok'],
    [several, ['TCP/127.0.0.1/9090', 'TCP/127.0.1.1/90', 'TCP/127.0.1.1/8080'], taken],
    [['TCP/127.0.0.1/8080'], ['UDP/127.0.0.1/8080'], 'ok'],
    [['TCP/127.0.0.1/8080'], ['TCP/127.0.0.2/8080'], 'ok'],
    [['TCP/0.0.0.0/8080'], ['TCP/127.0.0.1/8080'], taken],
    [['TCP/10.0.10.10/8080'], ['TCP/0.0.0.0/8080'], taken],
    [['TCP//8080'], ['TCP/127.0.0.1/8080'], taken],
    [['TCP/127.0.0.1/8001', 'UDP/127.0.0.1/8080'], ['TCP/127.0.0.1/8001'], taken],
    [['TCP/127.0.0.1/0'], ['TCP/127.0.0.1/0'], 'ok'],
  ])('wants %j where %j is taken', (wanted, held, expected) => {
    const judgement = judgeFilter(
      nodePorts(),
      withPorts('p', ...wanted),
      [testNode('n')],
      [withPorts('there', ...held)],
    );
    expectVerdict(judgement, expected);
  });
  it('has nothing to say of a pod without host ports', () => {
    expect(judgeFilter(nodePorts(), testPod('p'), [testNode('n')]).preFilter?.code).toBe('Skip');
  });
  it('counts the ports of sidecars, and not those of other init containers', () => {
    const ports = [{ containerPort: 8001, hostPort: 8001, protocol: 'TCP' as const }];
    const of = (restartPolicy?: 'Always') => {
      const initContainers = [{ name: 'i', ports, ...(restartPolicy && { restartPolicy }) }];
      const there = withPorts('there', 'TCP/0.0.0.0/8001');
      return judgeFilter(nodePorts(), testPod('p', { initContainers }), [testNode('n')], [there]);
    };
    expect(of().preFilter?.code).toBe('Skip');
    expectVerdict(of('Always'), taken);
  });
  it('gives the ports back of a pod that goes', () => {
    const [a, b] = [withPorts('there', 'TCP/127.0.0.1/80'), withPorts('there', 'TCP/127.0.0.2/80')].map(podInfo);
    const table = tableOf([testNode('n')], [a!.pod, b!.pod]);
    const verdict = (words: string) =>
      judgeFilterOn(nodePorts(), podInfo(withPorts('p', words)), [testNode('n')], table).single[0];
    table.removePod(0, a!);
    expect(verdict('TCP/127.0.0.1/80')).toBe('ok');
    expect(verdict('TCP//80')).toBe(taken);
    table.removePod(0, b!);
    expect(verdict('TCP//80')).toBe('ok');
  });
});

describe('NodeAffinity', () => {
  const refused = hard("node(s) didn't match Pod's node affinity/selector");
  const required = (...nodeSelectorTerms: readonly NodeSelectorTerm[]): PodWords => ({
    affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } },
  });
  const expression = (key: string, operator: string, ...values: readonly string[]): NodeSelectorTerm =>
    ({ matchExpressions: [{ key, operator, ...(values.length > 0 && { values }) }] }) as NodeSelectorTerm;
  const field = (operator: string, ...values: readonly string[]): NodeSelectorTerm =>
    ({ matchFields: [{ key: 'metadata.name', operator, values }] }) as NodeSelectorTerm;
  const both = (a: NodeSelectorTerm, b: NodeSelectorTerm): NodeSelectorTerm => ({
    matchExpressions: [...(a.matchExpressions ?? []), ...(b.matchExpressions ?? [])],
    matchFields: [...(a.matchFields ?? []), ...(b.matchFields ?? [])],
  });
  const labels = { foo: 'bar', gpu: '4', kernel: '0206', zone: 'a' };

  it.each<[string, PodWords, string]>([
    ['selector matches', { nodeSelector: { foo: 'bar' } }, 'ok'],
    ['selector, all must match', { nodeSelector: { foo: 'bar', zone: 'b' } }, refused],
    ['selector, no such label', { nodeSelector: { baz: 'x' } }, refused],
    ['selector, name of a built-in', { nodeSelector: { constructor: 'x' } }, refused],
    ['In', required(expression('foo', 'In', 'bar', 'value2')), 'ok'],
    ['In, none', required(expression('foo', 'In', 'value1')), refused],
    ['In, empty', required(expression('foo', 'In')), refused],
    ['NotIn', required(expression('foo', 'NotIn', 'bar')), refused],
    ['NotIn, absent label', required(expression('missing', 'NotIn', 'bar')), 'ok'],
    ['Exists', required(expression('gpu', 'Exists')), 'ok'],
    ['Exists, absent', required(expression('missing', 'Exists')), refused],
    ['DoesNotExist', required(expression('missing', 'DoesNotExist')), 'ok'],
    ['DoesNotExist, present', required(expression('gpu', 'DoesNotExist')), refused],
    ['Gt', required(expression('gpu', 'Gt', '3')), 'ok'],
    ['Gt, with zeros before', required(expression('kernel', 'Gt', '0204')), 'ok'],
    ['NotIn, another value', required(expression('foo', 'NotIn', 'ba', 'barr')), 'ok'],
    ['NotIn, a value that no label can have', required(expression('foo', 'NotIn', 'invalid value: ___@#$%^')), refused],
    ['one key twice', required(both(expression('gpu', 'Exists'), expression('gpu', 'NotIn', '5', '6'))), 'ok'],
    ['one key twice, refused', required(both(expression('gpu', 'Exists'), expression('gpu', 'In', '5', '6'))), refused],
    ['an affinity that requires nothing', { affinity: { nodeAffinity: {} } }, 'ok'],
    ['affinity and selector', { ...required(expression('foo', 'Exists')), nodeSelector: { foo: 'bar' } }, 'ok'],
    ['affinity, and not selector', { ...required(expression('foo', 'Exists')), nodeSelector: { foo: 'b' } }, refused],
    ['another field or an expression', required(field('In', 'm'), expression('foo', 'In', 'bar')), 'ok'],
    ['another field and an expression', required(both(field('In', 'm'), expression('foo', 'In', 'bar'))), refused],
    ['field and expression', required(both(field('In', 'n'), expression('foo', 'In', 'bar'))), 'ok'],
    ['neither field nor expression', required(field('In', 'm'), expression('foo', 'In', 'x')), refused],
    ['either field', required(field('In', 'm'), field('In', 'n')), 'ok'],
    ['fields that conflict', required(both(field('In', 'm'), field('In', 'n'))), refused],
    [
      'fields that conflict or an expression',
      required(both(field('In', 'm'), field('In', 'n')), expression('foo', 'In', 'bar')),
      'ok',
    ],
    ['Gt, equal', required(expression('gpu', 'Gt', '4')), refused],
    ['Gt, no number', required(expression('foo', 'Gt', '3')), refused],
    ['Lt', required(expression('gpu', 'Lt', '5')), 'ok'],
    ['Lt, absent', required(expression('missing', 'Lt', '5')), refused],
    ['unknown operator', required(expression('gpu', 'Near', '5')), refused],
    ['no terms', required(), refused],
    ['empty term', required({}), refused],
    ['terms are alternatives', required(expression('foo', 'In', 'x'), expression('zone', 'In', 'a')), 'ok'],
    [
      'expressions of a term add up',
      required({
        matchExpressions: [
          ...expression('foo', 'In', 'bar').matchExpressions!,
          ...expression('zone', 'In', 'b').matchExpressions!,
        ],
      }),
      refused,
    ],
    ['field In', required(field('In', 'n')), 'ok'],
    ['field NotIn', required(field('NotIn', 'n')), refused],
    ['field and selector', { ...required(field('In', 'n')), nodeSelector: { foo: 'x' } }, refused],
  ])('%s', (_, words, expected) => {
    expectVerdict(judgeFilter(nodeAffinity(), testPod('p', words), [testNode('n', { labels })]), expected);
  });

  it('names the nodes where every alternative does', () => {
    const nodes = [testNode('n'), testNode('m')];
    const named = (...terms: NodeSelectorTerm[]) =>
      judgeFilter(nodeAffinity(), testPod('p', required(...terms)), nodes);
    expect(named(field('In', 'n'), field('In', 'm')).nodeNames).toEqual(['m', 'n']);
    expect(named(field('In', 'n'), expression('a', 'Exists')).nodeNames).toBeUndefined();
    const conflict: NodeSelectorTerm = {
      matchFields: [...field('In', 'n').matchFields!, ...field('In', 'm').matchFields!],
    };
    expect(named(conflict).preFilter).toMatchObject({ reasons: ['pod affinity terms conflict'] });
  });

  it.each<[string, PodWords, boolean]>([
    ['asks for nothing', {}, true],
    ['requires nothing', { affinity: { nodeAffinity: {} } }, true],
    ['selects', { nodeSelector: { foo: 'bar' } }, false],
  ])('has nothing to say of a pod that %s', (_, words, skips) => {
    const { preFilter } = judgeFilter(nodeAffinity(), testPod('p', words), [testNode('n', { labels })]);
    expect(preFilter?.code === 'Skip').toBe(skips);
  });

  it.each([
    ['both match', 'a', 'n', 'ok'],
    ["only the profile's matches", 'b', 'n', refused],
    ["only the pod's matches", 'a', 'm', hard("node(s) didn't match scheduler-enforced node affinity")],
  ])('what the profile adds and what the pod asks for: %s', (_, zone, name, expected) => {
    const plugin = nodeAffinity({
      addedAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [field('In', name)] } },
    });
    const pod = testPod('p', required(expression('zone', 'In', zone)));
    expectVerdict(judgeFilter(plugin, pod, [testNode('n', { labels })]), expected);
  });

  it('holds every pod to what the profile adds', () => {
    const plugin = nodeAffinity({
      addedAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [expression('zone', 'In', 'b')] },
      },
    });
    const judgement = judgeFilter(plugin, testPod('p'), [testNode('n', { labels })]);
    expectVerdict(judgement, hard("node(s) didn't match scheduler-enforced node affinity"));
  });
});

describe('NodeResourcesFit', () => {
  const gpu = 'example.com/gpu';
  const filler = (requests: Readonly<Record<string, string>>) => testPod('filler', { requests, nodeName: 'n' });
  const judge = (pod: Pod, node: NodeWords, there: Readonly<Record<string, string>> = {}) =>
    judgeFilter(nodeResourcesFit(), pod, [testNode('n', node)], [filler(there)]);

  it.each<[string, Record<string, string>, Record<string, string>, string]>([
    ['asks for nothing', {}, { cpu: '10m', memory: '20' }, 'ok'],
    ['too much cpu', { cpu: '1m', memory: '1' }, { cpu: '10m', memory: '5' }, soft('Insufficient cpu')],
    ['more cpu than there is', { cpu: '11m' }, {}, hard('Insufficient cpu')],
    ['too much memory', { cpu: '1m', memory: '16' }, { cpu: '5m', memory: '5' }, soft('Insufficient memory')],
    ['both, one for good', { cpu: '2m', memory: '21' }, { cpu: '9m' }, hard('Insufficient cpu, Insufficient memory')],
    ['just fits', { cpu: '5m', memory: '15' }, { cpu: '5m', memory: '5' }, 'ok'],
    ['extended resource', { [gpu]: '3' }, { [gpu]: '2' }, soft(`Insufficient ${gpu}`)],
    ['extended resource, more than there is', { [gpu]: '5' }, {}, hard(`Insufficient ${gpu}`)],
    ['unknown extended resource', { 'example.com/fpga': '1' }, {}, hard('Insufficient example.com/fpga')],
    ['none of an unknown resource', { 'example.com/fpga': '0' }, {}, 'ok'],
    ['huge pages', { 'hugepages-2Mi': '6Mi' }, {}, hard('Insufficient hugepages-2Mi')],
    ['storage', { 'ephemeral-storage': '25' }, {}, hard('Insufficient ephemeral-storage')],
    ['fractions round up', { cpu: '0.0101' }, {}, hard('Insufficient cpu')],
  ])('%s', (_, requests, there, expected) => {
    const node: NodeWords = {
      cpu: '10m',
      memory: '20',
      allocatable: { [gpu]: '4', 'hugepages-2Mi': '4Mi', 'ephemeral-storage': '20' },
    };
    expectVerdict(judge(testPod('p', { requests }), node, there), expected);
  });

  it('counts pods', () => {
    expectVerdict(judge(testPod('p'), { pods: '1' }), soft('Too many pods'));
    expectVerdict(judge(testPod('p', { cpu: '5' }), { pods: '1', cpu: '4' }), hard('Too many pods, Insufficient cpu'));
  });

  it.each<[string, readonly (readonly [string, boolean])[], string]>([
    [
      'the largest init container counts',
      [
        ['11m', false],
        ['3m', false],
      ],
      hard('Insufficient cpu'),
    ],
    [
      'init containers do not add up',
      [
        ['8m', false],
        ['8m', false],
      ],
      'ok',
    ],
    [
      'sidecars add up with containers',
      [
        ['4m', true],
        ['3m', true],
      ],
      hard('Insufficient cpu'),
    ],
    [
      'sidecars add up with later init containers',
      [
        ['3m', true],
        ['8m', false],
      ],
      hard('Insufficient cpu'),
    ],
    [
      'and not with earlier ones',
      [
        ['8m', false],
        ['3m', true],
      ],
      'ok',
    ],
  ])('%s', (_, init, expected) => {
    const initContainers = init.map(([cpu, sidecar], i) => ({
      name: `i${i}`,
      resources: { requests: { cpu } },
      ...(sidecar && { restartPolicy: 'Always' as const }),
    }));
    expectVerdict(judge(testPod('p', { cpu: '4m', initContainers }), { cpu: '10m' }), expected);
  });

  it('adds overhead', () => {
    expectVerdict(
      judge(testPod('p', { cpu: '5m', overhead: { cpu: '6m' } }), { cpu: '10m' }),
      hard('Insufficient cpu'),
    );
  });

  it('counts the higher of asked and allocated while a resize is under way', () => {
    const status = {
      containerStatuses: [{ name: 'app', allocatedResources: { cpu: '8m' }, resources: { requests: { cpu: '8m' } } }],
    } as unknown as Pod['status'];
    const there = testPod('there', { cpu: '2m', nodeName: 'n', status });
    const node: Node = testNode('n', { cpu: '10m' });
    expectVerdict(
      judgeFilter(nodeResourcesFit(), testPod('p', { cpu: '3m' }), [node], [there]),
      soft('Insufficient cpu'),
    );
  });

  it('leaves ignored resources to others', () => {
    const pod = testPod('p', { requests: { 'example.com/a': '1', 'other.org/b': '1' } });
    const plugin = nodeResourcesFit({ ignoredResources: ['example.com/a'], ignoredResourceGroups: ['other.org'] });
    expectVerdict(judgeFilter(plugin, pod, [testNode('n')]), 'ok');
  });
});
