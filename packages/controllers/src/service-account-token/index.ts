/**
 * Service account tokens in Secrets, as they were before tokens were bound to pods: a Secret of that type gets a token
 * of its account, and goes with the account. What nobody uses is cleaned up by `cleaner.ts`.
 *
 * Differs from Kubernetes: the token comes by a TokenRequest that is bound to the Secret, so that no controller holds
 * the signing key; it ends after 100 years.
 */
import { Secret, ServiceAccount } from '@pintle/api/core/v1';
import type { Client, ObjectKey } from '@pintle/client';
import { type Controller, controller } from '@pintle/controller-runtime';
import { deepEqual, objectKey, StatusError } from '@pintle/machinery';
import { ignoreNotFound } from '../ignore-not-found.js';
import { ObjectMemory } from '../object-memory.js';

export { legacyTokenCleanerController } from './cleaner.js';

const tokenType = 'kubernetes.io/service-account-token';
const nameAnnotation = 'kubernetes.io/service-account.name';
const uidAnnotation = 'kubernetes.io/service-account.uid';
const expirationSeconds = 100 * 365 * 86_400;

const isToken = ({ type }: Secret) => type === tokenType;

export function serviceAccountTokenController({
  rootCertificate = '',
}: {
  /** PEM, for those who read the Secret to trust the API server by. */
  readonly rootCertificate?: string;
} = {}): Controller {
  const accounts = new ObjectMemory<AccountOf>();
  return controller({ name: 'serviceaccount-token' })
    .for(Secret, { predicate: ({ object }) => isToken(object) })
    .watches(ServiceAccount, ({ metadata }, informers) =>
      informers
        .informer(Secret)
        .lister.list({ namespace: metadata.namespace ?? '' })
        .filter((secret) => isToken(secret) && secret.metadata.annotations?.[nameAnnotation] === metadata.name)
        .map((secret) => ({ name: secret.metadata.name ?? '', namespace: metadata.namespace ?? '' })),
    )
    .reconcile(async ({ key, object: secret, client, informers }) => {
      const id = objectKey(key);
      if (secret === undefined) {
        const account = accounts.get(informers, id);
        if (account !== undefined) await forgetToken(client, account, key);
        accounts.forget(informers, id);
        return;
      }
      if (!isToken(secret) || secret.metadata.deletionTimestamp !== undefined) return;
      const { annotations = {}, namespace = '', uid = '' } = secret.metadata;
      const name = annotations[nameAnnotation] ?? '';
      const account = await client.get(ServiceAccount, { name, namespace }).catch((error: unknown) => {
        if (!StatusError.is(error, 'NotFound')) throw error;
        return undefined;
      });
      const other = annotations[uidAnnotation];
      if (account === undefined || (other !== undefined && other !== account.metadata.uid)) {
        await client.delete(Secret, key, { preconditions: { uid } }).catch(ignoreNotFound);
        return;
      }
      accounts.set(informers, id, undefined, { name, uid: account.metadata.uid ?? '' });
      const data: Record<string, string> = {
        ...secret.data,
        namespace: btoa(namespace),
        'ca.crt': btoa(rootCertificate),
      };
      if (!data['token']) {
        const answer = await client.createSubresource<{ readonly status?: { readonly token?: string } }>(
          ServiceAccount,
          { name, namespace },
          'token',
          {
            apiVersion: 'authentication.k8s.io/v1',
            kind: 'TokenRequest',
            spec: {
              expirationSeconds,
              boundObjectRef: { apiVersion: 'v1', kind: 'Secret', name: key.name, uid },
            },
          },
        );
        data['token'] = btoa(answer.status?.token ?? '');
      }
      if (deepEqual(data, secret.data) && other !== undefined) return;
      await client.update<Secret>({
        ...secret,
        metadata: { ...secret.metadata, annotations: { ...annotations, [uidAnnotation]: account.metadata.uid ?? '' } },
        data,
      });
    });
}

interface AccountOf {
  readonly name: string;
  readonly uid: string;
}

/** An account that names a token of its own that is gone names it no more. */
async function forgetToken(client: Client, { name, uid }: AccountOf, { name: token, namespace = '' }: ObjectKey) {
  const account = await client.get(ServiceAccount, { name, namespace }).catch(ignoreNotFound);
  const secrets = account?.secrets?.filter((reference) => reference.name !== token);
  if (account?.metadata.uid !== uid || secrets?.length === account.secrets?.length) return;
  const { secrets: _before, ...rest } = account;
  await client
    .update<ServiceAccount>({ ...rest, ...(secrets === undefined || secrets.length === 0 ? {} : { secrets }) })
    .catch(ignoreNotFound);
}
