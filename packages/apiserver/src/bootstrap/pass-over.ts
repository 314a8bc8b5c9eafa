/** For writes that others make as well. */
import { StatusError } from '@pintle/machinery';

/** Takes a refusal for one of these reasons: somebody else was there first. */
export const passOver =
  (...reasons: readonly Parameters<typeof StatusError.is>[1][]) =>
  (error: unknown): void => {
    if (!reasons.some((reason) => StatusError.is(error, reason))) throw error;
  };
