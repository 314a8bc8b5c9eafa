/** The labels that a kubelet may give its own node (KEP-279). Pure. */

const restricted = 'node-restriction.kubernetes.io';
const kubernetesDomains = ['kubernetes.io', 'k8s.io'];
/** Below these domains kubelets are free. */
const kubeletDomains = ['kubelet.kubernetes.io', 'node.kubernetes.io'];
const kubeletLabels = new Set([
  'kubernetes.io/hostname',
  'topology.kubernetes.io/zone',
  'topology.kubernetes.io/region',
  'failure-domain.beta.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/region',
  'beta.kubernetes.io/instance-type',
  'node.kubernetes.io/instance-type',
  'kubernetes.io/os',
  'kubernetes.io/arch',
  'beta.kubernetes.io/os',
  'beta.kubernetes.io/arch',
]);

type Labels = Readonly<Record<string, string>>;

/** Of the labels that differ, those that a kubelet may not change, in alphabetical order. */
export function forbiddenLabels(now: Labels = {}, before: Labels = {}): readonly string[] {
  return [...new Set([...Object.keys(now), ...Object.keys(before)])]
    .filter((label) => now[label] !== before[label] && isForbidden(label))
    .sort();
}

function isForbidden(label: string): boolean {
  const domain = label.includes('/') ? label.slice(0, label.indexOf('/')) : '';
  if (isWithin(domain, [restricted])) return true;
  return isWithin(domain, kubernetesDomains) && !kubeletLabels.has(label) && !isWithin(domain, kubeletDomains);
}

const isWithin = (domain: string, parents: readonly string[]) =>
  parents.some((parent) => domain === parent || domain.endsWith(`.${parent}`));
