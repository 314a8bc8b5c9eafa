/** The cases of kube-scheduler's own tests of InterPodAffinity. */
import { describe, expect, it } from '@jest/globals';
import type { Pod } from '@pintle/api/core/v1';
import { CycleState } from '../framework/cycle-state.js';
import { podInfo } from '../nodes/pod-info.js';
import { interPodAffinity } from './inter-pod-affinity.js';
import { judge } from './judge.fixture.js';
import { type AffinePodWords, affinePod, labelledNodes, tableWith, teamNamespaces } from './topology-words.fixture.js';

const code: Readonly<Record<string, string>> = {
  ok: '+',
  "UnschedulableAndUnresolvable: node(s) didn't match pod affinity rules": 'near',
  "Unschedulable: node(s) didn't match pod anti-affinity rules": 'apart',
  "Unschedulable: node(s) didn't satisfy existing pods anti-affinity rules": 'theirs',
};

/** By node: `+`, or whose rule it breaks: `near` and `apart` the pod's own, `theirs` of one that is there. */
function verdicts(pod: AffinePodWords, pods: readonly AffinePodWords[], lines: readonly string[]): string {
  const nodes = labelledNodes(lines);
  const there = pods.map((each, i) => affinePod(`p${i}`, each));
  const { single, batched } = judge(
    interPodAffinity(),
    podInfo(affinePod('new', pod)),
    nodes,
    tableWith(nodes, there, teamNamespaces),
  );
  expect(batched).toEqual(single);
  return single.map((text) => code[text] ?? text).join(' ');
}

describe('on one node', () => {
  const node = ['m1 region=r1,zone=z11'];
  const scan = { at: 'm1', labels: 'service=securityscan' };
  const both = ['region service=securityscan|value2'];
  const none = ['node service=antivirusscan|value2'];
  const scanning = ['zone service=securityscan|value2'];
  it.each<[string, pod: AffinePodWords, pods: AffinePodWords[], expected: string]>([
    ['no rules and no pods', {}, [], '+'],
    ['In', { labels: 'security=S1', near: both }, [scan], '+'],
    ['NotIn', { labels: 'security=S1', near: ['region service!=securityscan3|value3'] }, [scan], '+'],
    [
      'another namespace',
      { labels: 'security=S1', near: ['region service=securityscan|value2 ns=DiffNameSpace'] },
      [{ ...scan, ns: 'ns' }],
      'near',
    ],
    ['other labels', { labels: 'service=securityscan', near: ['region service=antivirusscan|value2'] }, [scan], 'near'],
    [
      'several operators in several terms',
      {
        labels: 'security=S1',
        near: ['region service&!wrongkey', 'region service=securityscan&service!=WrongValue'],
      },
      [scan],
      '+',
    ],
    [
      'requirements add up, and one is not met',
      {
        labels: 'security=S1',
        near: ['region service&!wrongkey', 'region service=securityscan2&service!=WrongValue'],
      },
      [scan],
      'near',
    ],
    ['near and apart', { labels: 'security=S1', near: both, apart: none }, [scan], '+'],
    ['near and apart, and theirs', { labels: 'security=S1', near: both, apart: none }, [{ ...scan, apart: none }], '+'],
    ['near, and not apart', { labels: 'security=S1', near: both, apart: scanning }, [scan], 'apart'],
    [
      'near and apart, and not theirs',
      { labels: 'service=securityscan', near: both, apart: none },
      [{ ...scan, apart: scanning }],
      'theirs',
    ],
    [
      'its own labels are not those that it wants',
      { labels: 'service=securityscan', near: ['region service!=securityscan|value2'] },
      [scan],
      'near',
    ],
    ['theirs alone', { labels: 'service=securityscan' }, [{ ...scan, apart: scanning }], 'theirs'],
    [
      'theirs alone, which means others',
      { labels: 'service=securityscan' },
      [{ ...scan, apart: ['zone service!=securityscan|value2'] }],
      '+',
    ],
    [
      'one of two own terms',
      { labels: 'service=securityscan', apart: ['region service', 'region security'] },
      [{ at: 'm1', labels: 'security=S1', apart: ['zone security'] }],
      'apart',
    ],
    [
      'each means the other in part (a1)',
      { labels: 'service=securityscan', apart: ['zone service', 'zone security'] },
      [{ at: 'm1', labels: 'security=S1', apart: ['zone security'] }],
      'apart',
    ],
    [
      'each means the other in part (a2)',
      { labels: 'security=S1', apart: ['zone security'] },
      [{ at: 'm1', labels: 'service=securityscan', apart: ['zone service', 'zone security'] }],
      'theirs',
    ],
    // Where a pod breaks its own rule and theirs, upstream told of theirs until 1.21, and tells of its own since.
    [
      'each means the other in part (b1)',
      { labels: 'abc xyz', apart: ['zone abc', 'zone def'] },
      [{ at: 'm1', labels: 'def xyz', apart: ['zone abc', 'zone def'] }],
      'apart',
    ],
    [
      'each means the other in part (b2)',
      { labels: 'def xyz', apart: ['zone abc', 'zone def'] },
      [{ at: 'm1', labels: 'abc xyz', apart: ['zone abc', 'zone def'] }],
      'apart',
    ],
    [
      'a selector of namespaces',
      { labels: 'security=S1', ns: 'subteam2.team1', near: ['region service=securityscan nss=team=team1'] },
      [{ ...scan, ns: 'subteam1.team1' }],
      '+',
    ],
    [
      'a selector of other namespaces',
      { labels: 'security=S1', ns: 'subteam1.team2', near: ['region service=securityscan nss=team=team1'] },
      [{ ...scan, ns: 'subteam1.team2' }],
      'near',
    ],
    [
      'apart, by a selector of namespaces',
      { labels: 'security=S1', ns: 'subteam1.team1', apart: ['zone service=securityscan nss=team=team1'] },
      [{ ...scan, ns: 'subteam2.team1' }],
      'apart',
    ],
    [
      'apart, in all namespaces',
      { labels: 'security=S1', ns: 'subteam1.team1', apart: ['zone service=securityscan nss=any'] },
      [{ ...scan, ns: 'subteam2.team1' }],
      'apart',
    ],
    [
      'apart, by a selector of other namespaces',
      { labels: 'security=S1', ns: 'subteam1.team1', apart: ['zone service=securityscan nss=team=team1'] },
      [{ ...scan, ns: 'subteam1.team2' }],
      '+',
    ],
    [
      'theirs, by a selector of namespaces',
      { labels: 'service=securityscan', ns: 'subteam1.team1' },
      [{ at: 'm1', ns: 'subteam2.team1', apart: ['zone service nss=team=team1'] }],
      'theirs',
    ],
    [
      'theirs, by a selector of other namespaces',
      { labels: 'service=securityscan', ns: 'subteam1.team2' },
      [{ at: 'm1', ns: 'subteam2.team1', apart: ['zone service nss=team=team1'] }],
      '+',
    ],
  ])('%s', (_, pod, pods, expected) => {
    expect(verdicts(pod, pods, node)).toBe(expected);
  });
});

