/**
 * ServiceAccount: every pod runs as one, `default` unless it says otherwise, pulls its images with the account's secrets
 * unless it names its own, and finds a token, the cluster's root certificate and its namespace in its containers unless
 * it opts out. An account may hold its pods to the secrets that it lists.
 *
 * **Differs from Kubernetes**: the volume that these are in has the same random name in all pods that come with the same
 * spec, and not one of its own in each. In process, where nobody need be there who makes accounts, a pod of the `default`
 * account is let in without one; a served cluster waits for it a second, and refuses the pod then, as kube-apiserver does.
 */
import { type Container, isMirrorPod, type Pod, type PodSpec, type ServiceAccount } from '@pintle/api/core/v1';
import { deepFreeze, nameSuffix, sleep } from '@pintle/machinery';
import { podTokenSeconds } from '../access/tokens/service-account-claims.js';
import { DerivedSpecs } from '../storage/derived-specs.js';
import { type ApiCore, storedObjectOf } from '../verbs/api-core.js';
import { findEntry } from '../verbs/read.js';
import { type AdmissionPlugin, type AdmissionRequest, refusedRequest } from './admission.js';
import type { AdmissionCaches } from './admission-caches.js';
import { enforcesSecrets, ephemeralSecretRefusal, mirrorRefusal, secretRefusal } from './mountable-secrets.js';

const mountPath = '/var/run/secrets/kubernetes.io/serviceaccount';

/** One for all pods. */
const tokenSources = deepFreeze({
  defaultMode: 0o644,
  sources: [
    { serviceAccountToken: { expirationSeconds: podTokenSeconds, path: 'token' } },
    { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
    {
      downwardAPI: { items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }] },
    },
  ],
});

/** So often a `default` account is looked for, which a controller makes a moment after its namespace. */
const attemptsMax = 20;
const attemptPeriodMs = 50;

export interface ServiceAccountOptions {
  /** Whether there has to be an account for pods of the `default` one, too. */
  readonly requiresDefault: boolean;
}

export function serviceAccountAdmission(
  core: () => ApiCore,
  { serviceAccounts }: AdmissionCaches,
  { requiresDefault }: ServiceAccountOptions,
): AdmissionPlugin {
  const derived = new DerivedSpecs();
  const awaitedAccount = async (namespace: string, name: string, attempts: number) => {
    for (let attempt = 1; ; attempt++) {
      const found = await accountOf(core(), namespace, name);
      if (found !== undefined || attempt === attempts) return found;
      await sleep(core().world.clock, attemptPeriodMs);
    }
  };
  /** Calls `then` with the account of the pod, at once if it is known. Errors: it is not there. */
  const withAccountOf = <T>(
    request: AdmissionRequest,
    account: string,
    then: (account: ServiceAccount | undefined) => T,
  ): T | Promise<T> => {
    const { namespace } = request;
    const known = serviceAccounts.get(`${namespace}/${account}`) as ServiceAccount | undefined;
    if (known !== undefined) return then(known);
    const isOptional = account === 'default' && !requiresDefault;
    return awaitedAccount(namespace ?? '', account, isOptional || account !== 'default' ? 1 : attemptsMax).then(
      (found) => {
        if (found === undefined && !isOptional)
          throw refusedRequest(
            request,
            `error looking up service account ${namespace}/${account}: serviceaccount "${account}" not found`,
          );
        return then(found);
      },
    );
  };
  return {
    name: 'ServiceAccount',
    concerns: ({ operation, resource: { kind }, subresource }) =>
      kind.group === '' &&
      kind.plural === 'pods' &&
      ((operation === 'CREATE' && subresource === undefined) ||
        (operation === 'UPDATE' && subresource === 'ephemeralcontainers')),
    mutate(request) {
      const pod = request.object as Pod;
      if (request.operation !== 'CREATE') return pod;
      if (isMirrorPod(pod)) {
        refuseIf(mirrorRefusal(pod), request);
        return pod;
      }
      const name = pod.spec?.serviceAccountName || 'default';
      return withAccountOf(request, name, (account) => {
        const made = withAccount(core(), derived, pod, name, account);
        if (account !== undefined) holdToSecrets(request, made, account);
        return made;
      });
    },
    // Webhooks may have changed the pod since.
    validate(request) {
      const pod = request.object as Pod;
      const name = pod.spec?.serviceAccountName ?? '';
      if (request.operation === 'CREATE' && isMirrorPod(pod)) refuseIf(mirrorRefusal(pod), request);
      else if (name === '')
        refuseIf(`no service account specified for pod ${request.namespace}/${request.name}`, request);
      else
        return withAccountOf(request, name, (account) => {
          if (account !== undefined) holdToSecrets(request, pod, account);
        });
    },
  };
}

function refuseIf(reason: string | undefined, request: AdmissionRequest): void {
  if (reason !== undefined) throw refusedRequest(request, reason);
}

function holdToSecrets(request: AdmissionRequest, pod: Pod, account: ServiceAccount): void {
  if (!enforcesSecrets(account)) return;
  const why = request.operation === 'CREATE' ? secretRefusal : ephemeralSecretRefusal;
  refuseIf(why(pod, account), request);
}

async function accountOf(core: ApiCore, namespace: string, name: string): Promise<ServiceAccount | undefined> {
  const accounts = core.registry.byResource('v1', 'serviceaccounts');
  const entry = accounts === undefined ? undefined : await findEntry(core, accounts, { name, namespace });
  return entry === undefined ? undefined : (storedObjectOf(accounts, entry) as ServiceAccount);
}

function withAccount(
  core: ApiCore,
  derived: DerivedSpecs,
  pod: Pod,
  name: string,
  account: ServiceAccount | undefined,
): Pod {
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

const volumePrefix = 'kube-api-access-';

function withToken(core: ApiCore, spec: PodSpec): PodSpec {
  const lacks = (container: Container) => !container.volumeMounts?.some((mount) => mount.mountPath === mountPath);
  const containers = [...spec.containers, ...(spec.initContainers ?? [])];
  if (!containers.some(lacks)) return spec;
  // There is one already where a webhook brings a further container.
  const present = spec.volumes?.find(({ name }) => name.startsWith(volumePrefix))?.name;
  const volumeName = present ?? `${volumePrefix}${nameSuffix(core.world.random.stream('names/volumes'))}`;
  const volume = { name: volumeName, projected: tokenSources };
  const mount = { name: volumeName, readOnly: true, mountPath };
  const mounted = <C extends Container>(container: C): C =>
    lacks(container) ? { ...container, volumeMounts: [...(container.volumeMounts ?? []), mount] } : container;
  return {
    ...spec,
    volumes: present === undefined ? [...(spec.volumes ?? []), volume] : spec.volumes,
    containers: spec.containers.map(mounted),
    ...(spec.initContainers === undefined ? {} : { initContainers: spec.initContainers.map(mounted) }),
  };
}
