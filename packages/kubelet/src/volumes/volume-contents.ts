/**
 * What each volume of a pod is to hold, given the objects that it refers to. Pure: `volumeReferences` says what to
 * look up, `volumeContent` makes the files of it.
 */
import type { ConfigMap, Pod, Secret, Volume } from '@pintle/api/core/v1';
import { ephemeralClaimName } from '@pintle/api/volumes';
import { fromBase64 } from '@pintle/machinery';
import type { ReferencedObjects } from '../pod/environment.js';
import { fieldValue } from '../pod/field-ref.js';
import { type ResourceContext, resourceValue } from '../pod/resource-ref.js';
import { type VolumeContent, type VolumeFile, VolumeMountError } from './volume-port.js';

/** A token for the pod's service account that a projected volume asks for. */
export interface TokenWish {
  readonly volume: string;
  readonly path: string;
  readonly audience: string | undefined;
  readonly expirationSeconds: number;
}

export interface VolumeReferences {
  readonly configMaps: readonly string[];
  readonly secrets: readonly string[];
  readonly tokens: readonly TokenWish[];
}

export function volumeReferences(volumes: readonly Volume[]): VolumeReferences {
  const configMaps = new Set<string>();
  const secrets = new Set<string>();
  const tokens: TokenWish[] = [];
  for (const { name: volume, configMap, secret, projected } of volumes) {
    if (configMap?.name) configMaps.add(configMap.name);
    if (secret?.secretName) secrets.add(secret.secretName);
    for (const source of projected?.sources ?? []) {
      if (source.configMap?.name) configMaps.add(source.configMap.name);
      if (source.secret?.name) secrets.add(source.secret.name);
      if (source.serviceAccountToken !== undefined) {
        const { path, audience, expirationSeconds = 3600 } = source.serviceAccountToken;
        tokens.push({ volume, path, audience: audience || undefined, expirationSeconds });
      }
    }
  }
  return { configMaps: [...configMaps], secrets: [...secrets], tokens };
}

export interface VolumeContext extends ResourceContext {
  readonly pod: Pod;
  readonly podIP: string | undefined;
  readonly hostIP: string;
  readonly objects: ReferencedObjects;
  token(wish: TokenWish): string;
}

/** Errors: `VolumeMountError`, in kubelet's words. */
export function volumeContent(volume: Volume, context: VolumeContext): VolumeContent {
  const { name, configMap, secret, emptyDir, hostPath, downwardAPI, projected } = volume;
  if (configMap !== undefined) {
    return { type: 'files', files: configMapFiles(name, configMap, configMap.defaultMode ?? 0o644, context) };
  }
  if (secret !== undefined) {
    return {
      type: 'files',
      files: secretFiles(name, { ...secret, name: secret.secretName }, secret.defaultMode ?? 0o644, context),
    };
  }
  if (hostPath !== undefined) return { type: 'hostPath', path: hostPath.path, mustBe: hostPath.type ?? '' };
  if (downwardAPI !== undefined)
    return {
      type: 'files',
      files: downwardFiles(name, downwardAPI.items ?? [], downwardAPI.defaultMode ?? 0o644, context),
    };
  if (projected !== undefined) {
    const mode = projected.defaultMode ?? 0o644;
    const files = (projected.sources ?? []).flatMap((source): readonly VolumeFile[] => {
      if (source.configMap !== undefined) return configMapFiles(name, source.configMap, mode, context);
      if (source.secret !== undefined) return secretFiles(name, source.secret, mode, context);
      if (source.downwardAPI !== undefined) return downwardFiles(name, source.downwardAPI.items ?? [], mode, context);
      if (source.serviceAccountToken !== undefined) {
        const { path, audience, expirationSeconds = 3600 } = source.serviceAccountToken;
        const token = context.token({ volume: name, path, audience: audience || undefined, expirationSeconds });
        return [{ path: checkedPath(name, path), content: encode(token), mode: 0o600 }];
      }
      throw new VolumeMountError(name, 'a projected source of this kind is not supported');
    });
    return { type: 'files', files };
  }
  if (volume.persistentVolumeClaim !== undefined || volume.ephemeral !== undefined) {
    const { claimName = ephemeralClaimName(context.pod, volume) } = volume.persistentVolumeClaim ?? {};
    return { type: 'claim', claimName };
  }
  // A volume that names no source is an emptyDir.
  const sources = Object.keys(volume).filter((key) => key !== 'name' && key !== 'emptyDir');
  if (sources.length > 0)
    throw new VolumeMountError(name, `volumes of type ${sources[0]} are not supported by this kubelet`);
  return { type: 'emptyDir', medium: emptyDir?.medium ?? '' };
}

