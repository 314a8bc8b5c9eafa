/** How the servers of some groups are started otherwise than those of the others: what they note, and whom they ask who may do what. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '../../free-port.js';
import { type AccessFiles, writeKubeConfigAs } from '../access-files.js';
import type { MoreFlags, ServerName } from '../servers.js';
import type { Hooks } from './hooks.js';
import type { Group } from './row.js';

export interface Started {
  readonly flags: MoreFlags;
  /** Where each notes what it is asked. */
  readonly auditFile?: (name: ServerName) => string;
}

export async function startedAs(servers: Group['servers'], files: AccessFiles, hooks: Hooks): Promise<Started> {
  if (servers === 'audited') return audited(files);
  return servers === 'told' ? told(files, hooks) : { flags: {} };
}

/** By namespaces of rows; what is of none is noted in little. */
const auditPolicy = {
  ...{ apiVersion: 'audit.k8s.io/v1', kind: 'Policy', omitStages: ['RequestReceived'] },
  rules: [
    { level: 'None', verbs: ['get'], resources: [{ group: '', resources: ['endpoints'] }] },
    {
      level: 'RequestResponse',
      namespaces: ['c-audited'],
      resources: [{ group: '', resources: ['configmaps', 'pods', 'pods/*'] }],
    },
    { level: 'RequestResponse', resources: [{ group: '', resources: ['serviceaccounts'] }], omitManagedFields: true },
    { level: 'Request', resources: [{ group: 'apps' }], omitManagedFields: true },
    { level: 'Metadata', omitStages: ['ResponseStarted'], resources: [{ group: 'batch' }] },
    { level: 'None', users: ['bob'] },
    { level: 'None', nonResourceURLs: ['/healthz*'] },
    { level: 'Metadata' },
  ],
};

async function audited({ folder }: AccessFiles): Promise<Started> {
  const policyFile = join(folder, 'audit-policy.yaml');
  await writeFile(policyFile, JSON.stringify(auditPolicy));
  const auditFile = (name: ServerName) => join(folder, `${name}.audit`);
  return {
    flags: { others: (name) => ['--audit-policy-file', policyFile, '--audit-log-path', auditFile(name)] },
    auditFile,
  };
}

/** Of users whose name begins with `lenient:`, `strict:` and so on a webhook is asked first. */
async function told({ folder, caPem }: AccessFiles, { names }: Hooks): Promise<Started> {
  const kubeConfig = (name: string, url: string) =>
    writeKubeConfigAs(join(folder, `hook-${name}`), { url, caPem, user: 'api-server', credentials: {} });
  const [asked, down] = await Promise.all([
    kubeConfig('asked', `${names.url}/access`),
    kubeConfig('down', `https://127.0.0.1:${await freePort()}/access`),
  ]);
  const webhook = (
    name: string,
    kubeConfigFile: string,
    failurePolicy: string,
    conditions: readonly string[] = [],
  ) => ({
    ...{ type: 'Webhook', name },
    webhook: {
      ...{ authorizedTTL: '1s', unauthorizedTTL: '1s', timeout: '1s', failurePolicy },
      ...{ subjectAccessReviewVersion: 'v1', matchConditionSubjectAccessReviewVersion: 'v1' },
      connectionInfo: { type: 'KubeConfigFile', kubeConfigFile },
      matchConditions: [`request.user.startsWith('${name}:')`, ...conditions].map((expression) => ({ expression })),
    },
  });
  const aboutNames = ['request.resourceAttributes.name == "x"'];
  const configuration = {
    ...{ apiVersion: 'apiserver.config.k8s.io/v1', kind: 'AuthorizationConfiguration' },
    authorizers: [
      webhook('lenient', asked, 'NoOpinion'),
      webhook('strict', asked, 'Deny'),
      webhook('lenient-down', down, 'NoOpinion'),
      webhook('strict-down', down, 'Deny'),
      webhook('lenient-unsure', asked, 'NoOpinion', aboutNames),
      webhook('strict-unsure', asked, 'Deny', aboutNames),
      { type: 'Node', name: 'node' },
      { type: 'RBAC', name: 'rbac' },
    ],
  };
  const authorization = join(folder, 'authorization.yaml');
  await writeFile(authorization, JSON.stringify(configuration));
  return {
    flags: {
      authorization: ['--authorization-config', authorization],
      others: () => [
        ...['--authentication-token-webhook-config-file', asked, '--authentication-token-webhook-version', 'v1'],
        ...['--authentication-token-webhook-cache-ttl', '1s'],
      ],
    },
  };
}
