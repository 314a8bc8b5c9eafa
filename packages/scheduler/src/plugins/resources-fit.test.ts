/** Cases of kube-scheduler's tests of NodeResourcesFit's filter, as data. */
import { describe, expect, it } from '@jest/globals';
import type { Container } from '@pintle/api/core/v1';
import { testNode, testPod } from '../test-objects.fixture.js';
import { judgeFilter } from './judge.fixture.js';
import { nodeResourcesFit, type ResourcesFitOptions } from './resources-fit.js';

const names: Readonly<Record<string, string>> = {
  a: 'example.com/aaa',
  b: 'example.com/bbb',
  k: 'kubernetes.io/something',
  s: 'subdomain.kubernetes.io/something',
  huge: 'hugepages-2Mi',
  disk: 'ephemeral-storage',
};

/** Of words such as `1/2 a=3`: CPU in thousandths, bytes of memory, and others by their letter. */
function requestsOf(words: string): Record<string, string> {
  return Object.fromEntries(
    words
      .split(' ')
      .filter((word) => word !== '')
      .flatMap((word) => {
        const [, cpu, memory] = /^(\d+)\/(\d+)$/.exec(word) ?? [];
        if (cpu !== undefined) return [['cpu', `${cpu}m`] as const, ['memory', memory!] as const];
        const [name = '', amount = ''] = word.split('=');
        return [[names[name] ?? name, amount] as const];
      }),
  );
}
const containersOf = (given: readonly string[], prefix: string): Container[] =>
  given.map((words, i) => ({
    name: `${prefix}${i}`,
    image: 'x',
    resources: { requests: requestsOf(words) },
    ...(words.endsWith('sidecar=1') && { restartPolicy: 'Always' as const }),
  }));

interface FitCase {
  readonly name: string;
  readonly asks: readonly string[];
  readonly init?: readonly string[];
  readonly overhead?: string;
  /** What the pod says for itself. */
  readonly podLevel?: string;
  /** What the node's pods ask for. */
  readonly there: string;
  readonly options?: ResourcesFitOptions;
  /** What there is too little of; with `!` where there never is enough. */
  readonly lacks?: string;
}

