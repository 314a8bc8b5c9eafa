/** Which nodes a pod's selector and required node affinity allow. */
import { labelValueErrors, onceForEach, qualifiedNameErrors } from '@pintle/machinery';
import type { Node, NodeSelectorRequirement, NodeSelectorTerm } from '../core/v1/index.js';
import type { Pod } from '../core/v1/pod.js';

/** Whether the pod's own selector and required affinity allow the node. */
export function matchesPod(pod: Pod, node: Node): boolean {
  const terms = pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  return (
    matchesLabels(node, pod.spec?.nodeSelector ?? {}) &&
    (terms === undefined || terms.some((term) => matchesTerm(node, term)))
  );
}

/** A term without requirements matches nothing. */
export function isEmptyTerm({ matchExpressions, matchFields }: NodeSelectorTerm): boolean {
  return (matchExpressions?.length ?? 0) === 0 && (matchFields?.length ?? 0) === 0;
}

/**
 * Whether there may be nodes that the term matches. None where it is empty or one of its requirements makes no sense, as
 * the API server lets by in what was stored before it looked: kube-scheduler cannot parse those. Found once for each
 * frozen term.
 */
export const mayMatch = onceForEach(
  (term: NodeSelectorTerm): boolean =>
    !isEmptyTerm(term) &&
    (term.matchExpressions ?? []).every(isWellFormed) &&
    (term.matchFields ?? []).every(({ values = [] }) => values.length === 1),
);

function isWellFormed({ key, operator, values = [] }: NodeSelectorRequirement): boolean {
  if (qualifiedNameErrors(key).length > 0 || values.some((value) => labelValueErrors(value).length > 0)) return false;
  switch (operator) {
    case 'In':
    case 'NotIn':
      return values.length > 0;
    case 'Exists':
    case 'DoesNotExist':
      return values.length === 0;
    case 'Gt':
    case 'Lt':
      return values.length === 1 && !Number.isNaN(parseInteger(values[0]!));
    default:
      return false;
  }
}

export function matchesTerm(node: Node, term: NodeSelectorTerm): boolean {
  if (!mayMatch(term)) return false;
  const { labels = {}, name } = node.metadata;
  return (
    (term.matchExpressions ?? []).every((requirement) => {
      const value = Object.hasOwn(labels, requirement.key) ? labels[requirement.key] : undefined;
      return matchesRequirement(value, requirement);
    }) && (term.matchFields ?? []).every((requirement) => matchesField(name, requirement))
  );
}

export function matchesLabels(node: Node, wanted: Readonly<Record<string, string>>): boolean {
  const { labels = {} } = node.metadata;
  return Object.keys(wanted).every((key) => Object.hasOwn(labels, key) && labels[key] === wanted[key]);
}

export function matchesRequirement(
  value: string | undefined,
  { operator, values = [] }: NodeSelectorRequirement,
): boolean {
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
      return value !== undefined && values.length === 1 && parseInteger(value) > parseInteger(values[0]!);
    case 'Lt':
      return value !== undefined && values.length === 1 && parseInteger(value) < parseInteger(values[0]!);
    default:
      return false;
  }
}

/** Only `metadata.name` can be selected by, `In` or `NotIn`. */
function matchesField(name: string | undefined, { key, operator, values = [] }: NodeSelectorRequirement): boolean {
  if (key !== 'metadata.name' || name === undefined) return false;
  if (operator === 'In') return values.includes(name);
  return operator === 'NotIn' && !values.includes(name);
}

/** A decimal integer as Go's strconv.ParseInt reads it, else NaN. */
export function parseInteger(text: string): number {
  return /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN;
}
