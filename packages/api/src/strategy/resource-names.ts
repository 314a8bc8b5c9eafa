/** Which names resources may have, and where (core validation of resource names). */
import {
  type FieldError,
  invalidField,
  noErrors,
  parseQuantity,
  qualifiedNameErrors,
  quantityValue,
} from '@pintle/machinery';

const compute = ['cpu', 'memory', 'ephemeral-storage'] as const;
const counted = [
  'pods',
  'resourcequotas',
  'services',
  'replicationcontrollers',
  'secrets',
  'configmaps',
  'persistentvolumeclaims',
  'services.nodeports',
  'services.loadbalancers',
] as const;

const forContainers: ReadonlySet<string> = new Set(compute);
const forQuota: ReadonlySet<string> = new Set([
  ...compute,
  ...compute.flatMap((name) => [`requests.${name}`, `limits.${name}`]),
  'requests.storage',
  ...counted,
]);

const isHugePages = (name: string) => name.startsWith('hugepages-');
const isQuotaHugePages = (name: string) => isHugePages(name) || name.startsWith('requests.hugepages-');

/** Whether quota knows a resource of this name without a domain in front. */
export const isStandardQuotaResource = (name: string): boolean => forQuota.has(name) || isQuotaHugePages(name);

export const isHugePagesResource = isHugePages;

/** The bytes of one page of `hugepages-2Mi`; undefined where it is no size. */
export function hugePageSizeOf(name: string): number | undefined {
  if (!isHugePages(name)) return undefined;
  const text = name.slice('hugepages-'.length);
  if (!/^[0-9.]+([numkMGTPE]|[KMGTPE]i|e[0-9]+)?$/.test(text)) return undefined;
  const size = quantityValue(parseQuantity(text));
  return size > 0 ? size : undefined;
}

/** Whether more can be promised than there is. */
export const isOvercommitAllowed = (name: string): boolean => isNative(name) && !isHugePages(name);

/** Resources of vendors, as `example.com/gpu`: counted in whole units, never overcommitted. */
export function isExtendedResource(name: string): boolean {
  return isOfDomain(name) && !name.startsWith('requests.') && qualifiedNameErrors(`requests.${name}`).length === 0;
}

/** Under a domain that is not Kubernetes' own. */
const isOfDomain = (name: string) => name.includes('/') && !isNative(name);
const isNative = (name: string) => !name.includes('/') || name.includes('kubernetes.io/');

const isWholeNumbered = (name: string) => (counted as readonly string[]).includes(name) || isExtendedResource(name);

export function resourceNameErrors(name: string, field: string): readonly FieldError[] {
  const errors = qualifiedNameErrors(name).map((message) => invalidField(field, name, message));
  if (!name.includes('/') && errors.length === 0 && name !== 'storage' && !isStandardQuotaResource(name))
    return [invalidField(field, name, 'must be a standard resource type or fully qualified')];
  return errors;
}

/** Names that containers ask for. */
export function containerResourceNameErrors(name: string, field: string): readonly FieldError[] {
  const errors = resourceNameErrors(name, field);
  if (!name.includes('/'))
    return forContainers.has(name) || isHugePages(name)
      ? errors
      : [...errors, invalidField(field, name, 'must be a standard resource for containers')];
  return isNative(name) || isExtendedResource(name)
    ? errors
    : [...errors, invalidField(field, name, "doesn't follow extended resource name standard")];
}

export function quotaResourceNameErrors(name: string, field: string): readonly FieldError[] {
  const errors = resourceNameErrors(name, field);
  if (name.includes('/') || isStandardQuotaResource(name)) return errors;
  return [...errors, invalidField(field, name, 'must be a standard resource for quota')];
}

/** At least 0, and whole where the resource is counted. */
export function resourceQuantityErrors(name: string, amount: string, field: string): readonly FieldError[] {
  const { nano } = parseQuantity(amount);
  if (nano >= 0n && !isWholeNumbered(name)) return noErrors;
  const errors: FieldError[] = [];
  if (nano < 0n) errors.push(invalidField(field, amount, 'must be greater than or equal to 0'));
  if (isWholeNumbered(name) && nano % 1_000_000_000n !== 0n)
    errors.push(invalidField(field, amount, 'must be an integer'));
  return errors;
}
