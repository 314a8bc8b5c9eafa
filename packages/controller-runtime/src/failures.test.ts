/** What becomes of objects whose reconcile fails for a reason, and of controllers that have bugs. */
import { describe, expect, it } from '@jest/globals';
import { type ConfigMap, Event, Service } from '@pintle/api/core/v1';
import { StatusError, statusError } from '@pintle/machinery';
import { controller } from './controller.js';
import { failureReason, isBug } from './failures.js';
import { served, Website, website } from './manager.fixture.js';
import { TerminalError } from './reconciler.js';

describe('failures', () => {
  it.each([
    ['a failure for good', new TerminalError('no'), 'ReconcileFailed', false],
    ['what the server calls invalid', statusError('Invalid', 'no'), 'Invalid', false],
    ['a conflict', statusError('Conflict', 'no'), undefined, false],
    ['an error', new Error('no'), undefined, false],
    ['a bug', new TypeError('no'), undefined, true],
    ['no error', 'no', undefined, true],
  ])('%s', (_name, error, reason, bug) => {
    expect([failureReason(error), isBug(error)]).toEqual([reason, bug]);
  });
});

/** Services have conditions, and their own are left alone. */
const stalling = (names: Record<string, () => Promise<void> | void>) =>
  controller({ name: 'stalling', failureCondition: 'Stalled' })
    .for(Service)
    .reconcile(async ({ object, report }) => {
      if (object === undefined) return;
      await report({ conditions: [{ type: 'Seen', status: true, reason: 'Looked' }] });
      await names[object.metadata.name ?? '']?.();
    });

const service = (name: string): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'default' },
  spec: { ports: [{ port: 80 }] },
});

describe('an object whose reconcile fails', () => {
  it('for good says so in its condition and by an event, beside what the reconcile itself says', async () => {
    const { client, world, run } = await served();
    let runs = 0;
    let mended = false;
    const bad = () => {
      runs++;
      if (!mended) throw new TerminalError('the port is nonsense');
    };
    const manager = await run([stalling({ bad })]);
    await client.create(service('bad'));
    await client.create(service('good'));
    await world.advance({ minutes: 10 });
    const conditions = async (name: string) =>
      ((await client.get(Service, { name })).status?.conditions ?? []).map(({ type, status, reason, message }) =>
        [type, status, reason, message].join(' ').trim(),
      );
    expect(await conditions('bad')).toEqual(['Seen True Looked', 'Stalled True ReconcileFailed the port is nonsense']);
    expect(await conditions('good')).toEqual(['Seen True Looked']);
    // Its own writes wake it twice at most; then it is quiet.
    expect([runs <= 3, manager.idle]).toEqual([true, true]);
    const events = (await client.list(Event)).map(({ involvedObject, reason }) => `${involvedObject.name} ${reason}`);
    expect(new Set(events)).toEqual(new Set(['bad ReconcileFailed']));

    mended = true;
    await client.patch(Service, { name: 'bad' }, { type: 'merge', body: { metadata: { labels: { again: '' } } } });
    await world.settle();
    expect(await conditions('bad')).toEqual(['Seen True Looked', 'Stalled False Reconciled']);
  });

  it('because what it leads to is invalid is tried again, and told of', async () => {
    const { client, world, run } = await served();
    let name = 'Not A Name';
    const makes = () => client.create<ConfigMap>({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } });
    await run([stalling({ bad: async () => void (await makes()) })]);
    await client.create(service('bad'));
    await world.advance({ minutes: 1 });
    const stalled = async () =>
      (await client.get(Service, { name: 'bad' })).status?.conditions?.find(({ type }) => type === 'Stalled');
    expect(await stalled()).toMatchObject({ status: 'True', reason: 'Invalid' });
    expect((await stalled())?.message).toContain('metadata.name: Invalid value: "Not A Name"');
    const [event] = await client.list(Event);
    expect([event?.reason, event?.message?.includes('Invalid value')]).toEqual(['ReconcileFailed', true]);
    name = 'a-name';
    await world.advance({ minutes: 5 });
    expect(await stalled()).toMatchObject({ status: 'False' });
  });

  it('says so in the end, though the first attempts to say it fail', async () => {
    const { client, world, run } = await served();
    let refused = 3;
    const bad = () => {
      throw new TerminalError('no');
    };
    await run([stalling({ bad })], {
      interceptor: {
        request({ verb, subresource }, next) {
          if (verb === 'patch' && subresource === 'status' && refused-- > 0)
            return Promise.reject(new StatusError(statusError('InternalError', 'not now').status));
          return next();
        },
        watch: (_kind, _options, events) => events,
      },
    });
    await client.create(service('bad'));
    await world.advance({ minutes: 1 });
    const { status } = await client.get(Service, { name: 'bad' });
    expect(status?.conditions?.map(({ type }) => type)).toEqual(['Seen', 'Stalled']);
  });
});

describe('a bug in a reconcile', () => {
  const buggy = (recover?: boolean) =>
    controller({ name: 'buggy', ...(recover === undefined ? {} : { recover }) })
      .for(Website)
      .reconcile(async ({ object }) => {
        if (object?.metadata.name === 'bad') (undefined as unknown as Website).spec.image?.trim();
      });

  it('is a failure of its key, unless it is told otherwise', async () => {
    const { client, world, run } = await served();
    const manager = await run([buggy()]);
    let ended = false;
    void manager.ended.then(() => (ended = true));
    await client.create(website('bad'));
    await client.create(website('good'));
    await world.advance({ seconds: 1 });
    const text = await manager.metrics.text((name) => name.startsWith('controller_runtime'));
    expect(text).toMatch(/controller_runtime_reconcile_panics_total\{controller="buggy"\} [1-9]/);
    expect(text).toContain('controller_runtime_reconcile_total{controller="buggy",result="success"} 1');
    expect(ended).toBe(false);
    await manager.stop();
    expect(ended).toBe(true);
  });

  it('ends a manager of a controller that does not recover', async () => {
    const { client, world, run } = await served();
    const others: string[] = [];
    const other = controller({ name: 'other' })
      .for(Website)
      .reconcile(async ({ key }) => void others.push(key.name));
    const manager = await run([buggy(false), other]);
    let error: unknown;
    manager.ended.catch((thrown: unknown) => (error = thrown));
    await client.create(website('good'));
    await world.settle();
    expect(error).toBeUndefined();
    await client.create(website('bad'));
    await world.settle();
    expect(error).toBeInstanceOf(TypeError);
    await client.create(website('late'));
    await world.settle();
    expect(others).not.toContain('late');
  });
});
