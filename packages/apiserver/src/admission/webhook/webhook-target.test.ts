/** Where webhooks and aggregated servers are asked, by the Service that is named. */
import { expect, it } from '@jest/globals';
import type { Service } from '@pintle/api/core/v1';
import { webhookTarget } from './webhook-target.js';

const ports = [{ port: 443 }, { port: 8443 }];
const services = new Map(
  Object.entries({
    plain: { clusterIP: '10.96.0.7', ports },
    six: { clusterIP: 'fd00::7', ports },
    balanced: { type: 'LoadBalancer', clusterIP: '10.96.0.8', ports },
    elsewhere: { type: 'ExternalName', externalName: 'hooks.example.com' },
    headless: { clusterIP: 'None' },
  }).map(([name, spec]) => [
    `default/${name}`,
    { apiVersion: 'v1', kind: 'Service', metadata: { name }, spec } as Service,
  ]),
);
const at = (name: string, more: object = {}) =>
  webhookTarget({ service: { name, namespace: 'default', ...more } }, services);

it.each([
  ['plain', {}, 'https://10.96.0.7:443/'],
  ['six', { port: 8443, path: 'check' }, 'https://[fd00::7]:8443/check'],
  ['balanced', { path: '/check' }, 'https://10.96.0.8:443/check'],
  ['elsewhere', { port: 8443 }, 'https://hooks.example.com:8443/'],
])('%s %j', (name, more, url) => {
  expect(at(name, more)).toEqual({ url, serverName: `${name}.default.svc` });
});

it.each([
  ['headless', 'cannot route to service with ClusterIP "None"', {}],
  ['absent', 'service "absent" not found', {}],
  ['plain', 'no service port 444 found for service "plain"', { port: 444 }],
])('%s', (name, message, more) => {
  expect(() => at(name, more)).toThrow(message);
});
