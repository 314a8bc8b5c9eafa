/** What is refused of CustomResourceDefinitions. */
import { describe, expect, it } from '@jest/globals';
import { createFaults, updateFaults, type Written } from './served.fixture.js';

const schema = {
  openAPIV3Schema: {
    type: 'object',
    properties: {
      spec: { type: 'object', properties: { size: { type: 'integer' }, tags: { type: 'object' } } },
      status: { type: 'object', properties: { size: { type: 'integer' } } },
    },
  },
};
const version = { name: 'v1', served: true, storage: true, schema };
const names = { plural: 'things', singular: 'thing', kind: 'Thing', listKind: 'ThingList' };
const crd = (spec: object, more: object = {}): Written => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'things.example.com' },
  spec: { group: 'example.com', scope: 'Namespaced', names, versions: [version], ...spec },
  ...more,
});
const versioned = (fields: object) => crd({ versions: [{ ...version, ...fields }] });
const named = (fields: object) => crd({ names: { ...names, ...fields } });
const scaled = (scale: object) =>
  versioned({
    subresources: { scale: { specReplicasPath: '.spec.size', statusReplicasPath: '.status.size', ...scale } },
  });
const column = (fields: object) =>
  versioned({ additionalPrinterColumns: [{ name: 'Size', type: 'integer', jsonPath: '.spec.size', ...fields }] });
const selectable = (...paths: readonly string[]) =>
  versioned({ selectableFields: paths.map((jsonPath) => ({ jsonPath })) });
const converted = (conversion: object) => crd({ conversion });

const first = 'spec.versions[0].';
const label =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";