const cases: readonly FitCase[] = [
  { name: 'nothing asked for always fits', asks: [''], there: '10/20' },
  { name: 'too much', asks: ['1/1'], there: '10/20', lacks: 'cpu memory' },
  { name: 'too much CPU of an init container', asks: ['1/1'], init: ['3/1'], there: '8/19', lacks: 'cpu' },
  { name: 'too much CPU of the highest', asks: ['1/1'], init: ['3/1', '2/1'], there: '8/19', lacks: 'cpu' },
  { name: 'too much memory of an init container', asks: ['1/1'], init: ['1/3'], there: '9/19', lacks: 'memory' },
  { name: 'too much memory of the highest', asks: ['1/1'], init: ['1/3', '1/2'], there: '9/19', lacks: 'memory' },
  { name: 'an init container: not the sum', asks: ['1/1'], init: ['1/1'], there: '9/19' },
  { name: 'init containers: not the sum', asks: ['1/1'], init: ['1/1', '1/1'], there: '9/19' },
  { name: 'both fit', asks: ['1/1'], there: '5/5' },
  { name: 'memory fits', asks: ['2/1'], there: '9/5', lacks: 'cpu' },
  { name: 'CPU fits', asks: ['1/2'], there: '5/19', lacks: 'memory' },
  { name: 'just fits', asks: ['5/1'], there: '5/19' },
  { name: 'an init container just fits', asks: ['4/1'], init: ['5/1'], there: '5/19' },
  { name: 'an extended resource', asks: ['a=1'], there: '' },
  { name: 'an extended resource of an init container', asks: [''], init: ['a=1'], there: '' },
  { name: 'more than there is', asks: ['1/1 a=10'], there: '0/0 a=0', lacks: 'a!' },
  { name: 'more than there is, init', asks: [''], init: ['1/1 a=10'], there: '0/0 a=0', lacks: 'a!' },
  { name: 'more than is left', asks: ['1/1 a=1'], there: '0/0 a=5', lacks: 'a' },
  { name: 'more than is left, init', asks: [''], init: ['1/1 a=1'], there: '0/0 a=5', lacks: 'a' },
  { name: 'more than there is, together', asks: ['1/1 a=3', '1/1 a=3'], there: '0/0 a=2', lacks: 'a!' },
  { name: 'init containers, one after the other', asks: [''], init: ['1/1 a=3', '1/1 a=3'], there: '0/0 a=2' },
  { name: 'init containers, one too large', asks: [''], init: ['1/1 a=6', '1/1 a=3'], there: 'a=2', lacks: 'a!' },
  { name: 'an unknown resource', asks: ['1/1 b=1'], there: '0/0', lacks: 'b!' },
  { name: 'an unknown resource, init', asks: [''], init: ['1/1 b=1'], there: '0/0', lacks: 'b!' },
  { name: 'of kubernetes.io', asks: ['1/1 k=10'], there: '0/0', lacks: 'k!' },
  { name: 'of kubernetes.io, init', asks: [''], init: ['1/1 s=10'], there: '0/0', lacks: 's!' },
  { name: 'huge pages', asks: ['1/1 huge=10'], there: '0/0 huge=0', lacks: 'huge!' },
  { name: 'huge pages, init', asks: [''], init: ['1/1 huge=10'], there: '0/0 huge=0', lacks: 'huge!' },
  { name: 'huge pages, together', asks: ['1/1 huge=3', '1/1 huge=3'], there: 'huge=2', lacks: 'huge!' },
  { name: 'ignored', asks: ['1/1 b=1'], there: '0/0', options: { ignoredResources: ['example.com/bbb'] } },
  { name: 'with overhead', asks: ['1/1'], overhead: '3/13', there: '5/5' },
  { name: 'too much with overhead', asks: ['1/1'], overhead: '1/15', there: '5/5', lacks: 'memory' },
  { name: 'a group ignored', asks: ['1/1 b=1'], there: '0/0', options: { ignoredResourceGroups: ['example.com'] } },
  {
    name: 'a group ignored, and others not',
    asks: ['1/1 b=1', '1/1 k=1'],
    there: '0/0',
    options: { ignoredResourceGroups: ['example.com'] },
    lacks: 'k!',
  },
  { name: 'none of an extended resource that is overcommitted', asks: ['1/1 a=0'], there: '0/0 a=6' },
  { name: 'of CPU and memory that are overcommitted nothing', asks: ['a=1'], there: '20/30 a=1' },
  { name: 'for itself and its container', asks: ['1/1'], podLevel: '1/2', there: '5/5' },
  { name: 'too much CPU for itself', asks: ['1/1'], podLevel: '7/2', there: '5/5', lacks: 'cpu' },
  { name: 'too much memory for itself', asks: ['1/1'], podLevel: '3/2', there: '5/19', lacks: 'memory' },
  { name: 'too much for itself, init', asks: ['1/1'], init: ['1/1'], podLevel: '3/2', there: '5/19', lacks: 'memory' },
  { name: 'huge pages for itself', asks: [], podLevel: '3/2 huge=5', there: '' },
  { name: 'huge pages for itself and a container', asks: ['1/1 huge=3'], podLevel: '3/2 huge=5', there: '' },
  { name: 'more huge pages for itself than there are', asks: [], podLevel: '3/2 huge=10', there: '', lacks: 'huge!' },
  { name: 'less for itself than its containers', asks: ['6/1', '6/1'], podLevel: '4/2', there: '5/5' },
  { name: 'overhead besides', asks: ['1/1'], podLevel: '4/2', overhead: '2/1', there: '5/5', lacks: 'cpu' },
  { name: 'none of CPU', asks: ['0/1'], there: '10/19' },
  { name: 'none of memory', asks: ['1/0'], there: '9/20' },
  { name: 'none of an extended resource', asks: ['1/1 a=0'], there: 'a=5' },
  { name: 'scratch space: CPU', asks: ['1/1'], there: '10/10', lacks: 'cpu' },
  { name: 'scratch space: fits', asks: ['1/1'], there: '2/10' },
  { name: 'more storage than there is', asks: ['disk=25'], there: '2/2', lacks: 'disk!' },
  { name: 'storage', asks: ['disk=10'], there: '2/2' },
  { name: 'storage that is left', asks: ['disk=5'], init: [], there: '2/2 disk=10' },
  { name: 'storage, together', asks: ['disk=10', 'disk=10'], there: '2/2' },
  { name: 'storage, too much together', asks: ['disk=15', 'disk=15'], there: '2/2', lacks: 'disk!' },
  { name: 'storage of a sidecar', asks: ['disk=10'], init: ['disk=11 sidecar=1'], there: '2/2', lacks: 'disk!' },
];

