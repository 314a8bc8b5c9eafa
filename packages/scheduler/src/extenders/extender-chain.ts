/** The extenders of a scheduler, asked one after the other. */
import type { Node } from '@pintle/api/core/v1';
import type { Logger } from '@pintle/machinery';
import { scoreMax } from '../framework/plugin.js';
import { errorStatus, type Status, status } from '../framework/status.js';
import type { PodInfo } from '../nodes/pod-info.js';
import type { Candidate } from '../preemption/candidate.js';
import { type Extender, extenderScoreMax } from './extender.js';

export interface ExtenderFilterOutcome {
  readonly nodeNames: ReadonlySet<string>;
  readonly refusals: ReadonlyMap<string, Status>;
}

export class ExtenderChain {
  constructor(
    private readonly extenders: readonly Extender[],
    private readonly logger: Logger,
  ) {}

  /** Whether one of them has a say before the pod has its node. */
  isInterested(pod: PodInfo): boolean {
    return this.extenders.some(
      (extender) =>
        (extender.filter ?? extender.prioritize ?? extender.preempt) !== undefined && extender.isInterested(pod),
    );
  }

  preempts(pod: PodInfo): boolean {
    return this.extenders.some((extender) => extender.preempt !== undefined && extender.isInterested(pod));
  }

  async filter(pod: PodInfo, nodes: readonly Node[]): Promise<ExtenderFilterOutcome | Status> {
    let left = nodes;
    const refusals = new Map<string, Status>();
    for (const extender of this.extenders) {
      if (left.length === 0) break;
      if (extender.filter === undefined || !extender.isInterested(pod)) continue;
      try {
        const { nodeNames, failed, failedAndUnresolvable } = await extender.filter(pod, left);
        for (const [node, reason] of failedAndUnresolvable)
          refusals.set(node, status('UnschedulableAndUnresolvable', reason));
        for (const [node, reason] of failed)
          if (!failedAndUnresolvable.has(node)) refusals.set(node, status('Unschedulable', reason));
        const kept = new Set(nodeNames);
        left = left.filter(({ metadata }) => kept.has(metadata.name ?? ''));
      } catch (error) {
        if (!this.mayIgnore(extender, error)) return extenderError(extender, error);
      }
    }
    return { nodeNames: new Set(left.map(({ metadata }) => metadata.name ?? '')), refusals };
  }

  /** What is added to each node's score. An extender that fails has no say. */
  async prioritize(pod: PodInfo, nodes: readonly Node[]): Promise<ReadonlyMap<string, number>> {
    const sums = new Map<string, number>();
    const asked = this.extenders.filter(({ prioritize }) => prioritize !== undefined);
    await Promise.all(
      asked.map(async (extender) => {
        if (!extender.isInterested(pod)) return;
        try {
          for (const [node, score] of await extender.prioritize!(pod, nodes))
            sums.set(node, (sums.get(node) ?? 0) + (score * extender.weight * scoreMax) / extenderScoreMax);
        } catch (error) {
          this.logger.log('warn', 'an extender did not score', { extender: extender.name, error });
        }
      }),
    );
    return sums;
  }

  async preempt(pod: PodInfo, candidates: readonly Candidate[]): Promise<readonly Candidate[] | Status> {
    let left = candidates;
    for (const extender of this.extenders) {
      if (left.length === 0) break;
      if (extender.preempt === undefined || !extender.isInterested(pod)) continue;
      try {
        const agreed = await extender.preempt(pod, left);
        const empty = agreed.find(({ victims }) => victims.length === 0);
        if (empty !== undefined && !extender.ignorable)
          throw new Error(`expected at least one victim pod on node ${JSON.stringify(empty.nodeName)}`);
        left = agreed.filter(({ victims }) => victims.length > 0);
      } catch (error) {
        if (!this.mayIgnore(extender, error)) return extenderError(extender, error);
      }
    }
    return left;
  }

  /** The one that binds the pod instead of plugins. */
  binder(pod: PodInfo): Extender | undefined {
    return this.extenders.find((extender) => extender.bind !== undefined && extender.isInterested(pod));
  }

  private mayIgnore(extender: Extender, error: unknown): boolean {
    if (extender.ignorable) this.logger.log('warn', 'an extender was passed over', { extender: extender.name, error });
    return extender.ignorable;
  }
}

/** What an extender threw, as a status that names it. */
export function extenderError({ name }: Extender, error: unknown): Status {
  const { reasons } = errorStatus(error);
  return { code: 'Error', reasons: [`extender ${name}: ${reasons[0]}`], plugin: name, cause: error };
}
