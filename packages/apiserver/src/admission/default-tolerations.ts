/** DefaultTolerationSeconds: a pod stays 300 s on a node that is not ready or out of reach, unless it says otherwise. */
import type { Pod, PodSpec, Toleration } from '@pintle/api/core/v1';
import { deepFreeze } from '@pintle/machinery';
import { DerivedSpecs } from '../storage/derived-specs.js';
import { type AdmissionPlugin, isWriteOf } from './admission.js';

export interface DefaultTolerationsOptions {
  /** How long a pod stays on a node that is not ready. Default: 300. */
  readonly notReadySeconds?: number | undefined;
  /** How long it stays on one that is out of reach. Default: 300. */
  readonly unreachableSeconds?: number | undefined;
}

export function defaultTolerations({
  notReadySeconds = 300,
  unreachableSeconds = 300,
}: DefaultTolerationsOptions = {}): AdmissionPlugin {
  const derived = new DerivedSpecs();
  const toleration = (condition: string, tolerationSeconds: number): Toleration => ({
    key: `node.kubernetes.io/${condition}`,
    operator: 'Exists',
    effect: 'NoExecute',
    tolerationSeconds,
  });
  const tolerated: readonly Toleration[] = deepFreeze([
    toleration('not-ready', notReadySeconds),
    toleration('unreachable', unreachableSeconds),
  ]);
  return {
    name: 'DefaultTolerationSeconds',
    concerns: isWriteOf('', 'pods'),
    mutate: ({ object }) => derived.of(object as Pod, '', (spec) => tolerant(spec, tolerated)),
  };
}

function tolerant(spec: PodSpec, tolerated: readonly Toleration[]): PodSpec {
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