const refusal = (lacks: string | undefined) => {
  if (lacks === undefined) return 'ok';
  const words = lacks.split(' ');
  const reasons = words.map((word) => word.replace('!', '')).map((word) => `Insufficient ${names[word] ?? word}`);
  return `${lacks.includes('!') ? 'UnschedulableAndUnresolvable' : 'Unschedulable'}: ${reasons.join(', ')}`;
};

describe('NodeResourcesFit', () => {
  const judge = ({ asks, init = [], overhead, podLevel, there, options }: FitCase, allowedPods: string) =>
    judgeFilter(
      nodeResourcesFit(options),
      testPod('p', {
        containers: containersOf(asks, 'c'),
        initContainers: containersOf(init, 'i'),
        ...(overhead !== undefined && { overhead: requestsOf(overhead) }),
        ...(podLevel !== undefined && { resources: { requests: requestsOf(podLevel) } }),
      }),
      [
        testNode('n', {
          cpu: '10m',
          memory: '20',
          pods: allowedPods,
          allocatable: { 'example.com/aaa': '5', 'ephemeral-storage': '20', 'hugepages-2Mi': '5' },
        }),
      ],
      [testPod('there', { containers: containersOf([there], 'c'), nodeName: 'n' })],
    );

  it.each(cases)('$name', (given) => {
    const { single, batched } = judge(given, '32');
    expect([single, batched]).toEqual([[refusal(given.lacks)], [refusal(given.lacks)]]);
  });

  it.each<FitCase>([
    { name: 'nothing asked for', asks: [''], there: '10/20' },
    { name: 'both fit', asks: ['1/1'], there: '5/5' },
    { name: 'just fits', asks: ['5/1'], there: '5/19' },
    { name: 'an init container just fits', asks: ['5/1'], init: ['5/1'], there: '5/19' },
  ])('too many pods: $name', (given) => {
    const { single, batched } = judge(given, '1');
    expect([...single, ...batched]).toEqual(['Unschedulable: Too many pods', 'Unschedulable: Too many pods']);
  });

  it.each([
    ['neither asks', '', '', 'ok'],
    ['no more than there is', '1/0', '1/0', 'ok'],
    ['more than there is', '1/0', '2/0', 'UnschedulableAndUnresolvable: Insufficient cpu'],
  ])('a sidecar beside a container: %s', (_, container, sidecar, expected) => {
    const pod = testPod('p', {
      containers: containersOf([container], 'c'),
      initContainers: containersOf([`${sidecar} sidecar=1`], 'i'),
    });
    const node = testNode('n', { cpu: '2m', memory: '0', pods: '1', allocatable: { sidecar: '1' } });
    expect(judgeFilter(nodeResourcesFit(), pod, [node]).single).toEqual([expected]);
  });
});
