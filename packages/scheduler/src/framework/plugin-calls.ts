/**
 * What plugins answer, checked: whatever one throws, or answers that is no answer at its point, becomes an error status
 * that names it. Asynchronous points are bounded in time here, too.
 */
import { type Clock, type Deadline, onAbort, withDeadline } from '@pintle/machinery';
import { errorStatus, isSuccess, type Status, type StatusCode, saidBy, type Verdict } from './status.js';

const codes: ReadonlySet<unknown> = new Set<StatusCode>([
  'Success',
  'Error',
  'Unschedulable',
  'UnschedulableAndUnresolvable',
  'Wait',
  'Skip',
  'Pending',
]);

export function isStatus(answer: unknown): answer is Status {
  return (
    typeof answer === 'object' &&
    answer !== null &&
    codes.has((answer as Status).code) &&
    Array.isArray((answer as Status).reasons)
  );
}

/** What a plugin threw, as a status that names it and the point. */
export function pluginError(plugin: string, point: string, error: unknown): Status {
  const { reasons } = errorStatus(error);
  return { code: 'Error', reasons: [`running ${point} plugin "${plugin}": ${reasons[0]}`], plugin, cause: error };
}

/** What fits every point. */
const verdictCodes: ReadonlySet<StatusCode> = new Set([
  'Success',
  'Error',
  'Unschedulable',
  'UnschedulableAndUnresolvable',
  'Pending',
]);

/** The answer as a verdict; undefined for success. `others` are the codes that the point knows beside a verdict's. */
export function checkedVerdict(
  plugin: string,
  point: string,
  answer: unknown,
  ...others: readonly StatusCode[]
): Verdict {
  if (answer === undefined) return undefined;
  if (!isStatus(answer) || !(verdictCodes.has(answer.code) || others.includes(answer.code)))
    return nonsense(plugin, point, answer);
  return isSuccess(answer) ? undefined : saidBy(answer, plugin);
}

/** For an answer that is none at its point. */
export function nonsense(plugin: string, point: string, answer: unknown): Status {
  return pluginError(plugin, point, new Error(`it answered with ${inWords(answer)}`));
}

/** What is told of an answer that should be another. */
function inWords(answer: unknown): string {
  if (answer === null) return 'null';
  if (Array.isArray(answer)) return 'a list';
  if (typeof answer !== 'object' && typeof answer !== 'function') return `${typeof answer} ${String(answer)}`;
  if (isPromise(answer)) {
    disown(answer);
    return 'a promise';
  }
  return isStatus(answer) ? answer.code : 'something that is no status';
}

export const isPromise = (answer: unknown): answer is PromiseLike<unknown> =>
  typeof (answer as { then?: unknown } | null | undefined)?.then === 'function';

/** A promise that nobody asked for: what it fails with ends no process. */
export function disown(answer: unknown, failed: (error: unknown) => void = () => {}): void {
  if (isPromise(answer)) answer.then(() => {}, failed);
}

export function attempt(plugin: string, point: string, call: () => unknown, ...others: readonly StatusCode[]): Verdict {
  try {
    return checkedVerdict(plugin, point, call(), ...others);
  } catch (error) {
    return pluginError(plugin, point, error);
  }
}

/** A plugin does not keep to its contract where no status can be given back: whoever runs the attempt catches it. */
export class PluginFault extends Error {
  readonly code = 'PINTLE_PLUGIN_FAULT';

  constructor(readonly status: Status) {
    super(status.reasons[0], { cause: status.cause });
    this.name = 'PluginFault';
  }
}

/** How long asynchronous plugins may take, and what ends them early. */
export interface CallLimits {
  readonly clock: Clock;
  readonly timeoutMs: number;
  /** Aborted when the pod is gone. */
  readonly gone?: () => AbortSignal;
  /** Called before PreBind where any of its plugins has something to do: the pod is not bound at once. */
  readonly slow?: () => void;
}

export async function attemptAsync(
  plugin: string,
  point: string,
  { clock, timeoutMs, gone }: CallLimits,
  call: (deadline: Deadline) => Promise<Verdict> | Verdict,
  ...others: readonly StatusCode[]
): Promise<Verdict> {
  const ended = gone?.();
  try {
    ended?.throwIfAborted();
    const work = withDeadline(clock, timeoutMs, 'its answer', async (deadline) => call(deadline), ended);
    const answer = await (ended === undefined ? work : unlessAborted(work, ended));
    return checkedVerdict(plugin, point, answer, ...others);
  } catch (error) {
    return pluginError(plugin, point, error);
  }
}

/** A plugin that does not listen to its signal is not waited for. */
function unlessAborted<T>(work: Promise<T>, ended: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const forget = onAbort(ended, () => reject(ended.reason));
    void work.then(resolve, reject).finally(forget);
  });
}
