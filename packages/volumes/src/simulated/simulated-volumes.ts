/**
 * A driver whose volumes are data on the world's clock: for tests and for clusters of simulated nodes. It is real in
 * all but that nothing can be written to it; it passes the conformance kit.
 */
import {
  type DriverVolume,
  type VolumeDriver,
  VolumeExhaustedError,
  VolumeInUseError,
  VolumeNotFoundError,
  VolumeRefusedError,
} from '@pintle/contracts';
import { sleep, type World } from '@pintle/machinery';

export interface SimulatedVolumesOptions {
  readonly world: World;
  /** Default `simulated.volumes.pintle.dev`. */
  readonly name?: string;
  /** All volumes together. Default 1 TiB. */
  readonly capacityBytes?: number;
  /** How long each piece of work takes, in ms. Default 0. */
  readonly delayMs?: number;
  /** Default true. */
  readonly attaches?: boolean;
  /** Default true. */
  readonly expands?: boolean;
  /** The label of nodes by which it knows places: a volume is reached only where it was asked for. Default: everywhere. */
  readonly topologyKey?: string;
}

interface Kept {
  readonly volume: DriverVolume;
  readonly shared: boolean;
  readonly nodes: Set<string>;
}

const manyNodes = new Set(['ReadWriteMany', 'ReadOnlyMany']);

export function simulatedVolumes(options: SimulatedVolumesOptions): VolumeDriver {
  const {
    world,
    name = 'simulated.volumes.pintle.dev',
    capacityBytes: room = 2 ** 40,
    delayMs = 0,
    attaches = true,
    expands = true,
    topologyKey,
  } = options;
  const volumes = new Map<string, Kept>();
  const used = () => [...volumes.values()].reduce((sum, { volume }) => sum + volume.capacityBytes, 0);
  const pause = () => (delayMs === 0 ? Promise.resolve() : sleep(world.clock, delayMs));
  const known = (handle: string): Kept => {
    const found = volumes.get(handle);
    if (found === undefined) throw new VolumeNotFoundError(handle);
    return found;
  };

  return {
    name,
    capabilities: { attaches, expands },
    async createVolume({ name: volumeName, capacityBytes, accessModes, nodeLabels }) {
      await pause();
      const handle = `sim-${volumeName}`;
      const present = volumes.get(handle);
      if (present !== undefined) {
        if (present.volume.capacityBytes >= capacityBytes) return present.volume;
        throw new VolumeRefusedError(`volume ${JSON.stringify(volumeName)} exists and is smaller`);
      }
      if (used() + capacityBytes > room) throw new VolumeExhaustedError(`only ${room - used()} bytes are left`);
      const place = topologyKey === undefined ? undefined : nodeLabels?.[topologyKey];
      const volume: DriverVolume = {
        handle,
        capacityBytes,
        attributes: {},
        ...(topologyKey === undefined || place === undefined ? {} : { nodeLabels: { [topologyKey]: place } }),
      };
      volumes.set(handle, { volume, shared: accessModes.some((mode) => manyNodes.has(mode)), nodes: new Set() });
      return volume;
    },
    async deleteVolume(handle) {
      await pause();
      const [attachedTo] = volumes.get(handle)?.nodes ?? [];
      if (attachedTo !== undefined) throw new VolumeInUseError(handle, attachedTo);
      volumes.delete(handle);
    },
    async attachVolume({ handle, nodeName }) {
      await pause();
      const { nodes, shared } = known(handle);
      const [other] = [...nodes].filter((node) => node !== nodeName);
      if (other !== undefined && !shared) throw new VolumeInUseError(handle, other);
      nodes.add(nodeName);
      return { devicePath: `/dev/disk/by-id/${handle}` };
    },
    async detachVolume({ handle, nodeName }) {
      await pause();
      volumes.get(handle)?.nodes.delete(nodeName);
    },
    async expandVolume(handle, capacityBytes) {
      await pause();
      const kept = known(handle);
      if (!expands) throw new VolumeRefusedError(`driver ${name} does not expand volumes`);
      const wanted = Math.max(capacityBytes, kept.volume.capacityBytes);
      if (used() - kept.volume.capacityBytes + wanted > room)
        throw new VolumeExhaustedError(`only ${room - used()} bytes are left`);
      volumes.set(handle, { ...kept, volume: { ...kept.volume, capacityBytes: wanted } });
      return { capacityBytes: wanted, nodeExpands: false };
    },
  };
}
