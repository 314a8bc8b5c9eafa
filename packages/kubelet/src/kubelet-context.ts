/** What the parts of one kubelet share: its ports, and what is known of its node. */
import type { Client } from '@pintle/client';
import type { ContainerRuntime, PodNetwork } from '@pintle/contracts';
import type { EventRecorder } from '@pintle/controller-runtime';
import type { World } from '@pintle/machinery';
import type { StatusWriter } from './pod/status-writer.js';
import type { Prober } from './probe/prober.js';
import type { ObjectSource } from './sources/object-source.js';
import type { NodeVolumes } from './volumes/node-volumes.js';
import type { VolumePort } from './volumes/volume-port.js';

export interface KubeletContext {
  readonly world: World;
  readonly client: Client;
  readonly nodeName: string;
  readonly hostIP: string;
  readonly runtime: ContainerRuntime;
  readonly runtimeName: string;
  readonly network: PodNetwork;
  readonly volumes: VolumePort;
  readonly nodeVolumes: NodeVolumes;
  readonly prober: Prober;
  readonly objects: ObjectSource;
  readonly recorder: EventRecorder;
  readonly statuses: StatusWriter;
  readonly allocatable: Readonly<Record<string, string>>;
  /** How often volumes follow their ConfigMaps, Secrets and tokens. */
  readonly volumeRefreshMs: number;
}
