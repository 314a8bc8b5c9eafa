/**
 * The port of traces: a span a reconcile, linked to the reconciles whose writes woke it, and a span a write in it.
 * `openTelemetryTracing` fits it to OpenTelemetry's API, which the host brings: this package does not depend on it.
 */

export interface Span {
  /** An error is recorded with the span, which ends all the same. */
  end(error?: unknown): void;
}

export interface SpanOptions {
  readonly parent?: Span;
  /** What led to it, without being its parent: it may be over long since. */
  readonly links?: readonly Span[];
  readonly attributes?: Readonly<Record<string, string | number | boolean>>;
}

export interface Tracing {
  start(name: string, options?: SpanOptions): Span;
}

/** As much of `@opentelemetry/api` as is needed, by shape. */
export interface OpenTelemetryApi<Context = unknown> {
  readonly trace: {
    getTracer(name: string): {
      startSpan(name: string, options: object, context: Context): OpenTelemetrySpan;
    };
    // biome-ignore lint/suspicious/noExplicitAny: a span of the same API as it made it.
    setSpan(context: Context, span: any): Context;
  };
  readonly context: { active(): Context };
}

export interface OpenTelemetrySpan {
  spanContext(): object;
  // biome-ignore lint/suspicious/noExplicitAny: OpenTelemetry's own types are wider than what is given.
  recordException(error: any): void;
  // biome-ignore lint/suspicious/noExplicitAny: OpenTelemetry's own types are wider than what is given.
  setStatus(status: any): unknown;
  end(): void;
}

class TracedSpan implements Span {
  constructor(readonly span: OpenTelemetrySpan) {}
  end(error?: unknown): void {
    if (error !== undefined) {
      this.span.recordException(error);
      this.span.setStatus({ code: statusError, message: error instanceof Error ? error.message : String(error) });
    }
    this.span.end();
  }
}

/** OpenTelemetry's `SpanStatusCode.ERROR`. */
const statusError = 2;

/** Traces by OpenTelemetry; `api` is its module `@opentelemetry/api`. */
export function openTelemetryTracing<Context>(api: OpenTelemetryApi<Context>, name = 'pintle'): Tracing {
  const tracer = api.trace.getTracer(name);
  return {
    start(spanName, { parent, links = [], attributes = {} } = {}) {
      const active = api.context.active();
      const options = {
        attributes,
        links: links.flatMap((link) => (link instanceof TracedSpan ? [{ context: link.span.spanContext() }] : [])),
      };
      const context = parent instanceof TracedSpan ? api.trace.setSpan(active, parent.span) : active;
      return new TracedSpan(tracer.startSpan(spanName, options, context));
    },
  };
}
