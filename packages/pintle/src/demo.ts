/** `pintle demo`: the guestbook, applied, watched until it is ready, and asked who answers. */
import { existsSync, realpathSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { get } from 'node:http';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Deployment } from '@pintle/api/apps/v1';
import { Pod, Service } from '@pintle/api/core/v1';
import type { Client } from '@pintle/client';
import type { KubernetesObject } from '@pintle/machinery';
import { parseAllDocuments } from 'yaml';
import { progressTo } from './progress.js';
import { startServed, type UpOptions } from './served-cluster.js';
import { askedToEnd, endWhenAsked, usage } from './up.js';

const readyWithinMs = 60_000;
const requests = 9;

export async function demo(options: UpOptions): Promise<void> {
  const folder = exampleFolder();
  const asked = askedToEnd();
  const served = await startServed({ ...options, image: [`guestbook=${folder}`, ...(options.image ?? [])] });
  console.log(usage(served));
  const { client } = served.cluster;
  for (const object of await manifest(folder)) await client.apply(object, { fieldManager: 'pintle-demo', force: true });
  console.log('\nThe guestbook is applied; its pods:');
  try {
    await untilReady(client);
    await askAround(client);
  } catch (error) {
    await served.stop();
    throw error;
  }
  await endWhenAsked(served, asked);
}

/** Beside the built command; where it runs from source, the project's. */
function exampleFolder(): string {
  const beside = join(dirname(realpathSync(process.argv[1]!)), '../guestbook');
  const found = [beside, resolve('examples/guestbook')].find((folder) => existsSync(join(folder, 'guestbook.yaml')));
  if (found === undefined) throw new Error(`there is no guestbook in ${beside}, where the command has it`);
  return found;
}

async function manifest(folder: string): Promise<readonly KubernetesObject[]> {
  const text = await readFile(join(folder, 'guestbook.yaml'), 'utf8');
  return parseAllDocuments(text, { version: '1.1' }).map((document) => document.toJS() as KubernetesObject);
}

async function untilReady(client: Client): Promise<void> {
  const progress = progressTo(process.stdout);
  const deadline = performance.now() + readyWithinMs;
  const show = async () =>
    progress.show(await client.list(Pod, { namespace: 'default', labelSelector: 'app=guestbook' }));
  const watching = client
    .watch(Pod, { namespace: 'default', labelSelector: 'app=guestbook' })
    .subscribe({ next: () => void show(), error: () => {} });
  try {
    for (;;) {
      const { spec, status } = await client.get(Deployment, { name: 'guestbook', namespace: 'default' });
      if (status?.readyReplicas === spec?.replicas && status?.updatedReplicas === spec?.replicas) return;
      if (performance.now() > deadline)
        throw new Error(
          `the guestbook was not ready within ${readyWithinMs / 1000} s; kubectl describe pods tells more`,
        );
      await wait(50);
    }
  } finally {
    await show();
    watching.unsubscribe();
    progress.end();
  }
}

async function askAround(client: Client): Promise<void> {
  const service = await client.get(Service, { name: 'guestbook', namespace: 'default' });
  const url = `http://${service.spec?.clusterIP}:${service.spec?.ports?.[0]?.port ?? 80}/`;
  const answers = new Map<string, number>();
  for (let i = 0; i < requests; i++) {
    const { replica } = JSON.parse(await answered(url)) as { replica: string };
    answers.set(replica, (answers.get(replica) ?? 0) + 1);
  }
  console.log(`\n${requests} requests to the Service at ${url} were answered by:`);
  for (const [replica, count] of answers) console.log(`  ${replica}  ${count} times`);
}

/** After a restart the pods are known before they listen again: what is refused is asked again for a while. */
async function answered(url: string): Promise<string> {
  const deadline = performance.now() + readyWithinMs;
  for (;;) {
    try {
      return await fetchText(url);
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await wait(100);
    }
  }
}

function fetchText(url: string): Promise<string> {
  return new Promise((resolveText, reject) => {
    const request = get(url, { agent: false, timeout: 5_000 }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => resolveText(text));
      response.on('error', reject);
    });
    request.on('timeout', () => request.destroy(new Error(`${url} did not answer within 5 s`)));
    request.on('error', reject);
  });
}
