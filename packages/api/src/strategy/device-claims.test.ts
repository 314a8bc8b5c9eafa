/** What is refused of claims on devices. */
import { describe, expect, it } from '@jest/globals';
import { createFaults, decoded, updateFaults, type Written } from './served.fixture.js';

const claim = (devices: object): Written => ({
  apiVersion: 'resource.k8s.io/v1beta2',
  kind: 'ResourceClaim',
  spec: { devices },
});
const request = (fields: object, name = 'r') => ({ name, exactly: { deviceClassName: 'gpu', ...fields } });
const asking = (fields: object) => claim({ requests: [request(fields)] });
const at = 'spec.devices.requests[0]';
const constraints = 'spec.devices.constraints';
const config = 'spec.devices.config';
const identifier =
  "a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric characters or '_' (e.g. 'my_name',  or 'MY_NAME',  or 'MyName', regex used for validation is '[A-Za-z_][A-Za-z0-9_]*')";
const label =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";

describe('a new claim', () => {
  it.each<readonly [Written, readonly string[]]>([
    [asking({}), []],
    [asking({ allocationMode: 'All' }), []],
    [asking({ deviceClassName: '' }), [`${at}.exactly.deviceClassName: Required value`]],
    [asking({ count: -1 }), [`${at}.exactly.count: Invalid value: -1: must be greater than zero`]],
    [
      asking({ allocationMode: 'All', count: 2 }),
      [`${at}.exactly.count: Invalid value: 2: must not be specified when allocationMode is 'All'`],
    ],
    [
      asking({ allocationMode: 'other' }),
      [`${at}.exactly.allocationMode: Unsupported value: "other": supported values: "All", "ExactCount"`],
    ],
    [claim({ requests: [request({}, 'R')] }), [`${at}.name: Invalid value: "R": ${label}`]],
    [claim({ requests: [request({}), request({})] }), ['spec.devices.requests[1].name: Duplicate value: "r"']],
    [
      claim({ requests: [{ name: 'r' }] }),
      [`${at}: Required value: exactly one of \`exactly\` or \`firstAvailable\` is required`],
    ],
    [
      claim({ requests: Array.from({ length: 33 }, (_none, index) => request({}, `r${index}`)) }),
      ['spec.devices.requests: Too many: 33: must have at most 32 items'],
    ],
    [
      claim({
        requests: [{ name: 'r', firstAvailable: [{ name: 'a', deviceClassName: 'gpu' }] }],
        constraints: [{ requests: ['r', 'r/a', 'r/b', 'r'], matchAttribute: 'a/b' }],
      }),
      [
        `spec.devices.constraints[0].requests[2]: Invalid value: "r/b": must be the name of a request in the claim or the name of a request and a subrequest separated by '/'`,
        'spec.devices.constraints[0].requests[3]: Duplicate value: "r"',
      ],
    ],
    [
      claim({ requests: [{ ...request({}), firstAvailable: [{ name: 'a', deviceClassName: 'gpu' }] }] }),
      [
        `${at}: Invalid value: "null": exactly one of \`exactly\` or \`firstAvailable\` is required, but multiple fields are set`,
      ],
    ],
    [
      asking({ selectors: [{}, { cel: { expression: 'x'.repeat(10 * 1024 + 1) } }] }),
      [
        `${at}.exactly.selectors[0].cel: Required value`,
        `${at}.exactly.selectors[1].cel.expression: Too long: may not be more than 10240 bytes`,
      ],
    ],
    [
      asking({
        tolerations: [
          { key: 'a b', operator: 'Exists', value: 'x', effect: 'Never' },
          { operator: 'Like' },
          { value: 'a b' },
        ],
      }),
      [
        expect.stringContaining(`${at}.exactly.tolerations[0].key: Invalid value: "a b": name part must consist of`),
        `${at}.exactly.tolerations[0].value: Invalid value: "x": must be empty for operator \`Exists\``,
        `${at}.exactly.tolerations[0].effect: Unsupported value: "Never": supported values: "NoExecute", "NoSchedule"`,
        `${at}.exactly.tolerations[1].operator: Unsupported value: "Like": supported values: "Equal", "Exists"`,
        expect.stringContaining(`${at}.exactly.tolerations[2].value: Invalid value: "a b": a valid label must be`),
      ] as never,
    ],
    [
      claim({
        requests: [request({})],
        constraints: [
          {},
          { matchAttribute: '' },
          { matchAttribute: 'model' },
          { matchAttribute: '/model' },
          { matchAttribute: 'dra.example.com/' },
          { matchAttribute: 'dra.example.com/1st' },
          { matchAttribute: `dra.example.com/${'x'.repeat(33)}` },
        ],
      }),
      [
        `${constraints}[0].matchAttribute: Required value`,
        `${constraints}[1].matchAttribute: Required value: name required`,
        `${constraints}[2].matchAttribute: Invalid value: "model": must include a domain`,
        `${constraints}[3].matchAttribute: Required value: the domain must not be empty`,
        `${constraints}[4].matchAttribute: Required value: the name must not be empty`,
        `${constraints}[5].matchAttribute: Invalid value: "1st": ${identifier}`,
        `${constraints}[6].matchAttribute: Too long: may not be more than 32 bytes`,
      ],
    ],
    [
      claim({
        requests: [request({})],
        config: [
          {},
          { requests: ['s'], opaque: { driver: 'dra.example.com', parameters: {} } },
          { opaque: { driver: '', parameters: 'x' } },
          { opaque: { driver: 'dra.example.com', parameters: { a: 'x'.repeat(10 * 1024) } } },
          { opaque: { driver: 'dra.example.com', parameters: null } },
        ],
      }),
      [
        `${config}[0].opaque: Required value`,
        `${config}[1].requests[0]: Invalid value: "s": must be the name of a request in the claim or the name of a request and a subrequest separated by '/'`,
        `${config}[2].opaque.driver: Required value`,
        expect.stringContaining(`${config}[2].opaque.driver: Invalid value: ""`) as never,
        `${config}[2].opaque.parameters: Invalid value: "<value omitted>": parameters must be a valid JSON object`,
        `${config}[3].opaque.parameters: Too long: may not be more than 10240 bytes`,
        `${config}[4].opaque.parameters: Required value`,
      ],
    ],
    [
      {
        apiVersion: 'resource.k8s.io/v1beta2',
        kind: 'ResourceClaimTemplate',
        spec: { metadata: { name: 'x', labels: { 'a b': '' } }, spec: { devices: { requests: [{ name: 'r' }] } } },
      },
      [
        expect.stringContaining('spec.metadata.labels: Invalid value: "a b": name part must consist of'),
        'spec.metadata.name: Forbidden: cannot be set',
        'spec.spec.devices.requests[0]: Required value: exactly one of `exactly` or `firstAvailable` is required',
      ] as never,
    ],
    [
      {
        apiVersion: 'resource.k8s.io/v1beta2',
        kind: 'DeviceClass',
        spec: { selectors: [{}], config: [{ opaque: { driver: 'A_B', parameters: {} } }] },
      },
      [
        'spec.selectors[0].cel: Required value',
        expect.stringContaining('spec.config[0].opaque.driver: Invalid value: "A_B": a lowercase RFC 1123 subdomain'),
      ] as never,
    ],
  ])('%j', (object, faults) => {
    expect(createFaults(object)).toEqual(faults);
  });

  it('asks for one device, where it does not say how many', () => {
    expect(decoded(asking({}))).toMatchObject({
      spec: { devices: { requests: [{ exactly: { allocationMode: 'ExactCount', count: 1 } }] } },
    });
  });
});

describe('a claim that is there', () => {
  it('cannot ask for something else', () => {
    expect(updateFaults(asking({}), asking({}))).toEqual([]);
    expect(updateFaults(asking({ count: 2 }), asking({}))).toEqual([
      expect.stringMatching(/^spec: Invalid value: .*: field is immutable$/),
    ]);
  });
});
