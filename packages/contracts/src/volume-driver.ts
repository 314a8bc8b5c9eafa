/**
 * What makes, attaches and grows volumes: the controller's half of a CSI driver. `@pintle/volumes` calls it; mounting
 * is the kubelet's. Everything is harmless to repeat, as callers forget what they asked when they crash.
 */

export interface VolumeDriverCapabilities {
  /** A node has to be told of a volume before it can mount it. */
  readonly attaches: boolean;
  /** Volumes grow. */
  readonly expands: boolean;
}

export interface VolumeRequest {
  /** The same name is the same volume: asked for again, the one that was made is told of. */
  readonly name: string;
  /** At least so much. */
  readonly capacityBytes: number;
  /** As claims have them: `ReadWriteOnce` and so on. */
  readonly accessModes: readonly string[];
  readonly volumeMode: 'Filesystem' | 'Block';
  /** Of the storage class. */
  readonly parameters: Readonly<Record<string, string>>;
  /** The labels of the node that is to reach it; absent: any node. */
  readonly nodeLabels?: Readonly<Record<string, string>>;
}

export interface DriverVolume {
  /** By which the driver knows it from now on. */
  readonly handle: string;
  readonly capacityBytes: number;
  /** What the kubelet's half needs to mount it. */
  readonly attributes: Readonly<Record<string, string>>;
  /** Labels of the nodes that reach it; absent: all do. */
  readonly nodeLabels?: Readonly<Record<string, string>>;
}

export interface VolumePlace {
  readonly handle: string;
  readonly nodeName: string;
}

export interface VolumeDriver {
  /** As `provisioner` of storage classes, `csi.driver` of volumes and `attacher` of attachments. */
  readonly name: string;
  readonly capabilities: VolumeDriverCapabilities;
  /** Errors: `VolumeExhaustedError`, `VolumeRefusedError`. */
  createVolume(request: VolumeRequest): Promise<DriverVolume>;
  /** A volume that is not there is deleted already. Errors: `VolumeInUseError` while it is attached. */
  deleteVolume(handle: string): Promise<void>;
  /**
   * Resolves with what the node needs to find it there.
   * Errors: `VolumeNotFoundError`, `VolumeInUseError` where it is attached elsewhere and only one node may have it.
   */
  attachVolume(place: VolumePlace & { readonly readOnly: boolean }): Promise<Readonly<Record<string, string>>>;
  /** A volume that is not there is detached already. */
  detachVolume(place: VolumePlace): Promise<void>;
  /**
   * Never shrinks. `nodeExpands`: the file system on it grows when a node has it mounted.
   * Errors: `VolumeNotFoundError`, `VolumeExhaustedError`, `VolumeRefusedError` where the driver does not expand.
   */
  expandVolume(
    handle: string,
    capacityBytes: number,
  ): Promise<{ readonly capacityBytes: number; readonly nodeExpands: boolean }>;
}

/** There is no room for it here; another place may have some. */
export class VolumeExhaustedError extends Error {
  readonly code = 'PINTLE_VOLUME_EXHAUSTED';
  constructor(what: string, options?: ErrorOptions) {
    super(what, options);
    this.name = 'VolumeExhaustedError';
  }
}

/** The driver cannot do what was asked, however often it is asked. */
export class VolumeRefusedError extends Error {
  readonly code = 'PINTLE_VOLUME_REFUSED';
  constructor(what: string, options?: ErrorOptions) {
    super(what, options);
    this.name = 'VolumeRefusedError';
  }
}

/** It is attached, and what was asked has to wait until it is not. */
export class VolumeInUseError extends Error {
  readonly code = 'PINTLE_VOLUME_IN_USE';
  constructor(handle: string, nodeName: string, options?: ErrorOptions) {
    super(`volume ${JSON.stringify(handle)} is attached to node ${JSON.stringify(nodeName)}`, options);
    this.name = 'VolumeInUseError';
  }
}

export class VolumeNotFoundError extends Error {
  readonly code = 'PINTLE_VOLUME_NOT_FOUND';
  constructor(handle: string, options?: ErrorOptions) {
    super(`there is no volume ${JSON.stringify(handle)}`, options);
    this.name = 'VolumeNotFoundError';
  }
}
