/** The parts that stories' workloads are made of. What the images do is in `../nodes.ts`. */
import { setTimeout as sleep } from 'node:timers/promises';
import { knownKind, type Loose, type Stage } from '../stage.js';

export const podSpec = (image: string, more: object = {}) => ({
  terminationGracePeriodSeconds: 1,
  containers: [{ name: 'main', image, ...more }],
});

export const template = (app: string, image: string, spec: object = {}) => ({
  metadata: { labels: { app } },
  spec: { ...podSpec(image), ...spec },
});

export const workload = (app: string, image: string, more: object = {}, spec: object = {}) => ({
  spec: { selector: { matchLabels: { app } }, template: template(app, image, spec), ...more },
});

export const rolledOut = (replicas: number) => (object: Loose) =>
  object.status?.observedGeneration === object.metadata.generation &&
  object.status.replicas === replicas &&
  object.status.updatedReplicas === replicas &&
  object.status.availableReplicas === replicas;

/** A patch by which the pods of a workload run another image. */
export const imageOf = (image: string, more: object = {}) => ({
  spec: { template: { spec: { containers: [{ name: 'main', image, ...more }] } } },
});

/** A volume of a machine's file system, which nobody provisions. */
export const volume = (name: string, storageClassName: string, more: object = {}) => ({
  spec: {
    ...{ storageClassName, capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'] },
    ...{ hostPath: { path: `/tmp/${name}` }, persistentVolumeReclaimPolicy: 'Retain', ...more },
  },
});

export const claimOf = (storageClassName: string | undefined, more: object = {}) => ({
  spec: { storageClassName, accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...more },
});

/** Asks for the pod to be evicted. */
export const evict = (stage: Stage, name: string) =>
  stage.client.createSubresource(knownKind('Pod'), { name, namespace: stage.namespace }, 'eviction', {
    apiVersion: 'policy/v1',
    kind: 'Eviction',
    metadata: { name, namespace: stage.namespace },
  });

/** Of a pod that is ready for less than that autoscalers know nothing. */
export const measured = () => sleep(2_500);
