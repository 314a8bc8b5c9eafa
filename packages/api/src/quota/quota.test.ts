import { describe, expect, it } from '@jest/globals';
import type { KubernetesObject } from '@pintle/machinery';
import type { PersistentVolumeClaim, Pod, PodSpec, Service } from '../core/v1/index.js';
import { formatResourceList } from '../resource-list/index.js';
import { type QuotaScope, quotaEvaluator } from './index.js';

const now = Date.parse('2025-01-01T00:00:00Z');
const usage = (plural: string, object: KubernetesObject) =>
  formatResourceList(quotaEvaluator({ group: '', plural }).usage(object, now));
const meta = { name: 'it', namespace: 'default' };

const pod = (spec: Partial<PodSpec>, more: Partial<Pod> = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: meta,
  ...more,
  spec: { containers: [], ...spec },
});
const container = (requests: Record<string, string>, limits: Record<string, string> = {}, name = 'c') => ({
  name,
  image: 'i',
  resources: { requests, limits },
});
const sidecar = (requests: Record<string, string>) => ({ ...container(requests), restartPolicy: 'Always' as const });
const inTotal = (cpu: string) => ({ cpu, 'requests.cpu': cpu, pods: '1', 'count/pods': '1' });

describe('what a pod uses', () => {
  it.each<readonly [string, Pod, Record<string, string>]>([
    [
      'init container CPU',
      pod({ initContainers: [container({ cpu: '1m' }, { cpu: '2m' })] }),
      { ...inTotal('1m'), 'limits.cpu': '2m' },
    ],
    [
      'memory',
      pod({ containers: [container({ memory: '1m' }, { memory: '2m' })] }),
      { memory: '1m', 'requests.memory': '1m', 'limits.memory': '2m', pods: '1', 'count/pods': '1' },
    ],
    [
      'local storage',
      pod({ containers: [container({ 'ephemeral-storage': '32Mi' }, { 'ephemeral-storage': '64Mi' })] }),
      {
        'ephemeral-storage': '32Mi',
        'requests.ephemeral-storage': '32Mi',
        'limits.ephemeral-storage': '64Mi',
        pods: '1',
        'count/pods': '1',
      },
    ],
    [
      'hugepages',
      pod({ containers: [container({ 'hugepages-2Mi': '100Mi' })] }),
      { 'hugepages-2Mi': '100Mi', 'requests.hugepages-2Mi': '100Mi', pods: '1', 'count/pods': '1' },
    ],
    [
      'extended resources',
      pod({ containers: [container({ 'example.com/dongle': '3' }, { 'example.com/dongle': '3' })] }),
      { 'requests.example.com/dongle': '3', pods: '1', 'count/pods': '1' },
    ],
    [
      'the greater of init containers and containers',
      pod({
        initContainers: [container({ cpu: '4' }), container({ cpu: '1' })],
        containers: [container({ cpu: '1' }), container({ cpu: '2' })],
      }),
      inTotal('4'),
    ],
    [
      'sidecars beside containers',
      pod({ initContainers: [sidecar({ cpu: '1' }), container({ cpu: '2' })], containers: [container({ cpu: '4' })] }),
      inTotal('5'),
    ],
    [
      'overhead',
      pod({ overhead: { cpu: '1' }, containers: [container({ cpu: '1' }, { cpu: '2' })] }),
      { ...inTotal('2'), 'limits.cpu': '3' },
    ],
    [
      'nothing but the object once it has ended',
      pod({ containers: [container({ cpu: '1' })] }, { status: { phase: 'Failed' } }),
      { 'count/pods': '1' },
    ],
    [
      'all while its grace period runs',
      pod(
        { containers: [container({ cpu: '1' })] },
        { metadata: { ...meta, deletionTimestamp: '2025-01-01T00:00:10Z', deletionGracePeriodSeconds: 30 } },
      ),
      inTotal('1'),
    ],
    [
      'nothing when it should long be gone',
      pod(
        { containers: [container({ cpu: '1' })] },
        { metadata: { ...meta, deletionTimestamp: '2024-12-31T23:59:00Z', deletionGracePeriodSeconds: 30 } },
      ),
      { 'count/pods': '1' },
    ],
    [
      'the higher of asked and allocated while it is resized',
      pod(
        { containers: [container({ cpu: '1' })] },
        {
          status: {
            containerStatuses: [
              {
                name: 'c',
                ready: true,
                restartCount: 0,
                image: 'i',
                imageID: '',
                allocatedResources: { cpu: '2' },
                resources: { requests: { cpu: '2' } },
              },
            ],
          },
        },
      ),
      inTotal('2'),
    ],
  ])('%s', (_name, given, expected) => {
    expect(usage('pods', given)).toEqual(expected);
  });
});

