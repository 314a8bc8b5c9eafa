/** What tests of clusters and of scheduling policies say again and again, as matchers for jest's `expect`. */
import type { Pod } from '@pintle/api/core/v1';
import { StatusError, type StatusReason } from '@pintle/machinery';
import type { Explanation } from '@pintle/scheduler';
import { stringify } from 'yaml';

/** A pod as the API has it, or what `explain()` says of one. */
export type Placed = Pod | Explanation;

export interface MatcherResult {
  readonly pass: boolean;
  message(): string;
}

const isExplanation = (received: Placed): received is Explanation => 'outcome' in received;
const nameOf = (received: Placed) => (isExplanation(received) ? received.pod : (received.metadata.name ?? ''));
const nodeOf = (received: Placed) => (isExplanation(received) ? received.nodeName : received.spec?.nodeName);

/** The refusal that the pod's condition tells of, or that its last attempt ended with. */
function refusalOf(received: Placed): string | undefined {
  if (isExplanation(received))
    return received.outcome === 'placed' ? undefined : (received.message ?? received.outcome);
  const scheduled = received.status?.conditions?.find(({ type }) => type === 'PodScheduled');
  return scheduled?.status === 'False' ? (scheduled.message ?? scheduled.reason) : undefined;
}

const result = (pass: boolean, expected: string, found: string): MatcherResult => ({
  pass,
  message: () => `expected ${pass ? 'not ' : ''}${expected}, found ${found}`,
});

export interface ConditionExpectation {
  /** Default `True`. */
  readonly status?: 'True' | 'False' | 'Unknown';
  readonly reason?: string;
}

interface WithConditions {
  readonly status?: {
    readonly conditions?: readonly { readonly type: string; readonly status: string; readonly reason?: string }[];
  };
}

/** For `expect.extend`; importing `@pintle/testing/jest` has done it. */
export const matchers = {
  /** The pod is bound to this node. */
  toBePlacedOn(received: Placed, nodeName: string): MatcherResult {
    const refusal = refusalOf(received);
    const where = nodeOf(received) ?? `it on no node${refusal === undefined ? '' : `: ${refusal}`}`;
    return result(nodeOf(received) === nodeName, `${nameOf(received)} on ${nodeName}`, where);
  },

  /** No node takes the pod; `plugin` names one that refuses it, on a node or beforehand. */
  toBeUnschedulable(received: Placed, { plugin }: { readonly plugin?: string } = {}): MatcherResult {
    const refusal = refusalOf(received);
    const found = refusal ?? `it on ${nodeOf(received) ?? 'no node, not yet tried'}`;
    if (plugin === undefined) return result(refusal !== undefined, `${nameOf(received)} to be unschedulable`, found);
    if (!isExplanation(received))
      throw new TypeError('which plugin refused a pod is known to explain(): expect(explain(result, name))');
    const refusing = new Set([
      ...(received.refusedBy ?? []),
      ...(received.preFilter === undefined ? [] : [received.preFilter.plugin]),
      ...received.nodes.flatMap(({ filters }) =>
        filters.flatMap((verdict) => (verdict.code === 'Success' ? [] : [verdict.plugin])),
      ),
    ]);
    return result(
      refusal !== undefined && refusing.has(plugin),
      `${nameOf(received)} to be unschedulable by ${plugin}`,
      refusing.size === 0 ? found : `${found} (${[...refusing].join(', ')})`,
    );
  },

  /** The object has the condition, `True` unless another status is given. */
  toHaveCondition(received: WithConditions, type: string, expected: ConditionExpectation = {}): MatcherResult {
    const { status = 'True', reason } = expected;
    const conditions = received.status?.conditions ?? [];
    const found = conditions.find((condition) => condition.type === type);
    return result(
      found?.status === status && (reason === undefined || found.reason === reason),
      `condition ${type} ${status}${reason === undefined ? '' : ` by ${reason}`}`,
      conditions.length === 0 ? 'no conditions' : stringify(conditions).trimEnd(),
    );
  },

  /** The refusal has this reason: `await expect(client.get(…)).rejects.toBeStatus('NotFound')`. */
  toBeStatus(received: unknown, reason: StatusReason): MatcherResult {
    const status = StatusError.is(received) ? received.status : undefined;
    const found = status === undefined ? String(received) : `${status.reason}: ${status.message}`;
    return result(status?.reason === reason, `a Status ${reason}`, found);
  },
};
