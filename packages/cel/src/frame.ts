/** What a run of an expression has, what it may spend, and the functions that give its value from that. */
import { CelError, type Value } from './values.js';

/** More was spent than the expression may cost. Nothing absorbs it. */
export class CelCostError extends Error {
  readonly code = 'PINTLE_CEL_COST';
  constructor(readonly limit: number) {
    super('operation cancelled: actual cost limit exceeded');
    this.name = 'CelCostError';
  }
}

/** What a run has: the variables, each in its place, and what it may still spend. */
export class Frame {
  spent = 0;
  private rounds = 0;
  constructor(
    readonly values: (Value | undefined)[],
    private readonly costLimit: number,
  ) {}

  charge(cost: number): void {
    this.spent += cost;
    if (this.spent > this.costLimit) throw new CelCostError(this.costLimit);
  }

  /** One round of a loop, which may cost nothing: there are no more of them than there may be steps. */
  round(cost: number): void {
    this.charge(cost);
    if (++this.rounds > this.costLimit) throw new CelCostError(this.costLimit);
  }
}

/** `constant` is what it always gives. */
export type Evaluator = ((frame: Frame) => Value) & { readonly constant?: Value };

/** What is written out. */
export const always = (value: Value): Evaluator => Object.assign(() => value, { constant: value });

/** What costs this much before it is looked for. */
export const charged =
  (cost: number, evaluate: Evaluator): Evaluator =>
  (frame) => {
    frame.charge(cost);
    return evaluate(frame);
  };

/** What is written out has no value, which is found when the expression is compiled. */
export class ConstantError extends CelError {
  override readonly code = 'PINTLE_CEL_CONSTANT';
}

/** Errors: `ConstantError`. */
export function constantOf(make: () => Value): Evaluator {
  try {
    return always(make());
  } catch (error) {
    if (error instanceof CelError) throw new ConstantError(error.message);
    throw error;
  }
}
