/** DefaultTolerationSeconds: a pod stays 300 s on a node that is not ready or out of reach, unless it says otherwise. */
import type { Pod, PodSpec, Toleration } from '@pintle/api/core/v1';
import { deepFreeze } from '@pintle/machinery';
import { DerivedSpecs } from '../storage/derived-specs.js';
import type { AdmissionPlugin } from './admission.js';

const tolerated: readonly Toleration[] = deepFreeze(
  ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'].map((key) => ({
    key,
    operator: 'Exists',
    effect: 'NoExecute',
    tolerationSeconds: 300,
  })),
);

const derived = new DerivedSpecs();

export const defaultTolerations: AdmissionPlugin = {
  name: 'DefaultTolerationSeconds',
  concerns: ({ operation, resource, subresource }) =>
    (operation === 'CREATE' || operation === 'UPDATE') &&
    subresource === undefined &&
    resource.kind.group === '' &&
    resource.kind.plural === 'pods',
  mutate: ({ object }) => derived.of(object as Pod, '', tolerant),
};

function tolerant(spec: PodSpec): PodSpec {
  const present = spec.tolerations ?? [];
  // One list for all pods that have none of their own.
  if (present.length === 0) return { ...spec, tolerations: tolerated };
  const missing = tolerated.filter(
    ({ key }) =>
      !present.some(
        (toleration) =>
          (toleration.key === key || !toleration.key) && (toleration.effect === 'NoExecute' || !toleration.effect),
      ),
  );
  return missing.length === 0 ? spec : { ...spec, tolerations: [...present, ...missing] };
}
