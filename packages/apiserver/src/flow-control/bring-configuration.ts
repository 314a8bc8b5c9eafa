/** Makes the default priority levels and flow schemas where a store lacks them; what is there stays as it is. */
import { FlowSchema, PriorityLevelConfiguration } from '@pintle/api/flowcontrol/v1';
import type { Client } from '@pintle/client';
import { formatTime, type KubernetesObject } from '@pintle/machinery';
import { putObjects } from '../bootstrap/put-objects.js';
import type { ApiCore } from '../verbs/api-core.js';
import { defaultFlowSchemas, defaultPriorityLevels } from './default-configuration.js';
import { danglingCondition, tellDangling } from './flow-status.js';

/** Who writes them. */
export const configurationManager = 'api-priority-and-fairness-config-producer-v1';

export async function bringFlowConfiguration(core: ApiCore, client: Client): Promise<void> {
  const { world } = core;
  const [schemas, levels] = await Promise.all([client.list(FlowSchema), client.list(PriorityLevelConfiguration)]);
  const known = new Set([...schemas, ...levels].map(({ kind, metadata }) => `${kind}/${metadata.name}`));
  const levelNames = new Set([...levels, ...defaultPriorityLevels()].map(({ metadata }) => metadata.name));
  const now = formatTime(world.clock.now());
  const told = defaultFlowSchemas().map((schema): FlowSchema => {
    const condition = danglingCondition(schema, levelNames.has(schema.spec?.priorityLevelConfiguration.name), now);
    return condition === undefined ? schema : { ...schema, status: { conditions: [condition] } };
  });
  const wanted: readonly KubernetesObject[] = [...defaultPriorityLevels(), ...told];
  const lacking = wanted.filter(({ kind, metadata }) => !known.has(`${kind}/${metadata.name}`));
  await putObjects(core, lacking, configurationManager);
  await tellDangling(client, world);
}
