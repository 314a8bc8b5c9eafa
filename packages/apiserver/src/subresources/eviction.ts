/** `pods/eviction`: a deletion that asks PodDisruptionBudgets first (policy/v1). */
import type { Pod } from '@pintle/api/core/v1';
import { PodDisruptionBudget } from '@pintle/api/policy/v1';
import type { DeleteRequest } from '@pintle/client';
import { badRequest, labelSelectorMatcher, statusError } from '@pintle/machinery';
import { storedObjectOf } from '../verbs/api-core.js';
import { deleteObject } from '../verbs/delete.js';
import { parseDeleteOptions } from '../verbs/delete-plan.js';
import { listEntries, requireEntry } from '../verbs/read.js';
import { changeObject } from '../verbs/update.js';
import { isKind, type SubresourceHandler, type SubresourceRequest } from './subresource.js';

export const evictionSubresource: SubresourceHandler = {
  async create(request, body, options) {
    const { core, context, resource, key } = request;
    if (!isKind(body, 'Eviction')) throw badRequest('the body must be an Eviction');
    const asked = parseDeleteOptions((body as { deleteOptions?: unknown }).deleteOptions);
    const deletion: DeleteRequest = { ...asked, ...(options.dryRun ? { dryRun: true } : {}) };
    const pod = storedObjectOf(await requireEntry(core, resource, key)) as Pod;
    const phase = pod.status?.phase;
    const counted =
      phase !== 'Succeeded' &&
      phase !== 'Failed' &&
      phase !== 'Pending' &&
      pod.metadata.deletionTimestamp === undefined;
    if (counted) await takeFromBudget(request, pod, options.dryRun ?? false);
    await deleteObject(core, context, resource, key, deletion);
    return Object.freeze({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 });
  },
};

async function takeFromBudget({ core, context, key }: SubresourceRequest, pod: Pod, dryRun: boolean): Promise<void> {
  const budgets = core.registry.byResource('policy/v1', PodDisruptionBudget.plural);
  if (budgets === undefined) return;
  const { entries } = await listEntries(core, budgets, { namespace: key.namespace ?? '' });
  const matching = entries
    .map((entry) => storedObjectOf(entry) as PodDisruptionBudget)
    .filter(
      ({ spec }) =>
        spec?.selector !== undefined && labelSelectorMatcher(spec.selector).matches(pod.metadata.labels ?? {}),
    );
  if (matching.length === 0) return;
  if (matching.length > 1)
    throw statusError(
      'InternalError',
      'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
    );
  const { name = '' } = matching[0]!.metadata;
  await changeObject(core, context, budgets, {
    key: { name, namespace: key.namespace ?? '' },
    subresource: 'status',
    options: dryRun ? { dryRun } : {},
    change(old) {
      const budget = old as PodDisruptionBudget;
      const allowed = budget.status?.disruptionsAllowed ?? 0;
      if (allowed <= 0) {
        throw statusError('TooManyRequests', "Cannot evict pod as it would violate the pod's disruption budget.", {
          details: {
            causes: [
              {
                reason: 'DisruptionBudget',
                message: `The disruption budget ${name} needs ${budget.status?.desiredHealthy ?? 0} healthy pods and has ${budget.status?.currentHealthy ?? 0} currently`,
              },
            ],
          },
        });
      }
      const disruptedPods = {
        ...budget.status?.disruptedPods,
        [key.name]: new Date(core.world.clock.now()).toISOString(),
      };
      return {
        object: {
          ...budget,
          status: { ...budget.status!, disruptionsAllowed: allowed - 1, disruptedPods },
        } as PodDisruptionBudget,
      };
    },
  });
}
