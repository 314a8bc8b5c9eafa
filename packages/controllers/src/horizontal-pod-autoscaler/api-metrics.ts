/**
 * What metrics say, by what the API server answers at `metrics.k8s.io`, `custom.metrics.k8s.io` and
 * `external.metrics.k8s.io`, whoever serves them there: as a rule a metrics server or an adapter behind it.
 */
import { APIService } from '@pintle/api/apiregistration/v1';
import { PodMetrics as ApiPodMetrics } from '@pintle/api/metrics/v1beta1';
import type { Client } from '@pintle/client';
import {
  type KindRef,
  type KubernetesObject,
  parseApiVersion,
  parseGoDuration,
  parseQuantity,
  parseTime,
  quantityMilliValue,
  StatusError,
} from '@pintle/machinery';
import { type MetricsSource, NoMetricsError, type PodMetric, type ResourceQuery } from './metrics-source.js';
import { targetKind } from './target-kind.js';

const windowDefaultMs = 60_000;
const customGroup = 'custom.metrics.k8s.io';
/** Those that are understood. */
const customVersions = ['v1beta2', 'v1beta1'];
const externalGroup = 'external.metrics.k8s.io';

/** One series of a metric: what custom ones have in common in both versions, and with external ones. */
interface MetricValue {
  readonly describedObject?: { readonly name?: string };
  readonly timestamp?: string;
  /** `window` in v1beta1. */
  readonly windowSeconds?: number | null;
  readonly window?: number | null;
  readonly value: string;
}

type ExternalMetricValue = KubernetesObject & MetricValue;

/** Which custom metric, as paths have it. */
interface MetricPlace {
  readonly plural: string;
  /** Absent for what is said of a namespace as a whole. */
  readonly namespace?: string;
  readonly name: string;
  readonly part: string;
}

/** `kinds`: every kind that an object with a metric can be of. */
export function apiMetrics(client: Client, kinds: () => readonly KindRef[]): MetricsSource {
  /** Of the custom metrics; asked for anew where nothing is found any more. */
  let version: string | undefined;

  const custom = async (
    { plural, name, part, ...within }: MetricPlace,
    query: Readonly<Record<string, string>>,
  ): Promise<readonly MetricValue[]> => {
    version ??= await preferredVersion(client);
    const scope = within.namespace === undefined ? 'Cluster' : 'Namespaced';
    const kind = { group: customGroup, version, kind: 'MetricValue', plural, scope } as KindRef;
    try {
      const { items } = (await json(client.stream(kind, { name, ...within }, part, query))) as {
        readonly items?: readonly MetricValue[] | null;
      };
      return items ?? [];
    } catch (error) {
      if (StatusError.is(error, 'NotFound')) version = undefined;
      throw new Error(wordsOf(error, `${plural}.${customGroup} ${name}`));
    }
  };
  const fromCustom = <T>(work: () => Promise<T>) =>
    work().catch((error: unknown) => {
      throw new NoMetricsError(`unable to fetch metrics from custom metrics API: ${(error as Error).message}`);
    });

  return {
    async resource(query) {
      const { namespace, selector } = query;
      const found = await client
        .list(ApiPodMetrics, { namespace, labelSelector: selector.toString() })
        .catch((error: unknown) => {
          const why = wordsOf(error, `pods.${ApiPodMetrics.group}`);
          throw new NoMetricsError(`unable to fetch metrics from resource metrics API: ${why}`);
        });
      if (found.length === 0) throw new NoMetricsError('no metrics returned from resource metrics API');
      return new Map(found.flatMap((pod) => metricOf(pod, query)));
    },
    async pods({ namespace, selector, metric, metricSelector }) {
      const place = { plural: 'pods', namespace, name: '*', part: encodeURIComponent(metric) };
      const query = { labelSelector: selector.toString(), metricLabelSelector: metricSelector.toString() };
      const found = await fromCustom(() => custom(place, query));
      if (found.length === 0) throw new NoMetricsError('no metrics returned from custom metrics API');
      return new Map(found.map((each) => [each.describedObject?.name ?? '', podMetric(each)]));
    },
    async object({ namespace, metric, metricSelector, describedObject }) {
      return fromCustom(async () => {
        const place = placeOf({ namespace, metric, describedObject }, kinds());
        const [found, ...others] = await custom(place, { metricLabelSelector: metricSelector.toString() });
        if (found !== undefined && others.length === 0) return milliValueOf(found);
        const count = found === undefined ? 0 : others.length + 1;
        throw new Error(`the custom metrics API server returned ${count} results when we asked for exactly one`);
      });
    },
    async external({ namespace, metric, metricSelector }) {
      const kind = {
        ...{ group: externalGroup, version: 'v1beta1', kind: 'ExternalMetricValue', scope: 'Namespaced' },
        // Kubernetes asks for it in small letters, and adapters know it so.
        plural: encodeURIComponent(metric.toLowerCase()),
      } as KindRef<ExternalMetricValue>;
      const found = await client
        .list(kind, { namespace, labelSelector: metricSelector.toString() })
        .catch((error: unknown) => {
          const why = wordsOf(error, `${metric}.${externalGroup}`);
          throw new NoMetricsError(`unable to fetch metrics from external metrics API: ${why}`);
        });
      if (found.length === 0) throw new NoMetricsError('no metrics returned from external metrics API');
      return found.map(milliValueOf);
    },
  };
}

