/** Part of `v1`, as Kubernetes 1.33 serves it. Field numbers are those of the protobuf encoding. */
import { defineKind, type Infer, list, map, object, quantity, ref, string } from '@pintle/machinery';
import { ScopeSelector } from './reference.js';

export const LimitRangeItem = object(
  () => ({
    default: map(quantity(), 4),
    defaultRequest: map(quantity(), 5),
    max: map(quantity(), 2),
    maxLimitRequestRatio: map(quantity(), 6),
    min: map(quantity(), 3),
    type: string(1).required(),
  }),
  'io.k8s.api.core.v1.LimitRangeItem',
);
export interface LimitRangeItem extends Infer<typeof LimitRangeItem> {}

export const LimitRangeSpec = object(
  () => ({
    limits: list(ref<LimitRangeItem>(LimitRangeItem), 1).atomic().required(),
  }),
  'io.k8s.api.core.v1.LimitRangeSpec',
);
export interface LimitRangeSpec extends Infer<typeof LimitRangeSpec> {}

export const LimitRange = defineKind({
  group: '',
  version: 'v1',
  kind: 'LimitRange',
  plural: 'limitranges',
  shortNames: ['limits'],
  name: 'io.k8s.api.core.v1.LimitRange',
  fields: {
    spec: ref<LimitRangeSpec>(LimitRangeSpec, 2).alwaysThere(),
  },
});
export interface LimitRange extends Infer<typeof LimitRange> {}

export const ResourceQuotaSpec = object(
  () => ({
    hard: map(quantity(), 1),
    scopeSelector: ref<ScopeSelector>(ScopeSelector, 3),
    scopes: list(string(), 2).atomic(),
  }),
  'io.k8s.api.core.v1.ResourceQuotaSpec',
);
export interface ResourceQuotaSpec extends Infer<typeof ResourceQuotaSpec> {}

export const ResourceQuotaStatus = object(
  () => ({
    hard: map(quantity(), 1),
    used: map(quantity(), 2),
  }),
  'io.k8s.api.core.v1.ResourceQuotaStatus',
);
export interface ResourceQuotaStatus extends Infer<typeof ResourceQuotaStatus> {}

export const ResourceQuota = defineKind({
  group: '',
  version: 'v1',
  kind: 'ResourceQuota',
  plural: 'resourcequotas',
  shortNames: ['quota'],
  subresources: { status: true },
  name: 'io.k8s.api.core.v1.ResourceQuota',
  fields: {
    spec: ref<ResourceQuotaSpec>(ResourceQuotaSpec, 2).alwaysThere(),
    status: ref<ResourceQuotaStatus>(ResourceQuotaStatus, 3).alwaysThere(),
  },
});
export interface ResourceQuota extends Infer<typeof ResourceQuota> {}
