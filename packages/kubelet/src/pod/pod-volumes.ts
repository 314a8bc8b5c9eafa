/** Makes a pod's volumes, and keeps them true to the ConfigMaps, Secrets and tokens that they show. */
import { type Pod, ServiceAccount } from '@pintle/api/core/v1';
import type { KubeletContext } from '../kubelet-context.js';
import { claimedVolume } from '../volumes/claimed-volume.js';
import { type TokenWish, volumeContent, volumeReferences } from '../volumes/volume-contents.js';
import { type VolumeContent, VolumeMountError } from '../volumes/volume-port.js';
import type { ReferencedObjects } from './environment.js';
import { allContainersOf } from './pod-names.js';
import { sameValue } from './same-value.js';

export interface PodVolumes {
  readonly paths: ReadonlyMap<string, string>;
  /** Errors: `VolumeMountError`. */
  mount(pod: Pod, podIP: string | undefined): Promise<void>;
  /** Whether anything in them may change. */
  readonly changing: boolean;
}

/** A token is asked for anew once so much of its life is over. */
const tokenLifeUsed = 0.8;

/** What the named objects are now. */
export async function lookUp(
  context: KubeletContext,
  namespace: string,
  names: { readonly configMaps: readonly string[]; readonly secrets: readonly string[] },
): Promise<ReferencedObjects> {
  const configMaps = await Promise.all(
    names.configMaps.map(async (name) => [name, await context.objects.configMap(namespace, name)] as const),
  );
  const secrets = await Promise.all(
    names.secrets.map(async (name) => [name, await context.objects.secret(namespace, name)] as const),
  );
  return { configMaps: new Map(configMaps), secrets: new Map(secrets) };
}

export function podVolumes(context: KubeletContext): PodVolumes {
  const { volumes, world, client } = context;
  const paths = new Map<string, string>();
  const mounted = new Map<string, VolumeContent>();
  const tokens = new Map<string, { readonly token: string; readonly renewAtMs: number }>();
  let changing = false;

  const tokenFor = async (pod: Pod, { audience, expirationSeconds }: TokenWish): Promise<void> => {
    const key = tokenKey({ audience, expirationSeconds });
    const known = tokens.get(key);
    if (known !== undefined && known.renewAtMs > world.clock.now()) return;
    const { namespace, name, uid } = pod.metadata;
    const account = pod.spec?.serviceAccountName || 'default';
    const answer = await client.createSubresource<{ readonly status?: { readonly token?: string } }>(
      ServiceAccount,
      { namespace: namespace!, name: account },
      'token',
      {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        spec: {
          ...(audience === undefined ? {} : { audiences: [audience] }),
          expirationSeconds,
          boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name, uid },
        },
      },
    );
    tokens.set(key, {
      token: answer.status?.token ?? '',
      renewAtMs: world.clock.now() + expirationSeconds * 1000 * tokenLifeUsed,
    });
  };

  return {
    paths,
    get changing() {
      return changing;
    },
    async mount(pod, podIP) {
      const wanted = pod.spec?.volumes ?? [];
      if (wanted.length === 0) return;
      const references = volumeReferences(wanted);
      const objects = await lookUp(context, pod.metadata.namespace!, references);
      if (volumes.keepsFiles) {
        for (const wish of references.tokens) {
          try {
            await tokenFor(pod, wish);
          } catch (error) {
            throw new VolumeMountError(
              wish.volume,
              `failed to fetch token: ${error instanceof Error ? error.message : String(error)}`,
              { cause: error },
            );
          }
        }
      }
      for (const volume of wanted) {
        const asked = volumeContent(volume, {
          pod,
          podIP,
          hostIP: context.hostIP,
          objects,
          allocatable: context.allocatable,
          containers: allContainersOf(pod.spec!),
          token: (wish) => tokens.get(tokenKey(wish))?.token ?? '',
        });
        // Where a claim's volume is does not change while a pod has it.
        if (asked.type === 'claim' && paths.has(volume.name)) continue;
        const content =
          asked.type === 'claim' && volumes.keepsFiles
            ? await claimedVolume(client, volume.name, { name: asked.claimName, namespace: pod.metadata.namespace! })
            : asked;
        if (mounted.has(volume.name) && sameValue(mounted.get(volume.name), content)) continue;
        paths.set(volume.name, await volumes.mount(pod.metadata.uid!, volume.name, content));
        mounted.set(volume.name, content);
      }
      changing = volumes.keepsFiles && [...mounted.values()].some(({ type }) => type === 'files');
    },
  };
}

const tokenKey = ({ audience, expirationSeconds }: Pick<TokenWish, 'audience' | 'expirationSeconds'>) =>
  `${expirationSeconds} ${audience ?? ''}`;
