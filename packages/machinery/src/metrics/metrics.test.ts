import { describe, expect, it } from '@jest/globals';
import { createMetrics, exponentialBuckets } from './metrics.js';

describe('the text', () => {
  it('has every family in the order of names, and every series of it', async () => {
    const metrics = createMetrics();
    const requests = metrics.counter({ name: 'requests_total', help: 'Requests.', labels: ['verb', 'code'] });
    requests.with('GET', '200').increment();
    requests.with('GET', '200').increment(2);
    requests.with('POST', '201').increment();
    metrics.gauge({ name: 'depth', help: 'How deep.' }).with().set(-0.5);
    expect(await metrics.text()).toBe(
      [
        '# HELP depth How deep.',
        '# TYPE depth gauge',
        'depth -0.5',
        '# HELP requests_total Requests.',
        '# TYPE requests_total counter',
        'requests_total{verb="GET",code="200"} 3',
        'requests_total{verb="POST",code="201"} 1',
        '',
      ].join('\n'),
    );
  });

  it('adds up the buckets of a histogram', async () => {
    const metrics = createMetrics();
    const seconds = metrics.histogram({ name: 's', help: 'Seconds.', labels: ['a'], buckets: [0.1, 1] }).with('x');
    for (const value of [0.1, 0.5, 7]) seconds.observe(value);
    expect(await (await metrics.text()).split('\n').slice(2, -1)).toEqual([
      's_bucket{a="x",le="0.1"} 1',
      's_bucket{a="x",le="1"} 2',
      's_bucket{a="x",le="+Inf"} 3',
      's_sum{a="x"} 7.6',
      's_count{a="x"} 3',
    ]);
  });

  it.each([
    [0, '0'],
    [100_000, '100000'],
    [999_999.5, '999999.5'],
    [1_000_000, '1e+06'],
    [1_050_000, '1.05e+06'],
    [-31_104_000, '-3.1104e+07'],
    [1e123, '1e+123'],
    [0.0001, '0.0001'],
    [0.00001, '1e-05'],
    [5e-7, '5e-07'],
    [Number.NaN, 'NaN'],
  ])('has %d as Go has it', async (value, text) => {
    const metrics = createMetrics();
    metrics.gauge({ name: 'g', help: 'G.' }).with().set(value);
    expect(await metrics.text()).toContain(`\ng ${text}\n`);
  });

  it('tells the bounds of buckets in the same way, and counts as they are', async () => {
    const metrics = createMetrics();
    const bytes = metrics.histogram({ name: 'b', help: 'B.', buckets: [1e6] }).with();
    bytes.observe(2_500_000);
    expect((await metrics.text()).split('\n').slice(2, -1)).toEqual([
      ...['b_bucket{le="1e+06"} 0', 'b_bucket{le="+Inf"} 1', 'b_sum 2.5e+06', 'b_count 1'],
    ]);
  });

  it('escapes what would end a value or a line', async () => {
    const metrics = createMetrics();
    metrics
      .gauge({ name: 'g', help: 'a\\b\nc', labels: ['l'] })
      .with('"\\\n')
      .set(Number.POSITIVE_INFINITY);
    expect(await metrics.text()).toBe('# HELP g a\\\\b\\nc\n# TYPE g gauge\ng{l="\\"\\\\\\n"} +Inf\n');
  });

  it('leaves out a family without series, and fills the others first', async () => {
    const metrics = createMetrics();
    const objects = metrics.gauge({ name: 'objects', help: 'Objects.', labels: ['resource'] });
    let count = 0;
    metrics.collect(() => {
      objects.clear();
      if (count > 0) objects.with('pods').set(count);
    });
    expect(await metrics.text()).toBe('');
    count = 2;
    expect(await metrics.text()).toContain('objects{resource="pods"} 2\n');
  });
});

it('a family of a name there is, is that one', async () => {
  const metrics = createMetrics();
  metrics.counter({ name: 'c', help: 'C.' }).with().increment();
  metrics.counter({ name: 'c', help: 'C.' }).with().increment();
  expect(await metrics.text()).toContain('\nc 2\n');
  expect(() => metrics.counter({ name: 'c', help: 'C.' }).with('x', 'y')).toThrow(RangeError);
});

it('bounds that grow by a factor', () => {
  expect(exponentialBuckets(1000, 10, 4)).toEqual([1000, 10_000, 100_000, 1_000_000]);
});
