/** Schemas of custom resources in protobuf, byte for byte as apiextensions-apiserver 0.33.5 writes them from this JSON. */
import { expect, it } from '@jest/globals';
import { fromBase64, readMessage, writeMessage } from '@pintle/machinery';
import { JSONSchemaProps } from './v1/index.js';

const asWritten = `
CgASAXMaAyMvciIAKgZvYmplY3QyADoAUABgAHoAkAEA6gFsCgFhEmcKABIAIgAqBWFycmF5MgA6AFAAYAB6AJABAMIBNwo1CgASACIAKgZzdHJpbmcy
ADoAUABgAHoAkAEAogEFCgMieCKiAQCiAQMKATGoAgC4AgDAAgCoAgC4AgDAAgDKAgFr0gIDbWFw6gF4CgFiEnMKABIAIgAqADIAOgBQAGAAegCQAQDC
AU0SJQoAEgAiACoHaW50ZWdlcjIAOgBQAGAAegCQAQCoAgC4AgDAAgASJAoAEgAiACoGbnVtYmVyMgA6AFAAYAB6AJABAKgCALgCAMACAIoCAggAqAIA
uAIAwAIA6gFdCgFjElgKABIAIgAqBm9iamVjdDIAOgBQAGAAegCQAQDyASgIARIkCgASACIAKgZzdHJpbmcyADoAUABgAHoAkAEAqAIAuAIAwAIAqAIA
uAIAwAIA2gIGYXRvbWlj6gE2CgFkEjEKABIAIgAqADIAOgBCDAoKeyJlIjpudWxsfVAAYAB6AJABAPIBAggBqAIAuAIAwAIA6gEjCgFmEh4KABIAIgAq
ADIAOgBQAGAAegCQAQCoAgC4AgDAAgHqAW0KAWcSaAoAEgAiACoAMgA6AFAAYAB6AJABAPIBIggBEh4KABIAIgAqADIAOgBQAGAAegCQAQCoAgC4AgDA
AgCKAiIIARIeCgASACIAKgAyADoAUABgAHoAkAEAqAIAuAIAwAIAqAIAuAIAwAIAggILCgFhEgYSAWISAWOCAikKAWQSJAoiCgASACIAKgAyADoAUABg
AHoAkAEAugEBYagCALgCAMACAKgCALACAbgCAcACAOICDgoEdHJ1ZRIAGgAqADAB`;
const schema = {
  $ref: '#/r',
  $schema: 's',
  type: 'object',
  properties: {
    a: {
      type: 'array',
      items: { type: 'string', enum: ['x', null, 1] },
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['k'],
    },
    b: { items: [{ type: 'integer' }, { type: 'number' }], additionalItems: false },
    c: { type: 'object', additionalProperties: { type: 'string' }, 'x-kubernetes-map-type': 'atomic' },
    d: { additionalProperties: true, default: { e: null } },
    f: { 'x-kubernetes-int-or-string': true },
    g: { additionalItems: {}, additionalProperties: {} },
  },
  dependencies: { a: ['b', 'c'], d: { required: ['a'] } },
  'x-kubernetes-embedded-resource': true,
  'x-kubernetes-preserve-unknown-fields': true,
  'x-kubernetes-validations': [{ rule: 'true', optionalOldSelf: true }],
};

it('is read as Go writes it', () => {
  expect(readMessage(JSONSchemaProps.node, fromBase64(asWritten.replaceAll('\n', '')))).toEqual(schema);
});

it('is read again as it is written', () => {
  expect(readMessage(JSONSchemaProps.node, writeMessage(JSONSchemaProps.node, schema))).toEqual(schema);
});
