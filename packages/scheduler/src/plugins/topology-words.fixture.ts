/**
 * Nodes, pods, terms and constraints in few words, for the tables of upstream's cases of pod affinity and of topology
 * spread.
 */
import type {
  Namespace,
  Node,
  NodeSelectorTerm,
  Pod,
  PodAffinityTerm,
  TopologySpreadConstraint,
} from '@pintle/api/core/v1';
import type { KubernetesObject, LabelSelector } from '@pintle/machinery';
import { NodeTable } from '../nodes/node-table.js';
import { podInfo } from '../nodes/pod-info.js';
import { type PodWords, testNode, testPod } from '../test-objects.fixture.js';

const words = (text: string): string[] => text.split(' ').filter((word) => word !== '');

/** `foo bar=baz` or `foo,bar=baz`: a label without a value has an empty one. */
export function labelsIn(text: string): Record<string, string> {
  const pairs = text.split(/[ ,]/).filter((word) => word !== '');
  return Object.fromEntries(pairs.map((pair) => [pair.split('=')[0]!, pair.split('=')[1] ?? '']));
}

/**
 * Requirements joined by `&`: `a` exists, `!a` does not, `a=b|c` is one of, `a!=b|c` is none of. `any` means every pod,
 * `null` is no selector at all.
 */
export function selectorIn(text: string): LabelSelector | undefined {
  if (text === 'null') return undefined;
  if (text === 'any') return {};
  const matchExpressions = text.split('&').map((requirement) => {
    const [, not, key = '', negated, values] = /^(!?)([^!=]+)(!?)=?(.*)$/.exec(requirement)!;
    if (requirement.includes('='))
      return { key, operator: negated ? ('NotIn' as const) : ('In' as const), values: values!.split('|') };
    return { key, operator: not ? ('DoesNotExist' as const) : ('Exists' as const) };
  });
  return { matchExpressions };
}

/** `region service=a|b`, then `ns=x,y` for namespaces and `nss=team=t1` (or `nss=any`) for a selector of them. */
export function termIn(text: string): PodAffinityTerm {
  const [topologyKey = '', selector = '', ...rest] = words(text);
  const named = rest.find((word) => word.startsWith('ns='))?.slice(3);
  const selected = rest.find((word) => word.startsWith('nss='))?.slice(4);
  return {
    topologyKey,
    labelSelector: selectorIn(selector),
    ...(named !== undefined && { namespaces: named.split(',') }),
    ...(selected !== undefined && { namespaceSelector: selectorIn(selected) }),
  } as PodAffinityTerm;
}

export interface AffinityWords {
  readonly near?: readonly string[];
  readonly apart?: readonly string[];
  /** With their weights before them: `5 region service=a`. */
  readonly ratherNear?: readonly string[];
  readonly ratherApart?: readonly string[];
}

export function affinityOf({
  near,
  apart,
  ratherNear,
  ratherApart,
}: AffinityWords): NonNullable<Pod['spec']>['affinity'] {
  const preferred = (terms: readonly string[]) =>
    terms.map((text) => ({ weight: Number.parseInt(text, 10), podAffinityTerm: termIn(text.replace(/^\d+ /, '')) }));
  const both = (required: readonly string[] | undefined, rather: readonly string[] | undefined) => ({
    ...(required && { requiredDuringSchedulingIgnoredDuringExecution: required.map(termIn) }),
    ...(rather && { preferredDuringSchedulingIgnoredDuringExecution: preferred(rather) }),
  });
  return {
    ...((near || ratherNear) && { podAffinity: both(near, ratherNear) }),
    ...((apart || ratherApart) && { podAntiAffinity: both(apart, ratherApart) }),
  };
}

/** A pod that is near others, or apart from them. */
export interface AffinePodWords extends AffinityWords {
  readonly labels?: string;
  readonly ns?: string;
  /** The node of a pod that is there. */
  readonly at?: string;
}

export const affinePod = (name: string, { labels = '', ns = '', at, ...terms }: AffinePodWords): Pod =>
  testPod(name, {
    labels: labelsIn(labels),
    namespace: ns,
    ...(at !== undefined && { nodeName: at }),
    ...(Object.keys(terms).length > 0 && { affinity: affinityOf(terms)! }),
  });

/** `a region=r1,zone=z1`: by lines. */
export const labelledNodes = (lines: readonly string[]): Node[] =>
  lines.map((line) => testNode(line.split(' ')[0]!, { labels: labelsIn(line.split(' ')[1] ?? '') }));

