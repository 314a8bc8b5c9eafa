/** Asks a definition's webhook to convert objects: ConversionReview of apiextensions.k8s.io/v1. */
import type { CustomResourceDefinition } from '@pintle/api/apiextensions/v1';
import {
  deepFreeze,
  type KubernetesObject,
  parseApiVersion,
  type StatusReason,
  statusError,
  unstructuredType,
} from '@pintle/machinery';
import { kindText, type ReviewVersion, reviewVersionOf } from '../admission/webhook/admission-review.js';
import { askWebhook, type WebhookAsker } from '../admission/webhook/ask-webhook.js';
import type { ClientConfig } from '../admission/webhook/webhook-target.js';
import type { BulkConverter } from './conversion.js';
import type { ConversionFailure, ConversionTimes } from './conversion-metrics.js';

/** kube-apiserver's; it cannot be set. */
const timeoutSeconds = 30;
const group = 'apiextensions.k8s.io';

/** Errors: `StatusError` of code 500, with what is wrong. */
export function conversionWebhook(
  asker: WebhookAsker,
  { spec, metadata }: CustomResourceDefinition,
  times: ConversionTimes,
): BulkConverter {
  const { clientConfig = {}, conversionReviewVersions: understood } = spec.conversion?.webhook ?? {};
  const version = reviewVersionOf(understood);
  return async (objects, apiVersion) => {
    const uid = asker.world.random.uuid();
    const request = { uid, desiredAPIVersion: apiVersion, objects };
    const review = { apiVersion: `${group}/${version}`, kind: 'ConversionReview', request };
    const startMs = times.now();
    let failure: ConversionFailure = 'call';
    try {
      const answer = await askWebhook(asker, clientConfig as ClientConfig, review, timeoutSeconds);
      failure = 'malformed_response';
      const made = madeBy(answer, uid, version);
      failure = made.length === objects.length ? 'invalid_converted_object' : 'partial_response';
      const converted = convertedObjects(made, objects, apiVersion);
      failure = '';
      return converted;
    } catch (error) {
      const [{ apiVersion: from = '', kind = '' } = {}] = objects;
      const what = error instanceof ConvertedError ? 'returned' : 'failed:';
      const words = `conversion webhook for ${from}, Kind=${kind} ${what} ${(error as Error).message}`;
      throw statusError('' as StatusReason, words, { code: 500, cause: error });
    } finally {
      const [from, to] = [objects[0]?.apiVersion ?? '', apiVersion].map((each) => parseApiVersion(each).version);
      times.asked({ definition: metadata.name ?? '', from: from!, to: to! }, failure, startMs);
    }
  };
}

/** Of an answer that says it is one, what it says is made. */
class ConvertedError extends Error {
  readonly code = 'PINTLE_CONVERTED';
}

/** What the answer says is made. Pure. Errors: `Error`, for an answer that is none. In v1beta1 nobody asks what it is an answer to. */
export function madeBy(review: unknown, uid: string, version: ReviewVersion): readonly KubernetesObject[] {
  const { apiVersion, kind, response } = (review ?? {}) as {
    readonly apiVersion?: string;
    readonly kind?: string;
    readonly response?: {
      readonly uid?: string;
      readonly result?: { readonly status?: string; readonly message?: string };
      readonly convertedObjects?: readonly KubernetesObject[];
    };
  };
  const [wanted, got] = [kindText(`${group}/v1`, 'ConversionReview'), kindText(apiVersion, kind)];
  if (version === 'v1' && got !== wanted) throw new Error(`expected webhook response of ${wanted}, got ${got}`);
  if (response === undefined || response === null) throw new Error('no response provided');
  if (version === 'v1' && response.uid !== uid)
    throw new Error(`expected response.uid=${JSON.stringify(uid)}, got ${JSON.stringify(response.uid ?? '')}`);
  const { status = '', message } = response.result ?? {};
  if (status !== 'Success') throw new Error(message || `response.result.status was '${status}', not 'Success'`);
  return response.convertedObjects ?? [];
}

/** Pure. Errors: `ConvertedError`. */
export function convertedObjects(
  made: readonly KubernetesObject[],
  objects: readonly KubernetesObject[],
  apiVersion: string,
): readonly KubernetesObject[] {
  if (made.length !== objects.length) throw new ConvertedError(`${made.length} objects, expected ${objects.length}`);
  return made.map((object, index) => deepFreeze(checked(object, objects[index]!, index, apiVersion)));
}

function checked(made: KubernetesObject, from: KubernetesObject, index: number, apiVersion: string): KubernetesObject {
  const { apiVersion: version = '', kind = '', metadata } = made ?? {};
  // Merging may have taken it all.
  const own: Partial<KubernetesObject['metadata']> = from.metadata ?? {};
  const differs = (what: string, wanted: string, got: string) =>
    new ConvertedError(`invalid object at index ${index}: invalid ${what} (expected ${wanted}, received ${got})`);
  if (version !== apiVersion) throw differs('groupVersion', apiVersion, version);
  if (kind !== from.kind) throw differs('kind', from.kind, kind);
  for (const [field, name] of [
    ['name', 'name'],
    ['namespace', 'namespace'],
    ['uid', 'UID'],
  ] as const) {
    const [before, now] = [own[field] ?? '', metadata?.[field] ?? ''];
    if (before !== now) throw new ConvertedError(`invalid object: must have the same ${name}: ${before} != ${now}`);
  }
  if (metadata === undefined) throw new ConvertedError('invalid metadata: missing metadata in converted object');
  const { labels: _labels, annotations: _annotations, ...kept } = own;
  // Of the metadata a webhook changes labels and annotations; all else is the server's.
  return { ...made, metadata: { ...kept, ...texts(metadata, 'labels'), ...texts(metadata, 'annotations') } };
}

function texts(metadata: object, field: 'labels' | 'annotations'): object {
  const value = (metadata as Readonly<Record<string, unknown>>)[field];
  if (value === undefined || value === null || Object.keys(value).length === 0) return {};
  for (const [key, text] of Object.entries(value))
    if (typeof text !== 'string')
      throw new ConvertedError(
        `invalid metadata: metadata.${field}[${key}] must be a string, but is ${text === null ? '<nil>' : unstructuredType(text)} in converted object`,
      );
  return { [field]: value };
}
