/** Asks a definition's webhook to convert objects: ConversionReview of apiextensions.k8s.io/v1. */
import type { CustomResourceDefinition } from '@pintle/api/apiextensions/v1';
import { deepEqual, deepFreeze, type KubernetesObject, statusError } from '@pintle/machinery';
import { askWebhook, type WebhookAsker } from '../admission/webhook/ask-webhook.js';
import type { ClientConfig } from '../admission/webhook/webhook-target.js';
import type { BulkConverter } from './conversion.js';

/** kube-apiserver's; it cannot be set. */
const timeoutSeconds = 30;
const reviewVersion = 'apiextensions.k8s.io/v1';

/** Errors: `StatusError` InternalError, with what is wrong. */
export function conversionWebhook(asker: WebhookAsker, { spec }: CustomResourceDefinition): BulkConverter {
  return async (objects, apiVersion) => {
    const uid = asker.world.random.uuid();
    try {
      const config = (spec.conversion?.webhook?.clientConfig ?? {}) as ClientConfig;
      const request = { uid, desiredAPIVersion: apiVersion, objects };
      const review = { apiVersion: reviewVersion, kind: 'ConversionReview', request };
      const answer = await askWebhook(asker, config, review, timeoutSeconds);
      return convertedObjects(answer, uid, objects, apiVersion);
    } catch (error) {
      const [{ apiVersion: from = '', kind = '' } = {}] = objects;
      throw statusError(
        'InternalError',
        `conversion webhook for ${from}, Kind=${kind} failed: ${(error as Error).message}`,
        { cause: error },
      );
    }
  };
}

/** Pure. Errors: `Error`, for an answer that is none. */
export function convertedObjects(
  review: unknown,
  uid: string,
  objects: readonly KubernetesObject[],
  apiVersion: string,
): readonly KubernetesObject[] {
  const { response } = (review ?? {}) as {
    readonly response?: {
      readonly uid?: string;
      readonly result?: { readonly status?: string; readonly message?: string };
      readonly convertedObjects?: readonly KubernetesObject[];
    };
  };
  if (response === undefined || response === null) throw new Error('no response provided');
  if (response.uid !== uid)
    throw new Error(`expected response.uid=${JSON.stringify(uid)}, got ${JSON.stringify(response.uid)}`);
  if (response.result?.status !== 'Success')
    throw new Error(response.result?.message || `status ${JSON.stringify(response.result?.status)}`);
  const made = response.convertedObjects ?? [];
  if (made.length !== objects.length) throw new Error(`returned ${made.length} objects, expected ${objects.length}`);
  return made.map((object, index) => deepFreeze(checked(object, objects[index]!, index, apiVersion)));
}

function checked(made: KubernetesObject, from: KubernetesObject, index: number, apiVersion: string): KubernetesObject {
  const wrong = (what: string) => new Error(`returned invalid converted object at index ${index}: ${what}`);
  if (typeof made !== 'object' || made === null) throw wrong('it is no object');
  if (made.apiVersion !== apiVersion) throw wrong(`invalid groupVersion (must be ${apiVersion})`);
  if (made.kind !== from.kind) throw wrong(`invalid kind (must be ${from.kind})`);
  const { labels, annotations, ...told } = made.metadata ?? {};
  for (const field of ['name', 'namespace', 'uid'] as const)
    if (!deepEqual(told[field], from.metadata[field])) throw wrong(`invalid metadata.${field}: it must not change`);
  const { labels: _labels, annotations: _annotations, ...kept } = from.metadata;
  // Of the metadata a webhook changes labels and annotations; all else is the server's.
  return {
    ...made,
    metadata: {
      ...kept,
      ...(labels === undefined ? {} : { labels }),
      ...(annotations === undefined ? {} : { annotations }),
    },
  };
}
