/** From what metrics ask for to what is done: steadied over time, at a limited rate, between the limits. Pure. */
import type { HPAScalingRules } from '@pintle/api/autoscaling/v2';

export interface Recommendation {
  readonly replicas: number;
  readonly atMs: number;
}

export interface ScaleEvent {
  readonly change: number;
  readonly atMs: number;
}

/** What is remembered of an autoscaler between two looks. */
export interface AutoscalerHistory {
  readonly recommendations: readonly Recommendation[];
  /** Kept where there are rules that ask for them. */
  readonly ups: readonly ScaleEvent[];
  readonly downs: readonly ScaleEvent[];
}

export interface Normalization {
  readonly currentReplicas: number;
  /** What the metrics ask for. */
  readonly wanted: number;
  readonly minReplicas: number;
  readonly maxReplicas: number;
  readonly nowMs: number;
  /** Of scaling down, where no rules say it. */
  readonly downscaleWindowMs: number;
}

export interface ScalingRules {
  readonly scaleUp: HPAScalingRules;
  readonly scaleDown: HPAScalingRules;
}

interface Reason {
  readonly reason: string;
  readonly message: string;
}

export interface Normalized {
  readonly replicas: number;
  readonly recommendations: readonly Recommendation[];
  /** For the condition AbleToScale, which is true. */
  readonly able: Reason;
  readonly limited: Reason & { readonly isLimited: boolean };
}

/** Without rules, replicas may double, and four are always allowed. */
const scaleUpFactor = 2;
const scaleUpMinimum = 4;

const readyForNewScale: Reason = {
  reason: 'ReadyForNewScale',
  message: 'recommended size matches current size',
};
const downStabilized: Reason = {
  reason: 'ScaleDownStabilized',
  message: 'recent recommendations were higher than current one, applying the highest recent recommendation',
};
const upStabilized: Reason = {
  reason: 'ScaleUpStabilized',
  message: 'recent recommendations were lower than current one, applying the lowest recent recommendation',
};
const scaleUpLimit: Reason = {
  reason: 'ScaleUpLimit',
  message: 'the desired replica count is increasing faster than the maximum scale rate',
};
const scaleDownLimit: Reason = {
  reason: 'ScaleDownLimit',
  message: 'the desired replica count is decreasing faster than the maximum scale rate',
};
const tooMany: Reason = {
  reason: 'TooManyReplicas',
  message: 'the desired replica count is more than the maximum replica count',
};
const tooFew: Reason = {
  reason: 'TooFewReplicas',
  message: 'the desired replica count is less than the minimum replica count',
};
const withinRange: Reason = {
  reason: 'DesiredWithinRange',
  message: 'the desired count is within the acceptable range',
};

export function normalize(
  given: Normalization,
  history: AutoscalerHistory,
  rules: ScalingRules | undefined,
): Normalized {
  const steadied = rules === undefined ? steady(given, history) : steadyByRules(given, history, rules);
  const { replicas: steadyReplicas, recommendations } = steadied;
  const { replicas, ...why } =
    rules === undefined ? limit(given, steadyReplicas) : limitByRules(given, steadyReplicas, history, rules);
  return {
    replicas,
    recommendations,
    able: steadyReplicas === given.wanted ? readyForNewScale : steadied.why,
    limited: { ...why, isLimited: replicas !== steadyReplicas },
  };
}

interface Steadied {
  readonly replicas: number;
  readonly recommendations: readonly Recommendation[];
  readonly why: Reason;
}

/** The highest of what was wanted lately. */
function steady({ wanted, nowMs, downscaleWindowMs }: Normalization, { recommendations }: AutoscalerHistory): Steadied {
  const recent = recommendations.filter(({ atMs }) => atMs >= nowMs - downscaleWindowMs);
  return {
    replicas: Math.max(wanted, ...recent.map(({ replicas }) => replicas)),
    recommendations: [...recent, { replicas: wanted, atMs: nowMs }],
    why: downStabilized,
  };
}

/** Up by the lowest, down by the highest of what was wanted within the window of each direction. */
function steadyByRules(
  { wanted, currentReplicas, nowMs, downscaleWindowMs }: Normalization,
  { recommendations }: AutoscalerHistory,
  { scaleUp, scaleDown }: ScalingRules,
): Steadied {
  const windowMs = ({ stabilizationWindowSeconds: seconds }: HPAScalingRules, otherwise: number) =>
    seconds === undefined ? otherwise : seconds * 1000;
  const upSinceMs = nowMs - windowMs(scaleUp, 0);
  const downSinceMs = nowMs - windowMs(scaleDown, downscaleWindowMs);
  const since = (ms: number) => recommendations.filter(({ atMs }) => atMs > ms).map(({ replicas }) => replicas);
  const lowest = Math.min(wanted, ...since(upSinceMs));
  const highest = Math.max(wanted, ...since(downSinceMs));
  const kept = recommendations.filter(({ atMs }) => atMs >= Math.min(upSinceMs, downSinceMs));
  return {
    replicas: Math.min(Math.max(currentReplicas, lowest), highest),
    recommendations: [...kept, { replicas: wanted, atMs: nowMs }],
    why: wanted >= currentReplicas ? upStabilized : downStabilized,
  };
}

