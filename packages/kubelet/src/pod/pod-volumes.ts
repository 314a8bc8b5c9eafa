/** Makes a pod's volumes, and keeps them true to the ConfigMaps, Secrets and tokens that they show. */
import { type PersistentVolume, type Pod, ServiceAccount } from '@pintle/api/core/v1';
import { podClaims } from '@pintle/api/volumes';
import type { KubeletContext } from '../kubelet-context.js';
import { attachableName, claimedVolume, volumeFolder } from '../volumes/claimed-volume.js';
import { VolumeAttachTimeoutError } from '../volumes/node-volumes.js';
import { type TokenWish, volumeContent, volumeReferences } from '../volumes/volume-contents.js';
import { type VolumeContent, VolumeMountError } from '../volumes/volume-port.js';
import type { ReferencedObjects } from './environment.js';
import type { Interruption } from './interruption.js';
import { allContainersOf } from './pod-names.js';
import { sameValue } from './same-value.js';

/** Volumes of a pod did not come; in kubelet's words. */
export class VolumesNotAttachedError extends Error {
  readonly code = 'PINTLE_VOLUMES_NOT_ATTACHED';
  constructor(
    readonly volumes: readonly string[],
    options?: ErrorOptions,
  ) {
    const names = volumes.join(' ');
    super(
      `Unable to attach or mount volumes: unmounted volumes=[${names}], unattached volumes=[${names}], failed to process volumes=[]: context deadline exceeded`,
      options,
    );
    this.name = 'VolumesNotAttachedError';
  }
}

/** A token is asked for anew once so much of its life is over. */
const tokenLifeUsed = 0.8;

const nothingClaimed: ReadonlyMap<string, PersistentVolume> = new Map();
const nowhere: ReadonlyMap<string, string> = new Map();
const nothingReferenced: ReferencedObjects = Object.freeze({ configMaps: new Map(), secrets: new Map() });

/** What the named objects are now. */
export async function lookUp(
  context: KubeletContext,
  namespace: string,
  names: { readonly configMaps: readonly string[]; readonly secrets: readonly string[] },
): Promise<ReferencedObjects> {
  if (names.configMaps.length === 0 && names.secrets.length === 0) return nothingReferenced;
  const configMaps = await Promise.all(
    names.configMaps.map(async (name) => [name, await context.objects.configMap(namespace, name)] as const),
  );
  const secrets = await Promise.all(
    names.secrets.map(async (name) => [name, await context.objects.secret(namespace, name)] as const),
  );
  return { configMaps: new Map(configMaps), secrets: new Map(secrets) };
}

/** One for each pod of the node, so what few pods need is made when it is needed. */
export class PodVolumes {
  private found: Map<string, string> | undefined;
  private mounted: Map<string, VolumeContent> | undefined;
  private tokens: Map<string, { readonly token: string; readonly renewAtMs: number }> | undefined;
  /** By the name of the pod's volume: how the node's status names what is behind it. */
  private attachable: Map<string, string> | undefined;
  private changing = false;

  constructor(private readonly context: KubeletContext) {}

  /** Where each volume is, by its name. */
  get paths(): ReadonlyMap<string, string> {
    return this.found ?? nowhere;
  }

  /** Whether anything in them may change. */
  get isChanging(): boolean {
    return this.changing;
  }

  /** Waits for what must be attached. Errors: `VolumeMountError`; `VolumesNotAttachedError`; `AbortedError`. */
  async mount(pod: Pod, podIP: string | undefined, interruption?: Interruption): Promise<void> {
    const wanted = pod.spec?.volumes ?? [];
    if (wanted.length === 0) return;
    const references = volumeReferences(wanted);
    const objects = await lookUp(this.context, pod.metadata.namespace!, references);
    if (this.context.volumes.keepsFiles) {
      for (const wish of references.tokens) {
        try {
          await this.tokenFor(pod, wish);
        } catch (error) {
          throw new VolumeMountError(
            wish.volume,
            `failed to fetch token: ${error instanceof Error ? error.message : String(error)}`,
            { cause: error },
          );
        }
      }
    }
    const behindClaims = await this.claimed(pod, interruption);
    for (const volume of wanted) {
      const asked = volumeContent(volume, {
        pod,
        podIP,
        hostIP: this.context.hostIP,
        objects,
        allocatable: this.context.allocatable,
        containers: allContainersOf(pod.spec!),
        token: (wish) => this.tokens?.get(tokenKey(wish))?.token ?? '',
      });
      // Where a claim's volume is does not change while a pod has it.
      if (asked.type === 'claim' && this.paths.has(volume.name)) continue;
      const behind = behindClaims.get(volume.name);
      const content =
        behind !== undefined && this.context.volumes.keepsFiles ? volumeFolder(volume.name, behind) : asked;
      if (this.mounted?.has(volume.name) && sameValue(this.mounted.get(volume.name), content)) continue;
      (this.found ??= new Map()).set(
        volume.name,
        await this.context.volumes.mount(pod.metadata.uid!, volume.name, content),
      );
      // Where nothing is written down there is nothing to keep true.
      if (this.context.volumes.keepsFiles) (this.mounted ??= new Map()).set(volume.name, content);
    }
    this.changing = [...(this.mounted?.values() ?? [])].some(({ type }) => type === 'files');
  }

  /** The volumes behind claims that are not mounted yet, when they are bound, and attached where they have to be. */
  private async claimed(pod: Pod, interruption?: Interruption): Promise<ReadonlyMap<string, PersistentVolume>> {
    const claims = podClaims(pod);
    if (claims.length === 0) return nothingClaimed;
    const found = new Map<string, PersistentVolume>();
    for (const claim of claims) {
      const { name } = claim.volume;
      if (this.paths.has(name)) continue;
      const volume = await claimedVolume(this.context.client, pod, claim);
      const uniqueName = await attachableName(this.context.client, volume);
      if (uniqueName !== undefined) (this.attachable ??= new Map()).set(name, uniqueName);
      found.set(name, volume);
    }
    if (found.size > 0) await this.whenAttached(pod, interruption?.signal);
    return found;
  }

  private async whenAttached(pod: Pod, signal?: AbortSignal): Promise<void> {
    try {
      await this.context.nodeVolumes.use(pod.metadata.uid!, [...(this.attachable?.values() ?? [])], signal);
    } catch (error) {
      if (!(error instanceof VolumeAttachTimeoutError)) throw error;
      const late = [...(this.attachable ?? [])].flatMap(([name, unique]) =>
        error.uniqueNames.includes(unique) ? [name] : [],
      );
      throw new VolumesNotAttachedError(late, { cause: error });
    }
  }

  private async tokenFor(pod: Pod, { audience, expirationSeconds }: TokenWish): Promise<void> {
    const key = tokenKey({ audience, expirationSeconds });
    const known = this.tokens?.get(key);
    if (known !== undefined && known.renewAtMs > this.context.world.clock.now()) return;
    const { namespace, name, uid } = pod.metadata;
    const account = pod.spec?.serviceAccountName || 'default';
    const answer = await this.context.client.createSubresource<{ readonly status?: { readonly token?: string } }>(
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
    (this.tokens ??= new Map()).set(key, {
      token: answer.status?.token ?? '',
      renewAtMs: this.context.world.clock.now() + expirationSeconds * 1000 * tokenLifeUsed,
    });
  }
}

const tokenKey = ({ audience, expirationSeconds }: Pick<TokenWish, 'audience' | 'expirationSeconds'>) =>
  `${expirationSeconds} ${audience ?? ''}`;
