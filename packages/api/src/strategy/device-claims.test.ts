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
    [claim({ requests: [request({}), request({})] }), ['spec.devices.requests[1]: Duplicate value: "r"']],
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
