/** What a check of the Pod Security Standards is, and the words that its faults are told in. */
import type { Container, Pod, PodSpec } from '@pintle/api/core/v1';
import type { Level } from './policy.js';

/** A pod, or the template of pods to come. */
export interface PodLike {
  readonly metadata?: Pick<Pod['metadata'], 'annotations'> | undefined;
  readonly spec: PodSpec;
}

export interface Violation {
  readonly reason: string;
  readonly detail: string;
}

export interface Check {
  readonly id: string;
  readonly level: Exclude<Level, 'privileged'>;
  /** The check of the level below that it takes the place of. */
  readonly overrides?: string;
  /** By the minor version of Kubernetes that they hold from, the oldest first. */
  readonly since: Readonly<Record<number, (pod: PodLike) => Violation | undefined>>;
}

/** What checks look at: ephemeral containers have all of it. */
export type AnyContainer = Pick<Container, 'name' | 'image' | 'ports' | 'securityContext'>;

/** In the order in which faults name them. */
export const containersOf = ({ initContainers, containers, ephemeralContainers }: PodSpec): readonly AnyContainer[] => [
  ...(initContainers ?? []),
  ...(containers ?? []),
  ...(ephemeralContainers ?? []),
];

export const namesOf = (containers: readonly AnyContainer[]): readonly string[] => containers.map(({ name }) => name);

export const quoted = (items: Iterable<string>): string => [...items].map((item) => `"${item}"`).join(', ');

/** Each once, in alphabetical order. */
export const distinct = (items: Iterable<string>): readonly string[] => [...new Set(items)].sort();

export const plural = (word: string, count: number): string => (count === 1 ? word : `${word}s`);

export const counted = (word: string, items: readonly string[]): string =>
  `${plural(word, items.length)} ${quoted(items)}`;

/** `pod and containers "a", "b"`: who set what should not be. Empty where nobody did. */
export const setters = (pod: boolean, containers: readonly AnyContainer[]): readonly string[] => [
  ...(pod ? ['pod'] : []),
  ...(containers.length === 0 ? [] : [counted('container', namesOf(containers))]),
];

/** Windows has none of what these checks are about; the pod's validation sees to it that it is not set. */
export const exceptWindows =
  (check: (pod: PodLike) => Violation | undefined) =>
  (pod: PodLike): Violation | undefined =>
    pod.spec.os?.name === 'windows' ? undefined : check(pod);
