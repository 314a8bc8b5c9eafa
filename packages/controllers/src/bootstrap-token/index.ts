/** Bootstrap tokens: those that may sign the cluster's information do, and those that have ended go. */
import { ConfigMap, Secret } from '@pintle/api/core/v1';
import { type Controller, controller } from '@pintle/controller-runtime';
import { deepEqual } from '@pintle/machinery';
import { ignoreNotFound } from '../ignore-not-found.js';
import { expirationOf, signedData, signingToken, tokenSecretType } from './plan-bootstrap.js';

export * from './plan-bootstrap.js';

const infoKey = { name: 'cluster-info', namespace: 'kube-public' };
const tokensNamespace = 'kube-system';

const isToken = ({ metadata, type }: Secret) => metadata.namespace === tokensNamespace && type === tokenSecretType;

export function bootstrapSignerController(): Controller {
  return controller({ name: 'bootstrap-signer' })
    .for(ConfigMap, {
      predicate: ({ object: { metadata } }) =>
        metadata.name === infoKey.name && metadata.namespace === infoKey.namespace,
    })
    .watches(Secret, () => [infoKey], { predicate: ({ object }) => isToken(object) })
    .reconcile(async ({ object: info, client, informers, world }) => {
      if (info === undefined) return;
      const nowMs = world.clock.now();
      const tokens = informers
        .informer(Secret)
        .lister.list({ namespace: tokensNamespace })
        .flatMap((secret) => signingToken(secret, nowMs) ?? []);
      const data = signedData(info.data ?? {}, tokens);
      if (!deepEqual(data, info.data ?? {})) await client.update<ConfigMap>({ ...info, data });
    });
}

export function tokenCleanerController(): Controller {
  return controller({ name: 'token-cleaner' })
    .for(Secret, { predicate: ({ type, object }) => type !== 'deleted' && isToken(object) })
    .reconcile(async ({ key, object: secret, client, world }) => {
      const endsAt = secret === undefined ? undefined : expirationOf(secret);
      if (secret === undefined || endsAt === undefined) return undefined;
      if (endsAt > world.clock.now()) return { requeueAtMs: endsAt };
      await client.delete(Secret, key, { preconditions: { uid: secret.metadata.uid ?? '' } }).catch(ignoreNotFound);
      return undefined;
    });
}
