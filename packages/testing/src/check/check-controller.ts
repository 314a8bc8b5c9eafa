/**
 * Runs controllers under many interleavings and faults, and looks for the smallest schedule that breaks them: first
 * none, then every single fault, then several by chance; what is found is made smaller by leaving faults out.
 */
import { integerBelow, seededRandom } from '@pintle/machinery';
import type { ControllerCheck, Property } from './controller-check.js';
import { type Broken, type RunOutcome, runSchedule } from './run-schedule.js';
import { formatFault, lastStepBefore, randomFaults, type Schedule, singleFaults } from './schedule.js';

/** A schedule that breaks something, as small as could be found. */
export interface Finding {
  readonly property: Property;
  readonly schedule: Schedule;
  /** For people: what goes wrong, what then does not hold, and how to see it again. */
  readonly text: string;
}

export interface CheckResult {
  /** Undefined where nothing was found. */
  readonly finding: Finding | undefined;
  readonly runs: number;
}

/** Faults of these come in pairs and are tried by chance where single ones show nothing. */
const singlesShare = 0.6;

export async function checkController<O = undefined>(check: ControllerCheck<O>): Promise<CheckResult> {
  const { seed = 1, runsMax = 100, replay } = check;
  let runs = 0;
  const run = (schedule: Schedule, reference?: readonly string[]): Promise<RunOutcome> => {
    runs++;
    return runSchedule(check, schedule, reference);
  };
  const withoutFaults = (steps?: number): Schedule => ({
    seed: replay?.seed ?? seed,
    faults: [],
    ...(steps === undefined ? {} : { steps }),
  });
  const plain = await run(withoutFaults(replay?.steps));
  if (plain.broken !== undefined) return { finding: found(withoutFaults(replay?.steps), plain, plain.broken), runs };
  if (replay !== undefined) {
    const outcome = await run(replay, plain.state);
    return { finding: outcome.broken && found(replay, outcome, outcome.broken), runs };
  }
  /** States without faults, by the steps taken. */
  const references = new Map<number | undefined, readonly string[]>([[undefined, plain.state]]);
  const referenceOf = async ({ steps }: Schedule): Promise<readonly string[]> => {
    const known = references.get(steps) ?? (await run(withoutFaults(steps))).state;
    references.set(steps, known);
    return known;
  };
  const random = seededRandom(seed);
  const singles = sample(singleFaults(plain.extent), Math.floor(runsMax * singlesShare), (bound) =>
    integerBelow(random, bound),
  );
  const schedules = function* (): Generator<Omit<Schedule, 'seed'>> {
    for (const fault of singles) {
      const steps = lastStepBefore(fault, plain.extent);
      yield { faults: [fault], ...(steps === undefined || random.next() < 0.5 ? {} : { steps }) };
    }
    for (;;) yield { faults: randomFaults(random, plain.extent) };
  };
  for (const tried of schedules()) {
    if (runs >= runsMax) break;
    const schedule = { seed, ...tried };
    const reference = await referenceOf(schedule);
    const outcome = await run(schedule, reference);
    if (outcome.broken === undefined) continue;
    return { finding: await smallest(schedule, outcome, (smaller) => run(smaller, reference)), runs };
  }
  return { finding: undefined, runs };
}

/** Leaves out faults as long as something still breaks. */
async function smallest(
  schedule: Schedule,
  outcome: RunOutcome,
  run: (schedule: Schedule) => Promise<RunOutcome>,
): Promise<Finding> {
  for (const fault of schedule.faults) {
    if (schedule.faults.length === 1) break;
    const smaller = { ...schedule, faults: schedule.faults.filter((other) => other !== fault) };
    const tried = await run(smaller);
    if (tried.broken !== undefined) return smallest(smaller, tried, run);
  }
  return found(schedule, outcome, outcome.broken!);
}

function found(schedule: Schedule, { log }: RunOutcome, { property, lines }: Broken): Finding {
  const faults = schedule.faults.map((fault, index) => `  ${index + 1}. ${formatFault(fault, log)}`);
  const text = [
    `${property} is broken${faults.length === 0 ? ', without any fault' : ' when'}:`,
    ...faults,
    ...(schedule.steps === undefined ? [] : [`and users stop after step ${schedule.steps},`]),
    ...(faults.length === 0 ? [] : ['then']),
    ...lines.map((line) => `  ${line}`),
    `to see it again: replay: ${JSON.stringify(schedule)}`,
  ].join('\n');
  return { property, schedule, text };
}

/** As many of them by chance, in their order. */
function sample<T>(all: readonly T[], count: number, below: (bound: number) => number): readonly T[] {
  if (all.length <= count) return all;
  const left = all.map((_, index) => index);
  const chosen = Array.from({ length: count }, () => left.splice(below(left.length), 1)[0]!);
  return chosen.sort((a, b) => a - b).map((index) => all[index]!);
}
