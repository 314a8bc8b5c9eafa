/** Seats lent and borrowed: by properties of the division, by hand, and through a server on virtual time. */
import { describe, expect, it } from '@jest/globals';
import { type FlowSchema, PriorityLevelConfiguration } from '@pintle/api/flowcontrol/v1';
import { virtualWorld } from '@pintle/machinery';
import fc from 'fast-check';
import type { AdmissionPlugin } from '../admission/admission.js';
import { ask } from '../http/asking.fixture.js';
import { createApiServer } from '../server.js';
import { allocate, type Claim, type Demand, planSeats } from './seat-allocation.js';
import { SeatDemand } from './seat-demand.js';

const sum = (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0);

describe('a division', () => {
  const amount = fc.double({ min: 0, max: 50, noNaN: true });
  const claim = fc
    .tuple(amount, amount, amount)
    .map(([min, wanted, room]): Claim => ({ min, target: min + wanted, max: min + room }));

  it('gives all seats, the same part of its target to each, within its bounds', () => {
    fc.assert(
      fc.property(
        fc.array(claim, { minLength: 1, maxLength: 9 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (claims, part) => {
          const [low, high] = [sum(claims.map(({ min }) => min)), sum(claims.map(({ max }) => max))];
          const seats = low + (high - low) * part;
          const shares = allocate(seats, claims);
          expect(sum(shares)).toBeCloseTo(seats, 6);
          const parts = claims.flatMap(({ min, max, target }, index) => {
            const share = shares[index]!;
            expect(share).toBeGreaterThanOrEqual(min);
            expect(share).toBeLessThanOrEqual(max);
            return share > min + 1e-6 && share < max - 1e-6 ? [share / Math.max(target, 0.001)] : [];
          });
          for (const each of parts) expect(each / parts[0]!).toBeCloseTo(1, 5);
          // Who has its least would have less by its target, and who has its most would have more.
          const fair = parts[0];
          if (fair === undefined) return;
          for (const [index, { min, max, target }] of claims.entries()) {
            if (max - min < 1e-6) continue;
            const wanted = fair * Math.max(target, 0.001);
            if (shares[index]! <= min + 1e-9) expect(wanted).toBeLessThanOrEqual(min + 1e-4);
            if (shares[index]! >= max - 1e-9) expect(wanted).toBeGreaterThanOrEqual(max - 1e-4);
          }
        },
      ),
    );
  });

  it.each<readonly [string, number, readonly Claim[], readonly number[]]>([
    [
      'by targets',
      12,
      [
        { min: 0, target: 1, max: 99 },
        { min: 0, target: 2, max: 99 },
      ],
      [4, 8],
    ],
    [
      'what nobody wants, evenly',
      6,
      [
        { min: 0, target: 0, max: 9 },
        { min: 0, target: 0, max: 9 },
      ],
      [3, 3],
    ],
    [
      'to the most of one',
      12,
      [
        { min: 0, target: 1, max: 2 },
        { min: 0, target: 1, max: 99 },
      ],
      [2, 10],
    ],
    [
      'from the least of one',
      12,
      [
        { min: 8, target: 8, max: 99 },
        { min: 0, target: 40, max: 99 },
      ],
      [8, 4],
    ],
    ['no more than the most of all', 12, [{ min: 0, target: 1, max: 2 }], [2]],
  ])('%s', (_what, seats, claims, shares) => {
    expect(allocate(seats, claims)).toEqual(shares);
  });
});

describe('a plan', () => {
  // Two levels of 12 seats: figures of upstream's test of borrowing.
  const level = (min: number, max: number, highest: number, smoothed: number): Demand => ({
    limits: { nominal: 12, min, max, widthMax: 10 },
    highest,
    smoothed,
  });

  it.each<readonly [string, readonly [Demand, Demand], readonly number[]]>([
    ['lends what is lendable', [level(6, 20, 24, 24), level(8, 18, 0, 0)], [16, 8]],
    ['borrows no more than it may', [level(6, 16, 24, 24), level(4, 18, 0, 0)], [16, 8]],
    ['takes back what it needs', [level(6, 20, 24, 24), level(8, 18, 12, 12)], [12, 12]],
    ['leaves things as they are where all want much', [level(6, 20, 24, 24), level(8, 18, 24, 24)], [12, 12]],
  ])('%s', (_what, demands, seats) => {
    expect(planSeats(demands)).toEqual(seats);
  });

  const exempt = (highest: number): Demand => ({
    limits: { nominal: 0, min: 0, max: 24, widthMax: 10 },
    highest,
    smoothed: highest,
    isExempt: true,
  });

  it.each<readonly [string, number, readonly number[]]>([
    ['leaves to others what they borrow', 3, [3, 16, 8]],
    ['takes what others would have borrowed', 4, [4, 12, 8]],
    ['takes what others would need', 6, [6, 10, 8]],
    ['lets others have what they never lend', 10, [10, 6, 8]],
    ['and no less, however much it takes', 40, [40, 6, 8]],
  ])('what is exempt %s', (_what, highest, seats) => {
    expect(planSeats([exempt(highest), level(6, 20, 24, 24), level(8, 18, 0, 0)])).toEqual(seats);
  });
});

describe('a demand', () => {
  it('is the most at once, and the mean and its deviation, forgotten slowly', () => {
    const demand = new SeatDemand(0);
    demand.add(4, 0);
    demand.add(-4, 5_000);
    // 4 for half of the time: 2 on average, 2 around it.
    expect(demand.take(10_000)).toEqual({ highest: 4, average: 2, deviation: 2, smoothed: 4 });
    const { highest, smoothed } = demand.take(20_000);
    expect([highest, smoothed.toFixed(3)]).toEqual([0, '3.908']);
    demand.add(6, 20_000);
    expect(demand.take(30_000)).toEqual({ highest: 6, average: 6, deviation: 0, smoothed: 6 });
    expect(demand.seats).toBe(6);
  });
});

it('a level that is asked for much has the seats of one that is not', async () => {
  const world = virtualWorld();
  const slow: AdmissionPlugin = {
    name: 'Slow',
    handles: ({ resource, namespace }) => resource.kind.plural === 'configmaps' && namespace === 'default',
    validate: () => new Promise((resolve) => void world.clock.schedule(1_000, resolve)),
  };
  const api = await createApiServer({
    world,
    flowControl: { seats: 24 },
    admission: [slow],
    authenticators: [async (request) => ({ name: request.header('x-user') ?? '', groups: [] })],
  });
  const client = api.client();
  // All that is there by default goes, so that the two levels share the seats.
  for (const { metadata } of await client.list(PriorityLevelConfiguration))
    if (!['exempt', 'catch-all'].includes(metadata.name!))
      await client.delete(PriorityLevelConfiguration, { name: metadata.name! });
  for (const name of ['busy', 'idle']) {
    await client.create<PriorityLevelConfiguration>({
      apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
      kind: 'PriorityLevelConfiguration',
      metadata: { name },
      spec: {
        type: 'Limited',
        limited: {
          nominalConcurrencyShares: 100,
          lendablePercent: 50,
          borrowingLimitPercent: 50,
          limitResponse: { type: 'Queue', queuing: { queues: 10, handSize: 2, queueLengthLimit: 50 } },
        },
      },
    });
    await client.create<FlowSchema>({
      apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
      kind: 'FlowSchema',
      metadata: { name },
      spec: {
        matchingPrecedence: 10,
        priorityLevelConfiguration: { name },
        distinguisherMethod: { type: 'ByUser' },
        rules: [
          {
            subjects: [{ kind: 'User', user: { name } }],
            resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'], namespaces: ['*'] }],
          },
        ],
      },
    });
  }
  await world.settle();
  let made = 0;
  const work = async (user: string) => {
    for (;;) {
      const name = `${user}-${made++}`;
      const { status } = await ask(api.handle, 'POST /api/v1/namespaces/default/configmaps', {
        headers: { 'x-user': user },
        body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } },
      });
      if (status !== 201) return;
    }
  };
  const metric = async (user: string, name: string) => {
    const { text } = await ask(api.handle, 'GET /metrics', { headers: { 'x-user': 'busy' } });
    const line = text
      .split('\n')
      .find((each) => each.startsWith(`apiserver_flowcontrol_${name}{`) && each.includes(`priority_level="${user}"`));
    return Number(line?.split(' ').at(-1));
  };
  for (let i = 0; i < 40; i++) void work('busy');
  await world.advance(25_000);
  const nominal = await metric('busy', 'nominal_limit_seats');
  const borrowed = await metric('busy', 'current_limit_seats');
  expect(await metric('busy', 'upper_limit_seats')).toBe(nominal + Math.round(nominal / 2));
  expect(borrowed).toBeGreaterThan(nominal);
  expect(await metric('idle', 'current_limit_seats')).toBeLessThan(nominal);
  // The one that lent wants them back.
  for (let i = 0; i < 40; i++) void work('idle');
  await world.advance(25_000);
  expect(await metric('idle', 'current_limit_seats')).toBe(nominal);
  await api.stop();
});
