/** DefaultTolerationSeconds: a pod stays 300 s on a node that is not ready or out of reach, unless it says otherwise. */
import type { Pod } from '@pintle/api/core/v1';
import type { KubernetesObject } from '@pintle/machinery';
import type { AdmissionPlugin } from './admission.js';

const tolerated = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'] as const;
const defaultSeconds = 300;

export const defaultTolerations: AdmissionPlugin = {
  name: 'DefaultTolerationSeconds',
  handles: ({ operation, resource, subresource }) =>
    (operation === 'CREATE' || operation === 'UPDATE') &&
    subresource === undefined &&
    resource.kind.group === '' &&
    resource.kind.plural === 'pods',
  mutate({ object }) {
    const pod = object as Pod;
    const present = pod.spec?.tolerations ?? [];
    const missing = tolerated.filter(
      (key) =>
        !present.some(
          (toleration) =>
            (toleration.key === key || !toleration.key) && (toleration.effect === 'NoExecute' || !toleration.effect),
        ),
    );
    if (missing.length === 0) return pod;
    const added = missing.map((key) =>
      Object.freeze({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: defaultSeconds }),
    );
    return { ...pod, spec: { ...pod.spec!, tolerations: [...present, ...added] } } as KubernetesObject;
  },
};
