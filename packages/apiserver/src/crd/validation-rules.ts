/**
 * The CEL rules of custom resources (`x-kubernetes-validations`): compiled with their schema, and held against each
 * object with the object as it was. The language itself is loaded when the first rule is met.
 */
import type * as Cel from '@pintle/cel';
import {
  duplicateField,
  type FieldError,
  forbiddenField,
  invalidField,
  type KubernetesObject,
  requiredField,
  type SchemaNode,
  type ValidationRule,
} from '@pintle/machinery';

export type CelModule = typeof Cel;

/** What the rules of one object may cost together. */
export const objectCostLimit = 10_000_000;

export interface CompiledRule {
  readonly rule: ValidationRule;
  /** Where it is written. */
  readonly at: string;
  readonly program: Cel.CelProgram;
  readonly message?: Cel.CelProgram;
  /** Looks at `oldSelf`: only held against a change. */
  readonly transition: boolean;
}

/** A schema as far as there are rules in it. */
export interface RuleNode {
  readonly schema: SchemaNode;
  readonly rules: readonly CompiledRule[];
  readonly properties: Readonly<Record<string, RuleNode>>;
  readonly items?: RuleNode;
  readonly values?: RuleNode;
}

/** Whether there is a rule anywhere in a schema. */
export function hasRules(node: SchemaNode): boolean {
  return (
    node.rules !== undefined ||
    (node.items !== undefined && hasRules(node.items)) ||
    (node.values !== undefined && hasRules(node.values)) ||
    Object.values(node.properties ?? {}).some(hasRules)
  );
}

/** Of an object's metadata a rule sees only its names. */
const visibleMetadata: SchemaNode = {
  type: 'object',
  properties: { name: { type: 'string' }, generateName: { type: 'string' } },
};
const asRoot = (schema: SchemaNode): SchemaNode => ({
  ...schema,
  properties: {
    ...schema.properties,
    apiVersion: { type: 'string' },
    kind: { type: 'string' },
    metadata: visibleMetadata,
  },
});

/** Compiles the rules of a schema; `path` is where the schema is written. */
export function compileRules(
  cel: CelModule,
  root: SchemaNode,
  path: string,
): { readonly node: RuleNode | undefined; readonly errors: readonly FieldError[] } {
  const errors: FieldError[] = [];
  /** `lost` is where what an object was cannot be followed any more; absent where it can. */
  const compile = (
    written: SchemaNode,
    at: string,
    lost: string | undefined,
    isRoot: boolean,
  ): RuleNode | undefined => {
    if (!hasRules(written)) return undefined;
    const schema = isRoot || written.embeddedResource ? asRoot(written) : written;
    const under = (child: SchemaNode | undefined, where: string, isFollowed: boolean) =>
      child === undefined ? undefined : compile(child, `${at}.${where}`, lost ?? (isFollowed ? undefined : at), false);
    const self = cel.typeOfSchema(schema);
    const rules = (written.rules ?? []).flatMap((rule, index) => {
      const place = `${at}.x-kubernetes-validations[${index}]`;
      return compileRule(cel, rule, self, place, lost, errors) ?? [];
    });
    const properties = Object.entries(written.properties ?? {}).flatMap(([name, child]) => {
      const compiled = under(child, `properties[${name}]`, written.mapType !== 'atomic');
      return compiled === undefined ? [] : [[name, compiled] as const];
    });
    const items = under(written.items, 'items', written.listType === 'map');
    const values = under(written.values, 'additionalProperties', true);
    return {
      schema,
      rules,
      properties: Object.fromEntries(properties),
      ...(items === undefined ? {} : { items }),
      ...(values === undefined ? {} : { values }),
    };
  };
  return { node: compile(root, path, undefined, true), errors };
}

function compileRule(
  cel: CelModule,
  rule: ValidationRule,
  self: Cel.CheckedType,
  at: string,
  lost: string | undefined,
  errors: FieldError[],
): CompiledRule | undefined {
  // A rule without a text is refused with its schema.
  if (rule.rule.trim() === '') return undefined;
  const oldSelf = rule.optionalOldSelf === true ? cel.optionalOf(self) : self;
  const environment = cel.celEnvironment({ variables: { self, oldSelf }, libraries: cel.kubernetesLibraries });
  const compiled = (source: string, field: string, result: string, words: Words): Cel.CelProgram | undefined => {
    try {
      const program = environment.compile(source);
      if (program.type.name === result) return program;
      errors.push(invalidField(`${at}.${field}`, rule, words.otherwise));
    } catch (error) {
      if (!(error instanceof cel.CelCompileError)) throw error;
      errors.push(invalidField(`${at}.${field}`, rule, `${words.before}${error.message}`));
    }
    return undefined;
  };
  const program = compiled(rule.rule, 'rule', 'bool', {
    before: '',
    otherwise: 'cel expression must evaluate to a bool',
  });
  if (program === undefined) return undefined;
  const message =
    rule.messageExpression === undefined
      ? undefined
      : compiled(rule.messageExpression, 'messageExpression', 'string', {
          before: 'messageExpression ',
          otherwise: 'messageExpression must evaluate to a string',
        });
  const transition = program.names.has('oldSelf');
  if (transition && lost !== undefined)
    errors.push(
      invalidField(
        `${at}.rule`,
        rule.rule,
        `oldSelf cannot be used on the uncorrelatable portion of the schema within ${lost}`,
      ),
    );
  if (rule.optionalOldSelf !== undefined && !transition)
    errors.push(
      invalidField(`${at}.optionalOldSelf`, rule.optionalOldSelf, 'may not be set if oldSelf is not used in rule'),
    );
  return { rule, at, program, transition, ...(message === undefined ? {} : { message }) };
}

