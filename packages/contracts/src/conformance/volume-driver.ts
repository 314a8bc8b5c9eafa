/**
 * What every `VolumeDriver` must do, as cases that any test runner can run. Cases of what a driver says that it does
 * not do are left out.
 */
import type { VolumeDriver, VolumeRequest } from '../volume-driver.js';
import { type ConformanceCase, check, rejects, same } from './checks.js';

export interface VolumeDriverSubject {
  /** A fresh driver that has made nothing yet. */
  create(): VolumeDriver | Promise<VolumeDriver>;
  /** Names of two nodes that it can attach to. */
  readonly nodeNames: readonly [string, string];
  /** More than it has room for. */
  readonly tooManyBytes: number;
  /** Awaits work that needs the world to go on. */
  drive<T>(work: Promise<T>): Promise<T>;
}

const request: VolumeRequest = {
  name: 'pvc-1',
  capacityBytes: 1 << 20,
  accessModes: ['ReadWriteOnce'],
  volumeMode: 'Filesystem',
  parameters: {},
};

interface Bench {
  readonly driver: VolumeDriver;
  readonly subject: VolumeDriverSubject;
  drive<T>(work: Promise<T>): Promise<T>;
}

type Case = readonly [name: string, run: (bench: Bench) => Promise<void>, needs?: 'attaches' | 'expands'];

const cases: readonly Case[] = [
  [
    'a volume has at least what was asked for',
    async ({ driver, drive }) => {
      const made = await drive(driver.createVolume(request));
      check(made.handle !== '', 'it has a handle');
      check(made.capacityBytes >= request.capacityBytes, 'it is large enough');
    },
  ],
  [
    'the same name is the same volume',
    async ({ driver, drive }) => {
      const first = await drive(driver.createVolume(request));
      same(await drive(driver.createVolume(request)), first, 'asked for again');
      const other = await drive(driver.createVolume({ ...request, name: 'pvc-2' }));
      check(other.handle !== first.handle, 'another name is another volume');
    },
  ],
  [
    'a name that is taken by a smaller volume is refused',
    async ({ driver, drive }) => {
      const made = await drive(driver.createVolume(request));
      await rejects(
        drive(driver.createVolume({ ...request, capacityBytes: made.capacityBytes * 2 })),
        'PINTLE_VOLUME_REFUSED',
        'createVolume',
      );
    },
  ],
  [
    'more than there is room for is refused as exhausted',
    async ({ driver, drive, subject }) => {
      await rejects(
        drive(driver.createVolume({ ...request, capacityBytes: subject.tooManyBytes })),
        'PINTLE_VOLUME_EXHAUSTED',
        'createVolume',
      );
    },
  ],
  [
    'a volume is deleted, twice',
    async ({ driver, drive }) => {
      const { handle } = await drive(driver.createVolume(request));
      await drive(driver.deleteVolume(handle));
      await drive(driver.deleteVolume(handle));
      await drive(driver.deleteVolume('never-made'));
    },
  ],
  [
    'a volume is attached and detached, each twice',
    async ({ driver, drive, subject: { nodeNames } }) => {
      const { handle } = await drive(driver.createVolume(request));
      const place = { handle, nodeName: nodeNames[0] };
      const first = await drive(driver.attachVolume({ ...place, readOnly: false }));
      same(await drive(driver.attachVolume({ ...place, readOnly: false })), first, 'attached again');
      await drive(driver.detachVolume(place));
      await drive(driver.detachVolume(place));
      await drive(driver.attachVolume({ handle, nodeName: nodeNames[1], readOnly: false }));
    },
    'attaches',
  ],
  [
    'a volume for one node is not attached to a second',
    async ({ driver, drive, subject: { nodeNames } }) => {
      const { handle } = await drive(driver.createVolume(request));
      await drive(driver.attachVolume({ handle, nodeName: nodeNames[0], readOnly: false }));
      await rejects(
        drive(driver.attachVolume({ handle, nodeName: nodeNames[1], readOnly: false })),
        'PINTLE_VOLUME_IN_USE',
        'attachVolume',
      );
    },
    'attaches',
  ],
  [
    'a volume for many nodes is attached to both',
    async ({ driver, drive, subject: { nodeNames } }) => {
      const { handle } = await drive(driver.createVolume({ ...request, accessModes: ['ReadWriteMany'] }));
      for (const nodeName of nodeNames) await drive(driver.attachVolume({ handle, nodeName, readOnly: false }));
    },
    'attaches',
  ],
  [
    'an attached volume is not deleted',
    async ({ driver, drive, subject: { nodeNames } }) => {
      const { handle } = await drive(driver.createVolume(request));
      await drive(driver.attachVolume({ handle, nodeName: nodeNames[0], readOnly: false }));
      await rejects(drive(driver.deleteVolume(handle)), 'PINTLE_VOLUME_IN_USE', 'deleteVolume');
      await drive(driver.detachVolume({ handle, nodeName: nodeNames[0] }));
      await drive(driver.deleteVolume(handle));
    },
    'attaches',
  ],
  [
    'what is not there is not attached',
    async ({ driver, drive, subject: { nodeNames } }) => {
      await rejects(
        drive(driver.attachVolume({ handle: 'never-made', nodeName: nodeNames[0], readOnly: false })),
        'PINTLE_VOLUME_NOT_FOUND',
        'attachVolume',
      );
      await drive(driver.detachVolume({ handle: 'never-made', nodeName: nodeNames[0] }));
    },
    'attaches',
  ],
  [
    'a volume grows, and never shrinks',
    async ({ driver, drive, subject: { tooManyBytes } }) => {
      const { handle, capacityBytes } = await drive(driver.createVolume(request));
      const grown = await drive(driver.expandVolume(handle, capacityBytes * 3));
      check(grown.capacityBytes >= capacityBytes * 3, 'it is large enough');
      same((await drive(driver.expandVolume(handle, 1))).capacityBytes, grown.capacityBytes, 'asked for less');
      await rejects(drive(driver.expandVolume('never-made', 1)), 'PINTLE_VOLUME_NOT_FOUND', 'expandVolume');
      await rejects(drive(driver.expandVolume(handle, tooManyBytes)), 'PINTLE_VOLUME_EXHAUSTED', 'expandVolume');
    },
    'expands',
  ],
];

/** Each case makes its own driver. `capabilities` are those that the subject's drivers have. */
export function volumeDriverConformance(
  subject: VolumeDriverSubject,
  capabilities: VolumeDriver['capabilities'],
): readonly ConformanceCase[] {
  return cases
    .filter(([, , needs]) => needs === undefined || capabilities[needs])
    .map(([name, run]) => ({
      name,
      run: async () => run({ driver: await subject.create(), subject, drive: (work) => subject.drive(work) }),
    }));
}
