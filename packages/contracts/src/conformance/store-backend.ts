/**
 * What every `StoreBackend` must do, as cases that any test runner can run: `for (const { name, run } of
 * storeBackendConformance(subject)) it(name, run)`. The cases look only at what the interface shows; what survives
 * the end of a process is for the tests of each backend.
 */
import {
  type Compare,
  type Operation,
  prefixRange,
  type StoreBackend,
  type StoreEvent,
  type TransactionResult,
  type WatchObserver,
  type WatchRequest,
} from '../store-backend.js';
import { type ConformanceCase, check, rejects, same } from './checks.js';

export interface StoreBackendSubject {
  /** An empty store. */
  open(): Promise<StoreBackend<string>>;
  /** Lets the store's clock go on, for leases. */
  advance(ms: number): Promise<void>;
}

const all = prefixRange('k');
const put = (key: string, value: string, lease?: number): Operation<string> => ({
  type: 'put',
  key,
  value,
  ...(lease === undefined ? {} : { lease }),
});
const remove = (start: string, end?: string): Operation<string> => ({
  type: 'delete',
  start,
  ...(end === undefined ? {} : { end }),
});

/** An event in one line: `put k=1@5 (was 0)`. */
const lineOf = (event: StoreEvent<string>): string =>
  event.type === 'put'
    ? `put ${event.entry.key}=${event.entry.value}${event.previous === undefined ? '' : ` was ${event.previous.value}`}`
    : `delete ${event.key} was ${event.previous.value}`;

/** One case's store, with what cases do again and again. */
class Bench {
  constructor(
    readonly store: StoreBackend<string>,
    readonly advance: (ms: number) => Promise<void>,
  ) {}

  write(...success: Operation<string>[]): Promise<TransactionResult<string>> {
    return this.store.transact({ compare: [], success });
  }

  if(compare: Compare, success: Operation<string>[], failure: Operation<string>[] = []) {
    return this.store.transact({ compare: [compare], success, failure });
  }

  async values(): Promise<readonly string[]> {
    return (await this.store.range(all)).entries.map(({ key, value }) => `${key}=${value}`);
  }

  get revision(): number {
    return this.store.status().revision;
  }

  watch(request: Partial<WatchRequest> = {}, over: Partial<WatchObserver<string>> = {}): Watched {
    return new Watched(this.store, { ...all, ...request }, over);
  }
}

/** What one watcher was told. */
class Watched {
  readonly batches: string[][] = [];
  readonly revisions: number[] = [];
  progressed: number | undefined;
  failure: unknown;
  completed = false;
  readonly subscription;
  private readonly looks = new Set<() => void>();

  constructor(store: StoreBackend<string>, request: WatchRequest, over: Partial<WatchObserver<string>>) {
    const told = () => {
      for (const look of this.looks) look();
    };
    this.subscription = store.watch(request, {
      next: (events, revision) => {
        this.batches.push(events.map(lineOf));
        this.revisions.push(revision);
        told();
        return over.next?.(events, revision);
      },
      progress: (revision) => {
        this.progressed = revision;
        told();
      },
      error: (error) => {
        this.failure = error;
        told();
      },
      complete: () => {
        this.completed = true;
        told();
      },
    });
  }

  get lines(): readonly string[] {
    return this.batches.flat();
  }

  /** Waits as long as the test runner lets it. */
  until(holds: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (!holds()) return;
        this.looks.delete(look);
        resolve();
      };
      this.looks.add(look);
      look();
    });
  }

  count(events: number): Promise<void> {
    return this.until(() => this.lines.length >= events);
  }
}

export function storeBackendConformance(subject: StoreBackendSubject): readonly ConformanceCase[] {
  const cases: ConformanceCase[] = [];
  const define = (name: string, run: (bench: Bench) => Promise<void>) =>
    cases.push({
      name,
      async run() {
        const store = await subject.open();
        try {
          await run(new Bench(store, (ms) => subject.advance(ms)));
        } finally {
          await store.close();
        }
      },
    });
  writes(define);
  ranges(define);
  watches(define);
  leases(define);
  sizes(define);
  return cases;
}

type Define = (name: string, run: (bench: Bench) => Promise<void>) => void;

