/** A served cluster as a host application composes it, asked over its socket. */
import { once } from 'node:events';
import { request } from 'node:https';
import { json } from 'node:stream/consumers';
import { expect, it } from '@jest/globals';
import type { Authenticator, Authorizer } from '@pintle/apiserver';
import { createServedCluster } from './served-cluster.js';

const badge: Authenticator = (request) => {
  const name = request.header('x-badge');
  return name === undefined ? undefined : { name, groups: ['guests', 'system:authenticated'] };
};

const guestsRead: Authorizer = ({ user, verb }) =>
  user.groups.includes('guests') && verb === 'list' ? { decision: 'allow' } : { decision: 'noOpinion' };

it('asks authenticators and authorizers of the host beside its own', async () => {
  const cluster = await createServedCluster({
    port: 0,
    nodes: [],
    authenticators: [badge],
    authorizer: ['rbac', guestsRead],
  });
  const asked = async (path: string, headers: Readonly<Record<string, string>>) => {
    const sent = request(`${cluster.url}${path}`, { headers, rejectUnauthorized: false, agent: false }).end();
    const [answer] = await once(sent, 'response');
    return (await json(answer)) as { readonly kind: string; readonly message?: string };
  };
  try {
    const pods = '/api/v1/namespaces/default/pods';
    expect(await asked(pods, { 'x-badge': 'ida' })).toMatchObject({ kind: 'PodList' });
    expect(await asked(`${pods}/none`, { 'x-badge': 'ida' })).toMatchObject({
      message:
        'pods "none" is forbidden: User "ida" cannot get resource "pods" in API group "" in the namespace "default"',
    });
    expect((await asked(pods, {})).message).toContain('User "system:anonymous" cannot list');
  } finally {
    await cluster.stop();
  }
});
