/** The rows of nodes, of what belongs to namespaces, and of workloads, by value. */
import { describe, expect, it } from '@jest/globals';
import { type ColumnCase, condition, definitions, inNamespace, metadata, row, selector } from './columns.fixture.js';

const template = (more: object = {}) => ({
  metadata: { labels: { b: '2', a: '1' } },
  spec: {
    containers: [
      { name: 'one', image: 'image:1' },
      { name: 'two', image: 'image:2' },
    ],
    ...more,
  },
});
const wideTemplate = 'Containers=one,two | Images=image:1,image:2';

const cases: readonly ColumnCase[] = [
  [
    'a node',
    {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: metadata({
        labels: {
          'node-role.kubernetes.io/worker': '',
          'node-role.kubernetes.io/control-plane': '',
          'kubernetes.io/role': 'old',
        },
      }),
      spec: { unschedulable: true },
      status: {
        conditions: [condition('Ready', 'True')],
        addresses: [
          { type: 'ExternalIP', address: '1.1.1.1' },
          { type: 'InternalIP', address: '10.0.0.1' },
        ],
        nodeInfo: { kubeletVersion: 'v1.33.0', osImage: 'an OS', kernelVersion: '', containerRuntimeVersion: 'c://1' },
      },
    },
    'Name=a | Status=Ready,SchedulingDisabled | Roles=control-plane,old,worker | Age=5s | Version=v1.33.0',
    'Internal-IP=10.0.0.1 | External-IP=1.1.1.1 | OS-Image=an OS | Kernel-Version=<unknown> | Container-Runtime=c://1',
  ],
  [
    'a node of which nothing is known',
    { apiVersion: 'v1', kind: 'Node', metadata: metadata() },
    'Name=a | Status=Unknown | Roles=<none> | Age=5s | Version=',
    'Internal-IP=<none> | External-IP=<none> | OS-Image=<unknown> | Kernel-Version=<unknown> | Container-Runtime=<unknown>',
  ],
  [
    'a namespace',
    { apiVersion: 'v1', kind: 'Namespace', metadata: metadata(), status: { phase: 'Terminating' } },
    'Name=a | Status=Terminating | Age=5s',
  ],
  [
    'a map, with what is binary',
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: inNamespace(), data: { a: '' }, binaryData: { b: '', c: '' } },
    'Name=a | Data=3 | Age=5s',
  ],
  [
    'a secret',
    { apiVersion: 'v1', kind: 'Secret', metadata: inNamespace(), data: { a: 'eA==' } },
    'Name=a | Type=Opaque | Data=1 | Age=5s',
  ],
  [
    'an account',
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: inNamespace(), secrets: [{ name: 's' }] },
    'Name=a | Secrets=1 | Age=5s',
  ],
  [
    'a range of limits',
    { apiVersion: 'v1', kind: 'LimitRange', metadata: inNamespace(), spec: { limits: [] } },
    'Name=a | Created At=2025-01-01T00:59:55Z',
  ],
  [
    'a component',
    {
      apiVersion: 'v1',
      kind: 'ComponentStatus',
      metadata: metadata(),
      conditions: [{ type: 'Healthy', status: 'False', message: 'no', error: 'broken' }],
    },
    'Name=a | Status=Unhealthy | Message=no | Error=broken',
  ],
  [
    'a component without conditions',
    { apiVersion: 'v1', kind: 'ComponentStatus', metadata: metadata() },
    'Name=a | Status=Unknown | Message= | Error=',
  ],
  [
    'an event that happened once',
    {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: inNamespace(),
      involvedObject: { kind: 'Pod', fieldPath: 'spec.containers{one}' },
      eventTime: '2025-01-01T00:59:58.000000Z',
      message: ' ok\n',
      reason: 'Because',
      type: 'Normal',
      reportingInstance: 'here',
      reportingComponent: 'me',
    },
    'Last Seen=2s | Type=Normal | Reason=Because | Object=pod | Message=ok',
    'Subobject=spec.containers{one} | Source=me, here | First Seen=2s | Count=1 | Name=a',
  ],
  [
    'an event of a series',
    {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: inNamespace(),
      involvedObject: { kind: 'Pod', name: 'p' },
      firstTimestamp: '2025-01-01T00:58:00Z',
      lastTimestamp: '2025-01-01T00:59:00Z',
      count: 2,
      series: { count: 7, lastObservedTime: '2025-01-01T00:59:57.000000Z' },
      source: { component: 'it', host: 'there' },
    },
    'Last Seen=3s | Type= | Reason= | Object=pod/p | Message=',
    'Subobject= | Source=it, there | First Seen=2m | Count=7 | Name=a',
  ],
  [
    'a controller of replicas',
    {
      apiVersion: 'v1',
      kind: 'ReplicationController',
      metadata: inNamespace(),
      spec: { replicas: 3, selector: { b: '2', a: '1' }, template: template() },
      status: { replicas: 2, readyReplicas: 1 },
    },
    'Name=a | Desired=3 | Current=2 | Ready=1 | Age=5s',
    `${wideTemplate} | Selector=a=1,b=2`,
  ],
  [
    'a template',
    { apiVersion: 'v1', kind: 'PodTemplate', metadata: inNamespace(), template: template() },
    'Name=a | Containers=one,two | Images=image:1,image:2 | Pod Labels=a=1,b=2',
  ],
  [
    'a deployment',
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: inNamespace(),
      spec: { replicas: 5, selector, template: template() },
      status: { replicas: 10, updatedReplicas: 2, availableReplicas: 1, readyReplicas: 4 },
    },
    'Name=a | Ready=4/5 | Up-to-date=2 | Available=1 | Age=5s',
    `${wideTemplate} | Selector=a=1`,
  ],
  [
    'a set of replicas',
    {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: inNamespace(),
      spec: { replicas: 5, selector, template: template() },
      status: { replicas: 4, readyReplicas: 2 },
    },
    'Name=a | Desired=5 | Current=4 | Ready=2 | Age=5s',
    `${wideTemplate} | Selector=a=1`,
  ],
  [
    'a stateful set',
    {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: inNamespace(),
      spec: { replicas: 5, selector, serviceName: 's', template: template() },
      status: { replicas: 4, readyReplicas: 2 },
    },
    'Name=a | Ready=2/5 | Age=5s',
    wideTemplate,
  ],
  [
    'a set of daemons',
    {
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata: inNamespace(),
      spec: { selector, template: template({ nodeSelector: { disk: 'ssd', arch: 'arm' } }) },
      status: {
        desiredNumberScheduled: 6,
        currentNumberScheduled: 5,
        numberReady: 4,
        updatedNumberScheduled: 3,
        numberAvailable: 2,
        numberMisscheduled: 0,
      },
    },
    'Name=a | Desired=6 | Current=5 | Ready=4 | Up-to-date=3 | Available=2 | Node Selector=arch=arm,disk=ssd | Age=5s',
    `${wideTemplate} | Selector=a=1`,
  ],
  [
    'a revision',
    {
      apiVersion: 'apps/v1',
      kind: 'ControllerRevision',
      metadata: inNamespace({
        ownerReferences: [{ apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'd', uid: 'u', controller: true }],
      }),
      revision: 3,
    },
    'Name=a | Controller=daemonset.apps/d | Revision=3 | Age=5s',
  ],
  [
    'a revision of nobody',
    { apiVersion: 'apps/v1', kind: 'ControllerRevision', metadata: inNamespace(), revision: 3 },
    'Name=a | Controller=<none> | Revision=3 | Age=5s',
  ],
  [
    'a job',
    {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: inNamespace(),
      spec: { completions: 4, template: template(), selector },
      status: { succeeded: 1, startTime: '2025-01-01T00:30:00Z' },
    },
    'Name=a | Status=Running | Completions=1/4 | Duration=30m | Age=5s',
    `${wideTemplate} | Selector=a=1`,
  ],
  [
    'a job that is to be suspended, and is not known to be',
    {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: inNamespace(),
      spec: { completions: 4, suspend: true, template: template() },
      status: {},
    },
    'Name=a | Status=Running | Completions=0/4 | Duration= | Age=5s',
    `${wideTemplate} | Selector=<none>`,
  ],
  [
    'a job of a queue, that is done',
    {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: inNamespace(),
      spec: { parallelism: 3, template: template() },
      status: {
        succeeded: 2,
        startTime: '2025-01-01T00:30:00Z',
        completionTime: '2025-01-01T00:30:20Z',
        conditions: [condition('Complete', 'True')],
      },
    },
    'Name=a | Status=Complete | Completions=2/1 of 3 | Duration=20s | Age=5s',
    `${wideTemplate} | Selector=<none>`,
  ],
  [
    'a job of each day',
    {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: inNamespace(),
      spec: { schedule: '0 0 * * *', timeZone: 'Etc/UTC', jobTemplate: { spec: { template: template(), selector } } },
      status: { lastScheduleTime: '2025-01-01T00:00:00Z', active: [{ name: 'j' }] },
    },
    'Name=a | Schedule=0 0 * * * | Timezone=Etc/UTC | Suspend=False | Active=1 | Last Schedule=60m | Age=5s',
    `${wideTemplate} | Selector=a=1`,
  ],
  [
    'a budget',
    {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: inNamespace(),
      spec: { maxUnavailable: '30%' },
      status: { disruptionsAllowed: 5 },
    },
    'Name=a | Min Available=N/A | Max Unavailable=30% | Allowed Disruptions=5 | Age=5s',
  ],
  [
    'a scaler',
    {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: inNamespace(),
      spec: {
        scaleTargetRef: { kind: 'Deployment', name: 'd' },
        minReplicas: 2,
        maxReplicas: 10,
        metrics: [
          { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } },
          { type: 'Pods', pods: { metric: { name: 'm' }, target: { type: 'AverageValue', averageValue: '100m' } } },
          { type: 'External', external: { metric: { name: 'm' }, target: { type: 'Value', value: '1' } } },
        ],
      },
      status: {
        currentReplicas: 4,
        desiredReplicas: 5,
        currentMetrics: [
          { type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: 50, averageValue: '1' } } },
        ],
      },
    },
    'Name=a | Reference=Deployment/d | Targets=cpu: 50%/80%, <unknown>/100m + 1 more... | MinPods=2 | MaxPods=10 | Replicas=4 | Age=5s',
  ],
];

describe('the columns of', () => {
  it.each(cases)('%s', (_what, object, narrow, wide = '') => {
    expect(row(object)).toEqual({ narrow, wide });
  });

  it('all kinds but those that show only a name and an age', () => {
    const without = [...definitions].filter(([, { columns }]) => columns === undefined).map(([id]) => id);
    expect(without.sort()).toEqual([
      '/Binding',
      'authentication.k8s.io/SelfSubjectReview',
      'authentication.k8s.io/TokenReview',
      'authorization.k8s.io/LocalSubjectAccessReview',
      'authorization.k8s.io/SelfSubjectAccessReview',
      'authorization.k8s.io/SelfSubjectRulesReview',
      'authorization.k8s.io/SubjectAccessReview',
      'storage.k8s.io/CSIStorageCapacity',
    ]);
  });
});
