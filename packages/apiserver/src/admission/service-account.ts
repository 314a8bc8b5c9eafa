/**
 * ServiceAccount: every pod runs as one, `default` unless it says otherwise, pulls its images with the account's secrets
 * unless it names its own, and finds a token, the cluster's root certificate and its namespace in its containers unless
 * it opts out.
 *
 * **Differs from Kubernetes**: the volume that these are in has the same random name in all pods that come with the same
 * spec, and not one of its own in each.
 */
import type { Container, Pod, PodSpec, ServiceAccount } from '@pintle/api/core/v1';
import { deepFreeze, forbidden, type KubernetesObject, nameSuffix } from '@pintle/machinery';
import { DerivedSpecs } from '../storage/derived-specs.js';
import { type ApiCore, storedObjectOf } from '../verbs/api-core.js';
import { findEntry } from '../verbs/read.js';
import type { AdmissionPlugin } from './admission.js';
import type { AdmissionCaches } from './admission-caches.js';

const mountPath = '/var/run/secrets/kubernetes.io/serviceaccount';
const tokenSeconds = 3607;
const mirrorAnnotation = 'kubernetes.io/config.mirror';

/** One for all pods. */
const tokenSources = deepFreeze({
  defaultMode: 0o644,
  sources: [
    { serviceAccountToken: { expirationSeconds: tokenSeconds, path: 'token' } },
    { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
    {
      downwardAPI: { items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }] },
    },
  ],
});

export function serviceAccountAdmission(core: () => ApiCore, { serviceAccounts }: AdmissionCaches): AdmissionPlugin {
  const derived = new DerivedSpecs();
  return {
    name: 'ServiceAccount',
    concerns: ({ operation, resource, subresource }) =>
      operation === 'CREATE' &&
      subresource === undefined &&
      resource.kind.group === '' &&
      resource.kind.plural === 'pods',
    mutate({ object, resource, name, namespace }) {
      const pod = object as Pod;
      if (pod.metadata.annotations?.[mirrorAnnotation] !== undefined) return pod;
      const accountName = pod.spec?.serviceAccountName || 'default';
      const known = serviceAccounts.get(`${namespace}/${accountName}`) as ServiceAccount | undefined;
      if (known !== undefined) return withAccount(core(), derived, pod, accountName, known);
      return accountOf(core(), namespace ?? '', accountName).then((account) => {
        // A new namespace gets its default account a moment later; its pods need not wait for that.
        if (account === undefined && accountName !== 'default')
          throw forbidden(
            resource.kind,
            name,
            `error looking up service account ${namespace}/${accountName}: serviceaccount "${accountName}" not found`,
          );
        return withAccount(core(), derived, pod, accountName, account);
      });
    },
  };
}

async function accountOf(core: ApiCore, namespace: string, name: string): Promise<ServiceAccount | undefined> {
  const accounts = core.registry.byResource('v1', 'serviceaccounts');
  const entry = accounts === undefined ? undefined : await findEntry(core, accounts, { name, namespace });
  return entry === undefined ? undefined : (storedObjectOf(entry) as ServiceAccount);
}

function withAccount(
  core: ApiCore,
  derived: DerivedSpecs,
  pod: Pod,
  name: string,
  account: ServiceAccount | undefined,
): KubernetesObject {
  const mounts = pod.spec?.automountServiceAccountToken ?? account?.automountServiceAccountToken ?? true;
  const secrets = pod.spec?.imagePullSecrets?.length ? undefined : account?.imagePullSecrets;
  const by = `${mounts ? 'mounted' : 'named'} ${name}${secrets === undefined ? '' : ` ${JSON.stringify(secrets)}`}`;
  return derived.of(pod, by, (spec) => {
    const named = {
      ...spec,
      serviceAccountName: name,
      serviceAccount: name,
      ...(secrets === undefined ? {} : { imagePullSecrets: secrets }),
    };
    return mounts ? withToken(core, named) : named;
  });
}

function withToken(core: ApiCore, spec: PodSpec): PodSpec {
  const lacks = (container: Container) => !container.volumeMounts?.some((mount) => mount.mountPath === mountPath);
  const containers = [...spec.containers, ...(spec.initContainers ?? [])];
  if (!containers.some(lacks)) return spec;
  const volumeName = `kube-api-access-${nameSuffix(core.world.random.stream('names/volumes'))}`;
  const volume = { name: volumeName, projected: tokenSources };
  const mount = { name: volumeName, readOnly: true, mountPath };
  const mounted = <C extends Container>(container: C): C =>
    lacks(container) ? { ...container, volumeMounts: [...(container.volumeMounts ?? []), mount] } : container;
  return {
    ...spec,
    volumes: [...(spec.volumes ?? []), volume],
    containers: spec.containers.map(mounted),
    ...(spec.initContainers === undefined ? {} : { initContainers: spec.initContainers.map(mounted) }),
  };
}