describe('what a pod must say', () => {
  const evaluator = quotaEvaluator({ group: '', plural: 'pods' });
  it.each<readonly [readonly string[], Pod, string | undefined]>([
    [['memory'], pod({ containers: [container({ memory: '1' }, {}, 'dummy')] }), undefined],
    [['memory'], pod({ containers: [container({}, {}, 'dummy')] }), 'must specify memory for: dummy'],
    [['memory'], pod({ initContainers: [container({}, {}, 'dummy')] }), 'must specify memory for: dummy'],
    [
      ['memory', 'cpu'],
      pod({ containers: [container({}, {}, 'dummy0'), container({}, {}, 'dummy1')] }),
      'must specify cpu for: dummy0,dummy1; memory for: dummy0,dummy1',
    ],
    [
      ['limits.cpu', 'cpu'],
      pod({ containers: [container({ cpu: '1' }, {}, 'a'), container({ cpu: '1' }, { cpu: '1' }, 'b')] }),
      'must specify limits.cpu for: a',
    ],
    [['requests.example.com/gpu', 'ephemeral-storage'], pod({ containers: [container({})] }), undefined],
  ])('%j', (required, given, expected) => {
    expect(evaluator.missing(required, given)).toBe(expected);
  });
});

describe('the scopes of a pod', () => {
  const evaluator = quotaEvaluator({ group: '', plural: 'pods' });
  const high = pod({ priorityClassName: 'high', containers: [container({})] });
  const low = pod({ containers: [container({ cpu: '1' })] });
  const elsewhere = { topologyKey: 'zone', namespaceSelector: {} };
  const classes = (operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist', ...values: string[]) => ({
    scopeName: 'PriorityClass',
    operator,
    ...(values.length === 0 ? {} : { values }),
  });
  const scope = (scopeName: string) => ({ scopeName, operator: 'Exists' });
  it.each([
    [scope('Terminating'), pod({ activeDeadlineSeconds: 0 }), true],
    [scope('Terminating'), low, false],
    [scope('NotTerminating'), low, true],
    [scope('BestEffort'), high, true],
    [scope('BestEffort'), low, false],
    [scope('NotBestEffort'), low, true],
    [scope('PriorityClass'), high, true],
    [scope('PriorityClass'), low, false],
    [classes('In', 'high', 'middle'), high, true],
    [classes('In', 'middle'), high, false],
    [classes('NotIn', 'high'), high, false],
    [classes('NotIn', 'high'), low, true],
    [classes('DoesNotExist'), low, true],
    [classes('DoesNotExist'), high, false],
    [scope('CrossNamespacePodAffinity'), low, false],
    [
      scope('CrossNamespacePodAffinity'),
      pod({ affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [elsewhere] } } }),
      true,
    ],
    [
      scope('CrossNamespacePodAffinity'),
      pod({
        affinity: {
          podAntiAffinity: {
            preferredDuringSchedulingIgnoredDuringExecution: [
              { weight: 1, podAffinityTerm: { topologyKey: 'zone', namespaces: ['a'] } },
            ],
          },
        },
      }),
      true,
    ],
    [scope('Unheard'), low, false],
  ])('%j', (given, object, expected) => {
    expect(evaluator.isInScope(given, object)).toBe(expected);
  });
});

describe('which names count', () => {
  it.each([
    [
      '',
      'pods',
      ['cpu', 'services', 'count/pods', 'requests.nvidia.com/gpu', 'hugepages-1Gi', 'requests.storage'],
      ['cpu', 'count/pods', 'requests.nvidia.com/gpu', 'hugepages-1Gi'],
    ],
    [
      '',
      'services',
      ['services', 'services.nodeports', 'count/services', 'pods'],
      ['services', 'services.nodeports', 'count/services'],
    ],
    [
      '',
      'persistentvolumeclaims',
      [
        'requests.storage',
        'gold.storageclass.storage.k8s.io/requests.storage',
        'gold.storageclass.storage.k8s.io/persistentvolumeclaims',
        'gold.storageclass.storage.k8s.io/pods',
      ],
      [
        'requests.storage',
        'gold.storageclass.storage.k8s.io/requests.storage',
        'gold.storageclass.storage.k8s.io/persistentvolumeclaims',
      ],
    ],
    ['', 'configmaps', ['configmaps', 'count/configmaps', 'secrets'], ['configmaps', 'count/configmaps']],
    ['apps', 'deployments', ['count/deployments.apps', 'deployments', 'count/deployments'], ['count/deployments.apps']],
  ])('%s/%s of %j', (group, plural, names, expected) => {
    expect(quotaEvaluator({ group, plural }).matching(names)).toEqual(expected);
  });
});

