/**
 * How many seats each priority level has for now: levels lend what they do not need and borrow what others lend, by how many
 * they have wanted lately (KEP-1040, "seat borrowing"). Pure.
 *
 * Deliberately not here: how demand is measured (`seat-demand.ts`), and who sits where (`fair-queues.ts`).
 */
import type { PriorityLevelConfiguration } from '@pintle/api/flowcontrol/v1';

/** What the configurations make of the seats of the server. */
export interface SeatLimits {
  readonly nominal: number;
  /** What is left when all is lent that may be lent. */
  readonly min: number;
  /** What there is when all is borrowed that may be borrowed. */
  readonly max: number;
  /** Seats that one request may be estimated to take. */
  readonly widthMax: number;
}

const nominalSharesDefault = 30;
const widthMax = 10;
/** Of the nominal seats, the part that one request may take. */
const widthPart = 0.15;

const sharesOf = ({ spec }: PriorityLevelConfiguration): number =>
  spec?.type === 'Exempt'
    ? (spec.exempt?.nominalConcurrencyShares ?? 0)
    : (spec?.limited?.nominalConcurrencyShares ?? nominalSharesDefault);

export function limitsOf(
  level: PriorityLevelConfiguration,
  all: readonly PriorityLevelConfiguration[],
  serverSeats: number,
): SeatLimits {
  const { limited, exempt } = level.spec ?? {};
  const shares = all.reduce((sum, each) => sum + sharesOf(each), 0);
  const nominal = Math.ceil((serverSeats * sharesOf(level)) / Math.max(1, shares));
  const part = (percent: number) => Math.round((nominal * percent) / 100);
  const lendable = part(limited?.lendablePercent ?? exempt?.lendablePercent ?? 0);
  const borrowed = limited?.borrowingLimitPercent;
  const handSize = limited?.limitResponse?.queuing?.handSize;
  return {
    nominal,
    min: nominal - lendable,
    max: nominal + (borrowed === undefined ? serverSeats : part(borrowed)),
    widthMax:
      handSize === undefined
        ? widthMax
        : Math.min(widthMax, Math.max(1, Math.min(Math.ceil(nominal * widthPart), Math.floor(nominal / handSize)))),
  };
}

export interface Demand {
  readonly limits: SeatLimits;
  /** The most seats that were wanted at once since the last time. */
  readonly highest: number;
  /** How many have been wanted lately, forgotten slowly. */
  readonly smoothed: number;
  /** Whether its requests never wait. */
  readonly isExempt?: boolean;
}

const taken = ({ limits: { min }, highest }: Demand) => Math.max(min, highest);
const least = ({ limits: { min, nominal }, highest }: Demand) => Math.max(min, Math.min(nominal, highest));

/** How many seats a level would have if there were enough of them. */
export const targetOf = (demand: Demand): number =>
  demand.isExempt ? taken(demand) : Math.max(least(demand), demand.smoothed);

/**
 * The seats of each level for the time that comes, in the order given. What is exempt has as many as it took lately, beyond
 * its own too, and they are missing to the others: where these had to lend all that they may, nobody gets more than that.
 */
export function planSeats(demands: readonly Demand[]): readonly number[] {
  const isLimited = ({ isExempt = false }: Demand) => !isExempt;
  const sum = (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0);
  const all = sum(demands.map(({ limits }) => limits.nominal));
  const rest = all - sum(demands.filter((demand) => !isLimited(demand)).map(taken));
  const limited = planLimited(all, rest, demands.filter(isLimited)).values();
  return demands.map((demand) => (isLimited(demand) ? (limited.next().value ?? 0) : taken(demand)));
}

/** Of `all` seats those that are not exempt are the `rest`, which may be less than none. */
function planLimited(all: number, rest: number, demands: readonly Demand[]): readonly number[] {
  const sum = (of: (demand: Demand) => number) => demands.reduce((total, demand) => total + of(demand), 0);
  const [minSum, leastSum] = [sum(({ limits }) => limits.min), sum(least)];
  if (rest <= minSum) return demands.map(({ limits }) => limits.min);
  if (rest <= leastSum) {
    const part = (rest - minSum) / (leastSum - minSum);
    return demands.map((demand) => demand.limits.min + Math.round((least(demand) - demand.limits.min) * part));
  }
  // As upstream's: once there is enough for everybody's least, what is exempt is not taken off.
  return allocate(
    all,
    demands.map((demand) => ({
      min: least(demand),
      max: demand.limits.max,
      target: targetOf(demand),
    })),
  ).map(Math.round);
}

export interface Claim {
  readonly min: number;
  readonly max: number;
  readonly target: number;
}

/** A level that wants nothing still has a target, so that what nobody wants is divided. */
const targetMin = 0.001;

/**
 * Divides `seats` so that each has the same multiple of its target, but no less than its least and no more than its most.
 * The least of all must not sum up to more; where the most of all sum up to less, each has its most.
 */
export function allocate(seats: number, claims: readonly Claim[]): readonly number[] {
  const targetOf = ({ target }: Claim) => Math.max(target, targetMin);
  const at = (multiple: number) =>
    claims.map((claim) => Math.max(claim.min, Math.min(claim.max, multiple * targetOf(claim))));
  const total = (shares: readonly number[]) => shares.reduce((sum, share) => sum + share, 0);
  if (total(claims.map(({ max }) => max)) <= seats) return claims.map(({ max }) => max);
  // The sum grows with the multiple, along straight lines between the bounds.
  const bounds = claims.flatMap((claim) => [claim.min / targetOf(claim), claim.max / targetOf(claim)]);
  let [low, below] = [0, total(at(0))];
  for (const bound of bounds.sort((a, b) => a - b)) {
    const above = total(at(bound));
    if (above >= seats) {
      const multiple = above === below ? bound : low + ((bound - low) * (seats - below)) / (above - below);
      return at(multiple);
    }
    [low, below] = [bound, above];
  }
  return at(low);
}
