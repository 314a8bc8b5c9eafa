/**
 * InterPodAffinity and PodTopologySpread once more, as slow and as plain as can be: every pod against every pod,
 * straight from the objects. The property tests hold the plugins against it..
 */
import type { Node, Pod, PodAffinityTerm, TopologySpreadConstraint } from '@pintle/api/core/v1';
import { type LabelSelector, labelSelectorMatcher } from '@pintle/machinery';
import type { World } from './obvious-model.fixture.js';
import { taintsTolerated } from './obvious-model.fixture.js';

export type NamespaceLabels = Readonly<Record<string, Readonly<Record<string, string>>>>;

const labelsOf = ({ metadata }: Node | Pod) => metadata.labels ?? {};
const namespaceOf = ({ metadata }: Pod) => metadata.namespace ?? '';
const selects = (selector: object | undefined, pod: Pod) =>
  labelSelectorMatcher(selector as LabelSelector | undefined).matches(labelsOf(pod));
const nodeOf = ({ nodes }: World, pod: Pod) => nodes.find(({ metadata }) => metadata.name === pod.spec!.nodeName)!;

/** Whether the term of `owner` means `other`. */
function means(term: PodAffinityTerm, owner: Pod, other: Pod, namespaces: NamespaceLabels): boolean {
  const named = term.namespaces ?? [];
  const own = named.length === 0 && !term.namespaceSelector;
  const inNamespace =
    (own && namespaceOf(owner) === namespaceOf(other)) ||
    named.includes(namespaceOf(other)) ||
    (term.namespaceSelector !== undefined &&
      labelSelectorMatcher(term.namespaceSelector as LabelSelector).matches(namespaces[namespaceOf(other)] ?? {}));
  return inNamespace && selects(term.labelSelector, other);
}

const sameDomain = (key: string, a: Node, b: Node) =>
  labelsOf(a)[key] !== undefined && labelsOf(a)[key] === labelsOf(b)[key];

export function affinityVerdict(world: World, node: Node, pod: Pod, namespaces: NamespaceLabels): string {
  const { podAffinity, podAntiAffinity } = pod.spec!.affinity ?? {};
  const required = podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
  const labelled = required.every(({ topologyKey }) => labelsOf(node)[topologyKey] !== undefined);
  const meant = world.pods.filter((other) => required.every((term) => means(term, pod, other, namespaces)));
  const beside = required.every(({ topologyKey }) =>
    meant.some((other) => sameDomain(topologyKey, node, nodeOf(world, other))),
  );
  const anywhere = required.some(({ topologyKey }) =>
    meant.some((other) => labelsOf(nodeOf(world, other))[topologyKey] !== undefined),
  );
  const first = !anywhere && required.every((term) => means(term, pod, pod, namespaces));
  if (!labelled || (!beside && !first)) {
    return "UnschedulableAndUnresolvable: node(s) didn't match pod affinity rules";
  }
  const hurts = (owner: Pod, other: Pod, at: Node) =>
    (owner.spec!.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []).some(
      (term) => means(term, owner, other, namespaces) && sameDomain(term.topologyKey, node, at),
    );
  if (podAntiAffinity && world.pods.some((other) => hurts(pod, other, nodeOf(world, other)))) {
    return "Unschedulable: node(s) didn't match pod anti-affinity rules";
  }
  if (world.pods.some((other) => hurts(other, pod, nodeOf(world, other)))) {
    return "Unschedulable: node(s) didn't satisfy existing pods anti-affinity rules";
  }
  return 'ok';
}

export function affinityScore(
  world: World,
  node: Node,
  pod: Pod,
  namespaces: NamespaceLabels,
  { hardWeight = 1, ownOnly = false } = {},
): number {
  const own = pod.spec!.affinity ?? {};
  const prefers = [own.podAffinity, own.podAntiAffinity].some(
    (terms) => (terms?.preferredDuringSchedulingIgnoredDuringExecution ?? []).length > 0,
  );
  if (ownOnly && !prefers) return 0;
  let score = 0;
  const add = (owner: Pod, other: Pod, at: Node, hard: number) => {
    const { podAffinity, podAntiAffinity } = owner.spec!.affinity ?? {};
    const near = (term: PodAffinityTerm) =>
      means(term, owner, other, namespaces) && sameDomain(term.topologyKey, node, at);
    for (const { weight, podAffinityTerm } of podAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [])
      if (near(podAffinityTerm)) score += weight;
    for (const { weight, podAffinityTerm } of podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [])
      if (near(podAffinityTerm)) score -= weight;
    for (const term of podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []) if (near(term)) score += hard;
  };
  for (const other of world.pods) {
    add(pod, other, nodeOf(world, other), 0);
    add(other, pod, nodeOf(world, other), hardWeight);
  }
  return score;
}

