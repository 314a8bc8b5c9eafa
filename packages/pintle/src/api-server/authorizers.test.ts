/** Who decides, by kube-apiserver's flags, and when the file that says so changes. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Authorizer, AuthorizerSource } from '@pintle/apiserver';
import { logger, realWorld } from '@pintle/machinery';
import { chosenAuthorizers } from './authorizers.js';
import type { ApiServerFlags } from './flags.js';
import { followFile } from './followed-file.js';

let folder: string;
const logged: string[] = [];
const waiting: (() => void)[] = [];
const world = realWorld({
  logger: logger((level, message) => {
    logged.push(`${level} ${message}`);
    for (const told of waiting.splice(0)) told();
  }),
});
/** Resolves when something has been logged: a file was read anew. */
const reread = () => new Promise<void>((resolve) => waiting.push(resolve));

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pintle-authorizers-'));
  const cluster = '{name: c, cluster: {server: "https://127.0.0.1:1"}}';
  await writeFile(
    join(folder, 'kubeconfig'),
    `current-context: x\ncontexts: [{name: x, context: {cluster: c}}]\nclusters: [${cluster}]\n`,
  );
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const chosen = (flags: ApiServerFlags) => chosenAuthorizers(flags, world);
const configuration = (authorizers: readonly object[]) =>
  JSON.stringify({ apiVersion: 'apiserver.config.k8s.io/v1', kind: 'AuthorizationConfiguration', authorizers });
const modes = (...types: readonly string[]) => types.map((type) => ({ type, name: type.toLowerCase() }));
const asked = { type: 'path', user: { name: 'ann', groups: [] }, verb: 'get', path: '/' } as const;

it('modes in turn, a webhook among them', async () => {
  expect(await chosen({})).toBeUndefined();
  expect(await chosen({ authorizationMode: ['Node', 'RBAC'] })).toEqual(['node', 'rbac']);
  const flags = { authorizationMode: ['Webhook', 'RBAC'], authorizationWebhookConfigFile: join(folder, 'kubeconfig') };
  const [webhook, rbac] = (await chosen(flags)) as readonly [Authorizer, string];
  // Nobody listens there.
  expect([await webhook(asked), rbac]).toEqual([
    { decision: 'noOpinion', error: expect.stringMatching(/^Post .*: connect: connection refused$/) },
    'rbac',
  ]);
});

it('policies of a file in turn with modes', async () => {
  const authorizationPolicyFile = join(folder, 'policies');
  await writeFile(authorizationPolicyFile, '{"user":"ann","readonly":true}\n');
  const [abac, rbac] = (await chosen({
    ...{ authorizationMode: ['ABAC', 'RBAC'], authorizationPolicyFile },
  })) as readonly [Authorizer, string];
  expect([abac({ ...asked, verb: 'post' }), abac(asked), rbac]).toEqual([
    { decision: 'noOpinion', reason: 'No policy matched.' },
    ...[{ decision: 'allow' }, 'rbac'],
  ]);
});

it.each<readonly [string, () => ApiServerFlags, string | RegExp]>([
  [
    'a webhook without a kubeconfig',
    () => ({ authorizationMode: ['Webhook'] }),
    'authorization config file not passed',
  ],
  [
    'a kubeconfig without a webhook',
    () => ({ authorizationMode: ['RBAC'], authorizationWebhookConfigFile: 'x' }),
    'cannot specify --authorization-webhook-config-file without mode Webhook',
  ],
  [
    'policies without their mode',
    () => ({ authorizationMode: ['RBAC'], authorizationPolicyFile: 'x' }),
    'cannot specify --authorization-policy-file without mode ABAC',
  ],
  ['ABAC without policies', () => ({ authorizationMode: ['ABAC'] }), 'authorization policy file not passed'],
  [
    'ABAC with policies that are none',
    () => ({ authorizationMode: ['ABAC'], authorizationPolicyFile: join(folder, 'kubeconfig') }),
    /--authorization-policy-file .*kubeconfig: error reading policy file, line 1: /,
  ],
  ['a mode twice', () => ({ authorizationMode: ['RBAC', 'RBAC'] }), 'mode specified more than once'],
  [
    'a configuration and modes',
    () => ({ authorizationMode: ['RBAC'], authorizationConfig: 'x' }),
    '--authorization-config can not be specified when --authorization-mode',
  ],
  [
    'a configuration that is not there',
    () => ({ authorizationConfig: join(folder, 'none') }),
    /--authorization-config .*none: ENOENT/,
  ],
])('%s is refused', async (_what, flags, message) => {
  await expect(chosen(flags())).rejects.toThrow(message);
});

it('a configuration is followed, and one that cannot be used changes nothing', async () => {
  const authorizationConfig = join(folder, 'authorization.yaml');
  const write = async (authorizers: readonly object[]) => {
    const done = reread();
    await writeFile(authorizationConfig, configuration(authorizers));
    await done;
  };
  await writeFile(authorizationConfig, configuration(modes('RBAC')));
  const source = (await chosen({ authorizationConfig })) as AuthorizerSource;
  let told = 0;
  source.onChange(() => told++);
  expect(source.current()).toEqual(['rbac']);
  await write(modes('AlwaysDeny', 'RBAC'));
  expect([source.current(), told]).toEqual([[expect.any(Function), 'rbac'], 1]);
  const before = source.current();
  await write(modes('AlwaysDeny'));
  await write(modes('Node', 'RBAC'));
  await write([{ type: 'Luck', name: 'luck' }, ...modes('RBAC')]);
  expect([source.current() === before, told]).toEqual([true, 1]);
  expect(logged.slice(-4)).toEqual([
    'info the authorization configuration was read anew',
    ...Array(3).fill('error the authorization configuration cannot be used, and what it said before still counts'),
  ]);
});

it('a file that is no longer followed may say anything', async () => {
  const path = join(folder, 'followed');
  await writeFile(path, 'one');
  const taken: string[] = [];
  const next = () => new Promise<void>((resolve) => waiting.push(resolve));
  const stop = followFile({
    ...{ path, text: 'one', everyMs: 20 },
    take: async (text) => void taken.push(text),
    told() {
      for (const told of waiting.splice(0)) told();
    },
  });
  const first = next();
  await writeFile(path, 'two');
  await first;
  const second = next();
  await rm(path);
  await second;
  const third = next();
  await writeFile(path, 'three');
  await third;
  stop();
  await writeFile(path, 'four');
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(taken).toEqual(['two', 'three']);
});
