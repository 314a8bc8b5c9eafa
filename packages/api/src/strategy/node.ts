/** Nodes: what their spec says of addresses stays, and taints are told apart by key and effect. */
import { duplicateField, type FieldError, forbiddenField, type Strategy } from '@pintle/machinery';
import type { Node } from '../core/v1/node.js';

export const nodeStrategy: Strategy<Node> = {
  keepsStatusOnCreate: true,
  validateCreate: (node) => taintErrors(node),
  validateUpdate(node, old) {
    const errors = [...taintErrors(node)];
    for (const field of ['podCIDR', 'providerID'] as const) {
      const before = old.spec?.[field];
      if (before && node.spec?.[field] !== before)
        errors.push(forbiddenField(`spec.${field}`, 'node updates may not change it except from "" to valid'));
    }
    return errors;
  },
};

function taintErrors({ spec }: Node): readonly FieldError[] {
  const seen = new Set<string>();
  return (spec?.taints ?? []).flatMap(({ key, effect }, index) => {
    const id = `${key}:${effect}`;
    if (seen.has(id)) return [duplicateField(`spec.taints[${index}]`, { key, effect })];
    seen.add(id);
    return [];
  });
}
