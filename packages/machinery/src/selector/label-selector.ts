/**
 * Label selectors, from the text of `-l` or from a `LabelSelector` object, compiled to one form that is quick to
 * match (apimachinery `labels`).
 */

import { onceForEach } from '../meta/frozen.js';
import type { LabelSelector } from '../meta/v1.js';
import { labelValueErrors, qualifiedNameErrors } from '../names/names.js';
import { aggregateText } from '../status/aggregate.js';
import type { FieldError } from '../status/field-error.js';
import { invalidField } from '../status/field-errors.js';
import { formatFieldError } from '../status/status-error.js';

export type Labels = Readonly<Record<string, string>>;
export type LabelOperator = 'in' | 'notin' | '=' | '!=' | 'exists' | '!' | 'gt' | 'lt';

export interface LabelRequirement {
  readonly key: string;
  readonly operator: LabelOperator;
  readonly values: readonly string[];
}

/** A selector that does not parse, or names what no label can be. */
export class SelectorSyntaxError extends Error {
  readonly code = 'PINTLE_SELECTOR_SYNTAX';
  constructor(message: string) {
    super(message);
    this.name = 'SelectorSyntaxError';
  }
}

export class CompiledLabelSelector {
  private readonly tests: readonly ((labels: Labels) => boolean)[];

  constructor(
    readonly requirements: readonly LabelRequirement[],
    private readonly nothing = false,
  ) {
    this.tests = requirements.map(compile);
  }

  matches(labels: Labels): boolean {
    if (this.nothing) return false;
    for (const test of this.tests) if (!test(labels)) return false;
    return true;
  }

  /** Whether it matches every object. */
  get isEverything(): boolean {
    return !this.nothing && this.requirements.length === 0;
  }

  /** As `-l` takes it, keys in order. */
  toString(): string {
    return [...this.requirements]
      .sort((a, b) => (a.key < b.key ? -1 : 1))
      .map(formatRequirement)
      .join(',');
  }
}

export const everything = new CompiledLabelSelector([]);
export const nothing = new CompiledLabelSelector([], true);

function compile({ key, operator, values }: LabelRequirement): (labels: Labels) => boolean {
  const [only = ''] = values;
  switch (operator) {
    case '=':
      return (labels) => labels[key] === only && Object.hasOwn(labels, key);
    case '!=':
      return (labels) => labels[key] !== only || !Object.hasOwn(labels, key);
    case 'in': {
      const set = new Set(values);
      return (labels) => Object.hasOwn(labels, key) && set.has(labels[key]!);
    }
    case 'notin': {
      const set = new Set(values);
      return (labels) => !Object.hasOwn(labels, key) || !set.has(labels[key]!);
    }
    case 'exists':
      return (labels) => Object.hasOwn(labels, key);
    case '!':
      return (labels) => !Object.hasOwn(labels, key);
    case 'gt':
      return (labels) => integerOf(labels, key) > Number(only);
    case 'lt':
      return (labels) => integerOf(labels, key) < Number(only);
  }
}

const integerOf = (labels: Labels, key: string) =>
  Object.hasOwn(labels, key) && /^[-+]?\d+$/.test(labels[key]!) ? Number(labels[key]) : Number.NaN;

function formatRequirement({ key, operator, values }: LabelRequirement): string {
  switch (operator) {
    case 'exists':
      return key;
    case '!':
      return `!${key}`;
    case 'gt':
      return `${key}>${values[0]}`;
    case 'lt':
      return `${key}<${values[0]}`;
    case '=':
    case '!=':
      return `${key}${operator}${values[0]}`;
    default:
      return `${key} ${operator} (${[...values].sort().join(',')})`;
  }
}

/** Errors: `SelectorSyntaxError`. */
export function parseLabelSelector(text: string): CompiledLabelSelector {
  return new CompiledLabelSelector(new Parser(text).parse());
}

const tokenPattern = /\s*(?:(!=|==|=|!|>|<|\(|\)|,)|([^\s!=<>(),]+))/y;

class Parser {
  private readonly tokens: string[] = [];
  private at = 0;

  constructor(text: string) {
    tokenPattern.lastIndex = 0;
    const end = text.trimEnd().length;
    while (tokenPattern.lastIndex < end) {
      const match = tokenPattern.exec(text);
      if (match === null) throw this.fault('a label selector');
      this.tokens.push((match[1] ?? match[2])!);
    }
  }

  parse(): readonly LabelRequirement[] {
    const requirements: LabelRequirement[] = [];
    while (this.at < this.tokens.length) {
      const first = this.tokens[this.at]!;
      if (first !== '!' && isOperator(first))
        throw told(`found '${first}', expected: !, identifier, or 'end of string'`);
      requirements.push(this.requirement());
      if (this.at === this.tokens.length) break;
      const between = this.next();
      if (between !== ',') throw told(`found '${between}', expected: ',' or 'end of string'`);
      const after = this.peek() ?? '';
      if (after === '' || (after !== '!' && isOperator(after)))
        throw told(`found '${after}', expected: identifier after ','`);
    }
    return requirements;
  }