/** Of the versions of custom metrics that are registered, and understood. */
async function preferredVersion(client: Client): Promise<string> {
  const lists = customVersions.map((version) =>
    client.list(APIService, { fieldSelector: `metadata.name=${version}.${customGroup}` }),
  );
  const priority = ({ spec }: APIService) => spec?.versionPriority ?? 0;
  const [preferred] = (await Promise.all(lists)).flat().sort((a, b) => priority(b) - priority(a));
  if (preferred?.spec?.version === undefined) throw new Error(`no custom metrics API (${customGroup}) registered`);
  return preferred.spec.version;
}

type ObjectQuery = Pick<Parameters<MetricsSource['object']>[0], 'namespace' | 'metric' | 'describedObject'>;

function placeOf({ namespace, metric, describedObject }: ObjectQuery, kinds: readonly KindRef[]): MetricPlace {
  const { kind, name, apiVersion = '' } = describedObject;
  const { group } = parseApiVersion(apiVersion);
  const part = encodeURIComponent(metric);
  // It is the autoscaler's own, whatever it is called.
  if (kind === 'Namespace' && group === '') return { plural: 'namespaces', name: namespace, part: `metrics/${part}` };
  try {
    const { plural } = targetKind(kinds, describedObject);
    return { plural: group === '' ? plural : `${plural}.${group}`, namespace, name, part };
  } catch (error) {
    const full = group === '' ? kind : `${kind}.${group}`;
    throw new Error(`unable to map kind ${full} to resource: ${(error as Error).message}`);
  }
}

async function json(stream: AsyncIterable<Uint8Array>): Promise<unknown> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const piece of stream) text += decoder.decode(piece, { stream: true });
  return JSON.parse(text);
}

/** Where nobody said more than that it was not to be had, the words that people search for. */
function wordsOf(error: unknown, asked: string): string {
  const { message } = error as Error;
  if (!StatusError.is(error)) return message;
  const { causes = [], group } = error.status.details ?? {};
  const isBare = causes.some(({ reason }) => reason === 'UnexpectedServerResponse') || group === 'apiextensions.k8s.io';
  if (isBare && error.code === 404) return `the server could not find the requested resource (get ${asked})`;
  if (isBare && error.code === 503) return `the server is currently unable to handle the request (get ${asked})`;
  return message;
}

const milliValueOf = ({ value }: MetricValue) => quantityMilliValue(parseQuantity(value));

function podMetric(metric: MetricValue): PodMetric {
  const seconds = metric.windowSeconds ?? metric.window;
  return {
    milliValue: milliValueOf(metric),
    atMs: parseTime(metric.timestamp ?? '') ?? 0,
    windowMs: seconds == null ? windowDefaultMs : seconds * 1000,
  };
}

/** Nothing of a pod that has a container of which it is not known, or that has not the container. */
function metricOf(
  { metadata: { name = '' }, containers, timestamp, window }: ApiPodMetrics,
  { resource, container }: ResourceQuery,
): readonly (readonly [string, PodMetric])[] {
  const counted = containers.filter((each) => container === undefined || each.name === container);
  const usages = counted.flatMap(({ usage }) => usage[resource] ?? []);
  if (counted.length === 0 || usages.length < counted.length) return [];
  const milliValue = usages.reduce((sum, usage) => sum + quantityMilliValue(parseQuantity(usage)), 0);
  return [
    [name, { milliValue, atMs: parseTime(timestamp) ?? 0, windowMs: parseGoDuration(window) ?? windowDefaultMs }],
  ];
}
