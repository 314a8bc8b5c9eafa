/** What this machine is, for the Node object of a kubelet that runs on it. */
import { readFile } from 'node:fs/promises';
import { arch, cpus, hostname, platform, release, totalmem, type } from 'node:os';
import type { ContainerRuntime } from '@pintle/contracts';
import type { NodeDescription } from '../node/node-status.js';

export interface MachineOptions {
  readonly nodeName: string;
  readonly runtime: ContainerRuntime;
  /** Default `127.0.0.1`. */
  readonly internalIP?: string;
  /** Default 110. */
  readonly pods?: number;
}

const architectures: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386' };

export async function describeMachine({
  nodeName,
  runtime,
  internalIP = '127.0.0.1',
  pods = 110,
}: MachineOptions): Promise<Partial<NodeDescription>> {
  const read = (path: string) =>
    readFile(path, 'utf8').then(
      (text) => text.trim(),
      () => '',
    );
  const [machineID, bootID, release_] = await Promise.all([
    read('/etc/machine-id'),
    read('/proc/sys/kernel/random/boot_id'),
    read('/etc/os-release'),
  ]);
  const { name, version } = runtime.version();
  const capacity = {
    cpu: String(cpus().length),
    memory: `${Math.floor(totalmem() / 1024)}Ki`,
    pods: String(pods),
    'ephemeral-storage': '100Gi',
  };
  return {
    capacity,
    allocatable: capacity,
    addresses: [
      { type: 'InternalIP', address: internalIP },
      { type: 'Hostname', address: nodeName },
    ],
    nodeInfo: {
      machineID: machineID || hostname(),
      systemUUID: machineID || hostname(),
      bootID: bootID || hostname(),
      kernelVersion: release(),
      osImage: /^PRETTY_NAME="?([^"\n]*)"?$/m.exec(release_)?.[1] ?? type(),
      containerRuntimeVersion: `${name}://${version}`,
      kubeletVersion: 'v1.33.5',
      kubeProxyVersion: '',
      operatingSystem: platform() === 'win32' ? 'windows' : platform(),
      architecture: architectures[arch()] ?? arch(),
    },
  };
}
