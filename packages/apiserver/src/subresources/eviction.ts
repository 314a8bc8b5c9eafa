/**
 * `pods/eviction`: a deletion that asks the pod's PodDisruptionBudget first (policy/v1). What does not run counts
 * for no budget; what is not ready may go where the budget is kept without it.
 */
import type { Pod } from '@pintle/api/core/v1';
import { budgetsOf, withDisruptionAllowed } from '@pintle/api/disruption';
import { PodDisruptionBudget } from '@pintle/api/policy/v1';
import type { DeleteRequest } from '@pintle/client';
import {
  badRequest,
  findCondition,
  forbidden,
  formatTime,
  isConditionTrue,
  type KubernetesObject,
  StatusError,
  setCondition,
  statusError,
} from '@pintle/machinery';
import { storedObjectOf } from '../verbs/api-core.js';
import { deleteObject } from '../verbs/delete.js';
import { checkedDeleteOptions, type SentDeleteOptions } from '../verbs/delete-options.js';
import { checkDeletePreconditions } from '../verbs/delete-plan.js';
import { listEntries, requireEntry } from '../verbs/read.js';
import { changeObject } from '../verbs/update.js';
import { admitted, pastAdmission, placed } from './admitted.js';
import { createdPart, evictionKind } from './part-body.js';
import type { SubresourceHandler, SubresourceRequest } from './subresource.js';

/** Rounds against a pod that changes while it is evicted. */
const attemptsMax = 20;
/** Approved evictions that the disruption controller has not seen the end of. */
const disruptedPodsMax = 2_000;
const retryAfterSeconds = 10;

const evicted = Object.freeze({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 });

type Eviction = KubernetesObject & { readonly deleteOptions?: SentDeleteOptions };

export const evictionSubresource: SubresourceHandler = {
  body: evictionKind.kind,
  async create(request, body, options) {
    const eviction = createdPart<Eviction>(request, evictionKind, body, options);
    if (eviction.metadata.name !== request.key.name)
      throw badRequest('name in URL does not match name in Eviction object');
    const sent = placed(eviction, request.key);
    const { deleteOptions } = await admitted(request, 'CREATE', 'eviction', sent, options.dryRun);
    await requireEntry(request.core, request.resource, request.key);
    const asked: DeleteRequest = {
      ...checkedDeleteOptions(deleteOptions ?? {}),
      ...(options.dryRun ? { dryRun: true } : {}),
    };
    await evict({ ...request, core: pastAdmission(request.core) }, asked);
    return evicted;
  },
};

async function evict(request: SubresourceRequest, asked: DeleteRequest): Promise<void> {
  const pod = await removeUncounted(request, asked);
  if (pod === undefined) return;
  const budget = await budgetOf(request, pod);
  if (budget === undefined) return removePod(request, asked);
  if (!passesBy(budget, pod)) {
    await takeFromBudget(request, budget, asked.dryRun ?? false);
    return removePod(request, asked);
  }
  try {
    return await removePod(request, asked, pod);
  } catch (error) {
    throw lostRace(error, asked) ? stillProcessed(budget) : error;
  }
}

/** Whether the pod changed meanwhile, where the client did not ask for one version of it. */
const lostRace = (error: unknown, { preconditions }: DeleteRequest) =>
  StatusError.is(error, 'Conflict') && preconditions?.resourceVersion === undefined;

/** Removes a pod that counts for no budget; else returns it. */
async function removeUncounted(request: SubresourceRequest, asked: DeleteRequest): Promise<Pod | undefined> {
  for (let attempt = 1; ; attempt++) {
    const pod = storedObjectOf(
      request.resource,
      await requireEntry(request.core, request.resource, request.key),
    ) as Pod;
    const phase = pod.status?.phase;
    const isOver = phase === 'Succeeded' || phase === 'Failed' || pod.metadata.deletionTimestamp !== undefined;
    if (!isOver && phase !== 'Pending') return pod;
    try {
      // One that waits may become ready while we look, and count from then on.
      await removePod(request, asked, isOver ? undefined : pod);
      return undefined;
    } catch (error) {
      if (attempt >= attemptsMax || !lostRace(error, asked)) throw error;
    }
  }
}

/** With `seen`, only where the pod is still as it was then. */
async function removePod(request: SubresourceRequest, asked: DeleteRequest, seen?: Pod): Promise<void> {
  const { core, context, resource, key } = request;
  const resourceVersion = asked.preconditions?.resourceVersion ?? seen?.metadata.resourceVersion;
  const preconditions = {
    ...asked.preconditions,
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  };
  if (asked.dryRun) {
    await deleteObject(core, context, resource, key, { ...asked, preconditions });
    return;
  }
  const { object } = await changeObject(core, context, resource, {
    key,
    subresource: 'status',
    options: {},
    change(old) {
      checkDeletePreconditions(resource, old.metadata, preconditions);
      const pod = old as Pod;
      const now = formatTime(core.world.clock.now());
      const conditions = withEvicted(pod.status?.conditions, now);
      if (conditions === pod.status?.conditions) return { object: old };
      return { object: { ...pod, status: { ...pod.status, conditions } } as KubernetesObject, ownsFields: true };
    },
  });
  const told = resourceVersion === undefined ? {} : { resourceVersion: object.metadata.resourceVersion ?? '' };
  await deleteObject(core, context, resource, key, { ...asked, preconditions: { ...asked.preconditions, ...told } });
}

