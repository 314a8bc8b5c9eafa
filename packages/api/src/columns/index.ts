/**
 * The columns of `kubectl get` for each kind that has its own, by `group/Kind`: with upstream's names, values and
 * order (kubernetes pkg/printers/internalversion). Other kinds show their name and age.
 *
 * **Differs from Kubernetes**: columns are described in words of our own, or in none; the ages of IPAddresses, for which
 * kube-apiserver has no column, are not told.
 */
import type { ResourceDefinition } from '@pintle/machinery';
import type { AnyColumns } from './column.js';
import { controlColumns, flowSchemaOrder } from './control.js';
import { coreColumns } from './core.js';
import { deviceColumns } from './devices.js';
import { networkColumns } from './network.js';
import { volumeColumns } from './volumes.js';
import { workloadColumns } from './workloads.js';

type RowOrder = NonNullable<ResourceDefinition['rowOrder']>;

/** Rows that stand otherwise than by name. */
export const rowOrders: Readonly<Record<string, RowOrder>> = {
  'flowcontrol.apiserver.k8s.io/FlowSchema': flowSchemaOrder as RowOrder,
};

export const columnsByKind: Readonly<Record<string, AnyColumns>> = {
  ...coreColumns,
  ...workloadColumns,
  ...networkColumns,
  ...volumeColumns,
  ...controlColumns,
  ...deviceColumns,
};
