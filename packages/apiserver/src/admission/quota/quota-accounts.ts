/**
 * Carries charges to the quotas of a namespace. Requests that come while a charge is being written are charged
 * together: their changes become one transaction over all quotas concerned, made anew where a quota has changed
 * meanwhile. A request goes on only when what it costs is written down.
 */
import type { ResourceQuota } from '@pintle/api/core/v1';
import { prefixRange, type StoreEntry } from '@pintle/contracts';
import { statusError } from '@pintle/machinery';
import { serverItself } from '../../registry/request-context.js';
import type { Resource } from '../../registry/resource.js';
import { storePrefix } from '../../registry/resource.js';
import { StoredObject } from '../../storage/stored-object.js';
import { type ApiCore, storedObjectOf } from '../../verbs/api-core.js';
import { recordUpdate } from '../../verbs/managed-fields.js';
import { fromStore } from '../../verbs/store-failure.js';
import { type Charge, type Charged, chargeQuotas } from './charge.js';

/** Rounds against other writers of the same quotas before a charge gives up. */
const attemptsMax = 20;

interface Waiting {
  readonly charge: Charge;
  /** Looked at, and not written. */
  readonly dryRun: boolean;
  /** Undefined: paid. */
  done(refusal: Refusal | undefined): void;
  failed(error: unknown): void;
}

export type Refusal = Exclude<Charged, { readonly type: 'charged' }>;

export class QuotaAccounts {
  private readonly waiting = new Map<string, Waiting[]>();

  constructor(private readonly core: () => ApiCore) {}

  /** Resolves with why the charge is refused, or undefined. Errors: `StatusError` of the store. */
  charge(namespace: string, charge: Charge, { dryRun }: { readonly dryRun: boolean }): Promise<Refusal | undefined> {
    return new Promise((done, failed) => {
      const entry: Waiting = { charge, dryRun, done, failed };
      const queue = this.waiting.get(namespace);
      if (queue !== undefined) queue.push(entry);
      else {
        this.waiting.set(namespace, [entry]);
        void this.work(namespace);
      }
    });
  }

  private async work(namespace: string): Promise<void> {
    for (let batch = this.take(namespace); batch.length > 0; batch = this.take(namespace)) {
      try {
        const refusals = await this.settle(namespace, batch);
        batch.forEach((entry, index) => {
          entry.done(refusals[index]);
        });
      } catch (error) {
        for (const entry of batch) entry.failed(error);
      }
    }
    this.waiting.delete(namespace);
  }

  private take(namespace: string): readonly Waiting[] {
    return this.waiting.get(namespace)?.splice(0) ?? [];
  }

  /** The refusals of a batch, in its order; what is not refused has been written. */
  private async settle(namespace: string, batch: readonly Waiting[]): Promise<readonly (Refusal | undefined)[]> {
    const core = this.core();
    const resource = core.registry.byResource('v1', 'resourcequotas');
    if (resource === undefined) return batch.map(() => undefined);
    for (let attempt = 1; attempt <= attemptsMax; attempt++) {
      const { entries } = await fromStore(core.backend.range(prefixRange(storePrefix(resource, namespace))));
      const { refusals, quotas } = chargeAll(
        entries.map((entry) => storedObjectOf(resource, entry) as ResourceQuota),
        batch,
      );
      if (await this.write(core, resource, entries, quotas)) return refusals;
    }
    throw statusError('InternalError', 'the quotas of the namespace change too fast to be charged; try again');
  }

  private async write(
    core: ApiCore,
    resource: Resource,
    entries: readonly StoreEntry<StoredObject>[],
    quotas: readonly ResourceQuota[],
  ): Promise<boolean> {
    const changed = entries
      .map((entry, index) => ({ entry, quota: quotas[index]! }))
      .filter(({ entry, quota }) => quota !== storedObjectOf(resource, entry));
    if (changed.length === 0) return true;
    const recorded = await Promise.all(
      changed.map(({ entry, quota }) =>
        recordUpdate(core, serverItself, resource, quota, storedObjectOf(resource, entry), { subresource: 'status' }),
      ),
    );
    const { succeeded } = await fromStore(
      core.backend.transact({
        compare: changed.map(({ entry: { key, modRevision } }) => ({
          key,
          target: 'modRevision',
          is: '=',
          value: modRevision,
        })),
        success: changed.map(({ entry }, index) => ({
          type: 'put',
          key: entry.key,
          value: StoredObject.of(recorded[index]!),
        })),
      }),
    );
    return succeeded;
  }
}

/** Each charge sees what those before it have used up. */
function chargeAll(present: readonly ResourceQuota[], batch: readonly Waiting[]) {
  let quotas = present;
  const refusals = batch.map(({ charge, dryRun }) => {
    const charged = chargeQuotas(quotas, charge);
    if (charged.type !== 'charged') return charged;
    if (!dryRun) quotas = charged.quotas;
    return undefined;
  });
  return { refusals, quotas };
}
