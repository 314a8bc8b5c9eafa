/** The columns of devices and of claims on them. */
import type { ResourceClaim, ResourceSlice } from '../resource/v1beta2/index.js';
import { type AnyColumns, ageColumn, column, nameColumn } from './column.js';

const stateOf = ({ metadata, status }: ResourceClaim): string => {
  const deleted = metadata.deletionTimestamp !== undefined;
  const { allocation, reservedFor = [] } = status ?? {};
  return [
    ...(deleted ? ['deleted'] : allocation === undefined ? ['pending'] : []),
    ...(allocation === undefined ? [] : ['allocated', ...(reservedFor.length > 0 ? ['reserved'] : [])]),
  ].join(',');
};

export const deviceColumns: Readonly<Record<string, AnyColumns>> = {
  'resource.k8s.io/DeviceClass': [nameColumn, ageColumn],
  'resource.k8s.io/ResourceClaimTemplate': [nameColumn, ageColumn],
  'resource.k8s.io/ResourceClaim': [nameColumn, column<ResourceClaim>('State', stateOf), ageColumn],
  'resource.k8s.io/ResourceSlice': [
    nameColumn,
    column<ResourceSlice>('Node', ({ spec }) => spec.nodeName ?? ''),
    column<ResourceSlice>('Driver', ({ spec }) => spec.driver),
    column<ResourceSlice>('Pool', ({ spec }) => spec.pool.name),
    ageColumn,
  ],
};
