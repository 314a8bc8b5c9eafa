/** Upstream's kube-controller-manager and kube-scheduler, unmodified, on whatever API server: as processes with a log each. */
import { join } from 'node:path';
import { freePort } from '../../free-port.js';
import { type AccessFiles, type UserName, writeKubeConfig } from '../access-files.js';
import type { ControllerPrograms } from '../build.js';
import { end, start } from '../servers.js';

export interface Actors {
  /** Of those that have one. */
  readonly logFiles: readonly string[];
  stop(): Promise<void>;
}

const manager: UserName = 'system:kube-controller-manager';
const scheduler: UserName = 'system:kube-scheduler';

/** As narrow as the stories want that are played after the others. */
export const limits = {
  clusterCidrs: ['10.244.0.0/19', 'fd00:10:244::/59'],
  nodeBits: { IPv4: 24, IPv6: 64 },
  endedPodsMax: 3,
};

export interface UpstreamOptions {
  readonly isLimited: boolean;
  /** 1.34 knows `resource.k8s.io/v1` only, which 1.33 and Pintle do not serve: without it, nobody allocates devices. */
  readonly devices: boolean;
}

async function access(
  files: AccessFiles,
  url: string,
  user: UserName,
  { devices }: UpstreamOptions,
): Promise<readonly string[]> {
  const kubeconfig = await writeKubeConfig(files.folder, url, files.caPem, user);
  return [
    ...[
      '--kubeconfig',
      kubeconfig,
      '--authentication-kubeconfig',
      kubeconfig,
      '--authorization-kubeconfig',
      kubeconfig,
    ],
    ...['--bind-address', '127.0.0.1', '--secure-port', String(await freePort())],
    // Emulates the version that Pintle behaves as, so that neither writes what the other's server does not know.
    ...['--emulated-version', '1.33', '--feature-gates', `DynamicResourceAllocation=${devices},WatchListClient=true`],
    ...['--leader-elect=true', '-v=2'],
  ];
}

/** With accounts of their own for controllers, whose tokens they ask for. */
export async function startUpstream(
  programs: ControllerPrograms,
  files: AccessFiles,
  url: string,
  options: UpstreamOptions,
): Promise<Actors> {
  const logFiles = ['kube-controller-manager.log', 'kube-scheduler.log'].map((name) => join(files.folder, name));
  const children = [
    start(programs.kubeControllerManager, logFiles[0]!, [
      ...(await access(files, url, manager, options)),
      ...[
        '--use-service-account-credentials=true',
        '--controllers=*,bootstrap-signer-controller,token-cleaner-controller',
      ],
      ...['--service-account-private-key-file', files.signingKeyFile, '--root-ca-file', files.caFile],
      ...['--cluster-signing-cert-file', files.caFile, '--cluster-signing-key-file', files.caKeyFile],
      ...(options.isLimited
        ? [
            ...['--allocate-node-cidrs=true', `--cluster-cidr=${limits.clusterCidrs}`],
            ...[`--node-cidr-mask-size-ipv4=${limits.nodeBits.IPv4}`],
            ...[`--node-cidr-mask-size-ipv6=${limits.nodeBits.IPv6}`],
            `--terminated-pod-gc-threshold=${limits.endedPodsMax}`,
          ]
        : []),
      ...['--horizontal-pod-autoscaler-sync-period=2s', '--pvclaimbinder-sync-period=2s'],
      '--resource-quota-sync-period=5s',
    ]),
    start(programs.kubeScheduler, logFiles[1]!, await access(files, url, scheduler, options)),
  ];
  return {
    logFiles,
    async stop() {
      await Promise.all(children.map(end));
    },
  };
}
