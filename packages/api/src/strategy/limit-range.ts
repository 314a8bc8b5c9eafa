/** LimitRanges: each kind of limit once, with amounts that agree with each other; defaults follow from maximum and minimum. */
import {
  compareQuantity,
  duplicateField,
  type FieldError,
  forbiddenField,
  invalidField,
  parseQuantity,
  type Quantity,
  qualifiedNameErrors,
  requiredField,
  type Strategy,
} from '@pintle/machinery';
import type { LimitRange, LimitRangeItem } from '../core/v1/policy.js';
import { containerResourceNameErrors, isOvercommitAllowed, resourceNameErrors } from './resource-names.js';

const types = ['Pod', 'Container', 'PersistentVolumeClaim'];
const constraints = ['max', 'min', 'default', 'defaultRequest', 'maxLimitRequestRatio'] as const;
type Constraint = (typeof constraints)[number];

export const limitRangeStrategy: Strategy<LimitRange> = {
  defaults(range) {
    const limits = range.spec?.limits;
    if (limits === undefined || !limits.some(({ type }) => type === 'Container')) return range;
    return { ...range, spec: { ...range.spec!, limits: limits.map(withDefaults) } };
  },
  // One without a name is made all the same.
  prepareForCreate: ({ metadata, ...range }) => ({
    ...range,
    metadata: { ...metadata, name: metadata.name || metadata.uid! },
  }),
  validateCreate: limitRangeErrors,
  validateUpdate: limitRangeErrors,
};

/** What is not said of a container's limit is its maximum; of its request, the default limit, else the minimum. */
function withDefaults(item: LimitRangeItem): LimitRangeItem {
  if (item.type !== 'Container') return item;
  const limit = { ...item.max, ...item.default };
  const request = { ...item.min, ...limit, ...item.defaultRequest };
  return {
    ...item,
    ...(Object.keys(limit).length === 0 ? {} : { default: limit }),
    ...(Object.keys(request).length === 0 ? {} : { defaultRequest: request }),
  };
}

function limitRangeErrors({ spec }: LimitRange): readonly FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  for (const [index, item] of (spec?.limits ?? []).entries()) {
    const path = `spec.limits[${index}]`;
    const { type } = item;
    const nameFaults = qualifiedNameErrors(type);
    for (const message of nameFaults) errors.push(invalidField(`${path}.type`, type, message));
    if (nameFaults.length === 0 && !type.includes('/') && !types.includes(type))
      errors.push(invalidField(`${path}.type`, type, 'must be a standard limit type or fully qualified'));
    if (seen.has(type)) errors.push(duplicateField(`${path}.type`, type));
    seen.add(type);
    errors.push(...itemErrors(item, path));
  }
  return errors;
}

function itemErrors(item: LimitRangeItem, path: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  const nameErrors =
    item.type === 'Pod' || item.type === 'Container' ? containerResourceNameErrors : resourceNameErrors;
  const byResource = new Map<string, Partial<Record<Constraint, Quantity>>>();
  for (const constraint of constraints) {
    const amounts = Object.entries(item[constraint] ?? {});
    if (item.type === 'Pod' && (constraint === 'default' || constraint === 'defaultRequest')) {
      if (amounts.length > 0)
        errors.push(forbiddenField(`${path}.${constraint}`, "may not be specified when `type` is 'Pod'"));
      continue;
    }
    for (const [name, amount] of amounts) {
      errors.push(...nameErrors(name, `${path}.${constraint}[${name}]`));
      byResource.set(name, { ...byResource.get(name), [constraint]: parseQuantity(amount) });
    }
  }
  const storage = byResource.get('storage');
  if (item.type === 'PersistentVolumeClaim' && storage?.min === undefined && storage?.max === undefined)
    errors.push(
      requiredField(`${path}.limits`, 'either minimum or maximum storage value is required, but neither was provided'),
    );
  for (const name of [...byResource.keys()].sort()) errors.push(...amountErrors(item, name, path));
  return errors;
}

/** A constraint that must not be above another; `field` and `bad` are what Kubernetes names as the fault. */
const orders: readonly { low: Constraint; high: Constraint; field: Constraint; bad: Constraint; said: string }[] = [
  { low: 'min', high: 'max', field: 'min', bad: 'min', said: 'min value LOW is greater than max value HIGH' },
  {
    low: 'min',
    high: 'defaultRequest',
    field: 'defaultRequest',
    bad: 'defaultRequest',
    said: 'min value LOW is greater than default request value HIGH',
  },
  {
    low: 'defaultRequest',
    high: 'max',
    field: 'defaultRequest',
    bad: 'defaultRequest',
    said: 'default request value LOW is greater than max value HIGH',
  },
  {
    low: 'defaultRequest',
    high: 'default',
    field: 'defaultRequest',
    bad: 'defaultRequest',
    said: 'default request value LOW is greater than default limit value HIGH',
  },
  {
    low: 'min',
    high: 'default',
    field: 'default',
    bad: 'min',
    said: 'min value LOW is greater than default value HIGH',
  },
  {
    low: 'default',
    high: 'max',
    field: 'default',
    bad: 'max',
    said: 'default value LOW is greater than max value HIGH',
  },
];

function amountErrors(item: LimitRangeItem, name: string, path: string): readonly FieldError[] {
  const of = (constraint: Constraint) =>
    item.type === 'Pod' && constraint.startsWith('default') ? undefined : item[constraint]?.[name];
  const errors: FieldError[] = [];
  for (const { low, high, field, bad, said } of orders) {
    const [lesser, greater] = [of(low), of(high)];
    if (lesser === undefined || greater === undefined) continue;
    if (compareQuantity(parseQuantity(lesser), parseQuantity(greater)) > 0)
      errors.push(
        invalidField(`${path}.${field}[${name}]`, of(bad), said.replace('LOW', lesser).replace('HIGH', greater)),
      );
  }
  errors.push(...ratioErrors(item, name, path));
  const [asked, limited] = [of('defaultRequest'), of('default')];
  if (asked !== undefined && limited !== undefined && !isOvercommitAllowed(name)) {
    if (compareQuantity(parseQuantity(asked), parseQuantity(limited)) !== 0)
      errors.push(
        invalidField(
          `${path}.defaultRequest[${name}]`,
          asked,
          `default value ${limited} must equal to defaultRequest value ${asked} in ${name}`,
        ),
      );
  }
  return errors;
}

function ratioErrors(item: LimitRangeItem, name: string, path: string): readonly FieldError[] {
  const text = item.maxLimitRequestRatio?.[name];
  if (text === undefined) return [];
  const errors: FieldError[] = [];
  const field = `${path}.maxLimitRequestRatio[${name}]`;
  const ratio = Number(parseQuantity(text).nano) / 1e9;
  if (ratio < 1) errors.push(invalidField(field, text, `ratio ${text} is less than 1`));
  const [min, max] = [item.min?.[name], item.max?.[name]];
  if (min !== undefined && max !== undefined) {
    const greatest = Number(parseQuantity(max).nano) / Number(parseQuantity(min).nano);
    if (ratio > greatest)
      errors.push(invalidField(field, text, `ratio ${text} is greater than max/min = ${greatest.toFixed(6)}`));
  }
  return errors;
}
