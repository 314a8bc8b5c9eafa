/**
 * The CEL rules of custom resources (`x-kubernetes-validations`), compiled with their schema. What they say of an object is
 * found in `broken-rules.ts`; the language itself is loaded when the first rule is met.
 */

import type * as Cel from '@pintle/cel';
import {
  type FieldError,
  GoShown,
  internalField,
  invalidField,
  type SchemaNode,
  type ValidationRule,
} from '@pintle/machinery';
import type { CelModule } from '../registry/cel-module.js';
import { type RuleCosts, type Times, timesWithin } from './rule-costs.js';

export interface CompiledRule {
  readonly rule: ValidationRule;
  /** Where it is written. */
  readonly at: string;
  /** Why there is none, where the rule cannot be compiled. */
  readonly program: Cel.CelProgram | Cel.CelCompileError;
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

/** As Go tells it; one with a pointer in it stays as it is, as there Go would say where that points. */
function shownRule(rule: ValidationRule): unknown {
  const { message = '', messageExpression = '', reason, fieldPath = '', optionalOldSelf } = rule;
  if (reason !== undefined || optionalOldSelf !== undefined) return rule;
  const texts = Object.entries({ Rule: rule.rule, Message: message, MessageExpression: messageExpression });
  const told = texts.map(([field, text]) => `${field}:${JSON.stringify(text)}`).join(', ');
  const nils = `Reason:(*apiextensions.FieldValueErrorReason)(nil), FieldPath:${JSON.stringify(fieldPath)}, OptionalOldSelf:(*bool)(nil)`;
  return new GoShown(`apiextensions.ValidationRule{${told}, ${nils}}`);
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

/** What a definition says beside its schema about whether rules may be said. */
export interface RuleContext {
  /** Texts that the definition had already; all unless given. */
  readonly stored?: ReadonlySet<string>;
  /** Whether something else is wrong with the schema at a path or below: what is wrong with its rules is not told then. */
  readonly isFaulty?: (path: string) => boolean;
  /** What the rules may cost is counted here. */
  readonly costs?: RuleCosts;
}

/** The texts of all rules and messages in a schema. */
export function ruleTexts({ rules = [], items, values, properties = {} }: SchemaNode): readonly string[] {
  return [
    ...rules.flatMap(({ rule, messageExpression }) => [rule, messageExpression ?? '']),
    ...(items === undefined ? [] : ruleTexts(items)),
    ...(values === undefined ? [] : ruleTexts(values)),
    ...Object.values(properties).flatMap(ruleTexts),
  ];
}

/** Compiles the rules of a schema; `path` is where the schema is written. */
export function compileRules(
  cel: CelModule,
  root: SchemaNode,
  path: string,
  { stored, isFaulty, costs }: RuleContext = {},
): { readonly node: RuleNode | undefined; readonly errors: readonly FieldError[] } {
  const errors: FieldError[] = [];
  /** `lost` is where what an object was cannot be followed any more; absent where it can. */
  const compile = (
    written: SchemaNode,
    at: string,
    lost: string | undefined,
    times: Times,
    isRoot: boolean,
  ): RuleNode | undefined => {
    if (!hasRules(written)) return undefined;
    const schema = isRoot || written.embeddedResource ? asRoot(written) : written;
    const under = (child: SchemaNode | undefined, where: string, often: Times, isFollowed = true) =>
      child === undefined
        ? undefined
        : compile(child, `${at}.${where}`, lost ?? (isFollowed ? undefined : at), often, false);
    const properties = Object.entries(written.properties ?? {}).flatMap(([name, child]) => {
      const compiled = under(child, `properties[${name}]`, times);
      return compiled === undefined ? [] : [[name, compiled] as const];
    });
    const items = under(written.items, 'items', timesWithin(times, written.maxItems), written.listType === 'map');
    const values = under(written.values, 'additionalProperties', timesWithin(times, written.maxProperties));
    const faults: FieldError[] = [];
    const isTold = !isFaulty?.(at);
    const compiler = new RuleCompiler(cel, schema, times, { stored, costs: isTold ? costs : undefined });
    const rules =
      written.rules === undefined || cel.isVisible(schema)
        ? (written.rules ?? []).flatMap((rule, index) => {
            const place = `${at}.x-kubernetes-validations[${index}]`;
            return compiler.compile(rule, place, lost, faults) ?? [];
          })
        : [];
    if (written.rules !== undefined && !cel.isVisible(schema))
      faults.push(internalField(`${at}.x-kubernetes-validations`, untyped));
    if (isTold) errors.push(...faults);
    return {
      schema,
      rules,
      properties: Object.fromEntries(properties),
      ...(items === undefined ? {} : { items }),
      ...(values === undefined ? {} : { values }),
    };
  };
  const node = compile(root, path, undefined, 1, true);
  return { node, errors: [...errors, ...(costs?.ofAll(path) ?? [])] };
}

const untyped =
  'internal error: failed to construct type information for x-kubernetes-validations rules: unable to convert structural schema to CEL declarations';

/** Of the rules of one place. */
class RuleCompiler {
  private readonly self: Cel.CheckedType;
  private readonly stored: ReadonlySet<string> | undefined;
  private readonly costs: RuleCosts | undefined;

  constructor(
    private readonly cel: CelModule,
    private readonly schema: SchemaNode,
    private readonly times: Times,
    { stored, costs }: { readonly stored: ReadonlySet<string> | undefined; readonly costs: RuleCosts | undefined },
  ) {
    this.self = cel.typeOfSchema(schema, 'selfType');
    this.stored = stored;
    this.costs = costs;
  }

  /** `lost` as in `compileRules`. A rule without a text is refused with its schema. */
  compile(rule: ValidationRule, at: string, lost: string | undefined, faults: FieldError[]): CompiledRule | undefined {
    if (rule.rule.trim() === '') return undefined;
    const { cel, self } = this;
    const oldSelf = rule.optionalOldSelf === true ? cel.optionalOf(self) : self;
    const told = (field: string, words: string) => faults.push(invalidField(`${at}.${field}`, shownRule(rule), words));
    const program = this.program(rule.rule, oldSelf, 'bool');
    if (program instanceof Error) told('rule', program.message);
    else faults.push(...(this.costs?.ofRule(this.schema, `${at}.rule`, program, this.times) ?? []));
    const message =
      rule.messageExpression === undefined || program instanceof Error
        ? undefined
        : this.program(rule.messageExpression, oldSelf, 'string');
    if (message instanceof Error) told('messageExpression', `messageExpression ${message.message}`);
    else if (message !== undefined)
      faults.push(...(this.costs?.ofMessage(this.schema, `${at}.messageExpression`, message) ?? []));
    const transition = !(program instanceof Error) && program.names.has('oldSelf');
    if (transition && lost !== undefined)
      faults.push(
        invalidField(
          `${at}.rule`,
          rule.rule,
          `oldSelf cannot be used on the uncorrelatable portion of the schema within ${lost}`,
        ),
      );
    if (rule.optionalOldSelf !== undefined && !transition)
      faults.push(
        invalidField(`${at}.optionalOldSelf`, rule.optionalOldSelf, 'may not be set if oldSelf is not used in rule'),
      );
    return { rule, at, program, transition, ...(message === undefined || message instanceof Error ? {} : { message }) };
  }

  private program(
    source: string,
    oldSelf: Cel.CheckedType,
    result: 'bool' | 'string',
  ): Cel.CelProgram | Cel.CelCompileError {
    const { cel, self, stored } = this;
    const libraries = stored?.has(source) === false ? cel.newExpressionLibraries : cel.kubernetesLibraries;
    try {
      const program = cel.celEnvironment({ variables: { self, oldSelf }, libraries }).compile(source);
      if (program.type.name === result) return program;
      return new cel.CelCompileError(wrongResults[result]);
    } catch (error) {
      if (!(error instanceof cel.CelCompileError)) throw error;
      return error instanceof cel.CelInstantiationError && error.type.name !== result
        ? new cel.CelCompileError(wrongResults[result])
        : error;
    }
  }
}

const wrongResults = {
  bool: 'cel expression must evaluate to a bool',
  string: 'must evaluate to a string',
};