  private requirement(): LabelRequirement {
    if (this.peek() === '!') {
      this.next();
      return checked({ key: this.word(), operator: '!', values: [] });
    }
    // What can be no key is told before what stands behind it.
    const { key } = checked({ key: this.word(), operator: 'exists', values: [] });
    const operator = this.peek();
    if (operator === undefined || operator === ',') return checked({ key, operator: 'exists', values: [] });
    this.next();
    switch (operator) {
      case '=':
      case '==':
        return checked({ key, operator: '=', values: [this.value()] });
      case '!=':
        return checked({ key, operator: '!=', values: [this.value()] });
      case '>':
        return checked({ key, operator: 'gt', values: [this.value()] });
      case '<':
        return checked({ key, operator: 'lt', values: [this.value()] });
      case 'in':
      case 'notin':
        return checked({ key, operator, values: this.values() });
      default:
        throw this.fault('in, notin, =, ==, !=, gt, lt', operator);
    }
  }

  private values(): readonly string[] {
    const open = this.next();
    if (open !== '(') throw told(`unable to parse requirement: found '${open ?? ''}' expected: '('`);
    const first = this.peek() ?? '';
    if (first !== ',' && first !== ')' && (first === '' || isOperator(first)))
      throw this.fault("',', ')' or identifier", first);
    const values: string[] = [];
    for (;;) {
      values.push(this.peek() === ',' || this.peek() === ')' ? '' : this.word());
      const separator = this.next();
      if (separator === ')') return values;
      if (separator !== ',') throw this.fault("',' or ')'");
    }
  }

  private value(): string {
    const token = this.peek();
    return token === undefined || token === ',' ? '' : this.word();
  }

  private word(): string {
    const token = this.next();
    if (token === undefined || isOperator(token)) throw this.fault('identifier', token);
    return token;
  }

  private peek(): string | undefined {
    return this.tokens[this.at];
  }

  private next(): string | undefined {
    return this.tokens[this.at++];
  }

  private fault(expected: string, found = this.tokens[this.at - 1] ?? ''): SelectorSyntaxError {
    return told(`unable to parse requirement: found '${found}', expected: ${expected}`);
  }
}

const told = (message: string) => new SelectorSyntaxError(message);
const isOperator = (token: string) => /^[!=<>(),]/.test(token);

function checked(requirement: LabelRequirement): LabelRequirement {
  const errors = requirementErrors(requirement);
  if (errors.length === 0) return requirement;
  const texts = errors.map((error) => formatFieldError(error.field === 'key' ? { ...error, field: '<nil>' } : error));
  throw new SelectorSyntaxError(
    `unable to parse requirement: ${texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`}`,
  );
}

/**
 * What keeps a requirement from meaning anything, in apimachinery's words (`labels.NewRequirement`): a key or a value that no
 * label can have, values that its operator does not take. `path` is where it stands, with a dot behind.
 */
export function requirementErrors({ key, operator, values }: LabelRequirement, path = ''): readonly FieldError[] {
  const errors: FieldError[] = [];
  const fail = (field: string, value: unknown, detail: string) =>
    errors.push(invalidField(`${path}${field}`, value, detail));
  const ofKey = qualifiedNameErrors(key);
  if (ofKey.length > 0) fail('key', key, ofKey.join('; '));
  if ((operator === 'in' || operator === 'notin') && values.length === 0)
    fail('values', values, "for 'in', 'notin' operators, values set can't be empty");
  if ((operator === 'exists' || operator === '!') && values.length > 0)
    fail('values', values, 'values set must be empty for exists and does not exist');
  const compares = operator === 'gt' || operator === 'lt';
  if (compares && values.length !== 1)
    fail('values', values, "for 'Gt', 'Lt' operators, exactly one value is required");
  for (const [index, value] of values.entries())
    if (compares && !/^[-+]?\d+$/.test(value))
      fail(`values[${index}]`, value, "for 'Gt', 'Lt' operators, the value must be an integer");
  for (const [index, value] of values.entries()) {
    const ofValue = labelValueErrors(value);
    if (ofValue.length > 0) fail(`values[${index}][${key}]`, value, ofValue.join('; '));
  }
  return errors;
}

const objectOperators: Readonly<Record<string, LabelOperator>> = {
  In: 'in',
  NotIn: 'notin',
  Exists: 'exists',
  DoesNotExist: '!',
};

/**
 * A `LabelSelector` compiled, once for each frozen object. Absent: matches nothing; empty: matches everything.
 * Errors: `SelectorSyntaxError` for an operator that there is not.
 */
export const labelSelectorMatcher = (selector: LabelSelector | undefined | null): CompiledLabelSelector =>
  selector === undefined || selector === null ? nothing : compiled(selector);

const compiled = onceForEach((selector: LabelSelector): CompiledLabelSelector => {
  const requirements: LabelRequirement[] = Object.entries(selector.matchLabels ?? {}).map(([key, value]) => ({
    key,
    operator: '=',
    values: [value],
  }));
  for (const { key, operator, values = [] } of selector.matchExpressions ?? []) {
    const compiledOperator = objectOperators[operator];
    if (compiledOperator === undefined)
      throw new SelectorSyntaxError(`"${operator}" is not a valid label selector operator`);
    requirements.push({ key, operator: compiledOperator, values });
  }
  return new CompiledLabelSelector(requirements);
});

/** The `requirementErrors` of the first requirement that has some, as one text. Undefined where there are none. */
export const labelSelectorFault = onceForEach((selector: LabelSelector): string | undefined => {
  for (const requirement of compiled(selector).requirements) {
    const faults = requirementErrors(requirement).map(formatFieldError);
    if (faults.length > 0) return aggregateText(faults);
  }
  return undefined;
});

/** A `LabelSelector` as `-l` takes it. */
export const formatLabelSelector = (selector: LabelSelector): string => labelSelectorMatcher(selector).toString();
