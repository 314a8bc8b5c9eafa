/** Plays the stories on one API server with one set of actors, some at a time, and gathers what came of it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, kubeConfig } from '@pintle/client/nodejs';
import { logger, realWorld } from '@pintle/machinery';
import { type AccessFiles, writeKubeConfig } from '../access-files.js';
import { buildControllers, buildPrograms } from '../build.js';
import { startKubeApiServer, startPintle } from '../servers.js';
import { type Complaint, complaintsOf } from './klog.js';
import { type Leavings, leavingsOf } from './leavings.js';
import { startMetricsServer } from './metrics-server.js';
import { startNodes } from './nodes.js';
import { startPintleActors } from './pintle.js';
import { Stage, type Story } from './stage.js';
import { startUpstream } from './upstream.js';

export interface PlayOptions {
  readonly server: 'pintle' | 'kube-apiserver';
  readonly actors: 'pintle' | 'upstream';
  readonly stories: readonly Story[];
  /** Told of each story as it ends. */
  readonly onEnd: (name: string, tookMs: number, failure: string | undefined) => void;
}

/** Data, so that it can be kept in a file and compared with another day's. */
export interface Outcome {
  readonly leavings: Readonly<Record<string, Leavings>>;
  readonly complaints: readonly Complaint[];
}

const togetherMax = 8;
/** Who tells of what happened has done so when none came for so long. */
const quietMs = 3_000;
const quietWithinMs = 30_000;

export async function play(files: AccessFiles, { server, actors, stories, onEnd }: PlayOptions): Promise<Outcome> {
  const ends: (() => Promise<unknown>)[] = [];
  try {
    const running =
      server === 'pintle' ? await startPintle(files) : await startKubeApiServer(await buildPrograms(), files);
    ends.push(() => running.stop());
    const world = realWorld({
      logger: logger((level, message, { error, ...fields }) => console.error(level, message, fields, error), 'warn'),
    });
    const admin = kubeConfig({ path: await writeKubeConfig(files.folder, running.url, files.caPem) });
    const client = await connect(admin, { world, userAgent: 'stories' });
    ends.push(() => client.close());
    const kubelet = await connect(admin, { world, userAgent: 'kubelet' });
    ends.push(() => kubelet.close());
    const nodes = await startNodes(kubelet, world);
    ends.push(() => nodes.stop());

    const metrics = await startMetricsServer(files, client);
    ends.push(() => metrics.stop());

    const leavings: Record<string, Leavings> = {};
    const playOne = async (story: Story) => {
      const startedMs = Date.now();
      const stage = new Stage(`s-${story.name}`, { client, stopNode: (name) => nodes.stopNode(name) });
      let failure: string | undefined;
      try {
        await stage.open();
        await story.play(stage);
      } catch (error) {
        const { message, cause } = error as Error;
        failure = cause === undefined ? message : `${message}: ${cause}`;
      }
      onEnd(story.name, Date.now() - startedMs, failure);
      await toldAll(stage);
      leavings[story.name] = await leavingsOf(stage);
    };
    const logFiles = new Set<string>();
    for (const isLimited of [false, true]) {
      const waiting = stories.filter((story) => (story.isLimited ?? false) === isLimited);
      if (waiting.length === 0) continue;
      const cast =
        actors === 'pintle'
          ? await startPintleActors(files, running.url, world, isLimited)
          : await startUpstream(await buildControllers(), files, running.url, {
              devices: server !== 'pintle',
              isLimited,
            });
      try {
        const playInTurn = async () => {
          for (let story = waiting.shift(); story !== undefined; story = waiting.shift()) await playOne(story);
        };
        await Promise.all(Array.from({ length: togetherMax }, playInTurn));
      } finally {
        await cast.stop();
      }
      for (const logFile of cast.logFiles) logFiles.add(logFile);
    }
    const complaints = await Promise.all([...logFiles].map(complaintsOf));
    return { leavings, complaints: complaints.flat() };
  } finally {
    for (const end of ends.reverse()) await end();
  }
}

async function toldAll(stage: Stage): Promise<void> {
  const told = async () =>
    (await stage.list('Event'))
      // What is wrong is told of for as long as it is.
      .filter(({ type }) => type === 'Normal')
      .reduce((sum, { count, series }) => sum + (count ?? series?.count ?? 1), 0);
  const untilMs = Date.now() + quietWithinMs;
  for (let before = -1, now = await told(); now !== before && Date.now() < untilMs; now = await told()) {
    before = now;
    await sleep(quietMs);
  }
}
