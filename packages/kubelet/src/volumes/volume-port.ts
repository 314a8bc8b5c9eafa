/** The port through which a pod's volumes become folders. Implemented by files (`nodejs`), and by nothing for nodes that only simulate. */

export interface VolumeFile {
  /** Relative, as `config/app.yaml`. */
  readonly path: string;
  readonly content: Uint8Array;
  /** Permission bits. */
  readonly mode: number;
}

/** What a volume is to hold. */
export type VolumeContent =
  /** Exactly these files. Mounted again with others, it changes to them all at once. */
  | { readonly type: 'files'; readonly files: readonly VolumeFile[] }
  /** What containers write, until the pod is gone. */
  | { readonly type: 'emptyDir'; readonly medium: string }
  /** A path of the machine, and what must be there (`HostPathType`; empty for no check). */
  | { readonly type: 'hostPath'; readonly path: string; readonly mustBe: string }
  /** The volume that a claim of the pod's namespace is bound to. */
  | { readonly type: 'claim'; readonly claimName: string };

export interface VolumePort {
  /** Whether files are kept. Where not, the kubelet asks for no tokens, and does not follow changes. */
  readonly keepsFiles: boolean;
  /** Makes a volume as `content` says, and answers with its path. Harmless to repeat. */
  mount(podUid: string, volume: string, content: VolumeContent): Promise<string>;
  /** Makes a folder at `path`, below the volume at `volumePath`, unless something is there. Rejects where it leads out of the volume. */
  makeSubPath(volumePath: string, path: string): Promise<void>;
  /** Removes what was made for a pod. Harmless to repeat. */
  unmountAll(podUid: string): Promise<void>;
}

/** A volume can't be made; the pod waits, and the event `FailedMount` says why. */
export class VolumeMountError extends Error {
  readonly code = 'PINTLE_VOLUME_MOUNT';
  constructor(
    readonly volume: string,
    why: string,
    options?: ErrorOptions,
  ) {
    super(`MountVolume.SetUp failed for volume ${JSON.stringify(volume)} : ${why}`, options);
    this.name = 'VolumeMountError';
  }
}

/** Volumes of no files: paths that lead nowhere, for containers that only simulate. */
export function noVolumes(): VolumePort {
  return {
    keepsFiles: false,
    mount: async (podUid, volume) => `/pods/${podUid}/volumes/${volume}`,
    makeSubPath: async () => {},
    unmountAll: async () => {},
  };
}

/** Refuses every volume: for a kubelet that runs real containers and was given nowhere to keep files. */
export function refusedVolumes(): VolumePort {
  return {
    keepsFiles: false,
    async mount(_podUid, volume) {
      throw new VolumeMountError(volume, 'this kubelet was given no `volumes`');
    },
    makeSubPath: async () => {},
    unmountAll: async () => {},
  };
}
