/** Makes the default priority levels and flow schemas where a store lacks them; what is there stays as it is. */
import { FlowSchema, PriorityLevelConfiguration } from '@pintle/api/flowcontrol/v1';
import type { Client } from '@pintle/client';
import type { KubernetesObject, World } from '@pintle/machinery';
import { defaultFlowSchemas, defaultPriorityLevels } from './default-configuration.js';
import { tellDangling } from './flow-status.js';

export async function bringFlowConfiguration(client: Client, world: World): Promise<void> {
  const [schemas, levels] = await Promise.all([client.list(FlowSchema), client.list(PriorityLevelConfiguration)]);
  const known = new Set([...schemas, ...levels].map(({ kind, metadata }) => `${kind}/${metadata.name}`));
  const wanted: readonly KubernetesObject[] = [...defaultPriorityLevels(), ...defaultFlowSchemas()];
  const lacking = wanted.filter(({ kind, metadata }) => !known.has(`${kind}/${metadata.name}`));
  await Promise.all(lacking.map((object) => client.create(object)));
  await tellDangling(client, world);
}
