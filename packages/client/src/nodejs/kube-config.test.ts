/** Kubeconfigs as a table: what they say, and the words in which they are refused. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { contextsOf, inClusterConfig, kubeConfig } from './kube-config.js';

const folder = mkdtempSync(join(tmpdir(), 'pintle-kubeconfig-'));
const before = process.env['KUBECONFIG'];
afterEach(() => {
  if (before === undefined) delete process.env['KUBECONFIG'];
  else process.env['KUBECONFIG'] = before;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const written = (name: string, text: string) => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
const base64 = (text: string) => Buffer.from(text).toString('base64');
const config = (user: string, cluster = 'server: https://a:6443') => `
apiVersion: v1
kind: Config
current-context: one
contexts:
- { name: one, context: { cluster: c, user: u, namespace: team } }
- { name: two, context: { cluster: c, user: nobody } }
- { name: three, context: { cluster: nowhere, user: u } }
clusters:
- name: c
  cluster: { ${cluster} }
users:
- name: u
  user: { ${user} }
`;

describe('a kubeconfig', () => {
  const cases: readonly [string, string, object][] = [
    [
      'token: abc',
      'server: https://a:6443',
      { server: 'https://a:6443', namespace: 'team', credentials: { token: 'abc' } },
    ],
    ['token: abc, as-groups: [], as-uid: ""', 'server: https://a', { credentials: { token: 'abc' } }],
    ['tokenFile: token', 'server: https://a', { credentials: { tokenFile: join(folder, 'token') } }],
    [
      `client-certificate-data: ${base64('CERT')}, client-key: key.pem`,
      `server: https://a, certificate-authority-data: ${base64('CA')}`,
      { ca: 'CA', credentials: { cert: { text: 'CERT' }, key: { file: join(folder, 'key.pem') } } },
    ],
    [
      'username: me, password: secret',
      'server: https://a, insecure-skip-tls-verify: true, tls-server-name: real.name, proxy-url: "http://p:3128"',
      {
        insecure: true,
        tlsServerName: 'real.name',
        proxyUrl: 'http://p:3128',
        credentials: { username: 'me', password: 'secret' },
      },
    ],
    [
      'as: boss, as-groups: [admins, others], as-user-extra: { why: [x, y] }',
      'server: https://a',
      { credentials: { impersonate: { user: 'boss', groups: ['admins', 'others'], extra: { why: ['x', 'y'] } } } },
    ],
    [
      'exec: { apiVersion: client.authentication.k8s.io/v1, command: ./bin/login, args: [--for, me], env: [{ name: A, value: b }], installHint: get it, provideClusterInfo: true }',
      'server: https://a, extensions: [{ name: client.authentication.k8s.io/exec, extension: { audience: x } }]',
      {
        credentials: {
          exec: {
            apiVersion: 'client.authentication.k8s.io/v1',
            command: join(folder, 'bin/login'),
            args: ['--for', 'me'],
            env: { A: 'b' },
            installHint: 'get it',
            interactiveMode: 'IfAvailable',
            cluster: { server: 'https://a', config: { audience: 'x' } },
          },
        },
      },
    ],
  ];
  it.each(cases)('with user { %s } and cluster { %s }', (user, cluster, said) => {
    expect(kubeConfig({ path: written('config', config(user, cluster)) })).toMatchObject(said);
  });

  const refusals: readonly [string, string, string | undefined, string][] = [
    ['YAML that is none', 'a: [', undefined, 'it cannot be read as YAML'],
    ['a list', '- a', undefined, 'it is no object'],
    ['an empty one', '', undefined, 'it has no current-context; say { context }'],
    [
      'a context that is not there',
      config('token: x'),
      'four',
      'there is no context "four"; there are "one", "two", "three"',
    ],
    ['a user that is not there', config('token: x'), 'two', 'context "two" is of user "nobody"; there are "u"'],
    ['a cluster that is not there', config('token: x'), 'three', 'is of cluster "nowhere"; there are "c"'],
    ['no server', config('token: x', 'proxy-url: "http://p"'), undefined, 'cluster "c" names no server'],
    [
      'a SOCKS proxy',
      config('token: x', 'server: https://a, proxy-url: "socks5://p"'),
      undefined,
      'proxy-url "socks5://p" is not supported',
    ],
    [
      'an auth provider',
      config('auth-provider: { name: gcp }'),
      undefined,
      'user "u" has auth-provider "gcp", which Kubernetes no longer has; use an exec plug-in',
    ],
    [
      'exec without a command',
      config('exec: { apiVersion: client.authentication.k8s.io/v1 }'),
      undefined,
      'exec names no command',
    ],
    [
      'exec of an old version',
      config('exec: { apiVersion: client.authentication.k8s.io/v1alpha1, command: x }'),
      undefined,
      'exec has apiVersion "client.authentication.k8s.io/v1alpha1"',
    ],
    [
      'a certificate without a key',
      config('client-certificate-data: YQ=='),
      undefined,
      'user "u" has a client-certificate without its client-key',
    ],
    [
      'a key without a certificate',
      config('client-key: key.pem'),
      undefined,
      'user "u" has a client-key without its client-certificate',
    ],
    [
      'groups to act in, and nobody to act as',
      config('token: x, as-groups: [admins]'),
      undefined,
      'user "u" says as-groups, and no user to act as',
    ],
    [
      'a CA file that is not there',
      config('token: x', 'server: https://a, certificate-authority: none.pem'),
      undefined,
      'none.pem cannot be read',
    ],
  ];
  it.each(refusals)('refuses %s', (_name, text, context, words) => {
    const path = written('refused', text);
    const attempt = () => kubeConfig({ path, ...(context === undefined ? {} : { context }) });
    expect(attempt).toThrow(words);
    expect(attempt).toThrow(
      expect.objectContaining({ code: 'PINTLE_KUBECONFIG', message: expect.stringContaining(path) }),
    );
  });

  it('tells an exec plug-in what the CA is, and not where', () => {
    writeFileSync(join(folder, 'ca.pem'), 'CA');
    const exec = '{ apiVersion: client.authentication.k8s.io/v1, command: x, provideClusterInfo: true }';
    const cluster = 'server: https://a, certificate-authority: ca.pem, tls-server-name: b';
    const path = written('informed', config(`exec: ${exec}`, cluster));
    expect(kubeConfig({ path }).credentials.exec?.cluster).toEqual({
      server: 'https://a',
      'certificate-authority-data': Buffer.from('CA').toString('base64'),
      'tls-server-name': 'b',
    });
  });

  it('of several files is what the first says of each name', () => {
    const first = written('first', config('token: first').replace('current-context: one', ''));
    const second = written('second', config('token: second').replace('name: u', 'name: nobody'));
    process.env['KUBECONFIG'] = [first, join(folder, 'missing'), second].join(delimiter);
    expect(kubeConfig().credentials).toEqual({ token: 'first' });
    expect(kubeConfig({ context: 'two' }).credentials).toEqual({ token: 'second' });
    expect(contextsOf()).toEqual(['one', 'two', 'three']);
  });

  it('that is nowhere says where it was looked for', () => {
    process.env['KUBECONFIG'] = join(folder, 'missing');
    expect(() => kubeConfig()).toThrow(`${join(folder, 'missing')}: there is no such file, and this is no pod`);
  });
});

it('a pod is told of its cluster, by IPv6 as well', () => {
  const directory = join(folder, 'serviceaccount');
  mkdirSync(directory);
  for (const [name, text] of [
    ['token', 'abc\n'],
    ['ca.crt', 'CA'],
    ['namespace', 'team'],
  ] as const)
    writeFileSync(join(directory, name), text);
  const environment = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443' };
  expect(inClusterConfig({ environment, directory })).toEqual({
    server: 'https://[fd00::1]:443',
    ca: 'CA',
    credentials: { tokenFile: join(directory, 'token') },
    namespace: 'team',
  });
  expect(inClusterConfig({ environment: {}, directory })).toBeUndefined();
});
