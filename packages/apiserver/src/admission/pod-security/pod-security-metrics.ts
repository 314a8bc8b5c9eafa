/**
 * What came of looking at pods by the levels of their namespaces, under kube-apiserver's names.
 *
 * **Differs from Kubernetes**: a pod of which nothing is asked is not looked at, and not counted.
 */
import type { Metrics } from '@pintle/machinery';
import type { AdmissionRequest } from '../admission.js';
import type { LevelVersion } from './policy.js';

export interface PodSecurityMetrics {
  evaluated(
    request: AdmissionRequest,
    level: LevelVersion,
    mode: 'enforce' | 'audit' | 'warn',
    isAllowed: boolean,
  ): void;
  exempted(request: AdmissionRequest): void;
}

/** The newest version that there are rules of. */
const newestMinor = 33;

export function podSecurityMetrics(metrics: Metrics): PodSecurityMetrics {
  const requestLabels = ['request_operation', 'resource', 'subresource'];
  const evaluations = metrics.counter({
    name: 'pod_security_evaluations_total',
    help: 'Looks at pods and their templates, by the level that was asked for and what came of it.',
    labels: ['decision', 'policy_level', 'policy_version', 'mode', ...requestLabels],
  });
  const exemptions = metrics.counter({
    name: 'pod_security_exemptions_total',
    help: 'Pods and templates that were not looked at as they are exempt.',
    labels: requestLabels,
  });
  for (const operation of ['create', 'update'])
    for (const resource of ['pod', 'controller']) exemptions.with(operation, resource, '');
  return {
    evaluated(request, level, mode, isAllowed) {
      const decision = isAllowed ? 'allow' : 'deny';
      evaluations.with(decision, level.level, versionLabel(level), mode, ...labelsOf(request)).increment();
    },
    exempted: (request) => exemptions.with(...labelsOf(request)).increment(),
  };
}

const labelsOf = ({ operation, resource: { kind }, subresource = '' }: AdmissionRequest): readonly string[] => [
  operation.toLowerCase(),
  kind.group === '' && kind.plural === 'pods' ? 'pod' : 'controller',
  subresource,
];

function versionLabel({ level, version }: LevelVersion): string {
  if (level === 'privileged' || version === Number.POSITIVE_INFINITY) return 'latest';
  return version > newestMinor ? 'future' : `v1.${version}`;
}
