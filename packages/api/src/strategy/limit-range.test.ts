import { describe, expect, it } from '@jest/globals';
import type { LimitRange, LimitRangeItem } from '../core/v1/index.js';
import { limitRangeStrategy } from './limit-range.js';

const range = (...limits: readonly LimitRangeItem[]): LimitRange => ({
  apiVersion: 'v1',
  kind: 'LimitRange',
  metadata: { name: 'abc', namespace: 'foo' },
  spec: { limits },
});
const cpu = (amount: string) => ({ cpu: amount });
const storage = (amount: string) => ({ storage: amount });

describe('validation', () => {
  it.each<readonly LimitRangeItem[]>([
    [
      { type: 'Pod', max: { cpu: '100m', memory: '10000Mi' }, min: cpu('5m'), maxLimitRequestRatio: cpu('10') },
      { type: 'Container', max: cpu('100m'), min: cpu('5m'), default: cpu('50m'), defaultRequest: cpu('10m') },
      { type: 'PersistentVolumeClaim', max: storage('10Gi'), min: storage('5Gi') },
    ],
    [{ type: 'PersistentVolumeClaim', min: storage('5Gi') }],
    [{ type: 'Container', max: { memory: '10000T' }, min: { memory: '100Mi' }, default: { memory: '500Mi' } }],
    [{ type: 'Container', max: { 'ephemeral-storage': '10000Mi' }, default: { 'ephemeral-storage': '500Mi' } }],
    [
      {
        type: 'thirdparty.com/foo',
        max: storage('10000T'),
        default: storage('500Mi'),
        defaultRequest: storage('200Mi'),
      },
    ],
  ])('takes %j', (...limits) => {
    expect(limitRangeStrategy.validateCreate!(range(...limits))).toEqual([]);
  });

  it.each<readonly [LimitRangeItem, string, string]>([
    [{ type: 'Pod', default: cpu('10m') }, 'default', "may not be specified when `type` is 'Pod'"],
    [{ type: 'Pod', defaultRequest: cpu('10m') }, 'defaultRequest', "may not be specified when `type` is 'Pod'"],
    [{ type: 'Pod', max: cpu('10m'), min: cpu('100m') }, 'min[cpu]', 'min value 100m is greater than max value 10m'],
    [
      { type: 'Container', max: cpu('1'), min: cpu('100m'), default: cpu('2') },
      'default[cpu]',
      'default value 2 is greater than max value 1',
    ],
    [
      { type: 'Container', max: cpu('1'), min: cpu('100m'), defaultRequest: cpu('2') },
      'defaultRequest[cpu]',
      'default request value 2 is greater than max value 1',
    ],
    [
      { type: 'Container', max: cpu('2'), default: cpu('500m'), defaultRequest: cpu('800m') },
      'defaultRequest[cpu]',
      'default request value 800m is greater than default limit value 500m',
    ],
    [{ type: 'Pod', maxLimitRequestRatio: cpu('800m') }, 'maxLimitRequestRatio[cpu]', 'ratio 800m is less than 1'],
    [
      { type: 'Container', max: { memory: '2Gi' }, min: { memory: '512Mi' }, maxLimitRequestRatio: { memory: '10' } },
      'maxLimitRequestRatio[memory]',
      'ratio 10 is greater than max/min = 4.000000',
    ],
    [{ type: 'foo', max: storage('1') }, 'type', 'must be a standard limit type or fully qualified'],
    [
      { type: 'PersistentVolumeClaim' },
      'limits',
      'either minimum or maximum storage value is required, but neither was provided',
    ],
    [
      { type: 'PersistentVolumeClaim', min: storage('10Gi'), max: storage('1Gi') },
      'min[storage]',
      'min value 10Gi is greater than max value 1Gi',
    ],
    [{ type: 'Container', max: { pods: '1' } }, 'max[pods]', 'must be a standard resource for containers'],
    [
      { type: 'PersistentVolumeClaim', max: { gpu: '1', storage: '1' } },
      'max[gpu]',
      'must be a standard resource type or fully qualified',
    ],
    [
      { type: 'Container', default: { 'a.com/gpu': '2' }, defaultRequest: { 'a.com/gpu': '1' } },
      'defaultRequest[a.com/gpu]',
      'default value 2 must equal to defaultRequest value 1 in a.com/gpu',
    ],
  ])('refuses %j', (item, field, detail) => {
    expect(limitRangeStrategy.validateCreate!(range(item))).toEqual([
      expect.objectContaining({ field: `spec.limits[0].${field}`, detail }),
    ]);
  });

  it('refuses the same type twice', () => {
    expect(limitRangeStrategy.validateCreate!(range({ type: 'Pod' }, { type: 'Pod' }))).toEqual([
      { type: 'FieldValueDuplicate', field: 'spec.limits[1].type', badValue: 'Pod', detail: '' },
    ]);
  });
});

describe('defaults of a container', () => {
  it.each<readonly [Partial<LimitRangeItem>, Partial<LimitRangeItem>]>([
    [{ max: cpu('2') }, { default: cpu('2'), defaultRequest: cpu('2') }],
    [
      { max: cpu('2'), default: cpu('1') },
      { default: cpu('1'), defaultRequest: cpu('1') },
    ],
    [{ min: cpu('1') }, { defaultRequest: cpu('1') }],
    [
      { max: cpu('2'), min: cpu('1') },
      { default: cpu('2'), defaultRequest: cpu('2') },
    ],
    [
      { default: cpu('2'), defaultRequest: cpu('1') },
      { default: cpu('2'), defaultRequest: cpu('1') },
    ],
  ])('%j', (given, filled) => {
    const [item] = limitRangeStrategy.defaults!(range({ type: 'Container', ...given })).spec!.limits;
    expect(item).toEqual({ type: 'Container', ...given, ...filled });
  });
});
