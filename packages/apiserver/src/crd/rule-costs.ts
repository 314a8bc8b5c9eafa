/**
 * Whether the CEL rules of a CustomResourceDefinition may cost too much, by how often and on how large values its schema
 * lets them run. Asked when a definition is written; what runs is bounded besides.
 */
import type { CelProgram, DeclaredSize } from '@pintle/cel';
import { type FieldError, forbiddenField, type SchemaNode } from '@pintle/machinery';
import type { CelModule } from '../registry/cel-module.js';

/** What one rule may cost in all its runs on one object. */
export const ruleCostLimit = 10_000_000;
/** What all rules of a schema may cost together. */
export const schemaCostLimit = 100_000_000;
/** The dearest rules that are named where all together cost too much, if each takes a hundredth of it. */
const namedMax = 4;

/** How often a place can be there; absent where nothing bounds it. */
export type Times = number | undefined;

export const timesWithin = (times: Times, max: number | undefined): Times =>
  times === undefined || max === undefined ? undefined : times * Math.max(0, max);

export class RuleCosts {
  private readonly costs: { readonly at: string; readonly cost: number }[] = [];

  /** What single rules cost does not count where the schema has not changed. */
  constructor(
    private readonly cel: CelModule,
    private readonly isUnchanged: boolean,
  ) {}

  /** What is to be said of a rule that stands at `at`. */
  ofRule(schema: SchemaNode, at: string, program: CelProgram, times: Times): readonly FieldError[] {
    const size = this.cel.declaredSize(schema);
    if (size === undefined) return [];
    const cost = program.costMax(size) * (times ?? this.cel.cardinalityMax(size));
    return this.counted(at, Math.min(cost, 2 ** 64), 'estimated rule cost');
  }

  ofMessage(schema: SchemaNode, at: string, program: CelProgram): readonly FieldError[] {
    const size: DeclaredSize | undefined = this.cel.declaredSize(schema);
    return size === undefined ? [] : this.counted(at, program.costMax(size), 'estimated messageExpression cost');
  }

  private counted(at: string, cost: number, name: string): readonly FieldError[] {
    this.costs.push({ at, cost });
    return cost > ruleCostLimit && !this.isUnchanged ? [forbiddenField(at, tooDear(name, cost, ruleCostLimit))] : [];
  }

  /** What is to be said of all together; `path` is where the schema is written. */
  ofAll(path: string): readonly FieldError[] {
    const total = this.costs.reduce((sum, { cost }) => sum + cost, 0);
    if (total <= schemaCostLimit) return [];
    const dearest = this.costs
      .filter(({ cost }) => cost >= schemaCostLimit / 100)
      .sort((a, b) => b.cost - a.cost)
      .slice(0, namedMax);
    const name = 'x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema';
    return [
      ...dearest.map(({ at }) =>
        forbiddenField(at, 'contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema'),
      ),
      forbiddenField(path, tooDear(name, total, schemaCostLimit)),
    ];
  }
}

function tooDear(name: string, cost: number, limit: number): string {
  const factor = cost / limit;
  const shown = factor > 100 ? 'more than 100x' : `${factor.toFixed(factor < 1.5 ? 6 : 1)}x`;
  return `${name} exceeds budget by factor of ${shown} (try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)`;
}
