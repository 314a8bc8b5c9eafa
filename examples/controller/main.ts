/** The same controller against a real cluster: the current context of the kubeconfig, or the pod's own cluster. */
import { connect, kubeConfig } from '@pintle/client/nodejs';
import { createManager } from '@pintle/controller-runtime';
import { web } from './website.js';

export async function main(): Promise<void> {
  const client = await connect(kubeConfig());
  const manager = createManager({ client, controllers: [web] });
  await manager.start();
  process.once('SIGTERM', () => void manager.stop().then(() => client.close()));
}
