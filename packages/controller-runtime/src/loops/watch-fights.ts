/** Shows the updates of a manager's informers to `Fights`, and tells who wrote them. */
import type { ObjectKey } from '@pintle/client';
import type { CancelTimer, KubernetesObject, World } from '@pintle/machinery';
import type { Informer } from '@pintle/watch';
import type { WriteLedger } from '../write-ledger.js';
import { Fights, fieldManagerOf, type ObservedUpdate } from './fights.js';
import type { Fight } from './problem.js';

/**
 * Its event may come long before a write's answer does, which says that it was ours. Well over a second: a test cluster
 * that settles moves its time for what is due within one.
 */
const answerMs = 5_000;

/** Returns how to end it. */
export function watchFights(
  world: World,
  ledger: WriteLedger,
  informers: Iterable<Informer>,
  onFight: (fight: Fight) => void,
): () => void {
  const fights = new Fights(world.clock, ({ kind, key, after }, field) => {
    const { resourceVersion } = after.metadata;
    const run = resourceVersion === undefined ? undefined : ledger.writerOf({ kind, key, resourceVersion });
    return run?.controller ?? fieldManagerOf(after, field);
  });
  let pending: ObservedUpdate[] = [];
  let cancelJudging: CancelTimer = () => {};
  const judge = () => {
    const updates = pending;
    pending = [];
    for (const update of updates) {
      const fight = fights.observe(update);
      if (fight !== undefined) onFight(fight);
    }
  };
  const ends = [...informers].map((informer) => {
    const { kind } = informer.kind;
    const subscription = informer.events.subscribe((event) => {
      if (event.type === 'deleted') fights.forget(event.object);
      if (event.type !== 'updated' || !fights.isBusy(event.object)) return;
      pending.push({ kind, key: keyOf(event.object), before: event.old, after: event.object });
      if (pending.length === 1) cancelJudging = world.clock.schedule(answerMs, judge);
    });
    return () => subscription.unsubscribe();
  });
  return () => {
    for (const end of ends) end();
    cancelJudging();
  };
}

function keyOf({ metadata: { name = '', namespace } }: KubernetesObject): ObjectKey {
  return namespace === undefined ? { name } : { name, namespace };
}