export const teamNamespaces: readonly Namespace[] = [
  'subteam1.team1',
  'subteam2.team1',
  'subteam1.team2',
  'subteam2.team2',
].map(
  (name) =>
    ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: { team: name.split('.')[1] } } }) as Namespace,
);

/** A pod that spreads; constraints as `constraintIn` reads them. */
export const spreadingPod = (
  whenUnsatisfiable: string,
  labels: string,
  constraints: readonly string[],
  more: PodWords = {},
): Pod =>
  testPod('new', {
    labels: labelsIn(labels),
    topologySpreadConstraints: constraints.map((text) => constraintIn(text, whenUnsatisfiable)),
    ...more,
  });

/** `zone 1 foo`: key, skew and selector; then `min=`, `affinity=`, `taints=` and `keys=`. */
export function constraintIn(text: string, whenUnsatisfiable: string): TopologySpreadConstraint {
  const [key = '', maxSkew, selector = '', ...rest] = words(text);
  const given = Object.fromEntries(rest.map((word) => word.split('=') as [string, string]));
  return {
    topologyKey: key === 'host' ? 'kubernetes.io/hostname' : key,
    maxSkew: Number(maxSkew),
    whenUnsatisfiable,
    labelSelector: selectorIn(selector),
    ...(given['min'] && { minDomains: Number(given['min']) }),
    ...(given['affinity'] && { nodeAffinityPolicy: given['affinity'] }),
    ...(given['taints'] && { nodeTaintsPolicy: given['taints'] }),
    ...(given['keys'] && { matchLabelKeys: [given['keys']] }),
  } as TopologySpreadConstraint;
}

/** `a@1+foo!`: node a in zone1, with the label foo, tainted; `~` after it: without labels of its own name. */
export function nodesIn(text: string): Node[] {
  return words(text).map((word) => {
    const [, name = '', zone, more = '', marks = ''] = /^(\w+)(?:@(\w+))?((?:\+[\w=]+)*)([!~]*)$/.exec(word)!;
    const labels = {
      ...(zone && { zone: `zone${zone}` }),
      ...(!marks.includes('~') && { node: name, 'kubernetes.io/hostname': name }),
      ...labelsIn(more.replaceAll('+', ' ')),
    };
    const taints = [{ key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' as const }];
    return testNode(name, { labels, ...(marks.includes('!') && { taints }) });
  });
}

/** `a:foo,bar@ns1`: a pod on node a, with labels, in a namespace; `-` after it: it is going. */
export function podsIn(text: string): Pod[] {
  return words(text).map((word, at) => {
    const [, nodeName = '', labels = '', namespace = '', going] = /^(\w+):([^@-]*)(?:@(\w+))?(-?)$/.exec(word)!;
    const pod = testPod(`p${at}`, { nodeName, labels: labelsIn(labels), namespace });
    return going ? { ...pod, metadata: { ...pod.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } } : pod;
  });
}

/** Nodes whose label is (or is not) one of these. */
export const nodeAffinity = (key: string, operator: 'In' | 'NotIn', ...values: readonly string[]) => ({
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchExpressions: [{ key, operator, values }] } as NodeSelectorTerm],
      },
    },
  },
});

/** What several tables speak of: four nodes in two zones, pods that must spread, and what leaves some nodes out. */
export const four = 'a@1 b@1 x@2 y@2';
export const hard = (labels: string, constraints: readonly string[], more?: PodWords) =>
  spreadingPod('DoNotSchedule', labels, constraints, more);
export const onlyFoo: PodWords = { nodeSelector: { foo: '' } };
export const fooIn = nodeAffinity('foo', 'In', '');

export function tableWith(
  nodes: readonly Node[],
  pods: readonly Pod[],
  objects: readonly KubernetesObject[] = [],
): NodeTable {
  const table = new NodeTable();
  for (const object of objects) table.objects.set(object);
  for (const node of nodes) table.setNode(node);
  for (const pod of pods) table.addPod(table.rowOf(pod.spec!.nodeName!)!, podInfo(pod));
  return table;
}

/** Verdicts by node in one sign each: `+` fits, `-` does not, `!` does not whoever leaves. */
export const signs = (verdicts: readonly string[]): string =>
  verdicts.map((text) => (text === 'ok' ? '+' : text.startsWith('Unschedulable:') ? '-' : '!')).join('');
