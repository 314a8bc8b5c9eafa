import { describe, expect, it } from '@jest/globals';
import { seededRandom } from '@pintle/machinery';
import fc from 'fast-check';
import { dealHand, FairQueues, hashOf, type QueueSettings } from './fair-queues.js';

interface Request {
  readonly flowHash: number;
  readonly width: number;
  readonly flow: string;
}
const request = (flow: string, width = 1): Request => ({ flow, flowHash: hashOf(flow), width });
const settings = (seats: number, queues = 64): QueueSettings => ({
  seats,
  queuing: { queues, handSize: 6, queueLengthMax: 50 },
});

describe('a level', () => {
  it('lets through what it has seats for, and lets wait what it has not', () => {
    const queues = new FairQueues<Request>(settings(2));
    const [a, b, c] = [request('a'), request('a'), request('b')];
    expect([queues.enter(a), queues.enter(b), queues.enter(c)]).toEqual(['run', 'run', 'wait']);
    expect(queues.next()).toEqual([]);
    queues.leave(a);
    expect(queues.next()).toEqual([c]);
    expect([queues.seatsInUse, queues.waitingCount]).toEqual([2, 0]);
  });

  it('without queues turns away what it has no seats for', () => {
    const queues = new FairQueues<Request>({ seats: 1 });
    expect([queues.enter(request('a')), queues.enter(request('a'))]).toEqual(['run', 'full']);
  });

  it('turns away who has filled the queues of its hand', () => {
    const queues = new FairQueues<Request>(settings(1));
    const entered = Array.from({ length: 302 }, () => queues.enter(request('greedy')));
    expect(entered.filter((how) => how === 'wait')).toHaveLength(300);
    expect(entered.at(-1)).toBe('full');
    expect(queues.enter(request('modest'))).toBe('wait');
  });

  it('forgets who waits no more', () => {
    const queues = new FairQueues<Request>(settings(1));
    const [a, b, c] = [request('a'), request('b'), request('c')];
    for (const each of [a, b, c]) queues.enter(each);
    queues.abandon(b);
    queues.leave(a);
    expect(queues.next()).toEqual([c]);
  });

  it('lets a request that is wider than all run alone', () => {
    const queues = new FairQueues<Request>(settings(2));
    const wide = request('a', 10);
    expect([queues.enter(wide), queues.enter(request('b'))]).toEqual(['run', 'wait']);
    queues.leave(wide);
    expect(queues.next()).toHaveLength(1);
  });

  it('gives one client that floods no more than another that asks now and then', () => {
    const queues = new FairQueues<Request>(settings(4));
    const running: Request[] = [];
    const served = new Map<string, number>();
    const count = (turn: Request) => {
      served.set(turn.flow, (served.get(turn.flow) ?? 0) + 1);
      running.push(turn);
    };
    const ask = (flow: string) => {
      const made = request(flow);
      if (queues.enter(made) === 'run') count(made);
    };
    for (let round = 0; round < 500; round++) {
      for (let i = 0; i < 40; i++) ask('flood');
      ask('modest');
      const done = running.shift();
      if (done !== undefined) queues.leave(done);
      for (const turn of queues.next()) count(turn);
    }
    // One is served a round; the modest client gets all of what it asks for in its turn, the flood the rest.
    const [flood = 0, modest = 0] = [served.get('flood'), served.get('modest')];
    expect(flood + modest).toBeGreaterThan(495);
    expect(modest).toBeGreaterThan(60);
    expect(modest).toBeLessThan(flood * 1.1);
  });

  it('never has more in use than it has seats, and leaves nobody waiting beside free ones', () => {
    const step = fc.oneof(
      fc.record({
        type: fc.constant('enter' as const),
        flow: fc.constantFrom('a', 'b', 'c'),
        width: fc.integer({ min: 1, max: 3 }),
      }),
      fc.record({ type: fc.constant('leave' as const), at: fc.nat(20) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const queues = new FairQueues<Request>(settings(3, 8));
        const running: Request[] = [];
        for (const each of steps) {
          if (each.type === 'enter') {
            const made = request(each.flow, each.width);
            if (queues.enter(made) === 'run') running.push(made);
          } else if (running.length > 0) {
            queues.leave(running.splice(each.at % running.length, 1)[0]!);
          }
          running.push(...queues.next());
          expect(running.reduce((sum, { width }) => sum + width, 0)).toBe(queues.seatsInUse);
          expect(queues.seatsInUse).toBeLessThanOrEqual(3);
          if (queues.waitingCount > 0) expect(queues.seatsInUse).toBeGreaterThan(0);
        }
      }),
    );
  });
});

describe('a hand', () => {
  it('is different numbers of the deck, and each is dealt about as often', () => {
    const random = seededRandom(3);
    const dealt = new Array<number>(64).fill(0);
    for (let i = 0; i < 4000; i++) {
      const hand = dealHand(hashOf(`flow-${random.next()}`), 64, 6);
      expect(new Set(hand).size).toBe(6);
      for (const card of hand) dealt[card] = (dealt[card] ?? 0) + 1;
    }
    const mean = (4000 * 6) / 64;
    expect(Math.min(...dealt)).toBeGreaterThan(mean * 0.75);
    expect(Math.max(...dealt)).toBeLessThan(mean * 1.25);
  });
});
