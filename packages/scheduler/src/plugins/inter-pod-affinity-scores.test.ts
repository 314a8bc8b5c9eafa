/** The cases of kube-scheduler's own tests of InterPodAffinity: scores. */
import { describe, expect, it } from '@jest/globals';
import { podInfo } from '../nodes/pod-info.js';
import { interPodAffinity } from './inter-pod-affinity.js';
import { judge } from './judge.fixture.js';
import { type AffinePodWords, affinePod, labelledNodes, tableWith, teamNamespaces } from './topology-words.fixture.js';

describe('scores', () => {
  const near1 = { ratherNear: ['5 region security=S1'] };
  const near2 = { ratherNear: ['6 region security=S2'] };
  const nearMany = { ratherNear: ['8 region security!=S1&security=S2', '2 region security&!wrongkey'] };
  const hard = { near: ['region security=S1|value2', 'region security&!wrongkey'] };
  const apart1 = { ratherApart: ['5 az security=S1'] };
  const apart2 = { ratherApart: ['5 az security=S2'] };
  const nearAndApart = { ratherNear: ['8 region security=S1'], ...apart2 };
  const team = 'region security=S1 ns=subteam2.team2 nss=team=team1';
  const nearTeam = { ratherNear: [`5 ${team}`] };
  const apartTeam = { ratherApart: [`5 ${team}`] };
  const s1 = { labels: 'security=S1' };
  const s2 = { labels: 'security=S2' };
  const [china, india, az1, az2] = ['region=China', 'region=India', 'az=az1', 'az=az2'];
  const three = [china, india, az1];
  const regions = [china, india, china, china, india];
  const ofTeam = (...at: readonly [number, string][]): AffinePodWords[] =>
    at.map(([node, ns]) => ({ at: `n${node}`, ns, ...s1 }));
  const me = { ns: 'subteam1.team1', ...s1 };

  const scored = (
    pod: AffinePodWords,
    pods: readonly AffinePodWords[],
    labels: readonly string[],
    options?: Parameters<typeof interPodAffinity>[0],
  ) => {
    const nodes = labelledNodes(labels.map((each, i) => `n${i + 1} ${each}`));
    const there = pods.map((each, i) => affinePod(`p${i}`, each));
    const found = judge(
      interPodAffinity(options),
      podInfo(affinePod('new', pod)),
      nodes,
      tableWith(nodes, there, teamNamespaces),
    );
    expect(found.rawBatched).toEqual(found.raw);
    return found.skipped ? 'skipped' : found.normalized;
  };

  it.each<
    [string, pod: AffinePodWords, pods: AffinePodWords[], nodes: readonly string[], expected: number[] | 'skipped']
  >([
    ['nothing is wished', s1, [], three, 'skipped'],
    [
      'near those of a region',
      { ...s1, ...near1 },
      [
        { at: 'n1', ...s1 },
        { at: 'n2', ...s2 },
        { at: 'n3', ...s1 },
      ],
      three,
      [100, 0, 0],
    ],
    ['all nodes of a region alike', near1, [{ at: 'n1', ...s1 }], [china, 'region=China,az=az1', india], [100, 100, 0]],
    [
      'the region that has more of them',
      { ...s1, ...near2 },
      ['n1', 'n1', 'n2', 'n3', 'n4', 'n5'].map((at) => ({ at, ...s2 })),
      regions,
      [100, 0, 100, 100, 0],
    ],
    [
      'several operators',
      { ...s1, ...nearMany },
      [
        { at: 'n1', ...s1 },
        { at: 'n2', ...s2 },
        { at: 'n3', ...s1 },
      ],
      three,
      [20, 100, 0],
    ],
    [
      'theirs',
      s2,
      [
        { at: 'n1', ...s1, ...near1 },
        { at: 'n2', ...s2, ...near2 },
      ],
      three,
      [0, 100, 0],
    ],
    [
      'theirs, by a selector of namespaces',
      me,
      [
        { at: 'n1', ...s1, ...nearTeam },
        { at: 'n2', ...s2, ...near2 },
      ],
      three,
      [100, 0, 0],
    ],
    [
      'theirs to be apart, by a selector of namespaces',
      me,
      [
        { at: 'n1', ...s1, ...apartTeam },
        { at: 'n2', ...s2, ...near2 },
      ],
      three,
      [0, 100, 100],
    ],
    [
      'theirs that is a rule',
      s1,
      [
        { at: 'n1', ...s1, ...hard },
        { at: 'n2', ...s2, ...hard },
      ],
      three,
      [100, 100, 0],
    ],
    [
      'apart',
      { ...s1, ...apart1 },
      [
        { at: 'n1', ...s1 },
        { at: 'n2', ...s2 },
      ],
      [az1, china],
      [0, 100],
    ],
    [
      'apart, and a node without the key',
      { ...s1, ...apart1 },
      [
        { at: 'n1', ...s1 },
        { at: 'n2', ...s1 },
      ],
      [az1, china],
      [0, 100],
    ],
    [
      'apart from more of them',
      { ...s1, ...apart1 },
      [
        { at: 'n1', ...s1 },
        { at: 'n1', ...s1 },
        { at: 'n2', ...s2 },
      ],
      [az1, india],
      [0, 100],
    ],
    [
      'theirs to be apart',
      s2,
      [
        { at: 'n1', ...s1, ...apart2 },
        { at: 'n2', ...s2, ...apart1 },
      ],
      [az1, az2],
      [0, 100],
    ],
    [
      'near and apart',
      { ...s1, ...nearAndApart },
      [
        { at: 'n1', ...s1 },
        { at: 'n2', ...s1 },
      ],
      [china, az1],
      [100, 0],
    ],
    [
      'near and apart, all alike',
      { ...s1, ...nearAndApart },
      ['n1', 'n1', 'n2', 'n3', 'n3', 'n4', 'n5'].map((at) => ({ at, ...s1 })),
      ['region=China,az=az1', india, china, china, india],
      [100, 0, 100, 100, 0],
    ],
    [
      'near and apart, and theirs',
      { ...s1, ...nearAndApart },
      [
        { at: 'n1', ...s1 },
        { at: 'n2', ...s2 },
        { at: 'n3', ...nearAndApart },
        { at: 'n4', ...apart1 },
      ],
      [china, az1, india, az2],
      [100, 0, 100, 0],
    ],
    [
      'theirs in a part of a region',
      s1,
      [
        { at: 'n1', ...s1 },
        { at: 'n2', ...nearAndApart },
      ],
      [china, china],
      [0, 0],
    ],
    [
      'near a selector of namespaces',
      { ...me, ...nearTeam },
      ofTeam([1, 'subteam1.team1'], [1, 'subteam1.team1'], [1, 'subteam1.team2'], [2, 'subteam2.team1']),
      [china, india],
      [100, 0],
    ],
    [
      'near a selector of namespaces and one by name',
      { ...me, ...nearTeam },
      ofTeam([1, 'subteam1.team1'], [1, 'subteam1.team1'], [1, 'subteam2.team2'], [2, 'subteam2.team1']),
      [china, india],
      [100, 0],
    ],
    [
      'apart from a selector of namespaces',
      { ...me, ...apartTeam },
      ofTeam([1, 'subteam1.team1'], [1, 'subteam1.team1'], [1, 'subteam1.team2'], [2, 'subteam2.team1']),
      [china, india],
      [0, 100],
    ],
    [
      'apart from a selector of namespaces and one by name',
      { ...me, ...apartTeam },
      ofTeam([1, 'subteam1.team1'], [1, 'subteam1.team1'], [1, 'subteam2.team2'], [2, 'subteam2.team1']),
      [china, india],
      [0, 100],
    ],
    [
      'theirs count',
      s2,
      [
        { at: 'n1', ...s1, ...nearAndApart },
        { at: 'n2', ...s2, ...near2 },
      ],
      [china, india],
      [0, 100],
    ],
    ['no nodes', s2, [], [], 'skipped'],
  ])('%s', (_, pod, pods, nodes, expected) => {
    expect(scored(pod, pods, nodes)).toEqual(expected);
  });

  it('leaves out what those wish that are there, where it is told to', () => {
    const there = [
      { at: 'n1', ...s1, ...nearAndApart },
      { at: 'n2', ...s2, ...near2 },
    ];
    expect(scored(s2, there, [china, india], { ignorePreferredTermsOfExistingPods: true })).toBe('skipped');
  });

  const rule = { near: ['region service=S1 ns=,subteam2.team2 nss=team=team1'] };
  const there = [
    { at: 'n1', ...rule },
    { at: 'n2', ...rule },
  ];
  it.each<[string, ns: string, weight: number, expected: number[] | 'skipped']>([
    ['of the default weight', '', 1, [100, 100, 0]],
    ['of no weight', '', 0, 'skipped'],
    ['for another namespace', 'subteam1.team2', 1, 'skipped'],
    ['for a namespace that is selected', 'subteam1.team1', 1, [100, 100, 0]],
    ['for a namespace by name', 'subteam2.team2', 1, [100, 100, 0]],
  ])('rules of those that are there, %s', (_, ns, hardPodAffinityWeight, expected) => {
    expect(scored({ ns, labels: 'service=S1' }, there, three, { hardPodAffinityWeight })).toEqual(expected);
  });
});
