/**
 * The controllers of volumes: what kube-controller-manager does for claims, volumes and attachments, and what the
 * companions of a CSI driver do, over a `VolumeDriver`. Each is usable alone; `volumeControllers()` are all of them.
 */
import type { VolumeDriver } from '@pintle/contracts';
import type { Controller } from '@pintle/controller-runtime';
import { attachDetachController, attacherController } from './attachment/index.js';
import { claimBinder, volumeBinder } from './binder/index.js';
import { ephemeralVolumeController } from './ephemeral/index.js';
import { resizerController, volumeExpandController } from './expansion/index.js';
import { provisionerController, volumeDeleterController } from './provisioner/index.js';

export * from './attachment/index.js';
export * from './binder/index.js';
export * from './ephemeral/index.js';
export * from './expansion/index.js';
export * from './provisioner/index.js';
export * from './simulated/simulated-volumes.js';

export interface VolumeControllersOptions {
  /** What makes, attaches and grows volumes here; others may, beside this process. Default none. */
  readonly drivers?: readonly VolumeDriver[];
  /** Only these, by name; all of them unless given. */
  readonly only?: readonly string[];
}

export function volumeControllers({ drivers = [], only }: VolumeControllersOptions = {}): readonly Controller[] {
  return [...undriven(), ...(drivers.length === 0 ? [] : driven(drivers))].filter(
    ({ options }) => only === undefined || only.includes(options.name),
  );
}

/** The names of all of them, for whoever chooses some. */
export const volumeControllerNames = (): readonly string[] =>
  [...undriven(), ...driven([])].map(({ options }) => options.name);

const undriven = (): readonly Controller[] => [
  claimBinder(),
  volumeBinder(),
  volumeExpandController(),
  attachDetachController(),
  ephemeralVolumeController(),
];

const driven = (drivers: readonly VolumeDriver[]): readonly Controller[] => [
  provisionerController({ drivers }),
  volumeDeleterController({ drivers }),
  attacherController({ drivers }),
  resizerController({ drivers }),
];
