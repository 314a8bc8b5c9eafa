import { expect, it } from '@jest/globals';
import type { CustomResourceDefinition } from '@pintle/api/apiextensions/v1';
import { createMetrics, type KubernetesObject, virtualWorld } from '@pintle/machinery';
import { conversionTimes } from './conversion-metrics.js';
import { conversionWebhook } from './conversion-webhook.js';

it('tells what came of each question to a webhook that converts, by definition and versions', async () => {
  const world = virtualWorld();
  const metrics = createMetrics();
  const object = { apiVersion: 'x.example.com/v1', kind: 'Thing', metadata: { name: 'a' } } as KubernetesObject;
  const converted = { ...object, apiVersion: 'x.example.com/v2' };
  const answers: ((uid: string) => unknown)[] = [
    (uid) => ({ uid, result: { status: 'Success' }, convertedObjects: [converted] }),
    () => {
      throw new Error('down');
    },
    () => ({ uid: 'another' }),
    (uid) => ({ uid, result: { status: 'Success' }, convertedObjects: [] }),
    (uid) => ({ uid, result: { status: 'Success' }, convertedObjects: [object] }),
  ];
  const call = async (_target: unknown, body: object) => {
    const { uid } = (body as { readonly request: { readonly uid: string } }).request;
    const response = answers.shift()!(uid);
    return { apiVersion: 'apiextensions.k8s.io/v1', kind: 'ConversionReview', response };
  };
  const webhook = { clientConfig: { url: 'https://convert.example.com' }, conversionReviewVersions: ['v1'] };
  const convert = conversionWebhook(
    { world, call, services: { get: () => undefined } } as never,
    {
      metadata: { name: 'things.x.example.com' },
      spec: { conversion: { webhook } },
    } as never as CustomResourceDefinition,
    conversionTimes(metrics, world.clock),
  );
  while (answers.length > 0) await Promise.resolve(convert([object], 'x.example.com/v2')).catch(() => undefined);
  const lines = (await metrics.text())
    .split('\n')
    .filter((line) => /(_total|webhook_duration_seconds_count)\{/.test(line));
  const failure = (type: string) => `{result="failure",failure_type="conversion_webhook_${type}_failure"} 1`;
  const outcomes = [
    '{result="success",failure_type=""} 1',
    ...['call', 'malformed_response', 'partial_response', 'invalid_converted_object'].map(failure),
  ];
  const versions = 'crd_name="things.x.example.com",from_version="v1",to_version="v2"';
  expect(lines).toEqual([
    ...outcomes.map((outcome) => `apiserver_conversion_webhook_duration_seconds_count${outcome}`),
    ...outcomes.map((outcome) => `apiserver_conversion_webhook_request_total${outcome}`),
    `apiserver_crd_conversion_webhook_duration_seconds_count{${versions},succeeded="true"} 1`,
    `apiserver_crd_conversion_webhook_duration_seconds_count{${versions},succeeded="false"} 4`,
  ]);
});
