import { describe, expect, it } from '@jest/globals';
import { shownTexts } from '@pintle/machinery';
import type { ResourceQuota, ResourceQuotaSpec } from '../core/v1/index.js';
import { resourceQuotaStrategy } from './resource-quota.js';

const quota = (spec: ResourceQuotaSpec): ResourceQuota => ({
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata: { name: 'abc', namespace: 'foo' },
  spec,
});
const inClass = (operator: string, values?: readonly string[], scopeName = 'PriorityClass') => ({
  hard: { cpu: '1' },
  scopeSelector: { matchExpressions: [{ scopeName, operator, ...(values === undefined ? {} : { values }) }] },
});

it.each<ResourceQuotaSpec>([
  { hard: { cpu: '100', memory: '10000', 'requests.cpu': '100', 'limits.memory': '1', pods: '10', services: '0' } },
  { hard: { cpu: '0', memory: '0', 'requests.storage': '1Gi', 'count/deployments.apps': '3' } },
  { hard: { cpu: '1', 'requests.cpu': '1', 'limits.cpu': '1', pods: '1' }, scopes: ['Terminating', 'NotBestEffort'] },
  { hard: { pods: '100' }, scopes: ['BestEffort'] },
  { hard: { 'requests.hugepages-2Mi': '1', 'requests.nvidia.com/gpu': '4' } },
  inClass('In', ['high']),
  inClass('Exists'),
  inClass('Exists', undefined, 'CrossNamespacePodAffinity'),
  { hard: { persistentvolumeclaims: '1', 'requests.storage': '1Gi' }, scopes: ['VolumeAttributesClass'] },
  { ...inClass('In', ['fast'], 'VolumeAttributesClass'), hard: { persistentvolumeclaims: '1' } },
])('takes %j', (spec) => {
  expect(resourceQuotaStrategy.validateCreate!(quota(spec))).toEqual([]);
});

describe('refuses', () => {
  it.each<readonly [ResourceQuotaSpec, readonly (readonly [string, string])[]]>([
    [{ hard: { cpu: '-1' } }, [['spec.hard[cpu]', 'must be greater than or equal to 0']]],
    [{ hard: { pods: '100m' } }, [['spec.hard[pods]', 'must be an integer']]],
    [
      { hard: { gpu: '1' } },
      [
        ['spec.hard[gpu]', 'must be a standard resource type or fully qualified'],
        ['spec.hard[gpu]', 'must be a standard resource for quota'],
      ],
    ],
    [{ hard: { storage: '1' } }, [['spec.hard[storage]', 'must be a standard resource for quota']]],
    [{ hard: { pods: '1' }, scopes: ['BestEffort', 'NotBestEffort'] }, [['spec.scopes', 'conflicting scopes']]],
    [{ hard: { pods: '1' }, scopes: ['Terminating', 'NotTerminating'] }, [['spec.scopes', 'conflicting scopes']]],
    [{ hard: { cpu: '1' }, scopes: ['BestEffort'] }, [['spec.scopes', 'unsupported scope applied to resource']]],
    [{ hard: { services: '1' }, scopes: ['Terminating'] }, [['spec.scopes', 'unsupported scope applied to resource']]],
    [
      { hard: { pods: '1' }, scopes: ['VolumeAttributesClass'] },
      [['spec.scopes', 'unsupported scope applied to resource']],
    ],
    [
      { hard: { persistentvolumeclaims: '1' }, scopes: ['BestEffort'] },
      [['spec.scopes', 'unsupported scope applied to resource']],
    ],
    [{ hard: { pods: '1' }, scopes: ['Unheard'] }, [['spec.scopes', 'unsupported scope']]],
    [
      inClass('In', []),
      [
        [
          'spec.scopeSelector.matchExpressions.values',
          "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector",
        ],
      ],
    ],
    [
      inClass('Exists', ['a']),
      [
        [
          'spec.scopeSelector.matchExpressions.values',
          "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector",
        ],
      ],
    ],
    [inClass('Gt', ['a']), [['spec.scopeSelector.matchExpressions.operator', 'not a valid selector operator']]],
    [inClass('Exists', undefined, 'Unheard'), [['spec.scopeSelector.matchExpressions.scopeName', 'unsupported scope']]],
    [
      inClass('DoesNotExist', undefined, 'Terminating'),
      [
        [
          'spec.scopeSelector.matchExpressions.operator',
          "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity",
        ],
      ],
    ],
  ])('%j', (spec, faults) => {
    expect(resourceQuotaStrategy.validateCreate!(quota(spec)).map(({ field, detail }) => [field, detail])).toEqual(
      faults,
    );
  });

  it('other scopes than before', () => {
    const now = quota({ hard: { pods: '1' }, scopes: ['Terminating'] });
    expect(resourceQuotaStrategy.validateUpdate!(now, quota({ hard: { pods: '1' } }))).toEqual([
      {
        type: 'FieldValueInvalid',
        field: 'spec.scopes',
        badValue: shownTexts(['Terminating'], 'core.ResourceQuotaScope'),
        detail: 'field is immutable',
      },
    ]);
    const unnamed = quota({ hard: { pods: '1' }, scopes: [''] });
    expect(resourceQuotaStrategy.validateUpdate!(unnamed, quota({})).map(({ detail }) => detail)).toEqual([
      ...['unsupported scope', 'field is immutable'],
    ]);
    expect(resourceQuotaStrategy.validateUpdate!(quota({ hard: { pods: '2' } }), quota({}))).toEqual([]);
  });
});
