/** What is wrong with the Service of an API that another server answers, as clients and people are told. */
import { expect, it } from '@jest/globals';
import type { APIService } from '@pintle/api/apiregistration/v1';
import type { Service } from '@pintle/api/core/v1';
import type { EndpointSlice } from '@pintle/api/discovery/v1';
import { serviceFault } from './availability.js';

const api = (port?: number) =>
  ({
    metadata: {},
    spec: { service: { namespace: 'ns', name: 'svc', ...(port === undefined ? {} : { port }) } },
  }) as APIService;
const service = (spec: object) => ({ metadata: { name: 'svc' }, spec }) as Service;
const slice = (more: object = {}) =>
  ({ endpoints: [{ addresses: ['10.0.0.1'] }], ports: [{ name: 'a', port: 1 }], ...more }) as unknown as EndpointSlice;

const listening = service({ ports: [{ port: 443, name: 'a' }] });
const unnamed = service({ ports: [{ port: 443 }] });
const missing = 'endpointslices for service/svc in "ns" have no addresses with port name "a"';
const unready = { endpoints: [{ addresses: ['10.0.0.1'], conditions: { ready: false } }] };

it.each<[string, APIService, Service | undefined, readonly EndpointSlice[], string | undefined]>([
  ['no Service', api(), undefined, [], 'ServiceNotFound: service/svc in "ns" is not present'],
  [
    'another port',
    api(444),
    listening,
    [slice()],
    'ServicePortError: service/svc in "ns" is not listening on port 444',
  ],
  ['no slices', api(), listening, [], 'EndpointsNotFound: cannot find endpointslices for service/svc in "ns"'],
  ['nobody ready', api(), listening, [slice(unready)], `MissingEndpoints: ${missing}`],
  ['no endpoints', api(), listening, [slice({ endpoints: null })], `MissingEndpoints: ${missing}`],
  [
    'another port’s name',
    api(),
    listening,
    [slice({ ports: [{ name: 'b', port: 1 }] })],
    `MissingEndpoints: ${missing}`,
  ],
  ['a port without a number', api(), listening, [slice({ ports: [{ name: 'a' }] })], `MissingEndpoints: ${missing}`],
  ['one slice that is ready', api(), listening, [slice(unready), slice()], undefined],
  ['a port without a name', api(), unnamed, [slice({ ports: [{ port: 1 }] })], undefined],
  ['what is outside', api(9), service({ type: 'ExternalName', externalName: 'a' }), [], undefined],
])('%s', (_name, of, found, slices, words) => {
  const fault = serviceFault(of, found, slices);
  expect(fault && `${fault.reason}: ${fault.message}`).toBe(words);
});