const constraintsOf = (pod: Pod, action: string) =>
  (pod.spec!.topologySpreadConstraints ?? []).filter(({ whenUnsatisfiable }) => whenUnsatisfiable === action);

/** The constraint's selector, with the pod's own values of `matchLabelKeys`. */
function counts({ labelSelector, matchLabelKeys = [] }: TopologySpreadConstraint, pod: Pod, other: Pod): boolean {
  const alike = matchLabelKeys.every(
    (key) => labelsOf(pod)[key] === undefined || labelsOf(pod)[key] === labelsOf(other)[key],
  );
  return (
    alike &&
    namespaceOf(pod) === namespaceOf(other) &&
    other.metadata.deletionTimestamp === undefined &&
    selects(labelSelector, other)
  );
}

function allowed(node: Node, pod: Pod): boolean {
  const wanted = pod.spec!.nodeSelector ?? {};
  return Object.entries(wanted).every(([key, value]) => labelsOf(node)[key] === value);
}

function takesPart(node: Node, pod: Pod, constraint: TopologySpreadConstraint, all: TopologySpreadConstraint[]) {
  return (
    all.every(({ topologyKey }) => labelsOf(node)[topologyKey] !== undefined) &&
    (constraint.nodeAffinityPolicy === 'Ignore' || allowed(node, pod)) &&
    (constraint.nodeTaintsPolicy !== 'Honor' || taintsTolerated(node, pod))
  );
}

const here = (world: World, nodes: readonly Node[], pod: Pod, constraint: TopologySpreadConstraint) =>
  world.pods.filter((other) => nodes.includes(nodeOf(world, other)) && counts(constraint, pod, other)).length;

export function spreadVerdict(world: World, node: Node, pod: Pod): string {
  const constraints = constraintsOf(pod, 'DoNotSchedule');
  for (const constraint of constraints) {
    const { topologyKey, maxSkew, minDomains = 1 } = constraint;
    const value = labelsOf(node)[topologyKey];
    if (value === undefined) {
      const rules = "node(s) didn't match pod topology spread constraints";
      return `UnschedulableAndUnresolvable: ${rules} (missing required label)`;
    }
    const nodes = world.nodes.filter((each) => takesPart(each, pod, constraint, constraints));
    const values = [...new Set(nodes.map((each) => labelsOf(each)[topologyKey]))];
    const inDomain = (domain: string | undefined) =>
      here(
        world,
        nodes.filter((each) => labelsOf(each)[topologyKey] === domain),
        pod,
        constraint,
      );
    // With no domain at all the minimum is above everything.
    const least = values.length < minDomains ? 0 : Math.min(Number.MAX_SAFE_INTEGER, ...values.map(inDomain));
    const self = counts(constraint, pod, { ...pod, metadata: { ...pod.metadata } }) ? 1 : 0;
    if (inDomain(value) + self - least > maxSkew) {
      return "Unschedulable: node(s) didn't match pod topology spread constraints";
    }
  }
  return 'ok';
}

/**
 * Raw and normalized, by node; undefined where the plugin has nothing to say. Nodes without one of the labels take no
 * part, unless nobody asked for them (`requireAll` is false).
 */
export function spreadScores(
  world: World,
  pod: Pod,
  requireAll = true,
): { raw: number[]; normalized: number[] } | undefined {
  const constraints = constraintsOf(pod, 'ScheduleAnyway');
  if (constraints.length === 0) return undefined;
  const needed = requireAll ? constraints : [];
  const scored = world.nodes.filter((node) =>
    needed.every(({ topologyKey }) => labelsOf(node)[topologyKey] !== undefined),
  );
  const raw = world.nodes.map((node) => {
    if (!scored.includes(node)) return 0;
    let sum = 0;
    for (const constraint of constraints) {
      const { topologyKey, maxSkew } = constraint;
      if (labelsOf(node)[topologyKey] === undefined) continue;
      const ofHost = topologyKey === 'kubernetes.io/hostname';
      const domains = ofHost ? scored.length : new Set(scored.map((each) => labelsOf(each)[topologyKey])).size;
      const nodes = ofHost
        ? [node]
        : world.nodes.filter((each) => takesPart(each, pod, constraint, needed) && sameDomain(topologyKey, node, each));
      sum += here(world, nodes, pod, constraint) * Math.log(domains + 2) + (maxSkew - 1);
    }
    return Math.round(sum);
  });
  const of = raw.filter((_, i) => scored.includes(world.nodes[i]!));
  const [lowest, highest] = [Math.min(...of), Math.max(0, ...of)];
  const normalized = raw.map((score, i) => {
    if (!scored.includes(world.nodes[i]!)) return 0;
    return highest === 0 ? 100 : Math.trunc((100 * (highest + lowest - score)) / highest);
  });
  return { raw, normalized };
}
