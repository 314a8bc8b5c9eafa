/** Annotations of pods that Kubernetes itself reads: what must hold of them, and which may not change. */
import { type FieldError, forbiddenField, invalidField, noErrors } from '@pintle/machinery';
import { mirrorAnnotation } from '../../core/v1/mirror-pod.js';
import type { Pod, PodSpec } from '../../core/v1/pod.js';
import { deletionCostAnnotation, parseDeletionCost } from '../../disruption/deletion-cost.js';
import { appArmorPrefix, profileAnnotationErrors } from './profiles.js';
import { tolerationErrors } from './tolerations.js';

const tolerationsAnnotation = 'scheduler.alpha.kubernetes.io/tolerations';

type Annotations = Readonly<Record<string, string>>;

export function podAnnotationErrors(
  annotations: Annotations | undefined,
  spec: PodSpec | undefined,
  path: string,
): readonly FieldError[] {
  if (annotations === undefined) return noErrors;
  const [mirror, tolerations, cost] = [
    annotations[mirrorAnnotation],
    annotations[tolerationsAnnotation],
    annotations[deletionCostAnnotation],
  ];
  return [
    ...(mirror !== undefined && !spec?.nodeName
      ? [invalidField(`${path}[${mirrorAnnotation}]`, mirror, 'must set spec.nodeName if mirror pod annotation is set')]
      : noErrors),
    ...(tolerations ? tolerationTextErrors(tolerations, path) : noErrors),
    ...(cost !== undefined && parseDeletionCost(cost) === undefined
      ? [invalidField(`${path}[${deletionCostAnnotation}]`, cost, 'must be a 32bit integer')]
      : noErrors),
    ...profileAnnotationErrors(annotations, spec, path),
  ];
}

function tolerationTextErrors(text: string, path: string): readonly FieldError[] {
  try {
    return tolerationErrors(JSON.parse(text), `${path}.${tolerationsAnnotation}`);
  } catch (error) {
    return [invalidField(path, tolerationsAnnotation, (error as Error).message)];
  }
}

/** Where a pod came from, and how it is confined, is said once. */
export function annotationChangeErrors(pod: Pod, old: Pod, path: string): readonly FieldError[] {
  const [now, before] = [pod.metadata.annotations ?? {}, old.metadata.annotations ?? {}];
  if (now === before) return noErrors;
  const errors: FieldError[] = [];
  for (const key of new Set([...Object.keys(before), ...Object.keys(now)])) {
    if (now[key] === before[key]) continue;
    const what = key === mirrorAnnotation ? 'mirror pod annotation' : 'AppArmor annotations';
    if (key !== mirrorAnnotation && !key.startsWith(appArmorPrefix)) continue;
    const verb = before[key] === undefined ? 'add' : 'remove or update';
    errors.push(forbiddenField(`${path}[${key}]`, `may not ${verb} ${what}`));
  }
  return errors;
}
