/** What is refused of the status of claims on devices (cases of upstream's resource validation). */
import { describe, expect, it } from '@jest/globals';
import type { ResourceClaim } from '../../resource/v1beta2/index.js';
import { decoded, statusFaults, type Written } from '../served.fixture.js';
import { withoutDeallocated } from './claim-status.js';

const spec = { devices: { requests: [{ name: 'r', exactly: { deviceClassName: 'gpu' } }] } };
const claim = (status: object, metadata: object = {}): Written => ({
  apiVersion: 'resource.k8s.io/v1beta2',
  kind: 'ResourceClaim',
  metadata,
  spec,
  status,
});
const device = { driver: 'dra.example.com', pool: 'pool', device: 'd' };
const result = { request: 'r', ...device };
const allocation = { devices: { results: [result] } };
const user = (name: string) => ({ resource: 'pods', name, uid: `uid-${name}` });
const told = (fields: object) => ({ allocation, devices: [{ ...device, ...fields }] });
const at = 'status.devices[0]';
const none = claim({});
const condition = {
  type: 'Ready',
  status: 'True',
  reason: 'Ok',
  lastTransitionTime: '2025-01-01T00:00:00Z',
  message: '',
};

describe('a status', () => {
  it.each<readonly [Written, readonly unknown[], Written?]>([
    [claim({ allocation, reservedFor: [user('a')] }), []],
    [
      claim({ reservedFor: [user('a')] }),
      ['status.reservedFor: Forbidden: may not be specified when `allocated` is not set'],
    ],
    [
      claim({ allocation, reservedFor: [{ resource: '', name: '', uid: '' }, user('a'), user('a')] }),
      [
        'status.reservedFor[0].resource: Required value',
        'status.reservedFor[0].name: Required value',
        'status.reservedFor[0].uid: Required value',
        'status.reservedFor[2].uid: Duplicate value: "uid-a"',
      ],
    ],
    [
      claim({ allocation, reservedFor: Array.from({ length: 257 }, (_none, index) => user(`p${index}`)) }),
      ['status.reservedFor: Too many: 257: must have at most 256 items'],
    ],
    [
      claim({ allocation, reservedFor: [user('a'), user('b')] }, { deletionTimestamp: '2025-01-01T00:00:00Z' }),
      [
        'status.reservedFor: Forbidden: new entries may not be added while `deallocationRequested` or `deletionTimestamp` are set',
      ],
      claim({ allocation, reservedFor: [user('a')] }, { deletionTimestamp: '2025-01-01T00:00:00Z' }),
    ],
    [
      claim({ allocation: { devices: { results: [{ ...result, device: 'e' }] } } }),
      [expect.stringMatching(/^status\.allocation: Invalid value: .*: field is immutable$/)],
      claim({ allocation }),
    ],
    [
      claim({
        allocation: {
          devices: {
            results: [{ request: 'q', driver: '', pool: '', device: '' }],
            config: [
              { source: '' },
              { source: 'Nowhere', requests: ['r', 'r'], opaque: { driver: 'd', parameters: {} } },
            ],
          },
          nodeSelector: { nodeSelectorTerms: [] },
        },
      }),
      [
        `status.allocation.devices.results[0].request: Invalid value: "q": must be the name of a request in the claim or the name of a request and a subrequest separated by '/'`,
        'status.allocation.devices.results[0].driver: Required value',
        expect.stringContaining('status.allocation.devices.results[0].driver: Invalid value: ""'),
        'status.allocation.devices.results[0].pool: Required value',
        expect.stringContaining(
          'status.allocation.devices.results[0].device: Invalid value: "": a lowercase RFC 1123 label',
        ),
        'status.allocation.devices.config[0].source: Required value',
        'status.allocation.devices.config[0].opaque: Required value',
        'status.allocation.devices.config[1].source: Unsupported value: "Nowhere": supported values: "FromClaim", "FromClass"',
        'status.allocation.devices.config[1].requests[1]: Duplicate value: "r"',
        'status.allocation.nodeSelector.nodeSelectorTerms: Required value: must have at least one node selector term',
      ],
    ],
    [claim(told({ conditions: [condition], data: { a: 1 }, networkData: { ips: ['10.9.8.7/24'] } })), []],
    [
      claim({ allocation, devices: [{ ...device, device: 'e' }] }),
      [`${at}: Invalid value: "dra.example.com/pool/e": must be an allocated device in the claim`],
    ],
    [
      claim(told({ conditions: [{ ...condition, type: '', status: 'Maybe', reason: '', lastTransitionTime: null }] })),
      [
        `${at}.conditions[0].type: Invalid value: "": name part must be non-empty`,
        expect.stringContaining(`${at}.conditions[0].type: Invalid value: "": name part must consist of`),
        `${at}.conditions[0].status: Unsupported value: "Maybe": supported values: "False", "True", "Unknown"`,
        `${at}.conditions[0].lastTransitionTime: Required value: must be set`,
        `${at}.conditions[0].reason: Required value: must be set`,
      ],
    ],
    [
      claim(told({ data: 'x' })),
      [`${at}.data: Invalid value: "<value omitted>": parameters must be a valid JSON object`],
    ],
    [
      claim(
        told({
          networkData: {
            interfaceName: 'x'.repeat(257),
            hardwareAddress: 'x'.repeat(129),
            ips: ['10.9.8.7', '2001:DB8::1/64', '10.9.8.7/24', '10.9.8.7/24'],
          },
        }),
      ),
      [
        `${at}.networkData.interfaceName: Too long: may not be more than 256 bytes`,
        `${at}.networkData.hardwareAddress: Too long: may not be more than 128 bytes`,
        `${at}.networkData.ips[0]: Invalid value: "10.9.8.7": must be a valid address in CIDR form, (e.g. 10.9.8.7/24 or 2001:db8::1/64)`,
        `${at}.networkData.ips[1]: Invalid value: "2001:DB8::1/64": must be in canonical form ("2001:db8::1/64")`,
        `${at}.networkData.ips[3]: Duplicate value: "10.9.8.7/24"`,
      ],
    ],
  ])('%j', (object, faults, old = none) => {
    expect(statusFaults(object, old)).toEqual(faults);
  });

  it('loses what was told of devices that are given back', () => {
    const [now, before] = [claim({ devices: [device] }), claim({ allocation, devices: [device] })].map(
      (each) => decoded(each) as unknown as ResourceClaim,
    ) as [ResourceClaim, ResourceClaim];
    expect(withoutDeallocated(now, before).status?.devices).toBeUndefined();
    expect(withoutDeallocated(before, before)).toBe(before);
  });
});
