/** TaintNodesByCondition: a new node takes no pods until it is known to be ready. */
import type { Node } from '@pintle/api/core/v1';
import type { AdmissionPlugin } from './admission.js';

const taint = Object.freeze({ key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' as const });

export const taintNodesByCondition: AdmissionPlugin = {
  name: 'TaintNodesByCondition',
  concerns: ({ operation, resource, subresource }) =>
    operation === 'CREATE' &&
    subresource === undefined &&
    resource.kind.group === '' &&
    resource.kind.plural === 'nodes',
  mutate({ object }) {
    const node = object as Node;
    const present = node.spec?.taints ?? [];
    if (present.some(({ key, effect }) => key === taint.key && effect === taint.effect)) return node;
    return { ...node, spec: { ...node.spec, taints: [...present, taint] } } as Node;
  },
};
