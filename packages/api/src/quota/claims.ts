/** Claims of volumes against quota: their number and storage, in all, of each storage class, and of classes of attributes. */
import { compareQuantity, parseQuantity, type Quantity } from '@pintle/machinery';
import type { PersistentVolumeClaim } from '../core/v1/persistent-volume-claim.js';
import { isNameInScope, type QuotaEvaluator } from './evaluator.js';
import { one } from './object-count.js';

const claims = 'persistentvolumeclaims';
const storage = 'requests.storage';
const ofClass = '.storageclass.storage.k8s.io/';
const classAnnotation = 'volume.beta.kubernetes.io/storage-class';

const names = new Set([`count/${claims}`, claims, storage]);

export const claimQuota: QuotaEvaluator<PersistentVolumeClaim> = {
  resource: { group: '', plural: claims },
  // A claim may grow, and what its status says to be allocated counts.
  handles: (operation, subresource) =>
    operation === 'CREATE'
      ? subresource === undefined
      : operation === 'UPDATE' && (subresource === undefined || subresource === 'status'),
  matching: (given) =>
    [...given].filter(
      (name) => names.has(name) || name.endsWith(`${ofClass}${claims}`) || name.endsWith(`${ofClass}${storage}`),
    ),
  isInScope: (scope, claim) =>
    scope.scopeName === 'VolumeAttributesClass' && isNameInScope(scope, attributesClassesOf(claim)),
  missing: () => undefined,
  usage(claim) {
    const usage = new Map<string, Quantity>([
      [`count/${claims}`, one],
      [claims, one],
    ]);
    const storageClass = claim.metadata.annotations?.[classAnnotation] ?? claim.spec?.storageClassName;
    if (storageClass) usage.set(`${storageClass}${ofClass}${claims}`, one);
    const amount = storageOf(claim);
    if (amount !== undefined) {
      usage.set(storage, amount);
      if (storageClass) usage.set(`${storageClass}${ofClass}${storage}`, amount);
    }
    return usage;
  },
};

/** Those that it wants, has, and is on the way to. */
function attributesClassesOf({ spec, status }: PersistentVolumeClaim): readonly string[] {
  const { currentVolumeAttributesClassName, modifyVolumeStatus } = status ?? {};
  const names = [
    ...[spec?.volumeAttributesClassName, currentVolumeAttributesClassName],
    modifyVolumeStatus?.targetVolumeAttributesClassName,
  ];
  return names.flatMap((name) => name || []);
}

/** In whole bytes; while a claim shrinks back from a failed growth, what is allocated counts. */
function storageOf({ spec, status }: PersistentVolumeClaim): Quantity | undefined {
  const asked = spec?.resources?.requests?.['storage'];
  if (asked === undefined) return undefined;
  const allocated = status?.allocatedResources?.['storage'];
  const [wish, present] = [parseQuantity(asked), allocated === undefined ? undefined : parseQuantity(allocated)];
  return wholeBytes(present !== undefined && compareQuantity(present, wish) > 0 ? present : wish);
}

function wholeBytes(quantity: Quantity): Quantity {
  const part = quantity.nano % 1_000_000_000n;
  return part === 0n ? quantity : { nano: quantity.nano - part + 1_000_000_000n, format: 'DecimalSI' };
}
