/** The same controller against a real cluster: the current context of the kubeconfig, or the pod's own cluster. */
import { customResourceDefinition } from '@pintle/api/custom-resource-definition';
import { connect, kubeConfig } from '@pintle/client/nodejs';
import { createManager } from '@pintle/controller-runtime';
import { Website, web } from './website.js';

export async function main(): Promise<void> {
  const client = await connect(kubeConfig());
  await client.apply(customResourceDefinition(Website), { fieldManager: 'website', force: true });
  const manager = createManager({ client, controllers: [web] });
  await manager.start();
  process.once('SIGTERM', () => void manager.stop().then(() => client.close()));
}
