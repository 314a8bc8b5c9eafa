/**
 * What the CEL rules of custom resources say of an object: each is held against the object and against what it was, as far
 * as that can be told, within a budget for all of them. Faults of what has not changed are told of and let through (KEP-4008).
 */
import type * as Cel from '@pintle/cel';
import {
  duplicateField,
  type FieldError,
  forbiddenField,
  invalidField,
  isFields,
  isUnchanged,
  itemBefore,
  requiredField,
  type SchemaNode,
  type ValidationRule,
} from '@pintle/machinery';
import type { CelModule } from '../registry/cel-module.js';
import { ruleFieldPath } from './rule-field-path.js';
import { toldMessage } from './told-message.js';
import type { CompiledRule, RuleNode } from './validation-rules.js';

/** What the rules of one object may cost together. */
export const objectCostLimit = 10_000_000;
const outOfBudget = 'validation failed due to running out of cost budget, no further validation rules will be run';

export interface Judgement {
  readonly errors: readonly FieldError[];
  /** Faults of what stays as it was. */
  readonly warnings: readonly FieldError[];
}

/** `old` is absent where the object is new; `at` is where it stands. */
export function judgeByRules(cel: CelModule, root: RuleNode, object: unknown, old: unknown, at = ''): Judgement {
  const judge = new Judge(cel);
  judge.visit(root, { object, old }, { nearest: undefined, current: pairOf(root.schema, object, old) }, at);
  return judge;
}

interface Pair {
  readonly schema: SchemaNode;
  readonly object: unknown;
  readonly old: unknown;
}

/** What is seen beside what it was, and of what is not, the nearest around it that is. */
interface Followed {
  readonly current: Pair | undefined;
  readonly nearest: Pair | undefined;
}

const pairOf = (schema: SchemaNode, object: unknown, old: unknown): Pair | undefined =>
  old === undefined ? undefined : { schema, object, old };

type Beside = Omit<Pair, 'schema'>;
type Variables = Readonly<Record<string, Cel.Value | undefined>>;

class Judge implements Judgement {
  readonly errors: FieldError[] = [];
  readonly warnings: FieldError[] = [];
  private left = objectCostLimit;

  constructor(private readonly cel: CelModule) {}

  /** Whether more is to be judged. */
  visit(node: RuleNode, { object, old }: Beside, followed: Followed, path: string): boolean {
    if (object === undefined || object === null) return true;
    if (node.rules.length > 0 && !this.hold(node, { object, old: old ?? undefined }, followed, path)) return false;
    const child = (inner: RuleNode, now: unknown, before: unknown, place: string) =>
      this.visit(inner, { object: now, old: before }, within(followed, pairOf(inner.schema, now, before)), place);
    if (Array.isArray(object)) {
      const { items, schema } = node;
      if (items === undefined) return true;
      return object.every((item, index) => child(items, item, itemBefore(schema, item, old), `${path}[${index}]`));
    }
    if (!isFields(object)) return true;
    const before = isFields(old) ? old : {};
    const field = (name: string) => (path === '' ? name : `${path}.${name}`);
    const { properties, values } = node;
    return (
      Object.entries(properties).every(([name, inner]) => child(inner, object[name], before[name], field(name))) &&
      (values === undefined ||
        Object.keys(object).every((name) => child(values, object[name], before[name], `${path}[${name}]`)))
    );
  }

