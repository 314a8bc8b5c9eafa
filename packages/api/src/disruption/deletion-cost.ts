/** What a pod says it would cost to delete it rather than another of its set (the Kubernetes documentation of ReplicaSet). */

export const deletionCostAnnotation = 'controller.kubernetes.io/pod-deletion-cost';

/**
 * The cost that the annotation's text gives. Undefined where it is no number of 32 bits, has a plus sign, or zeros before
 * it where there is no minus.
 */
export function parseDeletionCost(text: string): number | undefined {
  if (!/^(0|[1-9]\d*|-\d+)$/.test(text)) return undefined;
  const cost = Number(text);
  return cost >= -(2 ** 31) && cost < 2 ** 31 ? cost : undefined;
}
