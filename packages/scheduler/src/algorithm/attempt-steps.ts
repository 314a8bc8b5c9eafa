/**
 * Attempts as steps: generators that give what they have to wait for, which is only ever what extenders answer, and go on
 * with what came of it. Without extenders an attempt comes to its end at once. Whoever runs one sees to it that no other
 * attempt runs meanwhile.
 */
export type AttemptSteps<T> = Generator<Promise<unknown>, T, unknown>;

/** What steps come to that wait for nothing. */
export function atOnce<T>(steps: AttemptSteps<T>): T {
  const step = steps.next();
  if (step.done === true) return step.value;
  throw new Error('a plugin before Bind must answer at once');
}

export async function waitedFor<T>(steps: AttemptSteps<T>): Promise<T> {
  for (let step = steps.next(); ; ) {
    if (step.done === true) return step.value;
    step = await step.value.then(
      (answer) => steps.next(answer),
      (error: unknown) => steps.throw(error),
    );
  }
}
