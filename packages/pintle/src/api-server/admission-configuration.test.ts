/** `--admission-control-config-file`, from files. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
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
  [
    'beside what is not there',
    '  - name: EventRateLimit\n    path: limits.yaml\n  - name: PodSecurity\n    path: pods.yaml\n',
  ],
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
    'a plug-in without one',
    '  - name: ResourceQuota\n    path: q.yaml\n',
    undefined,
    /"ResourceQuota" takes no configuration in Pintle/,
  ],
])('%s is refused', async (_what, plugins, head, message) => {
  await expect(configured(plugins, head)).rejects.toThrow(message);
});
