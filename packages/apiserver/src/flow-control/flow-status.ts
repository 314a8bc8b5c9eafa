/** Says in each FlowSchema's status whether the priority level that it names is there (condition `Dangling`). */
import { FlowSchema, PriorityLevelConfiguration } from '@pintle/api/flowcontrol/v1';
import type { Client } from '@pintle/client';
import { type CancelTimer, formatTime, type World } from '@pintle/machinery';

const fieldManager = 'api-priority-and-fairness-config-consumer-v1';

/** The condition, or undefined where it stands already. Pure. */
export function danglingCondition({ spec, status }: FlowSchema, there: boolean, now: string) {
  const level = spec?.priorityLevelConfiguration.name ?? '';
  const [wanted, reason, fact] = there
    ? ['False', 'Found', 'and it exists']
    : ['True', 'NotFound', 'but there is no such object'];
  const before = status?.conditions?.find(({ type }) => type === 'Dangling');
  if (before?.status === wanted) return undefined;
  const message = `This FlowSchema references the PriorityLevelConfiguration object named ${JSON.stringify(level)} ${fact}`;
  return { type: 'Dangling', status: wanted, reason, message, lastTransitionTime: now };
}

export interface FlowTeller {
  /** Tells of it once what changes in one turn has changed. */
  tellSoon(): void;
  stop(): void;
}

/** Failures are logged: the next change tries again. */
export function danglingTeller(client: Client, world: World): FlowTeller {
  let cancel: CancelTimer | undefined;
  let stopped = false;
  return {
    tellSoon() {
      if (stopped || cancel !== undefined) return;
      cancel = world.clock.schedule(0, () => {
        cancel = undefined;
        tellDangling(client, world).catch((error: unknown) => {
          if (!stopped) world.logger.log('error', 'the status of flow schemas could not be written', { error });
        });
      });
    },
    stop() {
      stopped = true;
      cancel?.();
    },
  };
}

export async function tellDangling(client: Client, world: World): Promise<void> {
  const [schemas, levels] = await Promise.all([client.list(FlowSchema), client.list(PriorityLevelConfiguration)]);
  const names = new Set(levels.map(({ metadata }) => metadata.name));
  await Promise.all(
    schemas.map(async (schema) => {
      const there = names.has(schema.spec?.priorityLevelConfiguration.name);
      const condition = danglingCondition(schema, there, formatTime(world.clock.now()));
      if (condition === undefined) return;
      const { apiVersion, kind, metadata } = schema;
      await client.apply(
        { apiVersion, kind, metadata: { name: metadata.name ?? '' }, status: { conditions: [condition] } },
        { subresource: 'status', force: true, fieldManager },
      );
    }),
  );
}
