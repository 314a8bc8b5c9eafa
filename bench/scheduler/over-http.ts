/**
 * A workload with the API server in this process and the scheduler in one of its own, over HTTP/1.1 without TLS. Binds
 * are timed where they arrive.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { listen } from '@pintle/apiserver/nodejs';
import { createPods, measuredNamespace, prepared } from './in-process.js';
import { type Measured, until } from './measured.js';
import { podsOf, type Workload } from './workloads.js';

/** What the scheduler's process says of itself when it is asked to end. */
export type SchedulerReport = Omit<Measured, 'podsPerSecond'>;

export async function runOverHttp(workload: Workload): Promise<Measured> {
  const { server, client, stop } = await prepared(workload);
  let [bound, firstMs, lastMs] = [0, 0, 0];
  const path = `/api/v1/namespaces/${measuredNamespace}/pods/`;
  let initBound = 0;
  const listening = await listen(async (request) => {
    const answer = await server.handle(request);
    if (request.method !== 'POST' || !request.path.endsWith('/binding') || answer.status >= 300) return answer;
    if (!request.path.startsWith(path)) {
      initBound++;
      return answer;
    }
    lastMs = performance.now();
    if (bound++ === 0) firstMs = lastMs;
    return answer;
  });
  const child = spawn(
    process.execPath,
    [...process.execArgv, 'bench/scheduler/scheduler-process.ts', `http://127.0.0.1:${listening.port}`],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  try {
    const initCount = workload.init.reduce((sum, { count }) => sum + count, 0);
    for (const [i, batch] of workload.init.entries()) await createPods(client, podsOf(batch, `init-${i}`));
    await until(() => initBound >= initCount);
    await createPods(client, podsOf(workload.measured, 'measured'));
    await until(() => bound >= workload.measured.count);
    child.stdin.end();
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    await once(child, 'close');
    const report = JSON.parse(Buffer.concat(chunks).toString()) as SchedulerReport;
    return { podsPerSecond: (workload.measured.count - 1) / ((lastMs - firstMs) / 1000), ...report };
  } finally {
    child.kill('SIGKILL');
    await listening.close({ drainMs: 0 });
    await stop();
  }
}