/** How it is told that an expression cannot be compiled, or gives something else. */
interface Words {
  readonly before: string;
  readonly otherwise: string;
}

/** Every rule that does not hold of the object. `old` is absent where it is new; `at` is where the object stands. */
export function brokenRules(
  cel: CelModule,
  root: RuleNode,
  object: KubernetesObject,
  old: KubernetesObject | undefined,
  at = '',
): readonly FieldError[] {
  const errors: FieldError[] = [];
  let spent = 0;
  const visit = (node: RuleNode, value: unknown, before: unknown, path: string): void => {
    if (value === undefined || value === null || spent > objectCostLimit) return;
    // What has not changed may stay as it is, though rules have been made since (KEP-4008).
    const unchanged = before !== undefined && same(value, before);
    for (const compiled of node.rules) {
      if (unchanged && !compiled.transition) continue;
      if (compiled.transition && before === undefined && compiled.rule.optionalOldSelf !== true) continue;
      const { error, cost } = judge(cel, compiled, node.schema, value, before, path);
      spent += cost;
      if (error !== undefined) errors.push(error);
      if (spent <= objectCostLimit) continue;
      errors.push(
        invalidField(
          path,
          typeNameOf(node.schema),
          'validation failed due to running out of cost budget, no further validation rules will be run',
        ),
      );
      return;
    }
    if (Array.isArray(value)) {
      if (node.items === undefined) return;
      const keys = node.schema.listType === 'map' ? (node.schema.listMapKeys ?? []) : undefined;
      for (const [index, item] of value.entries())
        visit(node.items, item, keys === undefined ? undefined : counterpart(before, item, keys), `${path}[${index}]`);
      return;
    }
    if (typeof value !== 'object') return;
    const [now, then] = [value, before] as [Record<string, unknown>, Record<string, unknown> | undefined];
    for (const [name, child] of Object.entries(node.properties))
      visit(child, now[name], then?.[name], path === '' ? name : `${path}.${name}`);
    if (node.values !== undefined)
      for (const name of Object.keys(now)) visit(node.values, now[name], then?.[name], `${path}[${name}]`);
  };
  visit(root, object, old, at);
  return errors;
}

/** The item of the same keys, as it was. */
function counterpart(before: unknown, item: unknown, keys: readonly string[]): unknown {
  if (!Array.isArray(before)) return undefined;
  const keyOf = (each: unknown) => JSON.stringify(keys.map((key) => (each as Record<string, unknown>)?.[key]));
  const wanted = keyOf(item);
  return before.find((each) => keyOf(each) === wanted);
}

const same = (a: unknown, b: unknown): boolean => a === b || JSON.stringify(a) === JSON.stringify(b);

/** What a value is, in the words of its schema. */
const typeNameOf = ({ type }: SchemaNode): string => (type === 'map' ? 'object' : type);

function judge(
  cel: CelModule,
  { rule, program, message, transition }: CompiledRule,
  schema: SchemaNode,
  value: unknown,
  before: unknown,
  path: string,
): { readonly error?: FieldError; readonly cost: number } {
  const words = rule.message ?? `failed rule: ${oneLine(rule.rule)}`;
  const fail = (detail: string, cost: number) => ({ error: errorOf(rule, schema, path, detail), cost });
  try {
    const self = cel.celValueOf(value, schema);
    const then = before === undefined ? undefined : cel.celValueOf(before, schema);
    const oldSelf = rule.optionalOldSelf === true ? new cel.Optional(then) : then;
    const variables = transition ? { self, oldSelf } : { self };
    const { value: holds, cost } = program.run(variables);
    if (holds === true) return { cost };
    return fail(messageOf(cel, message, variables) ?? words, cost);
  } catch (error) {
    if (error instanceof cel.CelCostError)
      return fail(
        `call cost exceeds limit for rule: ${words}, try reducing its complexity or bounding the sizes that it looks at`,
        error.limit,
      );
    if (error instanceof cel.CelError) return fail(`${error.message} evaluating rule: ${words}`, 1);
    throw error;
  }
}

/** What the author's expression says, where it says something. */
function messageOf(
  cel: CelModule,
  program: Cel.CelProgram | undefined,
  variables: Readonly<Record<string, Cel.Value | undefined>>,
): string | undefined {
  if (program === undefined) return undefined;
  try {
    const { value } = program.run(variables);
    return typeof value === 'string' && value.trim() !== '' && !value.includes('\n') ? value : undefined;
  } catch (error) {
    if (error instanceof cel.CelError || error instanceof cel.CelCostError) return undefined;
    throw error;
  }
}

const oneLine = (text: string) => text.trim().replace(/\s*\n\s*/g, ' ');

function errorOf(rule: ValidationRule, schema: SchemaNode, path: string, detail: string): FieldError {
  const field = `${path}${rule.fieldPath ?? ''}`.replace(/^\./, '');
  switch (rule.reason) {
    case 'FieldValueForbidden':
      return forbiddenField(field, detail);
    case 'FieldValueRequired':
      return requiredField(field, detail);
    case 'FieldValueDuplicate':
      return { ...duplicateField(field, typeNameOf(schema)), detail };
    default:
      return invalidField(field, typeNameOf(schema), detail);
  }
}
