/** Pintle's controllers and scheduler, in this process, on whatever API server, as programs of a host would wire them. */

import { readFile } from 'node:fs/promises';
import { CertificateAuthority } from '@pintle/apiserver/nodejs';
import type { HttpClient } from '@pintle/client/http';
import { connect, kubeConfig } from '@pintle/client/nodejs';
import { createManager } from '@pintle/controller-runtime';
import {
  builtinControllers,
  horizontalPodAutoscalerController,
  nodeIpamController,
  podGcController,
} from '@pintle/controllers';
import type { Clock, World } from '@pintle/machinery';
import { createScheduler, defaultPlugins, profile } from '@pintle/scheduler';
import { volumeControllers } from '@pintle/volumes';
import { type AccessFiles, writeKubeConfig } from '../access-files.js';
import { type Actors, limits } from './upstream.js';

export async function startPintleActors(
  files: AccessFiles,
  url: string,
  world: World,
  isLimited: boolean,
): Promise<Actors> {
  const admin = kubeConfig({ path: await writeKubeConfig(files.folder, url, files.caPem) });
  const scheduling = kubeConfig({
    path: await writeKubeConfig(files.folder, url, files.caPem, 'system:kube-scheduler'),
  });
  const client = await connect(admin, { world, userAgent: 'kube-controller-manager' });
  const schedulerClient = await connect(scheduling, { world, userAgent: 'kube-scheduler' });
  const kinds = await followKinds(client, world.clock);
  const authority = await CertificateAuthority.load({
    certPem: files.caPem,
    keyPem: await readFile(files.caKeyFile, 'utf8'),
  });
  const builtin = builtinControllers({
    kinds: kinds.present,
    kindsNow: () => client.kinds(),
    rootCertificate: files.caPem,
    certificateSigner: authority,
  });
  // As upstream's here.
  const own = [
    horizontalPodAutoscalerController({ kinds: kinds.present, syncPeriodMs: 2_000 }),
    ...(isLimited ? [nodeIpamController(limits), podGcController({ terminatedMax: limits.endedPodsMax })] : []),
  ];
  const isOwn = new Set(own.map(({ options }) => options.name));
  const manager = createManager({
    ...{ client, world, runnables: builtin.runnables },
    controllers: [
      ...builtin.controllers.filter(({ options }) => !isOwn.has(options.name)),
      ...own,
      ...volumeControllers({ drivers: [] }),
    ],
  });
  await manager.start();
  const scheduler = createScheduler({
    ...{ world, client: schedulerClient, informers: manager.informers },
    // As kube-scheduler 1.33 does where the API server serves devices.
    profiles: [profile({ plugins: defaultPlugins({ dynamicResources: true }) })],
    nominatesBeforeBinding: false,
  });
  await scheduler.start();
  return {
    logFiles: [],
    async stop() {
      kinds.end();
      await scheduler.stop();
      await manager.stop();
      await client.close();
      await schedulerClient.close();
    },
  };
}

const askEveryMs = 1_000;

/** Those of custom resources come and go. */
async function followKinds(client: HttpClient, clock: Clock) {
  const ask = async () =>
    (await client.kinds()).filter(({ verbs }) => verbs.includes('list') && verbs.includes('watch'));
  let known = await ask();
  let ended = false;
  const again = () =>
    clock.schedule(askEveryMs, async () => {
      known = await ask().catch(() => known);
      if (!ended) again();
    });
  again();
  return {
    present: () => known,
    end() {
      ended = true;
    },
  };
}