describe('on several nodes', () => {
  const regions = ['m1 region=China', 'm2 region=China,az=az1', 'm3 region=India'];
  const hosts = ['a zone=az1,hostname=h1', 'b zone=az2,hostname=h2'];
  const oneZone = ['a region=r1,zone=z1,hostname=a', 'b region=r1,zone=z1,hostname=b'];
  const twoZones = ['a region=r1,zone=z1,hostname=a', 'b region=r1,zone=z2,hostname=b'];
  const threeZones = [...twoZones, 'c region=r1,zone=z3,hostname=c'];
  const far = ['region foo=abc'];
  it.each<[string, pod: AffinePodWords, pods: AffinePodWords[], nodes: string[], expected: string]>([
    [
      'all of a region that has one that is wanted',
      { near: ['region foo=bar'] },
      [{ at: 'm1', labels: 'foo=bar' }],
      regions,
      '+ + near',
    ],
    [
      'the first of a collection may be anywhere',
      { labels: 'foo=bar service=securityscan', near: ['zone foo=bar', 'zone service=securityscan'] },
      [{ at: 'a', labels: 'foo=bar' }],
      hosts,
      '+ +',
    ],
    [
      'the first of a collection, not in the namespaces that it means',
      { labels: 'foo=bar', near: ['zone foo=bar nss=team=team1'] },
      [],
      hosts,
      'near near',
    ],
    [
      'apart in one region',
      { apart: far },
      [{ at: 'a', labels: 'foo=abc' }],
      ['a region=r1,hostname=a', 'b region=r1,hostname=b'],
      'apart apart',
    ],
    [
      'apart, by any of the terms',
      { apart: ['region foo=abc', 'zone service=securityscan'] },
      [{ at: 'a', labels: 'foo=abc service=securityscan' }],
      twoZones,
      'apart apart',
    ],
    ['apart in one of two regions', { apart: far }, [{ at: 'm1', labels: 'foo=abc' }], regions, 'apart apart +'],
    [
      'theirs is of another namespace',
      { labels: 'foo=123', ns: 'NS1', apart: ['region foo=bar'] },
      [
        { at: 'm1', labels: 'foo=bar', ns: 'NS1' },
        { at: 'm3', ns: 'NS2', apart: ['region foo=123'] },
      ],
      regions,
      'apart apart +',
    ],
    ['theirs has a key that no node has', { labels: 'foo' }, [{ at: 'a', apart: ['invalid foo'] }], oneZone, '+ +'],
    ['its own has a key that no node has', { apart: ['invalid foo'] }, [{ at: 'a', labels: 'foo' }], oneZone, '+ +'],
    [
      'theirs, of two pods',
      { labels: 'foo bar' },
      [
        { at: 'a', apart: ['zone foo'] },
        { at: 'a', apart: ['region bar'] },
      ],
      twoZones,
      'theirs theirs',
    ],
    [
      'its own, by two pods',
      { apart: ['zone foo', 'region bar'] },
      [
        { at: 'a', labels: 'foo' },
        { at: 'b', labels: 'bar' },
      ],
      twoZones,
      'apart apart',
    ],
    [
      'theirs, one term of a key that no node has',
      { labels: 'foo bar' },
      [{ at: 'a', apart: ['invalid foo', 'zone bar'] }],
      twoZones,
      'theirs +',
    ],
    [
      'its own, one term of a key that no node has',
      { apart: ['invalid foo', 'zone bar'] },
      [{ at: 'a', labels: 'foo bar' }],
      twoZones,
      'apart +',
    ],
    [
      'theirs, both terms',
      { labels: 'foo bar' },
      [{ at: 'a', apart: ['region foo', 'zone bar'] }],
      twoZones,
      'theirs theirs',
    ],
    [
      'its own, both terms',
      { apart: ['region foo', 'zone bar'] },
      [{ at: 'a', labels: 'foo bar' }],
      twoZones,
      'apart apart',
    ],
    [
      'theirs, one term of each',
      { labels: 'foo bar' },
      [
        { at: 'a', apart: ['zone foo', 'zone labelA'] },
        { at: 'b', apart: ['zone bar', 'zone labelB'] },
      ],
      threeZones,
      'theirs theirs +',
    ],
    ['near, by one pod', { near: ['region foo', 'zone bar'] }, [{ at: 'a', labels: 'foo bar' }], oneZone, '+ +'],
    [
      'near, by two pods that have one of the labels each',
      { near: ['region foo', 'zone bar'] },
      [
        { at: 'a', labels: 'foo' },
        { at: 'b', labels: 'bar' },
      ],
      twoZones,
      'near near',
    ],
    // What upstream looks at inside of the plugin: terms and pods of the labels aaa and bbb, on one node.
    [
      'wants aaa and bbb, and there is bbb',
      { near: ['hostname aaa', 'hostname bbb'] },
      [{ at: 'a', labels: 'bbb' }],
      oneZone,
      'near near',
    ],
    ['apart from aaa, and there is bbb', { apart: ['hostname aaa'] }, [{ at: 'a', labels: 'bbb' }], oneZone, '+ +'],
    [
      'wants aaa, apart from bbb, and there are both',
      { near: ['hostname aaa'], apart: ['hostname bbb'] },
      [
        { at: 'a', labels: 'aaa' },
        { at: 'a', labels: 'aaa bbb' },
      ],
      oneZone,
      'apart near',
    ],
    [
      'apart from aaa and bbb, and there is aaa',
      { apart: ['hostname aaa', 'hostname bbb'] },
      [{ at: 'a', labels: 'aaa' }],
      oneZone,
      'apart +',
    ],
  ])('%s', (_, pod, pods, nodes, expected) => {
    expect(verdicts(pod, pods, nodes)).toBe(expected);
  });

  it('has nothing to say of a pod that nobody minds', () => {
    const nodes = labelledNodes(oneZone);
    const mindful = affinePod('p', { at: 'a', apart: ['hostname other'] });
    const asked = (pods: Pod[]) =>
      judge(interPodAffinity(), podInfo(affinePod('new', { labels: 'foo' })), nodes, tableWith(nodes, pods));
    expect(asked([]).preFilter?.code).toBe('Skip');
    expect(asked([mindful]).preFilter?.code).toBe('Skip');
  });
});