  private hold({ schema, rules }: RuleNode, { object, old }: Beside, followed: Followed, path: string): boolean {
    const refuse = (words: string) => this.errors.push(invalidField(path || '<nil>', typeNameOf(schema), words));
    if (this.left <= 0) {
      refuse(outOfBudget);
      return false;
    }
    const misfit = this.cel.misfitOf(object, schema);
    const self = misfit === undefined ? this.cel.celValueOf(object, schema) : undefined;
    const then = old === undefined ? undefined : this.cel.celValueOf(old, schema);
    for (const compiled of rules) {
      const { rule, program, transition } = compiled;
      if (program instanceof Error) {
        refuse(`rule compile error: ${program.message}`);
        continue;
      }
      if (transition && old === undefined && rule.optionalOldSelf !== true) continue;
      if (misfit !== undefined) {
        refuse(`${misfit} evaluating rule: ${nameOf(rule)}`);
        continue;
      }
      const oldSelf = rule.optionalOldSelf === true ? new this.cel.Optional(then) : then;
      const variables = transition ? { self, oldSelf } : { self };
      const made = program.attempt(variables);
      if (made.cost > this.left) {
        refuse(outOfBudget);
        return false;
      }
      this.left -= made.cost;
      if ('value' in made) {
        if (made.value === true) continue;
        const isLet = !transition && stays(followed);
        if (!this.tell(compiled, schema, variables, path, isLet ? this.warnings : this.errors)) return false;
      } else {
        refuse(failureOf(made.error.message, nameOf(rule)));
        if (made.error instanceof this.cel.CelCostError) return false;
      }
    }
    return true;
  }

  /** Whether more is to be judged. */
  private tell(
    { rule, message }: CompiledRule,
    schema: SchemaNode,
    variables: Variables,
    path: string,
    into: FieldError[],
  ): boolean {
    const inner = ruleFieldPath(schema, rule.fieldPath ?? '');
    const field = [path, inner].filter((part) => part !== '').join('.') || '<nil>';
    const said = message === undefined ? undefined : this.said(message, rule.messageExpression!, variables);
    if (said instanceof EndOfBudget) {
      into.push(invalidField(field, typeNameOf(schema), said.message));
      return false;
    }
    const words = said ?? (rule.message ? rule.message.trim() : `failed rule: ${rule.rule.trim()}`);
    into.push(errorOf(rule, schema, field, words));
    return true;
  }

  /** What the author's expression says, where it says something that can be told. */
  private said(program: Cel.CelProgram, source: string, variables: Variables): string | EndOfBudget | undefined {
    const made = program.attempt(variables);
    if (made.cost > this.left)
      return new EndOfBudget(
        'messageExpression evaluation failed due to running out of cost budget, no further validation rules will be run',
      );
    this.left -= made.cost;
    if ('error' in made) {
      if (!(made.error instanceof this.cel.CelCostError)) return undefined;
      return new EndOfBudget(
        `no further validation rules will be run due to call cost exceeds limit for messageExpression: ${JSON.stringify(source)}`,
      );
    }
    return toldMessage(made.value);
  }
}

/** Nothing more can be judged. */
class EndOfBudget {
  constructor(readonly message: string) {}
}

/** Of a child; what is not seen beside what it was belongs to the nearest that is. */
const within = ({ current, nearest }: Followed, child: Pair | undefined): Followed =>
  current === undefined ? { current, nearest } : { current: child, nearest: current };

const stays = ({ current, nearest }: Followed): boolean => {
  const pair = current ?? nearest;
  return pair !== undefined && isUnchanged(pair.schema, pair.object, pair.old);
};

/** What a value is, in the words of its schema. */
function typeNameOf({ type }: SchemaNode): string {
  if (type === 'map') return 'object';
  return type === 'intOrString' || type === 'any' ? '' : type;
}

const nameOf = ({ rule, message }: ValidationRule): string => (message || rule).trim();

function failureOf(words: string, rule: string): string {
  if (words.startsWith('no such overload'))
    return `'${words}': call arguments did not match a supported operator, function or macro signature for rule: ${rule}`;
  if (words.startsWith('operation cancelled: actual cost limit exceeded'))
    return `'${words}': no further validation rules will be run due to call cost exceeds limit for rule: ${rule}`;
  return `${words} evaluating rule: ${rule}`;
}

function errorOf({ reason }: ValidationRule, schema: SchemaNode, field: string, detail: string): FieldError {
  switch (reason) {
    case 'FieldValueForbidden':
      return forbiddenField(field, detail);
    case 'FieldValueRequired':
      return requiredField(field, detail);
    case 'FieldValueDuplicate':
      return duplicateField(field, typeNameOf(schema));
    default:
      return invalidField(field, typeNameOf(schema), detail);
  }
}
