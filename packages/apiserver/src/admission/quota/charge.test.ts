import { describe, expect, it } from '@jest/globals';
import type { Pod, PodSpec, ResourceQuota, ResourceQuotaSpec, Service } from '@pintle/api/core/v1';
import { type QuotaScope, quotaEvaluator } from '@pintle/api/quota';
import type { KubernetesObject } from '@pintle/machinery';
import { chargeQuotas, type LimitedResource } from './charge.js';

type List = Readonly<Record<string, string>>;

const quota = (hard: List, used: List, spec: ResourceQuotaSpec = {}, name = 'quota'): ResourceQuota => ({
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata: { name, namespace: 'test' },
  spec: { hard, ...spec },
  status: { hard, used },
});
const pod = (cpu?: string, memory?: string, more: Partial<PodSpec> = {}): Pod => {
  const amounts = { ...(cpu === undefined ? {} : { cpu }), ...(memory === undefined ? {} : { memory }) };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'allowed-pod', namespace: 'test' },
    spec: { ...more, containers: [{ name: 'ctr', image: 'image', resources: { requests: amounts } }] },
  };
};
const service = (type: 'ClusterIP' | 'NodePort' | 'LoadBalancer', ports = 1): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'svc', namespace: 'test' },
  spec: { type, ports: Array.from({ length: ports }, (_, i) => ({ port: 80 + i })) },
});

interface ChargeCase {
  readonly title: string;
  readonly quotas: readonly ResourceQuota[];
  readonly object: KubernetesObject;
  readonly old?: KubernetesObject;
  /** The usage of each quota afterwards; undefined: as before. */
  readonly used?: readonly (List | undefined)[];
  readonly refused?: string;
  readonly failed?: string;
  readonly limited?: readonly LimitedResource[];
}
const three = { cpu: '3', memory: '100Gi', pods: '5' };
const oneUsed = { cpu: '1', memory: '50Gi', pods: '3' };

const inClass = (...values: readonly string[]): QuotaScope => ({ scopeName: 'PriorityClass', operator: 'In', values });

