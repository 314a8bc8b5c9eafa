/**
 * Which fields have a default of their own: upstream's OpenAPI says so of those that are optional. Where the reference folder
 * is present: `../shared/kubernetes` or `PINTLE_REFERENCE`.
 */
import { describe, expect, it } from '@jest/globals';
import { zeroOf } from '@pintle/machinery';
import { ofOurTypes, ofUpstreamTypes, upstreamIsPresent } from './schema-documents.fixture.js';

/** Told of there, and of no effect: what is empty is left out of objects, or filled in by its own kind. */
const withoutEffect = new Set(
  [
    ...['ConfigMapEnvSource', 'ConfigMapKeySelector', 'ConfigMapProjection', 'ConfigMapVolumeSource'].map(nameOf),
    ...['SecretEnvSource', 'SecretKeySelector', 'SecretProjection', 'LocalObjectReference'].map(nameOf),
    'core.v1.ReplicationControllerSpec.minReadySeconds',
    'resource.v1beta1.DeviceRequest.deviceClassName',
    'flowcontrol.v1.FlowSchemaSpec.matchingPrecedence',
    ...['handSize', 'queueLengthLimit', 'queues'].map((field) => `flowcontrol.v1.QueuingConfiguration.${field}`),
  ].map((field) => `io.k8s.api.${field}`),
);
function nameOf(kind: string): string {
  return `core.v1.${kind}.name`;
}

const upstreamDefaults = () =>
  ofUpstreamTypes(({ properties = {}, required = [] }, name) =>
    Object.fromEntries(
      Object.entries(properties).flatMap(([key, { default: value }]) =>
        value === undefined ||
        required.includes(key) ||
        withoutEffect.has(`${name}.${key}`) ||
        JSON.stringify(value) === '{}'
          ? []
          : [[key, value]],
      ),
    ),
  );

const ourDefaults = () =>
  ofOurTypes((properties) =>
    Object.fromEntries(Object.entries(properties).map(([key, place]) => [key, place.default ?? zeroOf(place)])),
  );

(upstreamIsPresent() ? describe : describe.skip)('fields with defaults', () => {
  it('are those of upstream', () => {
    const ours = ourDefaults();
    const differing = [...upstreamDefaults()].flatMap(([name, fields]) =>
      ours.has(name)
        ? Object.entries(fields).flatMap(([key, wanted]) => {
            const value = ours.get(name)![key];
            return JSON.stringify(value) === JSON.stringify(wanted) ? [] : [{ field: `${name}.${key}`, wanted, value }];
          })
        : [],
    );
    expect(differing).toEqual([]);
  });
});
