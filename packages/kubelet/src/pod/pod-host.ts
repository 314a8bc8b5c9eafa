/** A pod's worker as its parts see it: what is known of the pod, and what they find out. `pod-worker.ts` is one. */
import type { Pod } from '@pintle/api/core/v1';
import type { PodSandbox } from '@pintle/contracts';
import type { PodMemory, PodRuntimeState } from './pod-state.js';

export interface PodHost {
  /** As the API had it last. */
  readonly pod: Pod;
  readonly memory: PodMemory;
  /** Newest first. */
  readonly sandboxes: readonly PodSandbox[];
  remember(change: Partial<PodMemory>): void;
  setSandboxes(sandboxes: readonly PodSandbox[]): void;
  /** What the runtime has of the pod now. */
  readState(): Promise<PodRuntimeState>;
  /** There is something new to decide by. */
  wake(): void;
}
