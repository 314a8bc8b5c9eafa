import { expect, it } from '@jest/globals';
import type { Pod } from '../core/v1/index.js';
import { referencesOf } from './pod-references.js';

it('a pod speaks of Secrets in many places', () => {
  const container = { name: 'c', env: [{ name: 'E', valueFrom: { secretKeyRef: { name: 'env', key: 'k' } } }] };
  const spec = {
    imagePullSecrets: [{ name: 'pull' }],
    containers: [container],
    initContainers: [{ name: 'i', envFrom: [{ secretRef: { name: 'from' } }] }],
    volumes: [
      { name: 'a', secret: { secretName: 'volume' } },
      {
        name: 'b',
        projected: { sources: [{ secret: { name: 'projected' } }, { serviceAccountToken: { path: 't' } }] },
      },
      { name: 'c', csi: { driver: 'd', nodePublishSecretRef: { name: 'csi' } } },
      { name: 'd', rbd: { image: 'i', monitors: ['m'], secretRef: { name: 'rbd' } } },
    ],
  };
  expect([...referencesOf({ metadata: {}, spec } as unknown as Pod).secrets].sort()).toEqual([
    ...['csi', 'env', 'from', 'projected', 'pull', 'rbd', 'volume'],
  ]);
});
