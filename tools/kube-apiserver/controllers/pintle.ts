/** Pintle's controllers and scheduler, in this process, on whatever API server, as programs of a host would wire them. */

import { readFile } from 'node:fs/promises';
import { builtinResources } from '@pintle/api';
import { CertificateAuthority } from '@pintle/apiserver/nodejs';
import { connect, kubeConfig } from '@pintle/client/nodejs';
import { createManager } from '@pintle/controller-runtime';
import { builtinControllers } from '@pintle/controllers';
import type { World } from '@pintle/machinery';
import { createScheduler } from '@pintle/scheduler';
import { volumeControllers } from '@pintle/volumes';
import { type AccessFiles, writeKubeConfig } from '../access-files.js';
import type { Actors } from './upstream.js';

export async function startPintleActors(files: AccessFiles, url: string, world: World): Promise<Actors> {
  const admin = kubeConfig({ path: await writeKubeConfig(files.folder, url, files.caPem) });
  const scheduling = kubeConfig({
    path: await writeKubeConfig(files.folder, url, files.caPem, 'system:kube-scheduler'),
  });
  const client = await connect(admin, { world, userAgent: 'kube-controller-manager' });
  const schedulerClient = await connect(scheduling, { world, userAgent: 'kube-scheduler' });
  const kinds = builtinResources().flatMap(({ kind }) => (kind.verbs?.includes('watch') === false ? [] : [kind]));
  const authority = await CertificateAuthority.load({
    certPem: files.caPem,
    keyPem: await readFile(files.caKeyFile, 'utf8'),
  });
  const builtin = builtinControllers({
    kinds: () => kinds,
    rootCertificate: files.caPem,
    certificateSigner: authority,
  });
  const manager = createManager({
    ...{ client, world, runnables: builtin.runnables },
    controllers: [...builtin.controllers, ...volumeControllers({ drivers: [] })],
  });
  await manager.start();
  const scheduler = createScheduler({ world, client: schedulerClient, informers: manager.informers });
  await scheduler.start();
  return {
    logFiles: [],
    async stop() {
      await scheduler.stop();
      await manager.stop();
      await client.close();
      await schedulerClient.close();
    },
  };
}
