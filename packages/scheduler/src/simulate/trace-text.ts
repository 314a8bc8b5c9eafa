/**
 * Traces as YAML: a cluster's objects as `kubectl get -o yaml` or `pintle snapshot` prints them, one document each or in
 * lists. Two annotations of pods say what the objects do not: when a pod comes, and how long it runs.
 */
import type { KubernetesObject } from '@pintle/machinery';
import { parseAllDocuments, stringify } from 'yaml';
import { podKey } from '../nodes/pod-info.js';
import { InvalidTraceError } from './invalid-trace-error.js';
import { type Trace, type TraceOfOptions, type TracePod, traceOf } from './trace.js';

/** When the pod comes, in ms from the trace's start. */
export const arrivesAnnotation = 'scheduler.pintle.dev/arrives-ms';
/** How long the pod runs, in ms. */
export const runsAnnotation = 'scheduler.pintle.dev/runs-ms';

/** Errors: `InvalidTraceError` with the number of the document. */
export function parseTrace(text: string, options: TraceOfOptions = {}): Trace {
  const objects = parseAllDocuments(text, { version: '1.1' }).flatMap((document, at) => {
    const field = `document ${at + 1}`;
    const fault = document.errors[0];
    if (fault !== undefined) throw new InvalidTraceError(field, fault.message, { cause: fault });
    return objectsOf(document.toJS({ maxAliasCount: 100 }) as unknown, field);
  });
  const trace = traceOf(objects, options);
  return { ...trace, pods: trace.pods.map(withTimes) };
}

/** What `parseTrace` reads back. */
export function formatTrace({ nodes, pods, objects = [] }: Trace): string {
  return [...nodes, ...objects, ...pods.map(annotated)].map((object) => `---\n${stringify(object)}`).join('');
}

function objectsOf(value: unknown, field: string): readonly KubernetesObject[] {
  if (value === null || value === undefined) return [];
  const object = value as { readonly apiVersion?: unknown; readonly kind?: unknown; readonly items?: unknown };
  if (typeof object !== 'object' || typeof object.apiVersion !== 'string' || typeof object.kind !== 'string')
    throw new InvalidTraceError(field, 'is no object with apiVersion and kind');
  if (!object.kind.endsWith('List')) return [value as KubernetesObject];
  const items = Array.isArray(object.items) ? (object.items as unknown[]) : [];
  // Items of a list of one kind need not repeat it.
  const kind = object.kind === 'List' ? {} : { apiVersion: object.apiVersion, kind: object.kind.slice(0, -4) };
  return items.flatMap((item, at) => objectsOf({ ...kind, ...(item as object) }, `${field}, item ${at + 1}`));
}

function withTimes(traced: TracePod): TracePod {
  const [arrivesMs, runsMs] = [timeOf(traced, arrivesAnnotation), timeOf(traced, runsAnnotation)];
  return { ...traced, ...(arrivesMs === undefined ? {} : { arrivesMs }), ...(runsMs === undefined ? {} : { runsMs }) };
}

function timeOf({ pod }: TracePod, annotation: string): number | undefined {
  const text = pod.metadata.annotations?.[annotation];
  if (text === undefined) return undefined;
  if (!/^\d+$/.test(text))
    throw new InvalidTraceError(
      `pod ${podKey(pod)}, annotation ${annotation}`,
      `${JSON.stringify(text)} is no time in ms`,
    );
  return Number(text);
}

function annotated({ pod, arrivesMs, runsMs }: TracePod): KubernetesObject {
  if (arrivesMs === undefined && runsMs === undefined) return pod;
  const annotations = {
    ...pod.metadata.annotations,
    ...(arrivesMs === undefined ? {} : { [arrivesAnnotation]: String(arrivesMs) }),
    ...(runsMs === undefined ? {} : { [runsAnnotation]: String(runsMs) }),
  };
  return { ...pod, metadata: { ...pod.metadata, annotations } };
}
