/**
 * LimitRanger: gives pods the default requests and limits of their namespace, and refuses pods and claims outside of
 * its bounds. The containers of a pod that exists change by `pods/resize` alone, so of updates only that is looked at.
 */
import type { LimitRange, PersistentVolumeClaim, Pod } from '@pintle/api/core/v1';
import { aggregateText, forbidden, type KubernetesObject } from '@pintle/machinery';
import type { AdmissionPlugin, AdmissionRequest } from './admission.js';
import type { AdmissionCaches } from './admission-caches.js';
import { claimLimitFaults, podLimitFaults, withLimitRangeDefaults } from './limit-range-rules.js';

export function limitRanger({ limitRanges }: AdmissionCaches): AdmissionPlugin {
  const rangesOf = ({ namespace = '' }: AdmissionRequest) =>
    limitRanges.inNamespace(namespace) as readonly LimitRange[];
  return {
    name: 'LimitRanger',
    concerns: ({ operation, resource, subresource }) =>
      (operation === 'CREATE' || operation === 'UPDATE') && isLimited(resource.kind, operation, subresource),
    handles: ({ namespace, old }) => namespace !== undefined && old?.metadata.deletionTimestamp === undefined,
    mutate(request) {
      const object = request.object as KubernetesObject;
      if (request.resource.kind.plural !== 'pods') return object;
      return rangesOf(request).reduce<Pod>(withLimitRangeDefaults, object as Pod);
    },
    validate(request) {
      const { object, resource, name } = request;
      const isPod = resource.kind.plural === 'pods';
      for (const range of rangesOf(request)) {
        const faults = isPod
          ? podLimitFaults(object as Pod, range)
          : claimLimitFaults(object as PersistentVolumeClaim, range);
        if (faults.length > 0) throw forbidden(resource.kind, name, aggregateText(faults));
      }
    },
  };
}

function isLimited(
  { group, plural }: { readonly group: string; readonly plural: string },
  operation: string,
  subresource: string | undefined,
): boolean {
  if (group !== '') return false;
  if (plural === 'persistentvolumeclaims') return subresource === undefined;
  return plural === 'pods' && subresource === (operation === 'CREATE' ? undefined : 'resize');
}
