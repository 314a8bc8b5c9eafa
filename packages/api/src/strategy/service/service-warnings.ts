/** What Services may say and better did not (pkg/api/service of Kubernetes). */
import type { Service } from '../../core/v1/service.js';
import { addressWarnings, rangeWarnings } from '../address-warnings.js';

export function serviceWarnings({ metadata, spec }: Service): readonly string[] {
  if (spec === undefined) return [];
  const { type, clusterIP, clusterIPs = [], externalIPs = [], loadBalancerIP, loadBalancerSourceRanges = [] } = spec;
  const headless = type === 'ClusterIP' && clusterIP === 'None';
  return [
    ...(metadata.annotations?.['service.kubernetes.io/topology-aware-hints'] === undefined
      ? []
      : [
          'annotation service.kubernetes.io/topology-aware-hints is deprecated, please use service.kubernetes.io/topology-mode instead',
        ]),
    ...(clusterIP === undefined || clusterIP === 'None'
      ? []
      : clusterIPs.flatMap((ip, index) => addressWarnings(ip, `spec.clusterIPs[${index}]`))),
    ...(headless
      ? [
          ...(loadBalancerIP ? ['spec.loadBalancerIP is ignored for headless services'] : []),
          ...(externalIPs.length > 0 ? ['spec.externalIPs is ignored for headless services'] : []),
          ...(spec.sessionAffinity === 'None' ? [] : ['spec.SessionAffinity is ignored for headless services']),
        ]
      : []),
    ...externalIPs.flatMap((ip, index) => addressWarnings(ip, `spec.externalIPs[${index}]`)),
    ...(loadBalancerIP ? addressWarnings(loadBalancerIP, 'spec.loadBalancerIP') : []),
    ...loadBalancerSourceRanges.flatMap((range, index) =>
      rangeWarnings(range, `spec.loadBalancerSourceRanges[${index}]`),
    ),
    ...(type === 'ExternalName' && externalIPs.length > 0
      ? ['spec.externalIPs is ignored when spec.type is "ExternalName"']
      : []),
    ...(type !== 'ExternalName' && spec.externalName
      ? ['spec.externalName is ignored when spec.type is not "ExternalName"']
      : []),
  ];
}
