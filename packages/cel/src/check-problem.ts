/** What is wrong with an expression, found before it runs. */
export interface CheckProblem {
  /** In UTF-16 units from the start of the source; -1 for the expression as a whole, -2 where an operand is missing. */
  readonly at: number;
  readonly problem: string;
}
