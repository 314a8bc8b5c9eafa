import { expect, it } from '@jest/globals';
import * as openTelemetry from '@opentelemetry/api';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { ConfigMap } from '@pintle/api/core/v1';
import { controller } from './controller.js';
import { served, Website, website } from './manager.fixture.js';
import { openTelemetryTracing, type Span, type SpanOptions, type Tracing } from './tracing.js';

interface Recorded extends Span {
  readonly name: string;
  readonly parent?: string;
  readonly links: readonly string[];
  ended: unknown[];
}

function recordingTracing() {
  const spans: Recorded[] = [];
  const nameOf = (span: Span) => (span as Recorded).name;
  const tracing: Tracing = {
    start(name, { parent, links = [] }: SpanOptions = {}) {
      const ended: unknown[] = [];
      const span: Recorded = {
        name,
        ...(parent === undefined ? {} : { parent: nameOf(parent) }),
        links: links.map(nameOf),
        ended,
        end: (error) => void ended.push(error),
      };
      spans.push(span);
      return span;
    },
  };
  return { spans, tracing };
}

it('follows the work from a write over the queue to the next write', async () => {
  const { client, world, run } = await served();
  const { spans, tracing } = recordingTracing();
  const copies = controller({ name: 'copies' })
    .for(Website)
    .owns(ConfigMap)
    .reconcile(async ({ key, ensure, object, causes }) => {
      if (object === undefined) return;
      await ensure<ConfigMap>({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: key.name } });
      if (causes[0]!.by !== undefined) throw new Error('thrown');
    });
  await run([copies], { tracing });
  await client.create(website('shop'));
  await world.settle();
  expect(spans.slice(0, 3).map(({ name, parent, links, ended }) => ({ name, parent, links, ended }))).toEqual([
    { name: 'reconcile copies default/shop', parent: undefined, links: [], ended: [undefined] },
    {
      name: 'apply ConfigMap default/shop',
      parent: 'reconcile copies default/shop',
      links: [],
      ended: [undefined],
    },
    {
      name: 'reconcile copies default/shop',
      parent: undefined,
      links: ['reconcile copies default/shop'],
      ended: [expect.objectContaining({ message: 'thrown' })],
    },
  ]);
});

it('is OpenTelemetry where the host brings it', () => {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  const tracing = openTelemetryTracing({ ...openTelemetry, trace: traceOf(provider) });
  const first = tracing.start('first', { attributes: { object: 'default/shop' } });
  const write = tracing.start('write', { parent: first });
  write.end(new Error('refused'));
  first.end();
  tracing.start('second', { links: [first] }).end();
  const spans = Object.fromEntries(exporter.getFinishedSpans().map((span) => [span.name, span]));
  const { spanId } = spans['first']!.spanContext();
  expect(spans['first']!.attributes).toEqual({ object: 'default/shop' });
  expect(spans['write']).toMatchObject({
    parentSpanId: spanId,
    status: { code: openTelemetry.SpanStatusCode.ERROR, message: 'refused' },
    events: [{ name: 'exception' }],
  });
  expect(spans['second']!.links.map(({ context }) => context.spanId)).toEqual([spanId]);
});

/** The API's own, with this provider in the place of the process-wide one. */
const traceOf = (provider: BasicTracerProvider) => ({
  getTracer: (name: string) => provider.getTracer(name),
  setSpan: openTelemetry.trace.setSpan,
});
