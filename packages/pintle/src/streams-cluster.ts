/** For the tests with kubectl: a served cluster of one node whose containers are processes. */
import { join } from 'node:path';
import type { Container, Pod } from '@pintle/api/core/v1';
import { node } from '@pintle/cluster';
import { createServedCluster, type ServedCluster } from '@pintle/cluster/nodejs';
import { fileVolumes } from '@pintle/kubelet/nodejs';
import { realWorld } from '@pintle/machinery';
import { userspaceNetwork } from '@pintle/network/nodejs';
import { processRuntime } from '@pintle/runtime-process';

/** Everything is kept below `folder`; its kubeconfig is `folder/kubeconfig`. The image `host` is this machine. */
export async function processCluster(folder: string): Promise<ServedCluster> {
  const world = realWorld();
  const network = await userspaceNetwork({ clock: world.clock });
  return createServedCluster({
    world,
    port: 0,
    kubeconfig: join(folder, 'kubeconfig'),
    serviceCidr: network.serviceCidr,
    services: { dataplane: network.services, nodeIps: ['127.0.0.1'] },
    nodes: [
      node({
        name: 'here',
        runtime: await processRuntime({ directory: join(folder, 'runtime'), images: { host: 'host' } }),
        network: network.pods,
        volumes: fileVolumes({ directory: join(folder, 'volumes') }),
      }),
    ],
  });
}

export const hostContainer = (name: string, command: readonly string[], more: Partial<Container> = {}): Container =>
  ({ name, image: 'host', command, ...more }) as Container;

/** A pod that is gone at once when it is deleted. */
export const hostPod = (name: string, ...containers: readonly Container[]): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default', labels: { app: name } },
  spec: { containers, restartPolicy: 'Never', terminationGracePeriodSeconds: 0 } as Pod['spec'],
});
