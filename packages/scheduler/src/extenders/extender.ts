/** What a scheduler asks of a process beside it: which nodes will do, which are better, who is to leave, to bind. */
import type { Node } from '@pintle/api/core/v1';
import type { PodInfo } from '../nodes/pod-info.js';
import type { Candidate } from '../preemption/candidate.js';

export interface ExtenderVerdict {
  /** The names of the nodes that will do, of those that were given. */
  readonly nodeNames: readonly string[];
  /** By node why it will not do now; preemption may help. */
  readonly failed: ReadonlyMap<string, string>;
  readonly failedAndUnresolvable: ReadonlyMap<string, string>;
}

/** Every method may be absent, and throws where the extender could not be asked or answers nonsense. */
export interface Extender {
  /** For messages. */
  readonly name: string;
  /** Where it fails, the scheduler goes on without it. */
  readonly ignorable: boolean;
  /** What its scores, of 0 to 10, are multiplied with. */
  readonly weight: number;
  isInterested(pod: PodInfo): boolean;
  filter?(pod: PodInfo, nodes: readonly Node[]): Promise<ExtenderVerdict>;
  prioritize?(pod: PodInfo, nodes: readonly Node[]): Promise<ReadonlyMap<string, number>>;
  /** Those of the candidates that it agrees with, perhaps with other victims. */
  preempt?(pod: PodInfo, candidates: readonly Candidate[]): Promise<readonly Candidate[]>;
  bind?(pod: PodInfo, nodeName: string): Promise<void>;
}

export const extenderScoreMax = 10;
