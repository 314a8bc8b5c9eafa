/** Says in each FlowSchema's status whether the priority level that it names is there (condition `Dangling`). */
import { FlowSchema, PriorityLevelConfiguration } from '@pintle/api/flowcontrol/v1';
import type { Client } from '@pintle/client';
import { type CancelTimer, formatTime, type World } from '@pintle/machinery';

/** The condition, or undefined where it stands already. Pure. */
export function danglingCondition({ spec, status }: FlowSchema, there: boolean, now: string) {
  const level = spec?.priorityLevelConfiguration.name ?? '';
  const [wanted, reason, fact] = there
    ? ['False', 'Found', 'it exists']
    : ['True', 'NotFound', 'there is no such object'];
  const before = status?.conditions?.find(({ type }) => type === 'Dangling');
  if (before?.status === wanted) return undefined;
  const message = `This FlowSchema references the PriorityLevelConfiguration object named ${JSON.stringify(level)} and ${fact}`;
  return { type: 'Dangling', status: wanted, reason, message, lastTransitionTime: now };
}

export interface DanglingTeller {
  /** Something has changed: of what changes in one turn it is told once. */
  changed(): void;
  stop(): void;
}

/** Failures are logged: the next change tries again. */
export function danglingTeller(client: Client, world: World): DanglingTeller {
  let cancel: CancelTimer | undefined;
  return {
    changed() {
      cancel ??= world.clock.schedule(0, () => {
        cancel = undefined;
        tellDangling(client, world).catch((error: unknown) =>
          world.logger.log('error', 'the status of flow schemas could not be written', { error }),
        );
      });
    },
    stop: () => cancel?.(),
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
      const others = (schema.status?.conditions ?? []).filter(({ type }) => type !== 'Dangling');
      await client.patch(
        FlowSchema,
        { name: schema.metadata.name ?? '' },
        { type: 'merge', body: { status: { conditions: [...others, condition] } } },
        { subresource: 'status' },
      );
    }),
  );
}
