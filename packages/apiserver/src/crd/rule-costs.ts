/**
 * Whether the CEL rules of a CustomResourceDefinition may cost too much, by how often and on how large values its schema
 * lets them run. Called when a definition is written; what runs is bounded besides.
 */
import { type FieldError, forbiddenField } from '@pintle/machinery';
import type { CelModule, RuleNode } from './validation-rules.js';

/** What one rule may cost in all its runs on one object. */
export const ruleCostLimit = 10_000_000;
/** What all rules of a schema may cost together. */
export const schemaCostLimit = 100_000_000;
/** The dearest rules that are named where all together cost too much, if each takes a hundredth of it. */
const namedMax = 4;

interface RuleCost {
  readonly at: string;
  readonly cost: number;
}

/** `path` is where the schema is written. What single rules cost does not count where the schema has not changed; `isFaulty` as in `RuleContext`. */
export function ruleCostErrors(
  cel: CelModule,
  root: RuleNode,
  path: string,
  isUnchanged: boolean,
  isFaulty: (path: string) => boolean,
): readonly FieldError[] {
  const costs: RuleCost[] = [];
  const errors: FieldError[] = [];
  const count = (at: string, cost: number, name: string) => {
    costs.push({ at, cost });
    if (cost > ruleCostLimit && !isUnchanged) errors.push(forbiddenField(at, tooDear(name, cost, ruleCostLimit)));
  };
  /** `times` is how often the place can be there; absent where nothing bounds it. */
  const visit = (node: RuleNode, times: number | undefined, at: string): void => {
    const { schema, rules } = node;
    const size = rules.length === 0 || isFaulty(at) ? undefined : cel.declaredSize(schema);
    if (size !== undefined)
      for (const { at: place, program, message } of rules) {
        if (program instanceof Error) continue;
        const cost = program.costMax(size) * (times ?? cel.cardinalityMax(size));
        count(`${place}.rule`, Math.min(cost, 2 ** 64), 'estimated rule cost');
        if (message !== undefined)
          count(`${place}.messageExpression`, message.costMax(size), 'estimated messageExpression cost');
      }
    const under = (max: number | undefined) =>
      times === undefined || max === undefined ? undefined : times * Math.max(0, max);
    for (const [name, child] of Object.entries(node.properties)) visit(child, times, `${at}.properties[${name}]`);
    if (node.items !== undefined) visit(node.items, under(schema.maxItems), `${at}.items`);
    if (node.values !== undefined) visit(node.values, under(schema.maxProperties), `${at}.additionalProperties`);
  };
  visit(root, 1, path);
  const total = costs.reduce((sum, { cost }) => sum + cost, 0);
  if (total <= schemaCostLimit) return errors;
  const dearest = costs
    .filter(({ cost }) => cost >= schemaCostLimit / 100)
    .sort((a, b) => b.cost - a.cost)
    .slice(0, namedMax);
  return [
    ...errors,
    ...dearest.map(({ at }) =>
      forbiddenField(at, 'contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema'),
    ),
    forbiddenField(
      path,
      tooDear('x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema', total, schemaCostLimit),
    ),
  ];
}

function tooDear(name: string, cost: number, limit: number): string {
  const factor = cost / limit;
  const shown = factor > 100 ? 'more than 100x' : `${factor.toFixed(factor < 1.5 ? 6 : 1)}x`;
  return `${name} exceeds budget by factor of ${shown} (try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)`;
}
