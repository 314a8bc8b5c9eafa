/** What claims of storage may say and better did not (pkg/api/persistentvolumeclaim of Kubernetes). */
import { parseQuantity } from '@pintle/machinery';
import type { PersistentVolumeClaimSpec } from '../core/v1/persistent-volume-claim.js';

/** Bytes come whole. */
export const claimSpecWarnings = (spec: PersistentVolumeClaimSpec | undefined, path: string): readonly string[] =>
  (['requests', 'limits'] as const).flatMap((list) => {
    const amount = spec?.resources?.[list]?.['storage'];
    return amount === undefined || parseQuantity(amount).nano % 1_000_000_000n === 0n
      ? []
      : [
          `${path}.resources.${list}[storage]: fractional byte value ${JSON.stringify(amount)} is invalid, must be an integer`,
        ];
  });
