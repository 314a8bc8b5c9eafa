/** What containers and pods ask for: names and amounts of resources, requests within limits, claims that the pod has. */
import {
  compareQuantity,
  dns1123LabelErrors,
  duplicateField,
  eachErrors,
  type FieldError,
  forbiddenErrors,
  forbiddenField,
  formatErrors,
  invalidField,
  noErrors,
  notFoundField,
  notSupportedField,
  parseQuantity,
  quantityValue,
  requiredField,
} from '@pintle/machinery';
import type { PodSpec } from '../../core/v1/pod.js';
import type { ResourceClaim, ResourceRequirements } from '../../core/v1/reference.js';
import {
  containerResourceNameErrors,
  hugePageSizeOf,
  isHugePagesResource,
  isOvercommitAllowed,
  resourceNameErrors,
  resourceQuantityErrors,
} from '../resource-names.js';

type NameErrors = (name: string, path: string) => readonly FieldError[];

/** `claims`: the names of the pod's own. */
export const containerResourceErrors = (
  requirements: ResourceRequirements | undefined,
  path: string,
  claims: ReadonlySet<string>,
): readonly FieldError[] =>
  requirements === undefined ? noErrors : requirementErrors(requirements, path, claims, containerResourceNameErrors);

function requirementErrors(
  requirements: ResourceRequirements,
  path: string,
  claims: ReadonlySet<string>,
  nameErrors: NameErrors,
): readonly FieldError[] {
  const { limits, requests } = requirements;
  if (limits === undefined && requests === undefined && requirements.claims === undefined) return noErrors;
  const errors: FieldError[] = [];
  for (const [name, amount] of Object.entries(limits ?? {}))
    errors.push(...amountErrors(name, amount, `${path}.limits[${name}]`, nameErrors));
  for (const [name, amount] of Object.entries(requests ?? {})) {
    const limit = limits?.[name];
    errors.push(...amountErrors(name, amount, `${path}.requests[${name}]`, nameErrors));
    if (limit === undefined) {
      if (!isOvercommitAllowed(name))
        errors.push(requiredField(`${path}.limits`, 'Limit must be set for non overcommitable resources'));
      continue;
    }
    const order = compareQuantity(parseQuantity(amount), parseQuantity(limit));
    if (order !== 0 && !isOvercommitAllowed(name))
      errors.push(invalidField(`${path}.requests`, amount, `must be equal to ${name} limit of ${limit}`));
    else if (order > 0)
      errors.push(invalidField(`${path}.requests`, amount, `must be less than or equal to ${name} limit of ${limit}`));
  }
  const names = [...Object.keys(limits ?? {}), ...Object.keys(requests ?? {})];
  if (names.some(isHugePagesResource) && !names.includes('cpu') && !names.includes('memory'))
    errors.push(forbiddenField(path, 'HugePages require cpu or memory'));
  return [...errors, ...claimErrors(requirements.claims, `${path}.claims`, claims)];
}

function amountErrors(name: string, amount: string, path: string, nameErrors: NameErrors): readonly FieldError[] {
  const size = hugePageSizeOf(name);
  return [
    ...nameErrors(name, path),
    ...resourceQuantityErrors(name, amount, path),
    ...(isHugePagesResource(name) && (size === undefined || quantityValue(parseQuantity(amount)) % size !== 0)
      ? [invalidField(path, amount, `${amount} is not positive integer multiple of ${name}`)]
      : noErrors),
  ];
}

function claimErrors(
  claims: readonly ResourceClaim[] | undefined,
  path: string,
  known: ReadonlySet<string>,
): readonly FieldError[] {
  const seen = new Set<string>();
  return eachErrors(claims, path, ({ name, request }, at) => {
    if (!name) return [requiredField(at)];
    const errors: FieldError[] = [];
    const key = request ? `${name}/${request}` : name;
    if (seen.has(name)) errors.push(duplicateField(at, name));
    else {
      errors.push(...formatErrors(request, `${at}.request`, dns1123LabelErrors));
      const overlaps = seen.has(key) || (!request && [...seen].some((other) => other.startsWith(`${name}/`)));
      if (overlaps) errors.push(duplicateField(at, key));
      seen.add(key);
    }
    if (!known.has(name))
      errors.push({
        ...notFoundField(at, name),
        detail: `must be one of the names in pod.spec.resourceClaims${known.size === 0 ? ' which is empty' : `: ${[...known].sort().join(', ')}`}`,
      });
    return errors;
  });
}

const podResources = ['cpu', 'memory'];

/** What the pod as a whole asks for. */
export function podResourceErrors(spec: PodSpec, path: string, claims: ReadonlySet<string>): readonly FieldError[] {
  const { resources } = spec;
  if (resources === undefined) return noErrors;
  const nameErrors: NameErrors = (name, at) => {
    const errors = resourceNameErrors(name, at);
    return errors.length > 0 || podResources.includes(name) ? errors : [notSupportedField(at, name, podResources)];
  };
  return [
    ...forbiddenErrors(resources.claims, `${path}.claims`, 'claims cannot be set for Resources at pod-level'),
    ...requirementErrors(resources, path, claims, nameErrors),
    ...(spec.containers ?? []).flatMap((container, index) =>
      Object.entries(container.resources?.limits ?? {}).flatMap(([name, limit]) => {
        const whole = resources.limits?.[name];
        if (whole === undefined || compareQuantity(parseQuantity(limit), parseQuantity(whole)) <= 0) return [];
        const detail = `must be less than or equal to pod limits of ${whole}`;
        return [invalidField(`${path}.containers[${index}][${name}].limits`, limit, detail)];
      }),
    ),
  ];
}
