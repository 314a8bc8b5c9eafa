/** DefaultTolerationSeconds: a pod stays 300 s on a node that is not ready or out of reach, unless it says otherwise. */
import type { Pod, PodSpec } from '@pintle/api/core/v1';
import { DerivedSpecs } from '../storage/derived-specs.js';
import type { AdmissionPlugin } from './admission.js';

const tolerated = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'] as const;
const defaultSeconds = 300;

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
  const missing = tolerated.filter(
    (key) =>
      !present.some(
        (toleration) =>
          (toleration.key === key || !toleration.key) && (toleration.effect === 'NoExecute' || !toleration.effect),
      ),
  );
  if (missing.length === 0) return spec;
  const added = missing.map((key) => ({
    key,
    operator: 'Exists' as const,
    effect: 'NoExecute' as const,
    tolerationSeconds: defaultSeconds,
  }));
  return { ...spec, tolerations: [...present, ...added] };
}