type Limited = Reason & { readonly replicas: number };

function limit({ currentReplicas, minReplicas, maxReplicas }: Normalization, wanted: number): Limited {
  const rate = Math.max(scaleUpFactor * currentReplicas, scaleUpMinimum);
  if (wanted < minReplicas) return { replicas: minReplicas, ...tooFew };
  const [maximum, why] = maxReplicas > rate ? [rate, scaleUpLimit] : [maxReplicas, tooMany];
  return wanted > maximum ? { replicas: maximum, ...why } : { replicas: wanted, ...withinRange };
}

function limitByRules(
  { currentReplicas, minReplicas, maxReplicas, nowMs }: Normalization,
  wanted: number,
  history: AutoscalerHistory,
  { scaleUp, scaleDown }: ScalingRules,
): Limited {
  if (wanted > currentReplicas) {
    const rate = Math.max(currentReplicas, rateUp(currentReplicas, history, scaleUp, nowMs));
    const [maximum, why] = maxReplicas > rate ? [rate, scaleUpLimit] : [maxReplicas, tooMany];
    if (wanted > maximum) return { replicas: maximum, ...why };
  }
  if (wanted < currentReplicas) {
    const rate = Math.min(currentReplicas, rateDown(currentReplicas, history, scaleDown, nowMs));
    const [minimum, why] = minReplicas < rate ? [rate, scaleDownLimit] : [minReplicas, tooFew];
    if (wanted < minimum) return { replicas: minimum, ...why };
  }
  return { replicas: wanted, ...withinRange };
}

/** How many there were when the period began. */
function atStartOf(periodSeconds: number, currentReplicas: number, { ups, downs }: AutoscalerHistory, nowMs: number) {
  const sum = (events: readonly ScaleEvent[]) =>
    events.filter(({ atMs }) => atMs > nowMs - periodSeconds * 1000).reduce((total, { change }) => total + change, 0);
  return currentReplicas - sum(ups) + sum(downs);
}

/** The most replicas that the policies allow now; each allows a change within its period. */
export function rateUp(
  currentReplicas: number,
  history: AutoscalerHistory,
  { selectPolicy, policies = [] }: HPAScalingRules,
  nowMs: number,
): number {
  if (selectPolicy === 'Disabled') return currentReplicas;
  const proposals = policies.map(({ type, value, periodSeconds }) => {
    const start = atStartOf(periodSeconds, currentReplicas, history, nowMs);
    // Rounded up, so that a few replicas get anywhere.
    return type === 'Pods' ? start + value : Math.ceil(start * (1 + value / 100));
  });
  return selectPolicy === 'Min' ? Math.min(...proposals) : Math.max(...proposals);
}

/** The fewest replicas that the policies allow now. */
export function rateDown(
  currentReplicas: number,
  history: AutoscalerHistory,
  { selectPolicy, policies = [] }: HPAScalingRules,
  nowMs: number,
): number {
  if (selectPolicy === 'Disabled') return currentReplicas;
  const proposals = policies.map(({ type, value, periodSeconds }) => {
    const start = atStartOf(periodSeconds, currentReplicas, history, nowMs);
    return type === 'Pods' ? start - value : Math.trunc(start * (1 - value / 100));
  });
  return selectPolicy === 'Min' ? Math.max(...proposals) : Math.min(...proposals);
}

/** The history after a change of the replicas. What no policy looks back to is forgotten. */
export function withScaleEvent(
  history: AutoscalerHistory,
  rules: ScalingRules | undefined,
  { from, to, nowMs }: { readonly from: number; readonly to: number; readonly nowMs: number },
): AutoscalerHistory {
  if (rules === undefined) return history;
  const longestMs = (...given: readonly HPAScalingRules[]) =>
    1000 * Math.max(0, ...given.flatMap(({ policies = [] }) => policies.map(({ periodSeconds }) => periodSeconds)));
  const sinceMs = nowMs - longestMs(rules.scaleUp, rules.scaleDown);
  const recent = (events: readonly ScaleEvent[]) => events.filter(({ atMs }) => atMs >= sinceMs);
  const event = { change: Math.abs(to - from), atMs: nowMs };
  return {
    ...history,
    ups: to > from ? [...recent(history.ups), event] : recent(history.ups),
    downs: to > from ? recent(history.downs) : [...recent(history.downs), event],
  };
}