function writes(define: Define): void {
  define('counts one revision for each transaction that writes, and none for another', async (bench) => {
    const start = bench.revision;
    same((await bench.write(put('k1', 'a'), put('k2', 'b'))).revision, start + 1, 'two puts in one transaction');
    same((await bench.write(remove('k1'))).revision, start + 2, 'a delete');
    same((await bench.write(remove('k1'))).revision, start + 2, 'a delete of nothing');
    same((await bench.write({ type: 'range', ...all })).revision, start + 2, 'a read');
    same(bench.revision, start + 2, 'the status');
  });

  define('keeps of each key when it was created, when changed, and how often', async (bench) => {
    const start = bench.revision;
    await bench.write(put('k', '1'));
    await bench.write(put('k', '2'));
    const facts = async () =>
      (await bench.store.range({ start: 'k' })).entries.map((entry) => [
        entry.value,
        entry.createRevision - start,
        entry.modRevision - start,
        entry.version,
        entry.lease,
      ]);
    same(await facts(), [['2', 1, 2, 2, 0]], 'after two puts');
    await bench.write(remove('k'));
    same(await facts(), [], 'after its deletion');
    await bench.write(put('k', '3'));
    same(await facts(), [['3', 4, 4, 1, 0]], 'made again');
  });

  define('compares by every target and operator, an absent key as 0', async (bench) => {
    await bench.write(put('k', '1'));
    await bench.write(put('k', '2'));
    const mod = bench.revision;
    const facts: readonly (readonly [Compare['target'], number])[] = [
      ['modRevision', mod],
      ['createRevision', mod - 1],
      ['version', 2],
    ];
    for (const [target, actual] of facts) {
      for (const [is, value, expected] of [
        ['=', actual, true],
        ['=', actual + 1, false],
        ['!=', actual, false],
        ['!=', 0, true],
        ['<', actual, false],
        ['<', actual + 1, true],
        ['>', actual, false],
        ['>', actual - 1, true],
      ] as const) {
        const { succeeded } = await bench.if({ key: 'k', target, is, value }, []);
        same(succeeded, expected, `${target} ${is} ${value}, where it is ${actual}`);
      }
      same((await bench.if({ key: 'absent', target, is: '=', value: 0 }, [])).succeeded, true, `${target} of nothing`);
    }
  });

  define('does one branch of a transaction, and tells what it did', async (bench) => {
    const absent: Compare = { key: 'k1', target: 'version', is: '=', value: 0 };
    const first = await bench.if(absent, [put('k1', 'a')], [put('k2', 'b')]);
    same(first.succeeded, true, 'the first time');
    const second = await bench.if(absent, [put('k1', 'c')], [put('k2', 'b'), { type: 'range', start: 'k1' }]);
    same(second.succeeded, false, 'the second time');
    same(
      second.results.map(({ type }) => type),
      ['put', 'range'],
      'its results',
    );
    const read = second.results[1];
    same(read?.type === 'range' ? read.entries.map(({ value }) => value) : [], ['a'], 'what it read');
    same(await bench.values(), ['k1=a', 'k2=b'], 'what there is');
    const gone = (await bench.write(remove(all.start, all.end))).results[0];
    same(gone?.type === 'delete' ? gone.deleted.map(({ key }) => key) : [], ['k1', 'k2'], 'what a delete removed');
  });

  define('refuses to write a key twice in one transaction, and does nothing of it', async (bench) => {
    const before = bench.revision;
    await rejects(bench.write(put('k', '1'), put('k', '2')), 'PINTLE_STORE_DUPLICATE_KEY', 'two puts');
    await rejects(
      bench.write(put('k', '1'), remove(all.start, all.end)),
      'PINTLE_STORE_DUPLICATE_KEY',
      'a put and a delete',
    );
    same(await bench.values(), [], 'what there is');
    same(bench.revision, before, 'the revision');
  });

  define('lets one of many creates of a key win', async (bench) => {
    const create = (value: string) =>
      bench.if({ key: 'k', target: 'createRevision', is: '=', value: 0 }, [put('k', value)]);
    const results = await Promise.all(['a', 'b', 'c', 'd'].map(create));
    same(results.filter(({ succeeded }) => succeeded).length, 1, 'creates that won');
    same((await bench.values()).length, 1, 'keys');
  });

  define('says that it is closed, and ends its watches', async (bench) => {
    const watched = bench.watch();
    await bench.write(put('k', '1'));
    await watched.count(1);
    await bench.store.close();
    await watched.until(() => watched.completed);
    await rejects(bench.store.range(all), 'PINTLE_STORE_CLOSED', 'a range');
    await rejects(bench.write(put('k', '2')), 'PINTLE_STORE_CLOSED', 'a write');
  });
}

