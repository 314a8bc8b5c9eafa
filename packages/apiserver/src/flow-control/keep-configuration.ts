/**
 * Keeps the default priority levels and flow schemas as they should be, once a minute: what was deleted is made again, and
 * what somebody changed is set right, unless its annotation says that its spec is theirs (apiserver's
 * `registry/flowcontrol/ensurer`). What is no default any more goes.
 */
import { mandatoryFlowSchemas, mandatoryPriorityLevels } from '@pintle/api';
import { FlowSchema, PriorityLevelConfiguration } from '@pintle/api/flowcontrol/v1';
import type { Client } from '@pintle/client';
import { type CancelTimer, deepEqual, every, type KindRef, parseGoBoolean } from '@pintle/machinery';
import { passOver } from '../bootstrap/pass-over.js';
import type { ApiCore } from '../verbs/api-core.js';
import { bringFlowConfiguration } from './bring-configuration.js';
import { autoUpdate, defaultFlowSchemas, defaultPriorityLevels } from './default-configuration.js';

const periodMs = 60_000;

export interface ConfigurationKeeper {
  /** Ends when all that lacked is there. */
  start(): Promise<void>;
  stop(): void;
}

/** Failures are logged: the next minute tries again. `client` is of `configurationManager`. */
export function configurationKeeper(core: ApiCore, client: Client): ConfigurationKeeper {
  const { clock, logger } = core.world;
  let cancel: CancelTimer | undefined;
  const keep = () =>
    keepConfiguration(client).catch((error: unknown) => {
      if (cancel !== undefined) logger.log('error', 'the default flow schemas could not be kept', { error });
    });
  return {
    async start() {
      await bringFlowConfiguration(core, client);
      cancel = every(clock, periodMs, () => void keep());
    },
    stop() {
      cancel?.();
      cancel = undefined;
    },
  };
}

export async function keepConfiguration(client: Client): Promise<void> {
  await keepKind(client, PriorityLevelConfiguration, defaultPriorityLevels(), mandatoryPriorityLevels, sharesApart);
  await keepKind(client, FlowSchema, defaultFlowSchemas(), mandatoryFlowSchemas, (spec) => spec);
}

type Configuration = FlowSchema | PriorityLevelConfiguration;

async function keepKind<T extends Configuration>(
  client: Client,
  kind: KindRef<T>,
  wanted: readonly T[],
  mandatory: object,
  counts: Counts<T>,
): Promise<void> {
  const present = new Map((await client.list(kind)).map((object) => [object.metadata.name, object]));
  for (const each of wanted) {
    const { name = '' } = each.metadata;
    const there = present.get(name);
    present.delete(name);
    if (there === undefined) await client.create<T>(each).catch(passOver('AlreadyExists'));
    else {
      const right = revised(each, there, Object.hasOwn(mandatory, name), counts);
      if (right !== undefined) await client.update<T>(right).catch(passOver('Conflict', 'NotFound'));
    }
  }
  for (const { metadata } of present.values())
    if (parseGoBoolean(metadata.annotations?.[autoUpdate] ?? '') === true)
      await client.delete(kind, { name: metadata.name ?? '' }).catch(passOver('NotFound'));
}

type Counts<T extends Configuration> = (spec: T['spec'], present: T['spec']) => T['spec'];

/** Undefined: it is as it should be. `counts`: what of the wanted spec counts beside one that is there. Pure. */
export function revised<T extends Configuration>(
  wanted: T,
  present: T,
  isMandatory: boolean,
  counts: Counts<T>,
): T | undefined {
  const { annotations = {}, generation } = present.metadata;
  const said = parseGoBoolean(annotations[autoUpdate] ?? '');
  const updates = isMandatory || (said ?? generation === 1);
  const spec = updates ? counts(wanted.spec, present.spec) : present.spec;
  if (said === updates && deepEqual(spec, present.spec)) return undefined;
  return {
    ...present,
    spec,
    metadata: { ...present.metadata, annotations: { ...annotations, [autoUpdate]: `${updates}` } },
  };
}

/** The shares of the exempt level are its administrator's. */
const sharesApart: Counts<PriorityLevelConfiguration> = (spec, present) =>
  spec?.exempt === undefined || present?.exempt === undefined ? spec : { ...spec, exempt: present.exempt };
