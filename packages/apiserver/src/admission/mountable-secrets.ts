/**
 * Which secrets a pod may name: of a service account with the annotation `kubernetes.io/enforce-mountable-secrets`
 * those alone that the account lists, and a mirror pod none. Pure; `service-account.ts` asks and refuses.
 */
import type { Container, Pod, ServiceAccount } from '@pintle/api/core/v1';
import { referencesOf } from '@pintle/api/pod-spec';
import { parseGoBoolean } from '@pintle/machinery';

const enforceAnnotation = 'kubernetes.io/enforce-mountable-secrets';

/** Whether pods of the account are held to its secrets. */
export const enforcesSecrets = ({ metadata }: ServiceAccount): boolean =>
  parseGoBoolean(metadata.annotations?.[enforceAnnotation] ?? '') === true;

/** Why a pod of an account that enforces its secrets may not be; undefined if it may. */
export function secretRefusal({ spec }: Pod, account: ServiceAccount): string | undefined {
  const listed = names(account.secrets);
  for (const { secret } of spec?.volumes ?? [])
    if (secret !== undefined && !listed.has(secret.secretName ?? ''))
      return `volume with secret.secretName="${secret.secretName ?? ''}" ${isNotListed(account)}`;
  const ofContainers =
    containersRefusal('init container', spec?.initContainers, listed, account) ??
    containersRefusal('container', spec?.containers, listed, account);
  if (ofContainers !== undefined) return ofContainers;
  const pulling = names(account.imagePullSecrets);
  for (const [index, { name = '' }] of (spec?.imagePullSecrets ?? []).entries())
    if (!pulling.has(name))
      return `imagePullSecrets[${index}].name="${name}" ${isNotListed(account, 'imagePullSecret')}`;
  return undefined;
}

/** As `secretRefusal`, of the containers that were added to look into a pod. */
export const ephemeralSecretRefusal = ({ spec }: Pod, account: ServiceAccount): string | undefined =>
  containersRefusal('ephemeral container', spec?.ephemeralContainers, names(account.secrets), account);

/** Why a mirror pod may not be: it stands for what a kubelet runs by itself, and that has no part in the cluster. */
export function mirrorRefusal(pod: Pod): string | undefined {
  if (pod.spec?.serviceAccountName) return 'a mirror pod may not reference service accounts';
  if (referencesOf(pod).secrets.size > 0) return 'a mirror pod may not reference secrets';
  const hasToken = pod.spec?.volumes?.some(({ projected }) =>
    projected?.sources?.some(({ serviceAccountToken }) => serviceAccountToken !== undefined),
  );
  return hasToken ? 'a mirror pod may not use ServiceAccountToken volume projections' : undefined;
}

const names = (references: readonly { readonly name?: string }[] = []): ReadonlySet<string> =>
  new Set(references.map(({ name = '' }) => name));

const isNotListed = ({ metadata }: ServiceAccount, what = 'secret'): string =>
  `is not allowed because service account ${metadata.name} does not reference that ${what}`;

function containersRefusal(
  what: string,
  containers: readonly Pick<Container, 'name' | 'env' | 'envFrom'>[] = [],
  listed: ReadonlySet<string>,
  account: ServiceAccount,
): string | undefined {
  const refusal = (name: string, by: string, secret: string) =>
    `${what} ${name} with ${by} referencing secret.secretName="${secret}" ${isNotListed(account)}`;
  for (const { name, env = [], envFrom = [] } of containers) {
    for (const { name: variable, valueFrom } of env) {
      const secret = valueFrom?.secretKeyRef?.name ?? '';
      if (valueFrom?.secretKeyRef !== undefined && !listed.has(secret))
        return refusal(name, `envVar ${variable}`, secret);
    }
    for (const { secretRef } of envFrom)
      if (secretRef !== undefined && !listed.has(secretRef.name ?? ''))
        return refusal(name, 'envFrom', secretRef.name ?? '');
  }
  return undefined;
}
