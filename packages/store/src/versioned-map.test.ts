/** The store's state against a slow obvious model: a list of every state that there ever was. */

import { describe, expect, it } from '@jest/globals';
import type { Operation, StoreEntry } from '@pintle/contracts';
import fc from 'fast-check';
import { VersionedMap } from './versioned-map.js';

type State = ReadonlyMap<string, StoreEntry<number>>;

const keys = ['a', 'b', 'c/1', 'c/2', 'd'];
const write = fc.record({ key: fc.constantFrom(...keys), remove: fc.boolean(), value: fc.integer() });
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('stage' as const),
      writes: fc.uniqueArray(write, { selector: ({ key }) => key, minLength: 1, maxLength: 3 }),
      onlyIfAbsent: fc.option(fc.constantFrom(...keys), { nil: undefined }),
    }),
  },
  { weight: 3, arbitrary: fc.constant({ kind: 'publish' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'discard' as const }) },
);

const sorted = (state: State) => [...state.values()].sort((a, b) => (a.key < b.key ? -1 : 1));

function applied(
  state: State,
  writes: readonly { key: string; remove: boolean; value: number }[],
  revision: number,
): State {
  const next = new Map(state);
  for (const { key, remove, value } of writes) {
    const before = state.get(key);
    if (remove) next.delete(key);
    else
      next.set(key, {
        key,
        value,
        createRevision: before?.createRevision ?? revision,
        modRevision: revision,
        version: (before?.version ?? 0) + 1,
        lease: 0,
      });
  }
  return next;
}

describe('VersionedMap', () => {
  it('is the model, at every revision, whatever is staged, published and discarded', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const map = new VersionedMap<number>({ revision: 1, compactedRevision: 1 });
        const published = new Map<number, State>([[1, new Map()]]);
        let revision = 1;
        let visible: State = new Map();
        let tip = visible;
        let staged: (readonly [number, State])[] = [];
        let tipRevision = 1;
        for (const one of steps) {
          if (one.kind === 'publish') {
            map.publish();
            for (const [at, state] of staged) published.set(at, state);
            [revision, visible, staged] = [tipRevision, tip, []];
          } else if (one.kind === 'discard') {
            map.discard();
            [tip, tipRevision, staged] = [visible, revision, []];
          } else {
            const operations = one.writes.map(
              ({ key, remove, value }): Operation<number> =>
                remove ? { type: 'delete', start: key } : { type: 'put', key, value },
            );
            const compare =
              one.onlyIfAbsent === undefined
                ? []
                : [{ key: one.onlyIfAbsent, target: 'version' as const, is: '=' as const, value: 0 }];
            const { result, events } = map.stage({ compare, success: operations });
            const holds = one.onlyIfAbsent === undefined || !tip.has(one.onlyIfAbsent);
            expect(result.succeeded).toBe(holds);
            const changes = holds ? one.writes.filter(({ key, remove }) => !remove || tip.has(key)) : [];
            expect(events).toHaveLength(changes.length);
            if (changes.length > 0) {
              tipRevision++;
              tip = applied(tip, changes, tipRevision);
              staged.push([tipRevision, tip]);
            }
          }
          expect(map.revision).toBe(revision);
          expect(map.range({ start: 'a', end: 'z' }).entries).toEqual(sorted(visible));
        }
        for (const [at, state] of published)
          expect(map.range({ start: 'a', end: 'z', revision: at }).entries).toEqual(sorted(state));
      }),
      { numRuns: 200 },
    );
  });

  it('keeps a copy as it was, whoever writes on', () => {
    const map = new VersionedMap<number>({ revision: 1 });
    map.commit({ compare: [], success: [{ type: 'put', key: 'a', value: 1 }] });
    const copy = map.copy();
    map.commit({ compare: [], success: [{ type: 'put', key: 'a', value: 2 }] });
    expect([copy.get('a')?.value, map.get('a')?.value]).toEqual([1, 2]);
  });
});