describe('a new definition', () => {
  it.each<readonly [Written, readonly string[]]>([
    [crd({}), []],
    [
      crd({}, { metadata: { name: 'x' } }),
      ['metadata.name: Invalid value: "x": must be spec.names.plural+"."+spec.group'],
    ],
    [
      crd({}, { metadata: { generateName: 'a', name: 'things.example.com' } }),
      ['metadata.generateName: Invalid value: "a": must be spec.names.plural+"."+spec.group'],
    ],
    [crd({ scope: '' }), ['spec.scope: Required value']],
    [crd({ scope: 'other' }), ['spec.scope: Unsupported value: "other": supported values: "Cluster", "Namespaced"']],
    [
      crd({ group: 'one' }, { metadata: { name: 'things.one' } }),
      ['spec.group: Invalid value: "one": should be a domain with at least one dot'],
    ],
    [
      crd({ versions: [version, { ...version, storage: false }] }),
      ['spec.versions: Invalid value: []string{"v1", "v1"}: must contain unique version names'],
    ],
    [
      crd({ versions: [version, { ...version, name: 'v2' }] }),
      [
        'spec.versions: Invalid value: []string{"v1", "v2"}: must have exactly one version marked as storage version',
        'status.storedVersions: Invalid value: []string{"v1"}: must have the storage version v2',
      ],
    ],
    [
      versioned({ storage: false }),
      [
        'spec.versions: Invalid value: []string{"v1"}: must have exactly one version marked as storage version',
        'status.storedVersions: Invalid value: []string(nil): must have at least one stored version',
      ],
    ],
    [
      versioned({ name: 'V1' }),
      [`${first}name: Invalid value: "V1": ${label}`, `spec.version: Invalid value: "V1": ${label}`],
    ],
    [named({ shortNames: ['t', 'T'] }), [`spec.names.shortNames[1]: Invalid value: "T": ${label}`]],
    [named({ categories: ['all', '*'] }), [`spec.names.categories[1]: Invalid value: "*": ${label}`]],
    [named({ singular: 'T' }), [`spec.names.singular: Invalid value: "T": ${label}`]],
    [
      named({ kind: 'A_B' }),
      [`spec.names.kind: Invalid value: "A_B": may have mixed case, but should otherwise match: ${label}`],
    ],
    [
      named({ listKind: 'Thing' }),
      ['spec.names.listKind: Invalid value: "Thing": kind and listKind may not be the same'],
    ],
    [
      versioned({ deprecationWarning: 'old' }),
      [`${first}deprecationWarning: Invalid value: "old": can only be set for deprecated versions`],
    ],
    [
      versioned({ deprecated: true, deprecationWarning: '' }),
      [`${first}deprecationWarning: Invalid value: "": must not be an empty string`],
    ],
    [
      versioned({ deprecated: true, deprecationWarning: 'a\nb' }),
      [
        `${first}deprecationWarning: Invalid value: "a\\nb": must only contain printable UTF-8 characters; non-printable character found at index 1`,
      ],
    ],
    [versioned({ schema: {} }), [`${first}schema.openAPIV3Schema: Required value: schemas are required`]],
    [
      crd({
        versions: [
          { ...version, additionalPrinterColumns: [{ name: '', type: 'integer', jsonPath: '.spec.size' }] },
          { ...version, name: 'v2', storage: false, selectableFields: [{ jsonPath: '.spec.none' }] },
        ],
      }),
      [
        `${first}additionalPrinterColumns[0].name: Required value`,
        'spec.versions[1].selectableFields[0].jsonPath: Invalid value: ".spec.none": is an invalid path: does not refer to a valid field',
      ],
    ],
    [scaled({}), []],
    [scaled({ specReplicasPath: '' }), [`spec.subresources.scale.specReplicasPath: Required value`]],
    [
      scaled({ specReplicasPath: 'spec.size', statusReplicasPath: '.spec.size', labelSelectorPath: '.x.y' }),
      [
        `spec.subresources.scale.specReplicasPath: Invalid value: "spec.size": must be a simple json path starting with .`,
        `spec.subresources.scale.statusReplicasPath: Invalid value: ".spec.size": should be a json path under .status`,
        `spec.subresources.scale.labelSelectorPath: Invalid value: ".x.y": should be a json path under either .spec or .status`,
      ],
    ],
    [
      column({ type: 'other', format: 'other', jsonPath: 'spec' }),
      [
        `spec.additionalPrinterColumns[0].type: Invalid value: "other": must be one of boolean,date,integer,number,string`,
        `spec.additionalPrinterColumns[0].format: Invalid value: "other": must be one of byte,date,date-time,double,float,int32,int64,password`,
        `spec.additionalPrinterColumns[0].JSONPath: Invalid value: "spec": must be a simple json path starting with .`,
      ],
    ],
    [selectable('.spec.size'), []],
    [
      selectable('.spec.size', '.spec.size', '.metadata.name', '.spec.other', '.spec.tags', ''),
      [
        `spec.selectableFields[1].jsonPath: Duplicate value: ".spec.size"`,
        `spec.selectableFields[2].jsonPath: Invalid value: ".metadata.name": is an invalid path: does not refer to a valid field`,
        `spec.selectableFields[3].jsonPath: Invalid value: ".spec.other": is an invalid path: does not refer to a valid field`,
        `spec.selectableFields[4].jsonPath: Invalid value: ".spec.tags": must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.`,
        `spec.selectableFields[5].jsonPath: Required value`,
      ],
    ],
    ...(
      [
        ['spec', 'expected [ or . but got: spec'],
        ['.', 'unexpected end of JSON path'],
        ["['spec'].size", 'array notation is not allowed'],
        ['.spec.size.more', 'does not refer to a valid field'],
        ['.spec..size', 'does not refer to a valid field'],
      ] as const
    ).map(([path, fault]): [Written, string[]] => [
      selectable(path),
      [`spec.selectableFields[0].jsonPath: Invalid value: ${JSON.stringify(path)}: is an invalid path: ${fault}`],
    ]),
    [crd({ versions: [{ ...version, name: '' }] }), [`${first}name: Invalid value: "": ${label}`]],
    [
      crd({ versions: [{ name: 'v1', served: true, storage: true, selectableFields: [{ jsonPath: 'a' }] }] }),
      [
        `${first}schema.openAPIV3Schema: Required value: schemas are required`,
        'spec.selectableFields: Invalid value: "": selectableFields may only be set when validations.schema is included',
      ],
    ],
    [
      crd({
        versions: [version, { name: 'v2', served: true, storage: false, selectableFields: [{ jsonPath: 'a' }] }],
      }),
      [
        'spec.versions[1].schema.openAPIV3Schema: Required value: schemas are required',
        'spec.versions[1].selectableFields: Invalid value: "": selectableFields may only be set when version.schema.openAPIV3Schema is not included',
      ],
    ],
    [
      converted({ strategy: 'other' }),
      ['spec.conversion.strategy: Unsupported value: "other": supported values: "None", "Webhook"'],
    ],
    [
      converted({ strategy: 'None', webhook: { clientConfig: {}, conversionReviewVersions: ['v1'] } }),
      ['webhookClientConfig', 'conversionReviewVersions'].map(
        (field) => `spec.conversion.${field}: Forbidden: should not be set when strategy is not set to Webhook`,
      ),
    ],
    [
      converted({
        strategy: 'Webhook',
        webhook: { clientConfig: { url: 'http://a' }, conversionReviewVersions: ['v2'] },
      }),
      [
        `spec.conversion.webhookClientConfig.url: Invalid value: "http": 'https' is the only allowed URL scheme; desired format: https://host[/path]`,
        'spec.conversion.conversionReviewVersions: Invalid value: []string{"v2"}: must include at least one of v1, v1beta1',
      ],
    ],
    [
      crd({ preserveUnknownFields: true, conversion: { strategy: 'Odd' } }),
      [
        'spec.conversion.strategy: Invalid value: "Odd": must be None if spec.preserveUnknownFields is true',
        'spec.conversion.strategy: Unsupported value: "Odd": supported values: "None", "Webhook"',
        expect.stringContaining('spec.preserveUnknownFields: ') as never,
      ],
    ],
    [
      crd({
        preserveUnknownFields: true,
        versions: [
          {
            ...version,
            schema: { openAPIV3Schema: { type: 'object', properties: { a: { type: 'string', default: '' } } } },
          },
        ],
      }),
      expect.arrayContaining([
        'spec.preserveUnknownFields: Invalid value: true: must be false in order to use defaults in the schema',
      ]) as never,
    ],
    [
      crd({ preserveUnknownFields: true }),
      [
        'spec.preserveUnknownFields: Invalid value: true: cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead',
      ],
    ],
  ])('%j', (object, faults) => {
    expect(createFaults(object)).toEqual(faults);
  });
});

describe('a definition that is there', () => {
  const established = {
    status: {
      conditions: [{ type: 'Established', status: 'True' }],
      acceptedNames: names,
      storedVersions: ['v1'],
    },
  };

  it('can change its scope and kind until it is established', () => {
    const changed = { scope: 'Cluster', names: { ...names, kind: 'Other' } };
    expect(updateFaults(crd(changed), crd({}))).toEqual([]);
    expect(updateFaults(crd(changed), crd({}), established.status)).toEqual([
      'spec.scope: Invalid value: "Cluster": field is immutable',
      'spec.names.kind: Invalid value: "Other": field is immutable',
    ]);
  });
});
