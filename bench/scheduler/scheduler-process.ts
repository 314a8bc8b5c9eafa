/** A scheduler as a process: `scheduler-process.ts http://127.0.0.1:PORT`. Ends with its input, and tells what it measured. */
import { once } from 'node:events';
import { connect } from '@pintle/client/nodejs';
import { createScheduler, defaultPlugins, profile } from '@pintle/scheduler';
import { createInformers } from '@pintle/watch';
import { megabytes, recordingMetrics } from './measured.js';

const client = await connect({ server: process.argv[2]!, credentials: {} });
const informers = createInformers({ client });
const { metrics, attemptMs } = recordingMetrics();
const scheduler = createScheduler({ client, informers, metrics, profiles: [profile({ plugins: defaultPlugins() })] });
informers.start();
await scheduler.start();
process.stdin.resume();
await once(process.stdin, 'end');
process.stdout.write(JSON.stringify({ attemptMs: attemptMs.sort((a, b) => a - b), ...megabytes() }), () =>
  process.exit(0),
);
