/** What expressions may cost together. */

/** For one binding of a policy, one object and one set of parameters. */
export const policyBudget = 10_000_000;
/** For the conditions of one policy or of one webhook. */
export const conditionsBudget = 2_500_000;

export class BudgetError extends Error {
  readonly code = 'PINTLE_CEL_BUDGET';
  constructor() {
    super('validation failed due to running out of cost budget, no further validation rules will be run');
    this.name = 'BudgetError';
  }
}

export class Budget {
  constructor(private left: number) {}

  /** Errors: `BudgetError`. */
  spend(cost: number): void {
    this.left -= cost;
    if (this.left < 0) throw new BudgetError();
  }
}