type Conditions = NonNullable<NonNullable<Pod['status']>['conditions']>;

/** The same where they say it already. */
function withEvicted(conditions: Conditions | undefined, now: string): Conditions {
  const said = {
    type: 'DisruptionTarget',
    status: 'True',
    reason: 'EvictionByEvictionAPI',
    message: 'Eviction API: evicting',
  };
  const { status, reason, message } = findCondition(conditions, said.type) ?? {};
  if (status === said.status && reason === said.reason && message === said.message) return conditions!;
  return setCondition(conditions, { ...said, lastProbeTime: null as unknown as string }, now);
}

async function budgetOf({ core, key }: SubresourceRequest, pod: Pod): Promise<PodDisruptionBudget | undefined> {
  const resource = core.registry.byResource('policy/v1', PodDisruptionBudget.plural);
  if (resource === undefined) return undefined;
  const { entries } = await listEntries(core, resource, { namespace: key.namespace ?? '' });
  const found = budgetsOf(
    pod,
    entries.map((entry) => storedObjectOf(resource, entry) as PodDisruptionBudget),
  );
  if (found.length > 1)
    throw statusError(
      'InternalError',
      'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
    );
  return found[0];
}

/** Whether the pod may go without being counted: it is not ready, and the budget does not depend on it. */
function passesBy({ spec, status }: PodDisruptionBudget, pod: Pod): boolean {
  if (isConditionTrue(pod.status?.conditions, 'Ready')) return false;
  if (spec?.unhealthyPodEvictionPolicy === 'AlwaysAllow') return true;
  const { currentHealthy = 0, desiredHealthy = 0 } = status ?? {};
  return currentHealthy >= desiredHealthy && desiredHealthy > 0;
}

async function takeFromBudget(
  { core, context, key }: SubresourceRequest,
  { metadata: { name = '' } }: PodDisruptionBudget,
  dryRun: boolean,
): Promise<void> {
  const resource = core.registry.byResource('policy/v1', PodDisruptionBudget.plural)!;
  // It is the server that counts, and not who evicts.
  await changeObject(core, { ...context, fieldManager: 'kube-apiserver' }, resource, {
    key: { name, namespace: key.namespace ?? '' },
    subresource: 'status',
    options: dryRun ? { dryRun } : {},
    change(old) {
      const budget = old as PodDisruptionBudget;
      checkBudget(budget);
      const now = formatTime(core.world.clock.now());
      const { disruptedPods, disruptionsAllowed } = budget.status!;
      const taken = {
        ...budget.status!,
        disruptionsAllowed: disruptionsAllowed - 1,
        disruptedPods: { ...disruptedPods, [key.name]: now },
      };
      return { object: { ...budget, status: disruptionsAllowed === 1 ? withDisruptionAllowed(taken, now) : taken } };
    },
  });
}

/** Errors: `StatusError` TooManyRequests where the budget has nothing to give, or is not yet counted. */
function checkBudget(budget: PodDisruptionBudget): void {
  const { metadata, status } = budget;
  const { disruptionsAllowed = 0, desiredHealthy = 0, currentHealthy = 0, observedGeneration = 0 } = status ?? {};
  if (observedGeneration < (metadata.generation ?? 0)) throw stillProcessed(budget);
  if (Object.keys(status?.disruptedPods ?? {}).length > disruptedPodsMax)
    throw forbidden(
      { group: 'policy', plural: 'poddisruptionbudget' },
      metadata.name ?? '',
      'DisruptedPods map too big - too many evictions not confirmed by PDB controller',
    );
  if (disruptionsAllowed > 0) return;
  throw violation(
    `The disruption budget ${metadata.name} needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`,
  );
}

const stillProcessed = ({ metadata }: PodDisruptionBudget) =>
  violation(`The disruption budget ${metadata.name} is still being processed by the server.`, retryAfterSeconds);

const violation = (message: string, retrySeconds?: number) =>
  statusError('TooManyRequests', "Cannot evict pod as it would violate the pod's disruption budget.", {
    details: {
      causes: [{ reason: 'DisruptionBudget', message }],
      ...(retrySeconds === undefined ? {} : { retryAfterSeconds: retrySeconds }),
    },
  });