function ranges(define: Define): void {
  define('reads keys in order, from the start up to before the end', async (bench) => {
    await bench.write(put('kb', '2'), put('ka', '1'), put('kc', '3'), put('l', '4'));
    const keys = async (start: string, end?: string) =>
      (await bench.store.range({ start, ...(end === undefined ? {} : { end }) })).entries.map(({ key }) => key);
    same(await keys('ka', 'kc'), ['ka', 'kb'], 'ka to kc');
    same(await keys('kb'), ['kb'], 'one key');
    same(await keys('kx'), [], 'no key');
    same(await keys(all.start, all.end), ['ka', 'kb', 'kc'], 'all that begin with k');
  });

  define('reads in pages, with the count of all', async (bench) => {
    await bench.write(...['a', 'b', 'c', 'd'].map((key) => put(`k${key}`, key)));
    const { entries, more, count } = await bench.store.range({ ...all, limit: 3 });
    same([entries.length, more, count], [3, true, 4], 'the first page');
    const rest = await bench.store.range({ ...all, start: `${entries.at(-1)!.key}\0`, limit: 3 });
    same([rest.entries.map(({ key }) => key), rest.more], [['kd'], false], 'the second page');
    const counted = await bench.store.range({ ...all, countOnly: true });
    same([counted.entries.length, counted.count], [0, 4], 'only counted');
  });

  define('reads as of any revision that is not compacted, whatever came after', async (bench) => {
    const states: (readonly string[])[] = [];
    const revisions: number[] = [];
    for (const operations of [[put('k1', 'a')], [put('k2', 'b')], [put('k1', 'c'), remove('k2')], [put('k3', 'd')]]) {
      revisions.push((await bench.write(...operations)).revision);
      states.push(await bench.values());
    }
    for (const [index, revision] of revisions.entries()) {
      const { entries } = await bench.store.range({ ...all, revision });
      same(
        entries.map(({ key, value }) => `${key}=${value}`),
        states[index],
        `at revision ${revision}`,
      );
    }
    await rejects(
      bench.store.range({ ...all, revision: bench.revision + 1 }),
      'PINTLE_STORE_FUTURE_REVISION',
      'a revision to come',
    );
  });

  define('forgets the past where it is compacted, and nothing else', async (bench) => {
    await bench.write(put('k', '1'));
    const { revision } = await bench.write(put('k', '2'));
    await bench.write(put('k', '3'));
    await bench.store.compact(revision);
    same(bench.store.status().compactedRevision, revision, 'the status');
    await rejects(bench.store.range({ ...all, revision: revision - 1 }), 'PINTLE_STORE_COMPACTED', 'the past');
    same((await bench.store.range({ ...all, revision })).entries[0]?.value, '2', 'the revision itself');
    same(await bench.values(), ['k=3'], 'now');
    await rejects(bench.store.compact(revision), 'PINTLE_STORE_COMPACTED', 'compacted again');
    await rejects(bench.store.compact(bench.revision + 1), 'PINTLE_STORE_FUTURE_REVISION', 'what is to come');
  });
}

function sizes(define: Define): void {
  define('says how large its file is, where it has one', async (bench) => {
    await bench.write(put('k', '1'));
    const size = await bench.store.sizeBytes();
    same(size === undefined || (Number.isSafeInteger(size) && size > 0), true, `the size ${size}`);
  });
}

