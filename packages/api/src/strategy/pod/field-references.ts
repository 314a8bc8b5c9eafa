/** What pods may ask of themselves, in variables and in files: fields of the object, resources of a container. */
import {
  choiceErrors,
  configMapKeyErrors,
  dns1123SubdomainErrors,
  type FieldError,
  formatQuantity,
  invalidField,
  noErrors,
  notSupportedField,
  parseQuantity,
  qualifiedNameErrors,
  requiredField,
  requiredFormatErrors,
} from '@pintle/machinery';
import type { ConfigMapKeySelector, ObjectFieldSelector, ResourceFieldSelector } from '../../core/v1/reference.js';

/** Fields that pods can be asked for at all. */
const known = [
  'metadata.annotations',
  'metadata.labels',
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.restartPolicy',
  'spec.serviceAccountName',
  'spec.schedulerName',
  'status.phase',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
];

/** Fields that variables may hold. */
export const variableFields = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
];

/** Fields that files may hold. */
export const fileFields = [
  'metadata.annotations',
  'metadata.labels',
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
];

/** `metadata.labels['app']`, taken apart. */
const subscripted = /^(.+?)\['(.*)'\]$/s;

export function fieldReferenceErrors(
  { apiVersion, fieldPath }: ObjectFieldSelector,
  path: string,
  allowed: readonly string[],
): readonly FieldError[] {
  if (!apiVersion) return [requiredField(`${path}.apiVersion`)];
  if (!fieldPath) return [requiredField(`${path}.fieldPath`)];
  const unconverted = (why: string) => [
    invalidField(`${path}.fieldPath`, fieldPath, `error converting fieldPath: ${why}`),
  ];
  if (apiVersion !== 'v1') return unconverted(`unsupported pod version: ${apiVersion}`);
  const [, field, key] = subscripted.exec(fieldPath) ?? [];
  if (field !== undefined && key !== undefined) {
    if (field !== 'metadata.annotations' && field !== 'metadata.labels')
      return unconverted(`field label does not support subscript: ${fieldPath}`);
    const name = field === 'metadata.annotations' ? key.toLowerCase() : key;
    return qualifiedNameErrors(name).map((message) => invalidField(path, name, message));
  }
  const current = fieldPath === 'spec.host' ? 'spec.nodeName' : fieldPath;
  if (!known.includes(current)) return unconverted(`field label not supported: ${fieldPath}`);
  return allowed.includes(current) ? noErrors : [notSupportedField(`${path}.fieldPath`, current, allowed)];
}

const resources = [
  'limits.cpu',
  'limits.ephemeral-storage',
  'limits.memory',
  'requests.cpu',
  'requests.ephemeral-storage',
  'requests.memory',
];
const hugePages = ['limits.hugepages-', 'requests.hugepages-'];
const cpuDivisors = ['1m', '1'];
const byteDivisors = ['1', '1k', '1M', '1G', '1T', '1P', '1E', '1Ki', '1Mi', '1Gi', '1Ti', '1Pi', '1Ei'];

/** `inFile`: files belong to no container, so that one must be named. */
export function resourceReferenceErrors(
  { containerName, resource, divisor }: ResourceFieldSelector,
  path: string,
  { inFile }: { readonly inFile: boolean },
): readonly FieldError[] {
  return [
    ...(inFile && !containerName
      ? [requiredField(`${path}.containerName`)]
      : !resource
        ? [requiredField(`${path}.resource`)]
        : hugePages.some((prefix) => resource.startsWith(prefix))
          ? noErrors
          : choiceErrors(resource, `${path}.resource`, resources)),
    ...divisorErrors(resource ?? '', divisor, `${path}.divisor`),
  ];
}

function divisorErrors(resource: string, divisor: string | undefined, path: string): readonly FieldError[] {
  if (divisor === undefined) return noErrors;
  const quantity = parseQuantity(divisor);
  if (quantity.nano === 0n) return noErrors;
  const text = formatQuantity(quantity);
  const faultOf = (divisors: readonly string[], what: string) =>
    divisors.includes(text)
      ? noErrors
      : [
          invalidField(
            path,
            resource,
            `only divisor's values ${divisors === cpuDivisors ? '1m and 1' : divisors.join(', ')} are supported with the ${what} resource`,
          ),
        ];
  const [, name = ''] = /^(?:limits|requests)\.(.*)$/s.exec(resource) ?? [];
  if (name === 'cpu') return faultOf(cpuDivisors, 'cpu');
  if (name === 'memory') return faultOf(byteDivisors, 'memory');
  if (name === 'ephemeral-storage') return faultOf(byteDivisors, 'local ephemeral storage');
  return name.startsWith('hugepages-') ? faultOf(byteDivisors, 'hugepages') : noErrors;
}

/** A key of a ConfigMap or a Secret. */
export const keyReferenceErrors = ({ name, key }: ConfigMapKeySelector, path: string): readonly FieldError[] => [
  ...dns1123SubdomainErrors(name ?? '').map((message) => invalidField(`${path}.name`, name ?? '', message)),
  ...requiredFormatErrors(key, `${path}.key`, configMapKeyErrors),
];
