/**
 * Counters, gauges and histograms, and their text for Prometheus (exposition format 0.0.4). Every part that counts
 * is handed a `Metrics`; many may live in one process. It deliberately keeps no time: who measures has a clock.
 *
 * Guarantees: a series, once asked for with `with`, is a plain object; to count it again costs an addition.
 */

/** A value that only grows. */
export interface Counter {
  /** By 1 unless said. */
  increment(by?: number): void;
  readonly value: number;
}

/** A value that goes up and down. */
export interface Gauge {
  set(value: number): void;
  add(by: number): void;
  readonly value: number;
}

/** How observed values are spread. */
export interface Histogram {
  observe(value: number): void;
  readonly count: number;
  readonly sum: number;
}

/** The series of one name, told apart by the values of its labels. */
export interface Family<Series> {
  /** The series with these values, in the order of the family's labels. Errors: `RangeError` for another number of values. */
  with(...values: readonly string[]): Series;
  /** Forgets every series: for families that are filled anew at each collection. */
  clear(): void;
}

export interface FamilyOptions {
  /** As Prometheus names it, with its unit: `apiserver_request_duration_seconds`. */
  readonly name: string;
  readonly help: string;
  readonly labels?: readonly string[];
}

export interface HistogramOptions extends FamilyOptions {
  /** Upper bounds, ascending; the one without bound is added. */
  readonly buckets: readonly number[];
}

/** A registry of metrics. A second family of one name is the first one again. */
export interface Metrics {
  counter(options: FamilyOptions): Family<Counter>;
  gauge(options: FamilyOptions): Family<Gauge>;
  histogram(options: HistogramOptions): Family<Histogram>;
  /** Calls `fill` before each text, for values that are read and not counted. */
  collect(fill: () => void | Promise<void>): void;
  /** Every family in the order of names, or those whose names `only` allows. */
  text(only?: (name: string) => boolean): Promise<string>;
}

interface Printable {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly options: FamilyOptions;
  lines(): Iterable<string>;
}

export function createMetrics(): Metrics {
  const families = new Map<string, Printable>();
  const fills: (() => void | Promise<void>)[] = [];
  const familyOf = <F extends Printable>(name: string, make: () => F): F => {
    const found = families.get(name) ?? make();
    families.set(name, found);
    return found as F;
  };
  return {
    counter: (options) => familyOf(options.name, () => new ScalarFamily('counter', options)),
    gauge: (options) => familyOf(options.name, () => new ScalarFamily('gauge', options)),
    histogram: (options) => familyOf(options.name, () => new HistogramFamily(options)),
    collect: (fill) => void fills.push(fill),
    async text(only = () => true) {
      for (const fill of fills) await fill();
      const lines: string[] = [];
      for (const name of [...families.keys()].filter(only).sort()) {
        const { type, options, lines: linesOf } = families.get(name)!;
        const own = [...linesOf()];
        if (own.length === 0) continue;
        lines.push(`# HELP ${name} ${escapeHelp(options.help)}`, `# TYPE ${name} ${type}`);
        for (const line of own) lines.push(line);
      }
      return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
    },
  };
}

class Scalar implements Counter, Gauge {
  value = 0;
  increment(by = 1): void {
    this.value += by;
  }
  add(by: number): void {
    this.value += by;
  }
  set(value: number): void {
    this.value = value;
  }
}

class Spread implements Histogram {
  count = 0;
  sum = 0;
  /** How many fell into each bucket and no smaller one; the last is the one without bound. */
  readonly counts: Float64Array;
  constructor(private readonly buckets: readonly number[]) {
    this.counts = new Float64Array(buckets.length + 1);
  }
  observe(value: number): void {
    let index = 0;
    while (index < this.buckets.length && value > this.buckets[index]!) index++;
    this.counts[index] = this.counts[index]! + 1;
    this.count++;
    this.sum += value;
  }
}

abstract class SeriesFamily<Series> implements Family<Series> {
  protected readonly series = new Map<string, { readonly labels: string; readonly series: Series }>();

  constructor(readonly options: FamilyOptions) {
    this.lines = this.lines.bind(this);
  }

  protected abstract make(): Series;
  abstract lines(): Iterable<string>;

  with(...values: readonly string[]): Series {
    const key = values.length === 1 ? values[0]! : values.join('\u0000');
    const found = this.series.get(key);
    if (found !== undefined) return found.series;
    const names = this.options.labels ?? [];
    if (names.length !== values.length)
      throw new RangeError(`${this.options.name} has the labels [${names.join(' ')}], not ${values.length} values`);
    const labels = names.map((name, index) => `${name}="${escapeValue(values[index]!)}"`).join(',');
    const series = this.make();
    this.series.set(key, { labels, series });
    return series;
  }

  clear(): void {
    this.series.clear();
  }
}

class ScalarFamily extends SeriesFamily<Scalar> implements Printable {
  constructor(
    readonly type: 'counter' | 'gauge',
    options: FamilyOptions,
  ) {
    super(options);
  }
  protected make(): Scalar {
    return new Scalar();
  }
  *lines(): Iterable<string> {
    for (const { labels, series } of this.series.values())
      yield `${this.options.name}${labels === '' ? '' : `{${labels}}`} ${formatNumber(series.value)}`;
  }
}

class HistogramFamily extends SeriesFamily<Spread> implements Printable {
  readonly type = 'histogram';
  private readonly buckets: readonly number[];
  constructor(options: HistogramOptions) {
    super(options);
    this.buckets = options.buckets;
  }
  protected make(): Spread {
    return new Spread(this.buckets);
  }
  *lines(): Iterable<string> {
    const { name } = this.options;
    for (const { labels, series } of this.series.values()) {
      const before = labels === '' ? '' : `${labels},`;
      const around = labels === '' ? '' : `{${labels}}`;
      let total = 0;
      for (const [index, bound] of this.buckets.entries()) {
        total += series.counts[index]!;
        yield `${name}_bucket{${before}le="${formatNumber(bound)}"} ${total}`;
      }
      yield `${name}_bucket{${before}le="+Inf"} ${series.count}`;
      yield `${name}_sum${around} ${formatNumber(series.sum)}`;
      yield `${name}_count${around} ${series.count}`;
    }
  }
}

const escapeHelp = (text: string) => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
const escapeValue = (text: string) => escapeHelp(text).replaceAll('"', '\\"');

/** As Go writes numbers: who asks for a bucket by its bound has it from programs of Go. */
function formatNumber(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  if (value === Number.NEGATIVE_INFINITY) return '-Inf';
  const size = Math.abs(value);
  if (value === 0 || (size >= 1e-4 && size < 1e6) || Number.isNaN(value)) return String(value);
  const [digits, sign, exponent = ''] = value.toExponential().split(/e([+-])/);
  return `${digits}e${sign}${exponent.padStart(2, '0')}`;
}

/** As Prometheus has them where nothing is said, in seconds. */
export const defaultBuckets: readonly number[] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** `count` bounds from `start`, each `factor` times the one before. */
export function exponentialBuckets(start: number, factor: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => start * factor ** index);
}