function watches(define: Define): void {
  define('tells a watcher of all writes in its range, in order, whole transactions at a time', async (bench) => {
    const watched = bench.watch();
    await bench.write(put('k1', 'a'), put('other', 'x'));
    await bench.write(put('k2', 'b'), put('k1', 'c'));
    await bench.write(put('other', 'y'));
    const { revision } = await bench.write(remove(all.start, all.end));
    await watched.count(5);
    same(
      watched.lines,
      ['put k1=a', 'put k2=b', 'put k1=c was a', 'delete k1 was c', 'delete k2 was b'],
      'what it was told',
    );
    check(
      watched.batches.some((batch) => batch.join() === 'put k2=b,put k1=c was a' || batch.length > 2),
      'a transaction was torn apart',
    );
    same(watched.revisions.at(-1), revision, 'the revision that it has reached');
  });

  define('replays from a revision, and goes on without a gap or a repetition', async (bench) => {
    await bench.write(put('k', '1'));
    const { revision } = await bench.write(put('k', '2'));
    await bench.write(put('k', '3'));
    const watched = bench.watch({ fromRevision: revision });
    await bench.write(put('k', '4'));
    await watched.count(3);
    same(watched.lines, ['put k=2 was 1', 'put k=3 was 2', 'put k=4 was 3'], 'what it was told');
  });

  define('tells a watcher of a compacted revision that it is gone', async (bench) => {
    await bench.write(put('k', '1'));
    const { revision } = await bench.write(put('k', '2'));
    await bench.write(put('k', '3'));
    await bench.store.compact(revision);
    const watched = bench.watch({ fromRevision: revision - 1 });
    same(watched.failure, undefined, 'before it has returned');
    await watched.until(() => watched.failure !== undefined);
    same((watched.failure as { code?: string }).code, 'PINTLE_STORE_COMPACTED', 'its error');
  });

  define('tells nothing more to who unsubscribed, even in the middle', async (bench) => {
    const watched: Watched = bench.watch({}, { next: () => watched.subscription.unsubscribe() });
    const other = bench.watch();
    await bench.write(put('k', '1'));
    await bench.write(put('k', '2'));
    await other.count(2);
    same(watched.lines, ['put k=1'], 'what it was told');
    same([watched.completed, watched.failure ?? null], [false, null], 'its end');
  });

  define('lets a watcher that throws hurt nobody else', async (bench) => {
    bench.watch(
      {},
      {
        next: () => {
          throw new Error('this watcher fails');
        },
      },
    );
    const watched = bench.watch();
    await bench.write(put('k', '1'));
    await bench.write(put('k', '2'));
    await watched.count(2);
    same(await bench.values(), ['k=2'], 'what there is');
  });

  define('keeps the order for all when a watcher writes while it is told', async (bench) => {
    let writing: Promise<unknown> | undefined;
    const first = bench.watch({}, { next: () => void (writing ??= bench.write(put('k2', 'b'))) });
    const second = bench.watch();
    await bench.write(put('k1', 'a'));
    await writing;
    await Promise.all([first.count(2), second.count(2)]);
    same(first.lines, ['put k1=a', 'put k2=b'], 'the one that writes');
    same(second.lines, ['put k1=a', 'put k2=b'], 'the other');
  });

  define('tells how far it has come when asked', async (bench) => {
    const watched = bench.watch();
    await bench.write(put('k', '1'));
    const { revision } = await bench.write(put('other', '2'));
    await watched.count(1);
    watched.subscription.requestProgress();
    await watched.until(() => watched.progressed !== undefined);
    same(watched.progressed, revision, 'the revision');
  });

  define('waits for a slow watcher, ends it where too much waits, and lets it resume without loss', async (bench) => {
    let go = () => {};
    const slow = new Promise<void>((resolve) => {
      go = resolve;
    });
    const watched = bench.watch({ queueDepthMax: 3 }, { next: () => slow });
    for (let i = 0; i < 6; i++) await bench.write(put('k', String(i)));
    go();
    await watched.until(() => watched.failure !== undefined);
    const failure = watched.failure as { code?: string; resumeRevision?: number };
    same(failure.code, 'PINTLE_STORE_SLOW_WATCHER', 'its error');
    const told = watched.lines.length;
    const resumed = bench.watch({ fromRevision: failure.resumeRevision! });
    await resumed.count(6 - told);
    same(
      [...watched.lines, ...resumed.lines].map((line) => line.slice(6, 7)),
      ['0', '1', '2', '3', '4', '5'],
      'what the two were told together',
    );
  });
}

function leases(define: Define): void {
  define('removes what lived under a lease when its time is up, at one revision', async (bench) => {
    const { id } = await bench.store.grantLease(10);
    await bench.write(put('k1', 'a', id), put('k2', 'b', id), put('k3', 'c'));
    const before = bench.revision;
    const watched = bench.watch();
    await bench.advance(9_000);
    await bench.store.keepLeaseAlive(id);
    await bench.advance(9_000);
    same(await bench.values(), ['k1=a', 'k2=b', 'k3=c'], 'kept alive');
    await bench.advance(2_000);
    await watched.count(2);
    same(await bench.values(), ['k3=c'], 'after its time');
    same(bench.revision, before + 1, 'the revision');
    await rejects(bench.store.keepLeaseAlive(id), 'PINTLE_STORE_LEASE_NOT_FOUND', 'kept alive too late');
  });

  define('removes what lives under a lease that is revoked, and keeps what has left it', async (bench) => {
    const { id } = await bench.store.grantLease(10);
    await bench.write(put('k1', 'a', id), put('k2', 'b', id));
    await bench.write(put('k2', 'c'));
    await bench.store.revokeLease(id);
    same(await bench.values(), ['k2=c'], 'what there is');
    await rejects(bench.store.revokeLease(id), 'PINTLE_STORE_LEASE_NOT_FOUND', 'revoked again');
    await rejects(bench.write(put('k3', 'd', id)), 'PINTLE_STORE_LEASE_NOT_FOUND', 'a put under it');
    same(await bench.values(), ['k2=c'], 'what there is then');
  });
}