interface KeyItems {
  readonly name?: string;
  readonly optional?: boolean;
  readonly items?: readonly { readonly key: string; readonly path: string; readonly mode?: number }[];
}

function configMapFiles(
  volume: string,
  source: KeyItems,
  mode: number,
  { objects }: VolumeContext,
): readonly VolumeFile[] {
  const found: ConfigMap | undefined = objects.configMaps.get(source.name ?? '');
  if (found === undefined && source.optional !== true)
    throw new VolumeMountError(volume, `configmap ${JSON.stringify(source.name)} not found`);
  const data: Record<string, () => Uint8Array> = {};
  for (const [key, value] of Object.entries(found?.data ?? {})) data[key] = () => encode(value);
  for (const [key, value] of Object.entries(found?.binaryData ?? {})) data[key] = () => fromBase64(value);
  return chosen(volume, data, source, mode, 'config');
}

function secretFiles(
  volume: string,
  source: KeyItems,
  mode: number,
  { objects }: VolumeContext,
): readonly VolumeFile[] {
  const found: Secret | undefined = objects.secrets.get(source.name ?? '');
  if (found === undefined && source.optional !== true)
    throw new VolumeMountError(volume, `secret ${JSON.stringify(source.name)} not found`);
  const data: Record<string, () => Uint8Array> = {};
  for (const [key, value] of Object.entries(found?.data ?? {})) data[key] = () => fromBase64(value);
  return chosen(volume, data, source, mode, 'secret');
}

function chosen(
  volume: string,
  data: Readonly<Record<string, () => Uint8Array>>,
  { items, optional }: KeyItems,
  mode: number,
  what: string,
): readonly VolumeFile[] {
  if (items === undefined || items.length === 0) {
    return Object.keys(data).map((key) => ({ path: checkedPath(volume, key), content: data[key]!(), mode }));
  }
  return items.flatMap((item) => {
    const content = data[item.key];
    if (content === undefined) {
      if (optional === true) return [];
      throw new VolumeMountError(volume, `references non-existent ${what} key: ${item.key}`);
    }
    return [{ path: checkedPath(volume, item.path), content: content(), mode: item.mode ?? mode }];
  });
}

type DownwardItem = NonNullable<NonNullable<Volume['downwardAPI']>['items']>[number];

function downwardFiles(
  volume: string,
  items: readonly DownwardItem[],
  mode: number,
  context: VolumeContext,
): readonly VolumeFile[] {
  return items.map((item) => {
    try {
      const container = context.pod.spec?.containers.find(({ name }) => name === item.resourceFieldRef?.containerName);
      const text =
        item.fieldRef !== undefined
          ? fieldValue(item.fieldRef.fieldPath, context)
          : item.resourceFieldRef !== undefined
            ? resourceValue(item.resourceFieldRef, container, context)
            : '';
      return { path: checkedPath(volume, item.path), content: encode(text), mode: item.mode ?? mode };
    } catch (error) {
      if (error instanceof VolumeMountError) throw error;
      throw new VolumeMountError(volume, error instanceof Error ? error.message : String(error), { cause: error });
    }
  });
}

/** Refuses a path that would leave the volume. */
function checkedPath(volume: string, path: string): string {
  if (path.startsWith('/') || path.split('/').some((part) => part === '..'))
    throw new VolumeMountError(volume, `invalid path ${JSON.stringify(path)}: must not leave the volume`);
  return path;
}

const encode = (text: string) => new TextEncoder().encode(text);
