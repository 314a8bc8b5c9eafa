/** Conversion webhooks: custom resources from one version to another. */
import type { KubernetesObject } from '@pintle/machinery';
import { requestOf, type WebhookEndpoint } from './endpoint.js';

interface ConversionRequest {
  readonly desiredAPIVersion: string;
  readonly objects: readonly KubernetesObject[];
}

/** The object in the version that is asked for. Its metadata may change in labels and annotations alone. */
export type Convert = (
  object: KubernetesObject,
  desiredApiVersion: string,
) => KubernetesObject | Promise<KubernetesObject>;

const apiVersion = 'apiextensions.k8s.io/v1';

/** One object that cannot be converted fails the review, with what `convert` throws. */
export function conversion(convert: Convert): WebhookEndpoint {
  return async (review) => {
    const { uid, desiredAPIVersion, objects } = requestOf<ConversionRequest>(review, apiVersion, 'ConversionReview');
    const answered = (response: object) => ({ apiVersion, kind: 'ConversionReview', response: { uid, ...response } });
    try {
      const convertedObjects: KubernetesObject[] = [];
      for (const object of objects) {
        const isThere = object.apiVersion === desiredAPIVersion;
        const converted = isThere ? object : await convert(object, desiredAPIVersion);
        convertedObjects.push({ ...converted, apiVersion: desiredAPIVersion });
      }
      return answered({ result: { status: 'Success' }, convertedObjects });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return answered({ result: { status: 'Failure', message } });
    }
  };
}