describe('pods that come and go between PreFilter and Filter', () => {
  const nodes = ['a region=r1,zone=z11', 'b region=r1,zone=z12', 'c region=r2,zone=z21'];
  const fooBar = ['region foo=bar'];
  const complex = ['region foo=bar|buzz', 'zone service!=bar|security|test'];
  const bar = { labels: 'foo=bar' };
  it.each<[string, pod: AffinePodWords, there: AffinePodWords[], added: AffinePodWords, before: string, after: string]>(
    [
      ['no rules', bar, [{ at: 'a', ...bar }, { at: 'c' }], { at: 'b', ...bar }, '+ + +', '+ + +'],
      [
        'one rule',
        { ...bar, apart: fooBar },
        [
          { at: 'a', ...bar },
          { at: 'c', apart: fooBar },
        ],
        { at: 'b', ...bar, apart: fooBar },
        'apart apart theirs',
        'apart apart theirs',
      ],
      [
        'two rules',
        { ...bar, apart: complex },
        [
          { at: 'a', ...bar },
          { at: 'c', apart: fooBar },
        ],
        { at: 'a', ...bar, apart: complex },
        'apart apart apart',
        'apart apart apart',
      ],
      [
        'near, and theirs',
        { ...bar, near: complex },
        [
          { at: 'a', ...bar },
          { at: 'c', apart: fooBar, near: complex },
        ],
        { at: 'a', ...bar, apart: complex },
        '+ near near',
        'theirs near near',
      ],
      ['the only one that minds', bar, [{ at: 'a' }], { at: 'b', apart: fooBar }, '+ + +', 'theirs theirs +'],
      [
        'the only one that is wanted',
        { near: fooBar },
        [{ at: 'c' }],
        { at: 'b', ...bar },
        'near near near',
        '+ + near',
      ],
    ],
  )('%s', (_, pod, there, added, before, after) => {
    const plugin = interPodAffinity();
    const made = labelledNodes(nodes);
    const info = podInfo(affinePod('new', pod));
    const table = tableWith(
      made,
      there.map((each, i) => affinePod(`p${i}`, each)),
    );
    const asked = () =>
      judge(plugin, info, made, table)
        .single.map((text) => code[text])
        .join(' ');
    expect(asked()).toBe(before);
    const more = podInfo(affinePod('added', added));
    table.addPod(table.rowOf(added.at!)!, more);
    expect(asked()).toBe(after);
    table.removePod(table.rowOf(added.at!)!, more);
    expect(asked()).toBe(before);
  });
});

