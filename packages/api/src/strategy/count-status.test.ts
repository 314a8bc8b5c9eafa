/** What is refused of the counts in the status of workloads. */
import { describe, expect, it } from '@jest/globals';
import { statusFaults, type Written } from './served.fixture.js';

const apps = (kind: string, status: object): Written => ({ apiVersion: 'apps/v1', kind, status });
const cannot = (field: string, value: number, said: string) =>
  `status.${field}: Invalid value: ${value}: cannot be greater than ${said}`;
const below = (field: string) => `status.${field}: Invalid value: -1: must be greater than or equal to 0`;

describe('a status', () => {
  it.each<readonly [Written, readonly string[]]>([
    [apps('Deployment', { replicas: 3, readyReplicas: 2, availableReplicas: 2, updatedReplicas: 1 }), []],
    [
      apps('Deployment', { unavailableReplicas: -1, observedGeneration: -1 }),
      [below('observedGeneration'), below('unavailableReplicas')],
    ],
    [
      apps('Deployment', { replicas: 2, updatedReplicas: 3, readyReplicas: 1, availableReplicas: 2 }),
      [cannot('updatedReplicas', 3, 'status.replicas'), cannot('availableReplicas', 2, 'readyReplicas')],
    ],
    [
      apps('ReplicaSet', { replicas: 2, fullyLabeledReplicas: 3, readyReplicas: 3 }),
      [cannot('fullyLabeledReplicas', 3, 'status.replicas'), cannot('readyReplicas', 3, 'status.replicas')],
    ],
    [
      {
        apiVersion: 'v1',
        kind: 'ReplicationController',
        status: { replicas: 0, availableReplicas: 1, readyReplicas: 1 },
      },
      [cannot('readyReplicas', 1, 'status.replicas'), cannot('availableReplicas', 1, 'status.replicas')],
    ],
    [
      apps('StatefulSet', { replicas: 3, readyReplicas: 1, availableReplicas: 2, currentReplicas: 4 }),
      [cannot('currentReplicas', 4, 'status.replicas'), cannot('availableReplicas', 2, 'status.readyReplicas')],
    ],
    [
      apps('DaemonSet', {
        currentNumberScheduled: -1,
        numberMisscheduled: 0,
        desiredNumberScheduled: 1,
        numberReady: -1,
      }),
      [below('currentNumberScheduled'), below('numberReady')],
    ],
  ])('%j', (object, faults) => {
    expect(statusFaults(object)).toEqual(faults);
  });
});
