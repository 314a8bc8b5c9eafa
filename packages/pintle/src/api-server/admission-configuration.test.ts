/** `--admission-control-config-file`, from files. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { configuredAdmission } from './admission-configuration.js';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pintle-admission-'));
  await writeFile(join(folder, 'pods.yaml'), podSecurity.replace(/^ {6}/gm, ''));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const podSecurity = `
      apiVersion: pod-security.admission.config.k8s.io/v1
      kind: PodSecurityConfiguration
      defaults:
        enforce: baseline
        enforce-version: v1.30
      exemptions:
        namespaces: [kube-system]
`;
const kindOf = (group: string) => `apiVersion: ${group}.admission.k8s.io/v1alpha1, kind: Configuration`;
const configured = async (
  plugins: string,
  head = 'apiVersion: apiserver.config.k8s.io/v1\nkind: AdmissionConfiguration',
) => {
  const path = join(folder, 'admission.yaml');
  await writeFile(path, `${head}\nplugins:\n${plugins}`);
  return configuredAdmission(path);
};

it('no file comes to nothing', async () => {
  expect(await configuredAdmission(undefined)).toEqual({});
});

it.each([
  ['in the file', `  - name: PodSecurity\n    configuration:${podSecurity}`],
  ['beside it', '  - name: PodSecurity\n    path: pods.yaml\n'],
  [
    'once, and the first time',
    `  - name: PodSecurity\n    path: pods.yaml\n  - name: PodSecurity\n    path: other.yaml\n`,
  ],
  ['beside what takes none', '  - name: Priority\n    path: none.yaml\n  - name: PodSecurity\n    path: pods.yaml\n'],
])('what Pod Security holds pods to stands %s', async (_where, plugins) => {
  expect(await configured(plugins)).toMatchObject({
    podSecurityDefaults: { enforce: { level: 'baseline', version: 30 }, warn: { level: 'privileged' } },
    podSecurityExemptions: { namespaces: ['kube-system'] },
  });
});

it.each([
  [
    'another kind',
    '',
    'apiVersion: v1\nkind: Pod',
    /--admission-control-config-file: no kind "Pod" is registered for version "v1"/,
  ],
  ['no YAML', '  - {', undefined, /--admission-control-config-file: /],
  ['a path to nothing', '  - name: PodSecurity\n    path: none.yaml\n', undefined, /PodSecurity .*none\.yaml: ENOENT/],
  [
    'a level that there is not',
    `  - name: PodSecurity\n    configuration:${podSecurity.replace('baseline', 'strict')}`,
    undefined,
    /--admission-control-config-file: PodSecurity: .*defaults\.enforce: Invalid value: "strict"/,
  ],
  [
    'a limit that there is not',
    `  - name: EventRateLimit\n    configuration: {${kindOf('eventratelimit')}, limits: [{type: Pod, qps: 1, burst: 1}]}\n`,
    undefined,
    /--admission-control-config-file: EventRateLimit: .*limits\[0\]\.type: Unsupported value: "Pod"/,
  ],
  [
    'a toleration that is none',
    `  - name: PodTolerationRestriction\n    configuration: {${kindOf('podtolerationrestriction')}, default: [{operator: Equal}]}\n`,
    undefined,
    /podtolerationrestriction\.default\[0\]\.operator: Invalid value: "Equal"/,
  ],
  [
    'a limited resource without a name',
    '  - name: ResourceQuota\n    configuration: {apiVersion: apiserver.config.k8s.io/v1, kind: ResourceQuotaConfiguration, limitedResources: [{}]}\n',
    undefined,
    /limitedResources\[0\]\.resource: Required value/,
  ],
  [
    'a field that quota does not have',
    '  - name: ResourceQuota\n    configuration: {apiVersion: apiserver.config.k8s.io/v1, kind: ResourceQuotaConfiguration, limits: []}\n',
    undefined,
    /limits: Invalid value: "": unknown field/,
  ],
  [
    'a time that is too long',
    '  - name: ImagePolicyWebhook\n    configuration: {imagePolicy: {allowTTL: 1801}}\n',
    undefined,
    /valid value is between 1s and 30m0s, got 30m1s/,
  ],
  [
    'a kubeconfig that is not there',
    '  - name: ImagePolicyWebhook\n    configuration: {imagePolicy: {kubeConfigFile: /none/kubeconfig}}\n',
    undefined,
    /--admission-control-config-file: ImagePolicyWebhook: .*\/none\/kubeconfig/,
  ],
  [
    'a kubeconfig from here on',
    '  - name: ValidatingAdmissionWebhook\n    configuration: {apiVersion: apiserver.config.k8s.io/v1, kind: WebhookAdmissionConfiguration, kubeConfigFile: kubeconfig}\n',
    undefined,
    /kubeConfigFile: Invalid value: "kubeconfig": must be an absolute file path/,
  ],
])('%s is refused', async (_what, plugins, head, message) => {
  await expect(configured(plugins, head)).rejects.toThrow(message);
});

const kubeconfig = `
current-context: images
contexts: [{name: images, context: {cluster: images, user: server}}]
clusters:
  - name: images
    cluster: {server: https://images.example.com/policy, certificate-authority: ca.pem, tls-server-name: images.test}
users:
  - {name: server, user: {client-certificate: cert.pem, client-key-data: a2V5}}
  - {name: gate.ops.svc, user: {tokenFile: token}}
  - {name: "*", user: {username: u, password: p}}
`;
const server = { certPem: 'the certificate', keyPem: 'key' };

describe('plug-ins that are told where a kubeconfig is', () => {
  beforeAll(async () => {
    const files = { kubeconfig, 'ca.pem': 'the authority', 'cert.pem': 'the certificate', token: 'the token\n' };
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  });

  it('ask its server as its user', async () => {
    const policy = `{kubeConfigFile: ${folder}/kubeconfig, allowTTL: 60, denyTTL: -1, defaultAllow: true}`;
    const plugins = `  - name: ImagePolicyWebhook\n    configuration: {imagePolicy: ${policy}}\n`;
    expect((await configured(plugins)).pluginConfigurations?.ImagePolicyWebhook).toEqual({
      ...{ allowMs: 60_000, denyMs: 0, defaultAllow: true },
      target: {
        url: 'https://images.example.com/policy',
        caBundle: 'the authority',
        serverName: 'images.test',
        credentials: server,
      },
    });
  });

  it('ask webhooks as the users that are called like them', async () => {
    const of = (version: string, kind: string) =>
      `{apiVersion: apiserver.config.k8s.io/${version}, kind: ${kind}, kubeConfigFile: ${folder}/kubeconfig}`;
    const plugins =
      `  - name: MutatingAdmissionWebhook\n    configuration: ${of('v1', 'WebhookAdmissionConfiguration')}\n` +
      `  - name: ValidatingAdmissionWebhook\n    configuration: ${of('v1alpha1', 'WebhookAdmission')}\n`;
    const users = {
      current: server,
      users: { server, 'gate.ops.svc': { token: 'the token' }, '*': { username: 'u', password: 'p' } },
    };
    expect((await configured(plugins)).pluginConfigurations).toEqual({
      MutatingAdmissionWebhook: users,
      ValidatingAdmissionWebhook: users,
    });
  });
});

it('what plug-ins are told comes to their options', async () => {
  const limits =
    '[{type: Server, qps: 5, burst: 10, other: passed over}, {type: User, qps: 1, burst: 2, cacheSize: 3}]';
  const plugins = [
    ['EventRateLimit', `{${kindOf('eventratelimit')}, limits: ${limits}}`],
    ['PodNodeSelector', '{podNodeSelectorPluginConfig: {clusterDefaultNodeSelector: "a=b"}}'],
    ['PodTolerationRestriction', `{${kindOf('podtolerationrestriction')}, whitelist: [{operator: Exists}]}`],
    [
      'ResourceQuota',
      `{apiVersion: resourcequota.admission.k8s.io/v1beta1, kind: Configuration, limitedResources: [{resource: pods, matchContains: [cpu]}]}`,
    ],
  ];
  const text = plugins.map(([name, document]) => `  - name: ${name}\n    configuration: ${document}\n`).join('');
  expect((await configured(text)).pluginConfigurations).toEqual({
    EventRateLimit: {
      limits: [
        { type: 'Server', qps: 5, burst: 10, cacheSize: 0 },
        { type: 'User', qps: 1, burst: 2, cacheSize: 3 },
      ],
    },
    PodNodeSelector: { clusterDefaultNodeSelector: 'a=b' },
    PodTolerationRestriction: { whitelist: [{ operator: 'Exists' }] },
    ResourceQuota: { limitedResources: [{ resource: 'pods', matchContains: ['cpu'] }] },
  });
});

it('what a plug-in that is not there would be told is of no account', async () => {
  const path = join(folder, 'absent.yaml');
  await writeFile(
    path,
    'apiVersion: apiserver.config.k8s.io/v1\nkind: AdmissionConfiguration\nplugins:\n  - name: EventRateLimit\n    path: none.yaml\n',
  );
  expect(await configuredAdmission(path, (name) => name !== 'EventRateLimit')).toEqual({});
});

it('two older plug-ins take the file itself', async () => {
  const path = join(folder, 'older.yaml');
  await writeFile(path, 'podNodeSelectorPluginConfig:\n  default: zone=a\n');
  const isThere = (name: string) => name === 'PodNodeSelector';
  expect(await configuredAdmission(path, isThere)).toEqual({
    pluginConfigurations: { PodNodeSelector: { default: 'zone=a' } },
  });
});