describe('selectors that no label can match', () => {
  const bad = '{{.bad-value.}}';
  const invalid = (key: string) =>
    `values[0][${key}]: Invalid value: "${bad}": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')`;
  const nodes = labelledNodes(['m1 region=r1']);
  const plugin = interPodAffinity();
  it.each<[string, AffinePodWords, string]>([
    [
      'the first of two terms',
      { near: [`region service=${bad}`, 'node service=antivirusscan|value2'] },
      `requiredAffinityTerms: ${invalid('service')}`,
    ],
    [
      'the second of two terms',
      { near: ['region service=foo', `node service=${bad}`] },
      `requiredAffinityTerms: ${invalid('service')}`,
    ],
    ['anti-affinity', { apart: [`region service=${bad}`] }, `requiredAntiAffinityTerms: ${invalid('service')}`],
    [
      'what is preferred',
      { ratherNear: [`8 region security=${bad}`] },
      `preferredAffinityTerms: ${invalid('security')}`,
    ],
    [
      'what is rather avoided',
      { ratherApart: [`5 region security=${bad}`] },
      `preferredAntiAffinityTerms: ${invalid('security')}`,
    ],
    [
      'several',
      { near: [`region a=${bad}`], apart: [`region b=${bad}`] },
      `[requiredAffinityTerms: ${invalid('a')}, requiredAntiAffinityTerms: ${invalid('b')}]`,
    ],
  ])('of the pod: %s', (_, words, fault) => {
    const table = tableWith(nodes, [], teamNamespaces);
    const state = new CycleState(table);
    const info = podInfo(affinePod('new', words));
    const rows = Int32Array.of(0);
    expect(plugin.preFilter(state, info, table)).toEqual({
      code: 'UnschedulableAndUnresolvable',
      reasons: [`parsing pod: ${fault}`],
    });
    expect(plugin.preScore(state, info, table, rows, 1)).toEqual({
      code: 'Error',
      reasons: [`failed to parse pod: ${fault}`],
    });
  });

  it('of a pod that is there: its terms mean nothing', () => {
    const there = { at: 'm1', apart: [`region service=${bad}`, 'region service'] };
    expect(verdicts({ labels: 'service=x' }, [there], ['m1 region=r1'])).toBe('+');
  });
});
