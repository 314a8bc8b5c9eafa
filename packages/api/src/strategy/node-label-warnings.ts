/** Labels of nodes that have a newer name: what is said of those who still use them (pkg/api/node of Kubernetes). */
import type { NodeSelectorTerm } from '../core/v1/reference.js';

const newer: Readonly<Record<string, readonly [since: string, use: string]>> = {
  'beta.kubernetes.io/arch': ['v1.14', 'kubernetes.io/arch'],
  'beta.kubernetes.io/os': ['v1.14', 'kubernetes.io/os'],
  'beta.kubernetes.io/instance-type': ['v1.17', 'node.kubernetes.io/instance-type'],
  'failure-domain.beta.kubernetes.io/region': ['v1.17', 'topology.kubernetes.io/region'],
  'failure-domain.beta.kubernetes.io/zone': ['v1.17', 'topology.kubernetes.io/zone'],
};

export function nodeLabelWarning(key: string): string | undefined {
  const found = Object.hasOwn(newer, key) ? newer[key] : undefined;
  return found === undefined ? undefined : `deprecated since ${found[0]}; use "${found[1]}" instead`;
}

export const nodeTermWarnings = ({ matchExpressions = [] }: NodeSelectorTerm, path: string): readonly string[] =>
  matchExpressions.flatMap(({ key }, index) => {
    const warning = nodeLabelWarning(key);
    return warning === undefined ? [] : [`${path}.matchExpressions[${index}].key: ${key} is ${warning}`];
  });
