/** After how many runs a row is called a hot loop, by what its runs change; never within 2,000 where it is none. */
import { describe, expect, it } from '@jest/globals';
import type { KubernetesObject } from '@pintle/machinery';
import { hotLoopOf, isWatched, type OwnChange, type Streak, stepStreak } from './hot-loops.js';

const key = { name: 'shop', namespace: 'default' };
const shop = (status: object, spec: object = {}): KubernetesObject =>
  ({ apiVersion: 'example.com/v1', kind: 'Shop', metadata: { ...key, generation: 5_000 }, spec, status }) as never;

/** An update of one object, from the status of one turn to that of the next. */
const counted =
  (statusOf: (turn: number) => object, spec: object = {}) =>
  (turn: number): readonly OwnChange[] => [
    { kind: 'Shop', key, before: shop(statusOf(turn - 1), spec), after: shop(statusOf(turn), spec) },
  ];
const page = (name: string, change: Omit<OwnChange, 'kind' | 'key'> = {}): OwnChange => ({
  ...{ kind: 'Page', key: { name, namespace: 'default' } },
  ...change,
});

interface Row {
  readonly changes: (turn: number) => readonly OwnChange[] | undefined;
  /** What each run wrote to beside the shop. */
  readonly written?: (turn: number) => readonly string[];
}

function firstTold({ changes, written = () => [] }: Row): number | undefined {
  let streak: Streak | undefined;
  for (let turn = 1; turn <= 2_000; turn++) {
    const all = changes(turn);
    const to = isWatched(streak) ? ['Shop default/shop', ...written(turn)] : [];
    streak = stepStreak(streak, all && { changes: all, written: to });
    const loop = streak && hotLoopOf('shops', key, streak);
    if (loop !== undefined) return loop.turns;
  }
  return undefined;
}

describe('a row without steps is told of', () => {
  it.each<[string, Row, number]>([
    ['a time', { changes: counted((turn) => ({ at: `second ${turn}` })) }, 16],
    ['a number that nothing ends', { changes: counted((turn) => ({ seen: turn })) }, 16],
    [
      'the time as a number',
      { changes: counted((turn) => ({ atMs: 1_700_000_000_000 + turn * 10 }), { port: 80 }) },
      16,
    ],
    ['a number on the way to one that moves, too', { changes: counted((turn) => ({ seen: turn, all: turn + 3 })) }, 16],
    ['one far from its end', { changes: counted((turn) => ({ seen: turn }), { port: 8_080 }) }, 16],
    ['one that turns', { changes: counted((turn) => ({ seen: turn % 2 }), { replicas: 5 }) }, 16],
    ['one that rises and falls', { changes: counted((turn) => ({ seen: (turn * 7) % 20 }), { replicas: 20 }) }, 16],
    ['one that falls below nought', { changes: counted((turn) => ({ left: 30 - turn })) }, 46],
    ['one that passes its end', { changes: counted((turn) => ({ ready: turn }), { replicas: 40 }) }, 56],
    ['an object that is made anew', { changes: () => [page('a')] }, 16],
    [
      'the same few objects, over and over',
      { changes: counted((turn) => ({ at: `second ${turn}` })), written: (turn) => [`Page default/p-${turn % 3}`] },
      // Until each of them was written to once.
      23,
    ],
    [
      'objects that are made without end',
      { changes: counted((turn) => ({ seen: turn })), written: (turn) => [`Page default/p-${turn}`] },
      1_000,
    ],
    [
      'two fields in turn',
      { changes: counted((turn) => ({ a: Math.floor(turn / 2), b: Math.floor((turn + 1) / 2) })) },
      1_000,
    ],
  ])('%s', (_name, row, turns) => {
    expect(firstTold(row)).toBe(turns);
  });
});

describe('none is told of', () => {
  const until = (end: number, changes: Row['changes']) => (turn: number) => (turn <= end ? changes(turn) : undefined);
  it.each<[string, Row]>([
    [
      'a count up to the wish',
      {
        changes: until(
          900,
          counted((turn) => ({ ready: turn }), { replicas: 900 }),
        ),
      },
    ],
    [
      'the same in larger steps, with the time of each beside',
      {
        changes: until(
          50,
          counted((turn) => ({ ready: turn * 100, at: `second ${turn}` }), { replicas: 5_000 }),
        ),
      },
    ],
    [
      'a count down to nought',
      {
        changes: until(
          500,
          counted((turn) => ({ left: 500 - turn })),
        ),
      },
    ],
    [
      'a count up to another of the status',
      {
        changes: until(
          100,
          counted((turn) => ({ done: turn, total: 100 })),
        ),
      },
    ],
    [
      'children one by one, counted and stamped',
      {
        changes: until(
          500,
          counted((turn) => ({ seen: turn, at: `second ${turn}` })),
        ),
        written: (turn) => [`Page default/p-${turn}`],
      },
    ],
    ['one object after another', { changes: until(500, (turn) => [page(`p-${turn}`)]) }],
    [
      'woken by somebody else now and then',
      { changes: (turn) => (turn % 15 === 0 ? undefined : counted((at) => ({ at: `second ${at}` }))(turn)) },
    ],
  ])('%s', (_name, row) => {
    expect(firstTold(row)).toBeUndefined();
  });
});

it('remembers of a row without end what its first thousand runs wrote to', () => {
  let streak: Streak | undefined;
  for (let turn = 1; turn <= 3_000; turn++) {
    const to = isWatched(streak) ? ['Shop default/shop', `Page default/p-${turn}`] : [];
    streak = stepStreak(streak, { changes: counted((at) => ({ seen: at }))(turn), written: to });
  }
  expect(streak!.turns).toBe(3_000);
  expect(streak!.written.size).toBeLessThanOrEqual(1_001);
});

it('names the fields that each run changed, and the object', () => {
  let streak: Streak | undefined;
  for (let turn = 1; turn <= 16; turn++) {
    const changes = counted((at) => ({ at: `second ${at}`, phase: at % 3 === 0 ? 'a' : 'b' }))(turn);
    streak = stepStreak(streak, { changes, written: [] });
  }
  expect(hotLoopOf('shops', key, streak!)).toEqual({
    ...{ type: 'hotLoop', controller: 'shops', key, object: { kind: 'Shop', key } },
    ...{ fields: ['status.at'], turns: 16 },
  });
});