describe('what a Service uses', () => {
  const ports = (...nodePorts: readonly number[]) => nodePorts.map((nodePort, i) => ({ port: 80 + i, nodePort }));
  it.each<readonly [Service['spec'], string, string]>([
    [{ type: 'ClusterIP', ports: ports(0) }, '0', '0'],
    [{ type: 'NodePort', ports: ports(30001, 30002) }, '2', '0'],
    [{ type: 'LoadBalancer', ports: ports(0) }, '1', '1'],
    [{ type: 'LoadBalancer', ports: ports(0, 0), allocateLoadBalancerNodePorts: false }, '0', '1'],
    [{ type: 'LoadBalancer', ports: ports(30001, 0), allocateLoadBalancerNodePorts: false }, '1', '1'],
  ])('%j', (spec, nodePorts, loadBalancers) => {
    const service: Service = { apiVersion: 'v1', kind: 'Service', metadata: meta, spec: spec! };
    expect(usage('services', service)).toEqual({
      'count/services': '1',
      services: '1',
      'services.nodeports': nodePorts,
      'services.loadbalancers': loadBalancers,
    });
  });
});

describe('what a claim uses', () => {
  const claim = (storage: string, more: Partial<PersistentVolumeClaim> = {}, storageClassName?: string) =>
    ({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: meta,
      ...more,
      spec: { resources: { requests: { storage } }, ...(storageClassName === undefined ? {} : { storageClassName }) },
    }) as PersistentVolumeClaim;
  const counted = { persistentvolumeclaims: '1', 'count/persistentvolumeclaims': '1' };
  const gold = (storage: string) => ({
    ...counted,
    'requests.storage': storage,
    'gold.storageclass.storage.k8s.io/requests.storage': storage,
    'gold.storageclass.storage.k8s.io/persistentvolumeclaims': '1',
  });
  it.each<readonly [PersistentVolumeClaim, Record<string, string>]>([
    [claim('10Gi'), { ...counted, 'requests.storage': '10Gi' }],
    [claim('10Gi', {}, 'gold'), gold('10Gi')],
    [
      claim('10Gi', { metadata: { ...meta, annotations: { 'volume.beta.kubernetes.io/storage-class': 'gold' } } }),
      gold('10Gi'),
    ],
    [claim('1500m'), { ...counted, 'requests.storage': '2' }],
    [
      claim('10Gi', { status: { allocatedResources: { storage: '20Gi' } } }),
      { ...counted, 'requests.storage': '20Gi' },
    ],
    [claim('10Gi', { status: { allocatedResources: { storage: '5Gi' } } }), { ...counted, 'requests.storage': '10Gi' }],
  ])('%j', (given, expected) => {
    expect(usage('persistentvolumeclaims', given)).toEqual(expected);
  });

  const scope = (operator: string, values?: readonly string[], scopeName = 'VolumeAttributesClass') => ({
    ...{ scopeName, operator },
    ...(values === undefined ? {} : { values }),
  });
  const of = (wanted?: string, status: PersistentVolumeClaim['status'] = {}) => {
    const one = claim('1Gi', { status });
    return { ...one, spec: { ...one.spec, ...(wanted === undefined ? {} : { volumeAttributesClassName: wanted }) } };
  };
  const changing = { modifyVolumeStatus: { status: 'InProgress', targetVolumeAttributesClassName: 'fast' } };
  it.each<readonly [ReturnType<typeof scope>, ReturnType<typeof of>, boolean]>([
    [scope('Exists'), of('fast'), true],
    [scope('Exists'), of(), false],
    [scope('Exists'), of(''), false],
    [scope('DoesNotExist'), of(), true],
    [scope('DoesNotExist'), of('fast'), false],
    [scope('In', ['fast']), of('fast'), true],
    [scope('In', ['fast']), of('slow'), false],
    [scope('In', ['fast']), of('slow', { currentVolumeAttributesClassName: 'fast' }), true],
    [scope('In', ['fast']), of('slow', changing), true],
    [scope('NotIn', ['fast']), of(), true],
    [scope('NotIn', ['fast']), of('fast'), false],
    [scope('NotIn', ['fast']), of('slow', changing), true],
    [scope('Like', ['fast']), of('fast'), false],
    [scope('Exists', undefined, 'PriorityClass'), of('fast'), false],
  ])('is in the scope %j, of %j: %s', (given, object, expected) => {
    const evaluator = quotaEvaluator({ group: '', plural: 'persistentvolumeclaims' });
    expect(evaluator.isInScope(given as QuotaScope, object)).toBe(expected);
  });
});
