/** What is refused of slices of devices (cases of upstream's resource validation). */
import { describe, expect, it } from '@jest/globals';
import { createFaults, updateFaults, type Written } from '../served.fixture.js';

const pool = { name: 'pool', generation: 0, resourceSliceCount: 1 };
const slice = (spec: object): Written => ({
  apiVersion: 'resource.k8s.io/v1beta2',
  kind: 'ResourceSlice',
  spec: { driver: 'dra.example.com', nodeName: 'n', pool, ...spec },
});
const device = (fields: object, name = 'd') => ({ name, ...fields });
const one = (fields: object, more: object = {}) => slice({ devices: [device(fields)], ...more });
const at = 'spec.devices[0]';
const anywhere = { nodeName: undefined, perDeviceNodeSelection: true };
const counters = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_none, index) => [`c${index}`, { value: '1' }]));
const term = { matchExpressions: [{ key: 'a', operator: 'Exists' }] };
const oneOf = 'exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required';
const oneOfDevice =
  'exactly one of `nodeName`, `nodeSelector`, or `allNodes` is required when `perDeviceNodeSelection` is set to true in the ResourceSlice spec';

describe('a new slice', () => {
  it.each<readonly [Written, readonly unknown[]]>([
    [slice({}), []],
    [slice({ driver: '' }), ['spec.driver: Required value', expect.stringContaining('spec.driver: Invalid value: ""')]],
    [
      slice({ pool: { name: 'a//b', generation: -1, resourceSliceCount: 0 } }),
      [
        expect.stringContaining('spec.pool.name: Invalid value: "": a lowercase RFC 1123 subdomain'),
        'spec.pool.resourceSliceCount: Invalid value: 0: must be greater than zero',
        'spec.pool.generation: Invalid value: -1: must be greater than or equal to zero',
      ],
    ],
    [slice({ pool: { ...pool, name: '' } }), ['spec.pool.name: Required value']],
    [slice({ nodeName: undefined }), [`spec: Required value: ${oneOf}`]],
    [
      slice({ nodeName: '', allNodes: false }),
      [
        'spec.nodeName: Invalid value: "": must be either unset or set to a non-empty string',
        'spec.allNodes: Invalid value: false: must be either unset or set to true',
        `spec: Required value: ${oneOf}`,
      ],
    ],
    [
      slice({ allNodes: true }),
      [`spec: Invalid value: "{\`nodeName\`, \`allNodes\`}": ${oneOf}, but multiple fields are set`],
    ],
    [
      slice({ nodeName: undefined, nodeSelector: { nodeSelectorTerms: [term, term] } }),
      [
        expect.stringMatching(
          /^spec\.nodeSelector\.nodeSelectorTerms: Invalid value: .*: must have exactly one node selector term$/,
        ),
      ],
    ],
    [slice({ devices: [device({}), device({})] }), ['spec.devices[1].name: Duplicate value: "d"']],
    [
      slice({ devices: Array.from({ length: 129 }, (_none, index) => device({}, `d${index}`)) }),
      ['spec.devices: Too many: 129: must have at most 128 items'],
    ],
    [
      one({
        attributes: {
          a: { int: 1, bool: true },
          b: {},
          'x/y/z': { int: 1 },
          c: { version: '1.2' },
          d: { string: 'x'.repeat(65) },
          '1st': { version: '1.2.3-rc.1+b' },
        },
      }),
      [
        `${at}.attributes[a]: Invalid value: {"int":1,"bool":true}: exactly one value must be specified`,
        `${at}.attributes[b]: Required value: exactly one value must be specified`,
        `${at}.attributes[c].version: Invalid value: "1.2": must be a string compatible with semver.org spec 2.0.0`,
        `${at}.attributes[d].string: Too long: may not be more than 64 bytes`,
        `${at}.attributes[1st]: Invalid value: "1st": a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric characters or '_' (e.g. 'my_name',  or 'MY_NAME',  or 'MyName', regex used for validation is '[A-Za-z_][A-Za-z0-9_]*')`,
      ],
    ],
    [
      one({
        capacity: Object.fromEntries(Array.from({ length: 33 }, (_none, index) => [`c${index}`, { value: '1' }])),
      }),
      [`${at}: Invalid value: 33: the total number of attributes and capacities must not exceed 32`],
    ],
    [
      one({
        taints: [
          { key: '', effect: '' },
          { key: 'a', value: 'a b', effect: 'Never' },
        ],
      }),
      [
        `${at}.taints[0].key: Invalid value: "": name part must be non-empty`,
        expect.stringContaining(`${at}.taints[0].key: Invalid value: "": name part must consist of`),
        `${at}.taints[0].effect: Required value`,
        expect.stringContaining(`${at}.taints[1].value: Invalid value: "a b": a valid label must be`),
        `${at}.taints[1].effect: Unsupported value: "Never": supported values: "NoExecute", "NoSchedule"`,
      ],
    ],
    [
      one(
        { consumesCounters: [{ counterSet: 's', counters: { c0: { value: '1' } } }] },
        { sharedCounters: [{ name: 's', counters: counters(1) }] },
      ),
      [],
    ],
    [
      one(
        {
          consumesCounters: [
            { counterSet: 's', counters: { c9: { value: '1' } } },
            { counterSet: 't', counters: {} },
            { counterSet: '', counters: counters(1) },
          ],
        },
        { sharedCounters: [{ name: 's', counters: counters(1) }] },
      ),
      [
        `${at}.consumesCounters[1].counters: Required value`,
        `${at}.consumesCounters[2].counterSet: Required value`,
        `${at}.consumesCounters[0].counters: Invalid value: "c9": must reference a counter defined in the ResourceSlice sharedCounters`,
        `${at}.consumesCounters[1].counterSet: Invalid value: "t": must reference a counterSet defined in the ResourceSlice sharedCounters`,
        `${at}.consumesCounters[2].counterSet: Invalid value: "": must reference a counterSet defined in the ResourceSlice sharedCounters`,
      ],
    ],
    [
      slice({
        sharedCounters: [
          { name: 's', counters: counters(20) },
          { name: 's', counters: counters(13) },
          { name: '', counters: {} },
        ],
      }),
      [
        'spec.sharedCounters: Invalid value: 33: the total number of shared counters must not exceed 32',
        'spec.sharedCounters[2].name: Required value',
        'spec.sharedCounters[2].counters: Required value',
        'spec.sharedCounters[1].name: Duplicate value: "s"',
      ],
    ],
    [
      one({ nodeName: 'n' }),
      [
        `${at}: Invalid value: "null": \`nodeName\`, \`nodeSelector\` and \`allNodes\` can only be set if \`perDeviceNodeSelection\` is set to true in the ResourceSlice spec`,
      ],
    ],
    [one({}, anywhere), [`${at}: Required value: ${oneOfDevice}`]],
    [
      one({ nodeName: 'n', allNodes: true }, anywhere),
      [`${at}: Invalid value: "{\`nodeName\`, \`allNodes\`}": ${oneOfDevice}`],
    ],
    [one({ nodeName: 'n' }, anywhere), []],
  ])('%j', (object, faults) => {
    expect(createFaults(object)).toEqual(faults);
  });
});

describe('a slice that is there', () => {
  it('stays in its pool, with its driver, on its node', () => {
    expect(
      updateFaults(
        slice({ driver: 'other.example.com', nodeName: 'm', pool: { ...pool, name: 'other', generation: 1 } }),
        slice({}),
      ),
    ).toEqual([
      'spec.pool.name: Invalid value: "other": field is immutable',
      'spec.driver: Invalid value: "other.example.com": field is immutable',
      'spec.nodeName: Invalid value: "m": field is immutable',
    ]);
    expect(updateFaults(slice({ pool: { ...pool, generation: 1 } }), slice({}))).toEqual([]);
  });
});
