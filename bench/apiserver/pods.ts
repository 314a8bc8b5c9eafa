/** The pods that requests are about. */
import type { Pod } from '@pintle/api/core/v1';

/** About 1 KB of JSON, as clients send it. */
export const smallPod = (name: string): Pod =>
  ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', labels: { app: 'web', tier: 'backend' } },
    spec: {
      containers: [
        {
          name: 'main',
          image: 'registry.example.com/web:v1',
          args: ['--listen=:8080', '--log-level=info'],
          env: [
            { name: 'SETTING', value: 'value' },
            { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
          ],
          ports: [{ name: 'http', containerPort: 8080 }],
          resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '256Mi' } },
          readinessProbe: { httpGet: { path: '/ready', port: 'http' }, periodSeconds: 5 },
          volumeMounts: [{ name: 'data', mountPath: '/data' }],
        },
      ],
      volumes: [{ name: 'data', emptyDir: {} }],
      terminationGracePeriodSeconds: 30,
    },
  }) as Pod;

/** About 4 KB when it is stored, each with texts of its own. */
export function largePod(index: number): Pod {
  const pod = smallPod(`pod-${index}`);
  const [main] = pod.spec!.containers;
  const env = Array.from({ length: 8 }, (_, n) => ({ name: `SETTING_${n}`, value: `value-${n}-of-pod-${index}` }));
  return { ...pod, spec: { ...pod.spec!, containers: [{ ...main!, env }] } };
}
