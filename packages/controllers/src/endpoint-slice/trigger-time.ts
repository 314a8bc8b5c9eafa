/**
 * When what made a Service's endpoints change happened: how long the news took is what `last-change-trigger-time` lets a
 * proxy measure. The controllers of slices and of Endpoints call it with each look at a Service, also where nothing is
 * written after it. Follows the trigger time tracker of k8s.io/endpointslice. Pure.
 */
import type { Pod, Service } from '@pintle/api/core/v1';
import { findCondition, formatTime, parseTime } from '@pintle/machinery';

export const triggerTimeAnnotation = 'endpoints.kubernetes.io/last-change-trigger-time';

/** What was seen of a Service's pods at the look before. */
export interface TriggerTimes {
  /** When each pod's readiness last changed, by its name. */
  readonly ofPodsMs: ReadonlyMap<string, number>;
  /** The first change that was not seen before; undefined where there was none that says when. */
  readonly changedMs: number | undefined;
}

/**
 * The times after a look at a Service. Of a Service that was not known the change is that it was created: pods may be
 * older than it. What else changes of a Service does not say when.
 */
export function nextTriggerTimes(
  before: TriggerTimes | undefined,
  { metadata }: Service,
  pods: readonly Pod[],
): TriggerTimes {
  const ofPodsMs = new Map<string, number>();
  let firstMs: number | undefined;
  for (const { metadata: pod, status } of pods) {
    const atMs = parseTime(findCondition(status?.conditions, 'Ready')?.lastTransitionTime ?? undefined);
    if (atMs === undefined) continue;
    ofPodsMs.set(pod.name ?? '', atMs);
    const isNews = atMs > (before?.ofPodsMs.get(pod.name ?? '') ?? Number.NEGATIVE_INFINITY);
    if (isNews && (firstMs === undefined || atMs < firstMs)) firstMs = atMs;
  }
  return { ofPodsMs, changedMs: before === undefined ? parseTime(metadata.creationTimestamp) : firstMs };
}

/** The annotations of what is written because of a change; an older change's time does not outlive it. */
export function withTriggerTime(
  { [triggerTimeAnnotation]: _before, ...others }: Readonly<Record<string, string>> = {},
  { changedMs }: TriggerTimes,
): Readonly<Record<string, string>> {
  return changedMs === undefined ? others : { ...others, [triggerTimeAnnotation]: formatTime(changedMs) };
}