const cases: readonly ChargeCase[] = [
  {
    title: 'below the limit',
    quotas: [quota(three, oneUsed)],
    object: pod('100m', '2Gi'),
    used: [{ cpu: '1100m', memory: '52Gi', pods: '4' }],
  },
  {
    title: 'up to the limit',
    quotas: [quota({ cpu: '3' }, { cpu: '1' })],
    object: pod('2', '2Gi'),
    used: [{ cpu: '3' }],
  },
  {
    title: 'over the limit',
    quotas: [quota(three, oneUsed)],
    object: pod('3', '2Gi'),
    refused: 'exceeded quota: quota, requested: cpu=3, used: cpu=1, limited: cpu=3',
  },
  {
    title: 'over two limits',
    quotas: [quota(three, oneUsed)],
    object: pod('3', '60Gi'),
    refused:
      'exceeded quota: quota, requested: cpu=3,memory=60Gi, used: cpu=1,memory=50Gi, limited: cpu=3,memory=100Gi',
  },
  {
    title: 'a resource used beyond its limit that the pod does not ask for',
    quotas: [quota({ cpu: '3', 'count/secrets': '1' }, { cpu: '1', 'count/secrets': '5' })],
    object: pod('1'),
    used: [{ cpu: '2', 'count/secrets': '5' }],
  },
  {
    title: 'what must be said and is not',
    quotas: [quota({ ...three, 'limits.memory': '200Gi' }, { ...oneUsed, 'limits.memory': '0' })],
    object: pod('100m', '2Gi'),
    refused: 'failed quota: quota: must specify limits.memory for: ctr',
  },
  {
    title: 'a quota that has not been counted',
    quotas: [quota(three, { cpu: '1' })],
    object: pod('100m', '2Gi'),
    refused: 'status unknown for quota: quota, resources: cpu,memory,pods',
  },
  {
    title: 'a quota that says nothing of pods',
    quotas: [quota({ services: '1' }, {})],
    object: pod('1'),
  },
  {
    title: 'a quota without a status is not in force',
    quotas: [{ ...quota({ pods: '0' }, {}), status: {} }],
    object: pod('1'),
  },
  {
    title: 'only quotas in whose scope it is',
    quotas: [
      quota({ pods: '5' }, { pods: '3' }, { scopes: ['Terminating'] }, 'terminating'),
      quota({ pods: '5' }, { pods: '3' }, { scopes: ['NotTerminating'] }, 'rest'),
    ],
    object: pod('1', undefined, { activeDeadlineSeconds: 30 }),
    used: [{ pods: '4' }, undefined],
  },
  {
    title: 'best effort',
    quotas: [
      quota({ pods: '5' }, { pods: '3' }, { scopes: ['BestEffort'] }),
      quota({ cpu: '1', pods: '5' }, { cpu: '0', pods: '3' }, { scopes: ['NotBestEffort'] }),
    ],
    object: pod(),
    used: [{ pods: '4' }, undefined],
  },
  {
    title: 'by priority class',
    quotas: [
      quota(
        { pods: '1' },
        { pods: '1' },
        { scopeSelector: { matchExpressions: [{ scopeName: 'PriorityClass', operator: 'In', values: ['high'] }] } },
      ),
    ],
    object: pod('1', undefined, { priorityClassName: 'high' }),
    refused: 'exceeded quota: quota, requested: pods=1, used: pods=1, limited: pods=1',
  },
  {
    title: 'all quotas or none',
    quotas: [quota({ pods: '5' }, { pods: '3' }, {}, 'a'), quota({ pods: '3' }, { pods: '3' }, {}, 'b')],
    object: pod(),
    refused: 'exceeded quota: b, requested: pods=1, used: pods=3, limited: pods=3',
  },
  {
    title: 'an amount below zero',
    quotas: [quota({ cpu: '3' }, { cpu: '1' })],
    object: pod('-1'),
    refused: 'quota usage is negative for resource(s): cpu,requests.cpu',
  },
  {
    title: 'a Service that becomes a load balancer',
    quotas: [quota({ services: '1', 'services.loadbalancers': '1' }, { services: '1', 'services.loadbalancers': '0' })],
    object: service('LoadBalancer'),
    old: service('NodePort'),
    used: [{ services: '1', 'services.loadbalancers': '1' }],
  },
  {
    title: 'a Service that gets more node ports',
    quotas: [quota({ 'services.nodeports': '2' }, { 'services.nodeports': '1' })],
    object: service('NodePort', 3),
    old: service('NodePort', 1),
    refused:
      'exceeded quota: quota, requested: services.nodeports=2, used: services.nodeports=1, limited: services.nodeports=2',
  },
  {
    title: 'an update that gives back leaves what is used to be counted anew, even where it is too much',
    quotas: [quota({ 'services.nodeports': '0' }, { 'services.nodeports': '3' })],
    object: service('NodePort', 1),
    old: service('NodePort', 3),
  },
  {
    title: 'an update that gives back one thing and takes another',
    quotas: [
      quota(
        { services: '1', 'services.nodeports': '2', 'services.loadbalancers': '1' },
        { services: '1', 'services.nodeports': '2', 'services.loadbalancers': '0' },
      ),
    ],
    object: service('LoadBalancer', 1),
    old: service('NodePort', 2),
    used: [{ services: '1', 'services.nodeports': '2', 'services.loadbalancers': '1' }],
  },
  {
    title: 'an update that takes a pod into the scope of another quota',
    quotas: [
      quota({ pods: '5', cpu: '4' }, { pods: '3', cpu: '2' }, { scopes: ['Terminating'] }, 'terminating'),
      quota({ pods: '5' }, { pods: '5' }, { scopes: ['NotTerminating'] }, 'rest'),
    ],
    object: pod('1', undefined, { activeDeadlineSeconds: 30 }),
    old: pod('1'),
    used: [{ pods: '4', cpu: '3' }, undefined],
  },
  {
    title: 'an update that takes a pod into the scope of a quota without room',
    quotas: [quota({ pods: '1' }, { pods: '1' }, { scopes: ['Terminating'] })],
    object: pod('1', undefined, { activeDeadlineSeconds: 30 }),
    old: pod('1'),
    refused: 'exceeded quota: quota, requested: pods=1, used: pods=1, limited: pods=1',
  },
  {
    title: 'an update that changes nothing passes even where all is used up',
    quotas: [quota({ services: '0' }, { services: '1' })],
    object: service('ClusterIP'),
    old: service('ClusterIP'),
  },
  // What nobody may use without a quota for it.
  {
    title: 'limited, and without a quota',
    quotas: [],
    limited: [{ resource: 'pods', matchContains: ['cpu'] }],
    object: pod('1', '2Gi'),
    refused: 'insufficient quota to consume: cpu,requests.cpu',
  },
  {
    title: 'limited, and bounded by quotas together',
    quotas: [quota({ cpu: '3' }, { cpu: '1' }), quota({ 'requests.cpu': '3' }, { 'requests.cpu': '1' }, {}, 'b')],
    limited: [{ resource: 'pods', matchContains: ['cpu'] }],
    object: pod('1'),
    used: [{ cpu: '2' }, { 'requests.cpu': '2' }],
  },
  {
    title: 'limited, and the quota is of something else',
    quotas: [quota({ memory: '3Gi' }, { memory: '1Gi' })],
    limited: [{ resource: 'pods', matchContains: ['requests.cpu'] }],
    object: pod('1', '1Gi'),
    refused: 'insufficient quota to consume: requests.cpu',
  },
  {
    title: 'limited, and not used',
    quotas: [],
    limited: [{ resource: 'pods', matchContains: ['memory'] }],
    object: pod('1'),
  },
  {
    title: 'limited of another resource, or of another group',
    quotas: [],
    limited: [
      { resource: 'services', matchContains: ['pods'] },
      { apiGroup: 'example.com', resource: 'pods', matchContains: ['pods'] },
    ],
    object: pod('1'),
  },
  {
    title: 'limited, and an update uses no more of it',
    quotas: [],
    limited: [{ resource: 'services', matchContains: ['services'] }],
    object: service('NodePort'),
    old: service('NodePort'),
  },
  {
    title: 'in a limited scope without a quota',
    quotas: [quota({ pods: '5' }, { pods: '1' })],
    limited: [{ resource: 'pods', matchScopes: [inClass('critical')] }],
    object: pod('1', undefined, { priorityClassName: 'critical' }),
    failed: 'insufficient quota to match these scopes: [{PriorityClass In [critical]}]',
  },
  {
    title: 'in a limited scope with a quota for it',
    quotas: [quota({ pods: '5' }, { pods: '1' }, { scopeSelector: { matchExpressions: [inClass('critical')] } })],
    limited: [{ resource: 'pods', matchScopes: [inClass('critical', 'other')] }],
    object: pod('1', undefined, { priorityClassName: 'critical' }),
    used: [{ pods: '2' }],
  },
  {
    title: 'in no limited scope',
    quotas: [],
    limited: [{ resource: 'pods', matchScopes: [inClass('critical')] }],
    object: pod('1', undefined, { priorityClassName: 'usual' }),
  },
];

describe('a charge', () => {
  it.each(cases)('$title', ({ quotas, object, old, used, refused, failed, limited = [] }) => {
    const evaluator = quotaEvaluator({ group: '', plural: `${object.kind.toLowerCase()}s` });
    const result = chargeQuotas(quotas, { evaluator, object, old, limited, nowMs: 0 });
    if (refused !== undefined) expect(result).toEqual({ type: 'refused', reason: refused });
    else if (failed !== undefined) expect(result).toEqual({ type: 'failed', message: failed });
    else {
      if (result.type !== 'charged') throw new Error(JSON.stringify(result));
      expect(result.quotas.map(({ status }) => status?.used)).toEqual(
        quotas.map(({ status }, index) => used?.[index] ?? status?.used),
      );
      for (const [index, after] of result.quotas.entries())
        if (used?.[index] === undefined) expect(after).toBe(quotas[index]);
    }
  });
});
