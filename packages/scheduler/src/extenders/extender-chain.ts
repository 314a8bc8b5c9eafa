/** The extenders of a scheduler, asked one after the other. */
import type { Node } from '@pintle/api/core/v1';
import { type World, withTimeout } from '@pintle/machinery';
import { scoreMax } from '../framework/scores.js';
import { errorStatus, type Status, status, type Verdict } from '../framework/status.js';
import type { PodInfo } from '../nodes/pod-info.js';
import type { Candidate } from '../preemption/candidate.js';
import { type Extender, extenderScoreMax } from './extender.js';

export interface ExtenderFilterOutcome {
  readonly nodeNames: ReadonlySet<string>;
  readonly refusals: ReadonlyMap<string, Status>;
}

/** How long an extender may take that has no limit of its own, as those over HTTP have. */
const answerTimeoutMs = 300_000;

export class ExtenderChain {
  constructor(
    private readonly extenders: readonly Extender[],
    private readonly world: Pick<World, 'clock' | 'logger'>,
  ) {}

  /** Whether one of them has a say before the pod has its node. */
  isInterested(pod: PodInfo): boolean {
    return this.extenders.some(
      (extender) =>
        (extender.filter ?? extender.prioritize ?? extender.preempt) !== undefined && this.wants(extender, pod),
    );
  }

  preempts(pod: PodInfo): boolean {
    return this.extenders.some((extender) => extender.preempt !== undefined && this.wants(extender, pod));
  }

  async filter(pod: PodInfo, nodes: readonly Node[]): Promise<ExtenderFilterOutcome | Status> {
    let left = nodes;
    const refusals = new Map<string, Status>();
    for (const extender of this.extenders) {
      if (left.length === 0) break;
      if (extender.filter === undefined || !this.wants(extender, pod)) continue;
      try {
        const { nodeNames, failed, failedAndUnresolvable } = await this.answer(() => extender.filter!(pod, left));
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
        if (!this.wants(extender, pod)) return;
        try {
          for (const [node, score] of await this.answer(() => extender.prioritize!(pod, nodes)))
            sums.set(node, (sums.get(node) ?? 0) + (score * extender.weight * scoreMax) / extenderScoreMax);
        } catch (error) {
          this.world.logger.log('warn', 'an extender did not score', { extender: extender.name, error });
        }
      }),
    );
    return sums;
  }

  async preempt(pod: PodInfo, candidates: readonly Candidate[]): Promise<readonly Candidate[] | Status> {
    let left = candidates;
    for (const extender of this.extenders) {
      if (left.length === 0) break;
      if (extender.preempt === undefined || !this.wants(extender, pod)) continue;
      try {
        const agreed = await this.answer(() => extender.preempt!(pod, left));
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

  /** What binds the pod instead of plugins. */
  binder(pod: PodInfo): ((nodeName: string) => Promise<Verdict>) | undefined {
    const binder = this.extenders.find((extender) => extender.bind !== undefined && this.wants(extender, pod));
    if (binder === undefined) return undefined;
    return async (nodeName) => {
      try {
        await this.answer(() => binder.bind!(pod, nodeName));
        return undefined;
      } catch (error) {
        return extenderError(binder, error);
      }
    };
  }

  /** One that cannot say is asked. */
  private wants(extender: Extender, pod: PodInfo): boolean {
    try {
      return extender.isInterested(pod);
    } catch (error) {
      this.world.logger.log('warn', 'an extender cannot say whether a pod is its affair', {
        extender: extender.name,
        error,
      });
      return true;
    }
  }

  private answer<T>(ask: () => Promise<T>): Promise<T> {
    return withTimeout(this.world.clock, answerTimeoutMs, 'its answer', async () => ask());
  }

  private mayIgnore(extender: Extender, error: unknown): boolean {
    if (extender.ignorable)
      this.world.logger.log('warn', 'an extender was passed over', { extender: extender.name, error });
    return extender.ignorable;
  }
}

/** What an extender threw, as a status that names it. */
function extenderError({ name }: Extender, error: unknown): Status {
  const { reasons } = errorStatus(error);
  return { code: 'Error', reasons: [`extender ${name}: ${reasons[0]}`], plugin: name, cause: error };
}
