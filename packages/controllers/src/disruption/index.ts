/**
 * The disruption controller: keeps count of what each PodDisruptionBudget can spare, for evictions to be allowed or
 * refused by. It evicts nothing.
 */
import { Pod } from '@pintle/api/core/v1';
import { budgetsOf } from '@pintle/api/disruption';
import { PodDisruptionBudget } from '@pintle/api/policy/v1';
import { type Controller, controller, type ReconcileContext } from '@pintle/controller-runtime';
import {
  deepEqual,
  findCondition,
  formatTime,
  type KindRef,
  type LabelSelector,
  labelSelectorMatcher,
  parseTime,
} from '@pintle/machinery';
import { ignoreNotFound } from '../ignore-not-found.js';
import { isPodTerminal } from '../pod-facts.js';
import { type ExpectedScale, expectedScale, scaledKinds } from './expected-scale.js';
import { type BudgetPlan, failedStatus, needsScale, planBudget } from './plan-budget.js';

export { type BudgetFacts, type BudgetPlan, needsScale, planBudget } from './plan-budget.js';

const gatherMs = 20;

export interface DisruptionControllerOptions {
  /** Every kind that objects can be of: a pod's controller may be of any that has a scale. */
  readonly kinds: () => readonly KindRef[];
  readonly concurrency?: number;
}

export function disruptionController({ kinds, concurrency = 1 }: DisruptionControllerOptions): Controller {
  const base = controller({ name: 'disruption', component: 'controllermanager', concurrency, gatherMs })
    .for(PodDisruptionBudget)
    .watches(Pod, (pod, informers) => {
      const budgets = informers.informer(PodDisruptionBudget).lister.list({ namespace: pod.metadata.namespace ?? '' });
      return budgetsOf(pod, budgets).map(({ metadata: { name = '', namespace = '' } }) => ({ name, namespace }));
    });
  // The kinds are only looked up: their pods tell when they are scaled.
  const watching = scaledKinds.reduce((builder, kind) => builder.watches(kind as KindRef, () => []), base);
  return watching.reconcile((context) => reconcile(context, kinds));
}

async function reconcile(
  context: ReconcileContext<PodDisruptionBudget>,
  kinds: () => readonly KindRef[],
): Promise<undefined | { requeueAfterMs: number }> {
  const { object: budget, informers, client, world } = context;
  if (budget === undefined) return undefined;
  const selector = labelSelectorMatcher(budget.spec?.selector);
  const pods = informers
    .informer(Pod)
    .lister.list({ namespace: budget.metadata.namespace ?? '' })
    .filter(({ metadata }) => selector.matches(metadata.labels ?? {}));
  const write = async (status: NonNullable<PodDisruptionBudget['status']>) => {
    // Against this very version: an eviction may have taken from the budget meanwhile.
    if (!deepEqual(status, budget.status)) await client.update({ ...budget, status }, { subresource: 'status' });
  };
  let plan: BudgetPlan;
  try {
    plan = await count(context, budget, pods, kinds);
  } catch (error) {
    await write(failedStatus(budget, error as Error, world.clock.now()));
    throw error;
  }
  await write(plan.status);
  return plan.lookAgainInMs === undefined ? undefined : { requeueAfterMs: plan.lookAgainInMs };
}

async function count(
  { client, informers, events, world }: ReconcileContext<PodDisruptionBudget>,
  budget: PodDisruptionBudget,
  pods: readonly Pod[],
  kinds: () => readonly KindRef[],
): Promise<BudgetPlan> {
  if (pods.length === 0) events.record(budget, 'Normal', 'NoPods', 'No matching pods found');
  let expected: ExpectedScale = { scale: 0, unmanaged: [] };
  try {
    if (needsScale(budget)) expected = await expectedScale({ client, informers, kinds }, pods);
  } catch (error) {
    const message = `Failed to calculate the number of expected pods: ${(error as Error).message}`;
    events.record(budget, 'Warning', 'CalculateExpectedPodCountFailed', message);
    throw error;
  }
  if (expected.unmanaged.length > 0)
    events.record(
      budget,
      'Warning',
      'UnmanagedPods',
      `Pods selected by this PodDisruptionBudget (selector: ${goText(budget.spec?.selector)}) were found to be unmanaged. As a result, the status of the PDB cannot be calculated correctly, which may result in undefined behavior. To account for these pods please set ".spec.minAvailable" field of the PDB to an integer value.`,
    );
  const { namespace = '' } = budget.metadata;
  const all = informers.informer(PodDisruptionBudget).lister.list({ namespace });
  for (const pod of pods) {
    const [first, second] = budgetsOf(pod, all);
    if (second === undefined || first?.metadata.uid !== budget.metadata.uid) continue;
    const message = `Pod "${namespace}"/"${pod.metadata.name}" matches multiple PodDisruptionBudgets.  Chose "${first?.metadata.name}" arbitrarily.`;
    events.record(pod, 'Warning', 'MultiplePodDisruptionBudgets', message);
  }
  const plan = planBudget({ budget, pods, scale: expected.scale, nowMs: world.clock.now() });
  for (const pod of plan.notDeleted) {
    const message = `Pod was expected by PDB ${namespace}/${budget.metadata.name} to be deleted but it wasn't`;
    events.record(pod, 'Warning', 'NotDeleted', message);
  }
  return plan;
}

/** A selector as upstream's messages print it. */
function goText({ matchLabels = {}, matchExpressions = [] }: LabelSelector = {}): string {
  const labels = Object.entries(matchLabels)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}: ${value},`);
  const expressions = matchExpressions.map(
    ({ key, operator, values = [] }) =>
      `LabelSelectorRequirement{Key:${key},Operator:${operator},Values:[${values.join(' ')}],},`,
  );
  return `&LabelSelector{MatchLabels:map[string]string{${labels.join('')}},MatchExpressions:[]LabelSelectorRequirement{${expressions.join('')}},}`;
}

/** How long a pod may be said to be disrupted and live on. */
const staleMs = 120_000;

const disruptionOf = ({ metadata, status }: Pod) => {
  const condition = findCondition(status?.conditions, 'DisruptionTarget');
  const stays = metadata.deletionTimestamp !== undefined || condition?.reason === 'TerminationByKubelet';
  return condition?.status === 'True' && !stays ? condition : undefined;
};

/** Takes back the condition DisruptionTarget of pods that have not gone. */
export function staleDisruptionController(): Controller {
  return controller({ name: 'disruption-stale-pods', component: 'controllermanager' })
    .for(Pod, { predicate: ({ type, object }) => type !== 'deleted' && disruptionOf(object) !== undefined })
    .reconcile(async ({ key, object: pod, client, world }) => {
      const condition = pod && disruptionOf(pod);
      if (pod === undefined || condition === undefined || isPodTerminal(pod)) return undefined;
      const nowMs = world.clock.now();
      const leftMs = (parseTime(condition.lastTransitionTime ?? undefined) ?? 0) + staleMs - nowMs;
      if (leftMs > 0) return { requeueAfterMs: leftMs };
      const taken = { type: 'DisruptionTarget', status: 'False', lastTransitionTime: formatTime(nowMs) };
      const conditions = [{ ...taken, reason: null, message: null }];
      const body = { metadata: { uid: pod.metadata.uid }, status: { conditions } };
      await client.patch(Pod, key, { type: 'strategic', body }, { subresource: 'status' }).catch(ignoreNotFound);
      return undefined;
    });
}
