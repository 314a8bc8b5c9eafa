/** `pintle scheduler`: the scheduler as a process of its own, beside another one or in its place, in any cluster. */
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { connect, kubeConfig } from '@pintle/client/nodejs';
import { realWorld } from '@pintle/machinery';
import { createScheduler, httpExtender, schedulerConfiguration } from '@pintle/scheduler';
import { createInformers } from '@pintle/watch';
import { toStandardError } from '../served-cluster.js';
import { askedToEnd } from '../up.js';

export interface SchedulerCommandOptions {
  /** Default: as kubectl finds it, or what a pod is told. */
  readonly kubeconfig?: string;
  readonly context?: string;
  /** A KubeSchedulerConfiguration; one default profile unless given. */
  readonly config?: string;
}

export async function scheduler(options: SchedulerCommandOptions): Promise<void> {
  const asked = askedToEnd();
  const world = realWorld({ logger: toStandardError() });
  const { kubeconfig, context, config } = options;
  const configuration = config === undefined ? undefined : schedulerConfiguration(readFileSync(config, 'utf8'));
  const server = kubeConfig({
    ...(kubeconfig === undefined ? {} : { path: kubeconfig }),
    ...(context === undefined ? {} : { context }),
  });
  const client = await connect(server, { world });
  const informers = createInformers({ client, world });
  const running = createScheduler({
    world,
    client,
    informers,
    ...(configuration && {
      profiles: configuration.profiles,
      queue: configuration.queue,
      extenders: configuration.extenders.map((each) => httpExtender(each, { fetch, clock: world.clock })),
    }),
    ...(configuration?.leaderElection && {
      leaderElection: { ...configuration.leaderElection, identity: `${hostname()}_${world.random.uuid()}` },
    }),
  });
  informers.start();
  await running.start();
  const names = (configuration?.profiles ?? []).map(({ schedulerName }) => schedulerName);
  process.stderr.write(`scheduling for ${names.join(', ') || 'default-scheduler'} at ${server.server}\n`);
  await asked;
  await running.stop();
  await informers.stop();
  await client.close();
}
