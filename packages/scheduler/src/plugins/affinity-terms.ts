/** Terms of pod affinity, read once: which pods one means, in which topology. */
import type { Pod, PodAffinityTerm, WeightedPodAffinityTerm } from '@pintle/api/core/v1';
import {
  type CompiledLabelSelector,
  type LabelSelector,
  labelSelectorFault,
  labelSelectorMatcher,
} from '@pintle/machinery';
import type { NodeTable } from '../nodes/node-table.js';
import type { PodInfo } from '../nodes/pod-info.js';

type PodOfNamespace = Pick<PodInfo, 'pod' | 'namespace'>;

export interface AffinityTerm {
  readonly topologyKey: string;
  /** Equal for terms that mean the same pods. */
  readonly text: string;
  readonly namespaces: ReadonlySet<string>;
  readonly namespaceSelector: CompiledLabelSelector | undefined;
  readonly selector: CompiledLabelSelector;
}

export interface WeightedTerm {
  readonly term: AffinityTerm;
  readonly weight: number;
}

export interface AffinityTerms {
  readonly required: readonly AffinityTerm[];
  readonly requiredAnti: readonly AffinityTerm[];
  readonly preferred: readonly WeightedTerm[];
  readonly preferredAnti: readonly WeightedTerm[];
  /** What is wrong with selectors that no label can match. Such terms, and those beside them, mean nothing. */
  readonly fault?: string;
}

const noTerms: AffinityTerms = { required: [], requiredAnti: [], preferred: [], preferredAnti: [] };
const read = new WeakMap<object, Map<string, AffinityTerms>>();

/** Of a pod's affinity and its namespace, which is the one meant where a term names none. */
export function affinityTerms({ pod, namespace }: PodOfNamespace): AffinityTerms {
  const affinity = pod.spec?.affinity;
  if (!affinity || (!affinity.podAffinity && !affinity.podAntiAffinity)) return noTerms;
  let byNamespace = read.get(affinity);
  if (byNamespace === undefined) read.set(affinity, (byNamespace = new Map()));
  let found = byNamespace.get(namespace);
  if (found === undefined) byNamespace.set(namespace, (found = termsOf(affinity, namespace)));
  return found;
}

function termsOf(
  { podAffinity, podAntiAffinity }: NonNullable<NonNullable<Pod['spec']>['affinity']>,
  namespace: string,
): AffinityTerms {
  const faults: string[] = [];
  const read = <T, R>(
    list: string,
    terms: readonly T[] | undefined | null,
    of: (term: T) => PodAffinityTerm,
    make: (of: T) => R,
  ) => {
    for (const term of terms ?? []) {
      const { labelSelector, namespaceSelector } = of(term);
      const fault = selectorFault(labelSelector) ?? selectorFault(namespaceSelector);
      if (fault === undefined) continue;
      faults.push(`${list}: ${fault}`);
      return [];
    }
    return (terms ?? []).map(make);
  };
  const all = (list: string, terms: readonly PodAffinityTerm[] | undefined | null) =>
    read(
      list,
      terms,
      (term) => term,
      (term) => termOf(term, namespace),
    );
  const weighted = (list: string, terms: readonly WeightedPodAffinityTerm[] | undefined | null) =>
    read(
      list,
      terms?.filter(({ weight }) => weight !== 0),
      ({ podAffinityTerm }) => podAffinityTerm,
      ({ weight, podAffinityTerm }) => ({ weight, term: termOf(podAffinityTerm, namespace) }),
    );
  const found = {
    required: all('requiredAffinityTerms', podAffinity?.requiredDuringSchedulingIgnoredDuringExecution),
    requiredAnti: all('requiredAntiAffinityTerms', podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution),
    preferred: weighted('preferredAffinityTerms', podAffinity?.preferredDuringSchedulingIgnoredDuringExecution),
    preferredAnti: weighted(
      'preferredAntiAffinityTerms',
      podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution,
    ),
  };
  if (faults.length === 0) return found;
  return { ...found, fault: faults.length === 1 ? faults[0]! : `[${faults.join(', ')}]` };
}

const selectorFault = (selector: object | undefined | null) =>
  selector === undefined || selector === null ? undefined : labelSelectorFault(selector as LabelSelector);

function termOf(
  { namespaces, namespaceSelector, labelSelector, topologyKey }: PodAffinityTerm,
  own: string,
): AffinityTerm {
  const named = namespaces ?? [];
  const selected = namespaceSelector ?? undefined;
  const meant = named.length === 0 && selected === undefined ? [own] : [...named].sort();
  return {
    topologyKey,
    text: JSON.stringify([meant, selected ?? null, labelSelector ?? null]),
    namespaces: new Set(meant),
    namespaceSelector: selected === undefined ? undefined : labelSelectorMatcher(selected),
    selector: labelSelectorMatcher(labelSelector as LabelSelector | undefined),
  };
}

const noLabels: Readonly<Record<string, string>> = {};

/** Whether the term means this pod. */
export function meansPod(term: AffinityTerm, pod: PodInfo, table: NodeTable): boolean {
  return termMeans(term, pod, (namespace) => table.namespaceLabels(namespace));
}

/** The same, by the labels of namespaces. */
export function termMeans(
  term: AffinityTerm,
  { pod, namespace }: PodOfNamespace,
  labelsOf: (namespace: string) => Readonly<Record<string, string>>,
): boolean {
  return (
    (term.namespaces.has(namespace) || (term.namespaceSelector?.matches(labelsOf(namespace)) ?? false)) &&
    term.selector.matches(pod.metadata.labels ?? noLabels)
  );
}
