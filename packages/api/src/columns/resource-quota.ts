/** The columns of ResourceQuotas: what is used of what there is, requests apart from limits. */
import type { TableColumn } from '@pintle/machinery';
import type { ResourceQuota } from '../core/v1/index.js';
import { ageColumn, column, nameColumn } from './column.js';

const isLimit = (name: string) => name.startsWith('limits.');

const used = ({ status }: ResourceQuota, chosen: (name: string) => boolean) =>
  Object.keys(status?.hard ?? {})
    .filter(chosen)
    .sort()
    .map((name) => `${name}: ${status?.used?.[name] ?? '0'}/${status?.hard?.[name]}`)
    .join(', ');

export const resourceQuotaColumns: readonly TableColumn<ResourceQuota>[] = [
  nameColumn,
  column('Request', (quota) => used(quota, (name) => !isLimit(name))),
  column('Limit', (quota) => used(quota, isLimit)),
  ageColumn,
];
