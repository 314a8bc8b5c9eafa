/** What a user may do as rules, of each authorizer and of several: as kube-apiserver answers SelfSubjectRulesReviews. */
import { expect, it } from '@jest/globals';
import { Pod } from '@pintle/api/core/v1';
import { type KubernetesObject, virtualWorld } from '@pintle/machinery';
import { createApiServer } from '../server.js';
import { abacAuthorizer } from './abac.js';
import { type AuthorizerChoice, allowAll } from './authorizer-choice.js';
import { webhookAuthorizer } from './webhook-access.js';

const ann = { name: 'ann', groups: ['ops', 'system:authenticated'] };
const node = { name: 'system:node:a', groups: ['system:nodes', 'system:authenticated'] };
const policy = (spec: object) =>
  JSON.stringify({ apiVersion: 'abac.authorization.kubernetes.io/v1beta1', kind: 'Policy', spec });
const abac = abacAuthorizer(
  [
    policy({ user: 'ann', apiGroup: 'apps', resource: 'deployments', namespace: 'a' }),
    policy({ user: 'ann', resource: 'secrets', namespace: 'b' }),
    policy({ user: 'ann', resource: 'nodes' }),
    policy({ group: 'ops', readonly: true, resource: 'pods', namespace: '*', nonResourcePath: '/healthz' }),
    policy({ user: 'bob', apiGroup: '*', resource: '*', namespace: '*' }),
  ].join('\n'),
);
const world = virtualWorld();
const webhook = webhookAuthorizer({ world, target: { url: 'https://a.example' }, call: async () => ({}) });

/** Who may ask at all is not what is asked about. */
async function told(authorizer: AuthorizerChoice | readonly AuthorizerChoice[], user = ann): Promise<unknown> {
  const server = await createApiServer({ world: virtualWorld(), authorizer });
  const client = server.client({ user: { ...user, groups: [...user.groups, 'system:masters'] } });
  const review = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectRulesReview', metadata: {} };
  const answer = await client.create({ ...review, spec: { namespace: 'a' } } as unknown as KubernetesObject);
  await server.stop();
  return (answer as { readonly status?: unknown }).status;
}

const everything = {
  resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }],
  nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
  incomplete: false,
};
const none = { resourceRules: [], nonResourceRules: [], incomplete: false };
const untold = (who: string) => ({
  ...none,
  incomplete: true,
  evaluationError: `${who} does not support user rule resolution`,
});
const ofAnn = {
  resourceRules: [
    { verbs: ['*'], apiGroups: ['apps'], resources: ['deployments'] },
    { verbs: ['get', 'list', 'watch'], apiGroups: [''], resources: ['pods'] },
  ],
  nonResourceRules: [{ verbs: ['get', 'list', 'watch'], nonResourceURLs: ['/healthz'] }],
};

it.each<readonly [string, AuthorizerChoice | readonly AuthorizerChoice[], typeof ann, object]>([
  ['by whom everything is allowed', allowAll, ann, everything],
  ['of policies of a file, in its order', abac, ann, { ...ofAnn, incomplete: false }],
  ['of a webhook', webhook, ann, untold('webhook authorizer')],
  ["of a host's own function", () => ({ decision: 'allow' }), ann, untold('the authorizer')],
  ['of nodes, for a node', 'node', node, untold('node authorizer')],
  ['of nodes, for anybody else', 'node', ann, none],
  [
    'of several, one after the other',
    ['node', abac, webhook, webhook, allowAll],
    node,
    {
      ...everything,
      incomplete: true,
      evaluationError:
        '[node authorizer does not support user rule resolution, webhook authorizer does not support user rule resolution]',
    },
  ],
])('the rules %s', async (_what, authorizer, user, status) => {
  expect(await told(authorizer, user)).toEqual(status);
});

it('of roles are all there are, also where bindings name one that is not there, which is told once', async () => {
  const server = await createApiServer({ world: virtualWorld(), authorizer: ['rbac'] });
  const master = server.client();
  for (const name of ['lost', 'lost-again'])
    await master.create({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'lost' },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'ann' }],
    } as unknown as KubernetesObject);
  const asAnn = server.client({ user: ann });
  const { status } = (await asAnn.create({
    ...{ apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectRulesReview', metadata: {} },
    spec: { namespace: 'a' },
  } as unknown as KubernetesObject)) as { readonly status?: unknown };
  const missing = 'clusterrole.rbac.authorization.k8s.io "lost" not found';
  expect(status).toMatchObject({ incomplete: false, evaluationError: missing });
  await expect(asAnn.list(Pod)).rejects.toThrow(`at the cluster scope: RBAC: ${missing}`);
  await server.stop();
});
