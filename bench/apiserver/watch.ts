/** Events to many watchers over TLS, against Node writing prebuilt bytes to as many; and how soon a create is seen. */
import { type BenchRow, median, paired } from '../row.js';
import { Connection, connections, get, post } from './connection.js';
import { smallPod } from './pods.js';
import { type Served, serverProcess, type TlsFiles, tlsFiles } from './processes.js';

const pods = '/api/v1/namespaces/default/pods';

const [brace, lineEnd] = [125, 10];

/** Opens watches, and says how to wait until all of them together have had so many events. */
async function watching(count: number, served: Served, tls: TlsFiles, path: string) {
  let [seen, bytes, wanted] = [0, 0, Number.POSITIVE_INFINITY];
  let tell = () => {};
  const open = await connections(count, served.port, tls);
  for (const connection of open) {
    let last = 0;
    connection.follow(get(path), (chunk) => {
      bytes += chunk.length;
      // An event ends with `}` and a line end, be it in the next chunk; the frames of HTTP have other line ends.
      if (last === brace && chunk[0] === lineEnd) seen++;
      for (let at = chunk.indexOf('}\n'); at >= 0; at = chunk.indexOf('}\n', at + 2)) seen++;
      last = chunk[chunk.length - 1]!;
      if (seen >= wanted) tell();
    });
  }
  await new Promise((resolve) => setTimeout(resolve, 500));
  return {
    bytes: () => bytes,
    until(events: number) {
      [seen, wanted] = [0, events];
      return new Promise<void>((resolve) => {
        tell = resolve;
      });
    },
  };
}

const fanOut = (watchers: number, events: number): BenchRow => ({
  name: `watch fan-out over TLS, ${watchers} watchers, against bare Node writing the same bytes`,
  goal: '>= 0.5 x',
  async run() {
    const tls = await tlsFiles();
    const [ours, bare] = await Promise.all(
      ['pintle-server.ts', 'bare-server.ts'].map((program) => serverProcess(program, { tls })),
    );
    try {
      const mine = await watching(watchers, ours!, tls, `${pods}?watch=true&resourceVersion=1`);
      const theirs = await watching(watchers, bare!, tls, '/watch');
      let bytes = 0;
      let run = 0;
      const timed = async (all: Promise<void>, begin: Promise<unknown>) => {
        const start = performance.now();
        await Promise.all([all, begin]);
        return (watchers * events * 1000) / (performance.now() - start);
      };
      const result = await paired(
        5,
        async () => {
          const before = mine.bytes();
          const rate = await timed(mine.until(watchers * events), ours!.ask({ make: events, prefix: `run-${run++}` }));
          bytes = Math.round((mine.bytes() - before) / (watchers * events));
          return rate;
        },
        () => timed(theirs.until(watchers * events), bare!.ask({ tell: events, bytes })),
      );
      return {
        ...result,
        ratio: result.ours / result.peer,
        unit: 'events/s',
        notes: `${bytes} bytes each; creates counted in`,
      };
    } finally {
      await Promise.all([ours!.stop(), bare!.stop()]);
    }
  },
});

const [writers, creates, runs] = [16, 4_000, 5];

interface Latency {
  readonly p50: number;
  readonly p99: number;
  readonly rate: number;
}

/** Has so many written by so many connections at once, each as fast as it can, and times each event at one watcher. */
async function latencies(served: Served, tls: TlsFiles, watch: string): Promise<() => Promise<Latency>> {
  const began = new Map<string, number>();
  let took: number[] = [];
  let rest = '';
  const watcher = await Connection.open(served.port, tls);
  watcher.follow(get(watch), (chunk) => {
    rest += chunk.toString('latin1');
    for (let end = rest.indexOf('}\n'); end >= 0; end = rest.indexOf('}\n')) {
      const name = /"name":"(pod-\d+)"/.exec(rest.slice(0, end))?.[1];
      if (name !== undefined) took.push(performance.now() - began.get(name)!);
      rest = rest.slice(end + 2);
    }
  });
  const open = await connections(writers, served.port, tls);
  let made = 0;
  return async () => {
    took = [];
    const [end, start] = [made + creates, performance.now()];
    await Promise.all(
      open.map(async (connection) => {
        while (made < end) {
          const name = `pod-${made++}`;
          const request = post(pods, JSON.stringify(smallPod(name)));
          began.set(name, performance.now());
          await connection.send(request);
        }
      }),
    );
    const rate = (creates * 1000) / (performance.now() - start);
    await new Promise((resolve) => setTimeout(resolve, 100));
    if (took.length < creates) throw new Error(`${took.length} of ${creates} events came`);
    took.sort((a, b) => a - b);
    return { p50: took[creates / 2]!, p99: took[Math.floor(creates * 0.99)]!, rate };
  };
}

const latency: BenchRow = {
  name: `create to event at a watcher over TLS, ${writers} writers, beside bare Node that tells it at once`,
  goal: 'p50 <= 2 ms, p99 <= 8 ms',
  async run() {
    const tls = await tlsFiles();
    const servers = await Promise.all(
      ['pintle-server.ts', 'bare-server.ts'].map((program) => serverProcess(program, { tls })),
    );
    try {
      const [ours, bare] = servers as [Served, Served];
      const mine = await latencies(ours, tls, `${pods}?watch=true&resourceVersion=1`);
      const theirs = await latencies(bare, tls, '/watch');
      const found: [Latency, Latency][] = [];
      for (let run = 0; run <= runs; run++) {
        const both: [Latency, Latency] = [await mine(), await theirs()];
        // The first round warms up.
        if (run > 0) found.push(both);
      }
      const of = (side: 0 | 1, key: keyof Latency) => median(found.map((both) => both[side][key]));
      const told = (side: 0 | 1) => `p99 ${of(side, 'p99').toFixed(1)} ms at ${Math.round(of(side, 'rate'))} creates/s`;
      return {
        ours: of(0, 'p50'),
        peer: of(1, 'p50'),
        ratio: of(0, 'p50') / of(1, 'p50'),
        unit: 'ms p50',
        notes: `${told(0)}, bare ${told(1)}, each as fast as the writers can`,
      };
    } finally {
      await Promise.all(servers.map((server) => server.stop()));
    }
  },
};

export const rows: readonly BenchRow[] = [fanOut(100, 400), fanOut(500, 80), latency];
