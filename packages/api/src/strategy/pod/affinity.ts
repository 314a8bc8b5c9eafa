/** Where pods want to be, by nodes and by other pods: what must hold of it. */
import {
  dns1123LabelErrors,
  eachErrors,
  type FieldError,
  forbiddenField,
  formatErrors,
  invalidField,
  type LabelSelector,
  labelNameErrors,
  labelSelectorErrors,
  noErrors,
  requiredErrors,
} from '@pintle/machinery';
import type { Affinity, NodeAffinity, PodAffinity, PodAffinityTerm } from '../../core/v1/affinity.js';
import { nodeSelectorErrors, nodeTermErrors } from './node-selector.js';

const required = 'requiredDuringSchedulingIgnoredDuringExecution';
const preferred = 'preferredDuringSchedulingIgnoredDuringExecution';

export function affinityErrors(affinity: Affinity | undefined, path: string): readonly FieldError[] {
  if (affinity === undefined) return noErrors;
  return [
    ...nodeAffinityErrors(affinity.nodeAffinity, `${path}.nodeAffinity`),
    ...podAffinityErrors(affinity.podAffinity, `${path}.podAffinity`),
    ...podAffinityErrors(affinity.podAntiAffinity, `${path}.podAntiAffinity`),
  ];
}

const weightErrors = (weight: number, path: string): readonly FieldError[] =>
  weight >= 1 && weight <= 100 ? noErrors : [invalidField(path, weight, 'must be in the range 1-100')];

function nodeAffinityErrors(affinity: NodeAffinity | undefined, path: string): readonly FieldError[] {
  if (affinity === undefined) return noErrors;
  const selector = affinity[required];
  return [
    ...(selector === undefined ? noErrors : nodeSelectorErrors(selector, `${path}.${required}`)),
    ...eachErrors(affinity[preferred], `${path}.${preferred}`, ({ weight, preference }, at) => [
      ...weightErrors(weight, `${at}.weight`),
      ...nodeTermErrors(preference ?? {}, `${at}.preference`, { anyValues: true }),
    ]),
  ];
}

function podAffinityErrors(affinity: PodAffinity | undefined, path: string): readonly FieldError[] {
  if (affinity === undefined) return noErrors;
  return [
    ...eachErrors(affinity[required], `${path}.${required}`, termErrors),
    ...eachErrors(affinity[preferred], `${path}.${preferred}`, ({ weight, podAffinityTerm }, at) => [
      ...weightErrors(weight, `${at}.weight`),
      ...termErrors(podAffinityTerm, `${at}.podAffinityTerm`),
    ]),
  ];
}

function termErrors(term: PodAffinityTerm, path: string): readonly FieldError[] {
  const { labelSelector, namespaceSelector, namespaces, matchLabelKeys, mismatchLabelKeys = [], topologyKey } = term;
  return [
    ...labelSelectorErrors(labelSelector, `${path}.labelSelector`),
    ...labelSelectorErrors(namespaceSelector, `${path}.namespaceSelector`),
    ...eachErrors(namespaces, path, (name) => formatErrors(name, `${path}.namespace`, dns1123LabelErrors)),
    ...labelKeyErrors(matchLabelKeys, `${path}.matchLabelKeys`, labelSelector),
    ...labelKeyErrors(mismatchLabelKeys, `${path}.mismatchLabelKeys`, labelSelector),
    ...doubledKeyErrors(matchLabelKeys, path, labelSelector),
    ...eachErrors(matchLabelKeys, `${path}.matchLabelKeys`, (key, at) =>
      mismatchLabelKeys.includes(key)
        ? [invalidField(at, key, 'exists in both matchLabelKeys and mismatchLabelKeys')]
        : noErrors,
    ),
    ...requiredErrors(topologyKey, `${path}.topologyKey`, 'can not be empty'),
    ...labelNameErrors(topologyKey ?? '', `${path}.topologyKey`),
  ];
}

const withoutSelector = 'must not be specified when labelSelector is not set';

const labelKeyErrors = (
  keys: readonly string[] | undefined,
  path: string,
  selector: LabelSelector | undefined,
): readonly FieldError[] =>
  keys === undefined || keys.length === 0
    ? noErrors
    : selector === undefined
      ? [forbiddenField(path, withoutSelector)]
      : eachErrors(keys, path, labelNameErrors);

/**
 * A key of `matchLabelKeys` stands in the selector once already, as the server has put it there; twice, somebody
 * else did too.
 */
function doubledKeyErrors(
  keys: readonly string[] = [],
  path: string,
  selector: LabelSelector | undefined,
): readonly FieldError[] {
  const seen = new Set(Object.keys(selector?.matchLabels ?? {}));
  return (selector?.matchExpressions ?? []).flatMap(({ key }) => {
    const again = seen.has(key) && keys.includes(key);
    seen.add(key);
    return again
      ? [invalidField(`${path}[${keys.lastIndexOf(key)}]`, key, 'exists in both matchLabelKeys and labelSelector')]
      : noErrors;
  });
}

/** The keys of `matchLabelKeys` of a spread, which the server does not put into the selector. */
export function spreadKeyErrors(
  keys: readonly string[] | undefined,
  path: string,
  selector: LabelSelector | undefined,
): readonly FieldError[] {
  if (keys === undefined || keys.length === 0) return noErrors;
  const taken = new Set([
    ...Object.keys(selector?.matchLabels ?? {}),
    ...(selector?.matchExpressions ?? []).map(({ key }) => key),
  ]);
  return [
    ...(selector === undefined ? [forbiddenField(path, withoutSelector)] : noErrors),
    ...eachErrors(keys, path, (key, at) => [
      ...labelNameErrors(key, at),
      ...(taken.has(key) ? [invalidField(at, key, 'exists in both matchLabelKeys and labelSelector')] : noErrors),
    ]),
  ];
}
