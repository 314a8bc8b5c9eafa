/** As whom a webhook is asked: which of a kubeconfig's users. */
import { expect, it } from '@jest/globals';
import { credentialsFor } from './webhook-credentials.js';

const named = (...names: readonly string[]) => Object.fromEntries(names.map((name) => [name, { token: name }]));
const service = { service: { namespace: 'ops', name: 'gate', port: 8443 } };
const plain = { service: { namespace: 'ops', name: 'gate' } };

it.each([
  ['a Service with its port', service, named('*', 'gate.ops.svc:8443', 'gate.ops.svc'), 'gate.ops.svc:8443'],
  ['a Service on another port, by its name', service, named('*', 'gate.ops.svc'), '*'],
  ['a Service on 443', plain, named('*', 'gate.ops.svc'), 'gate.ops.svc'],
  ['a Service on 443 with its port', plain, named('gate.ops.svc', 'gate.ops.svc:443'), 'gate.ops.svc:443'],
  ['the end of a name', plain, named('*', '*.svc', '*.ops.svc'), '*.ops.svc'],
  ['the end of a name with a port', service, named('*', '*.svc:8443'), '*.svc:8443'],
  ['a URL', { url: 'https://hooks.example.com/admit' }, named('hooks.example.com'), 'hooks.example.com'],
  ['a URL with a port', { url: 'https://hooks.example.com:1/x' }, named('*', '*.example.com:1'), '*.example.com:1'],
  ['whoever it is', { url: 'https://other.example.org' }, named('*', 'hooks.example.com'), '*'],
  ['who is named nowhere', { url: 'https://other.example.org' }, named('hooks.example.com'), 'current'],
])('of %s', (_whom, config, users, token) => {
  expect(credentialsFor({ users, current: { token: 'current' } }, config)).toEqual({ token });
});

it('nobody, where nobody is named', () => {
  expect(credentialsFor({ users: {} }, plain)).toBeUndefined();
});
