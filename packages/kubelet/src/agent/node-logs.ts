/**
 * Logs of containers over HTTP: by the names of pods (`/containerLogs`), and as the files that a machine would have of them
 * (`/logs/pods/NAMESPACE_NAME_UID/CONTAINER/N.log`). No file is read: a runtime keeps its logs as it likes.
 */
import { podLogOptions } from '@pintle/api/pod-spec';
import type { LogOptions, NodeAgent, NodeAnswer } from '@pintle/contracts';
import type { KubeletContext } from '../kubelet-context.js';
import { runsOf } from '../pod/pod-state.js';
import type { PodWorker } from '../pod/pod-worker.js';

export interface NodeLogParts {
  readonly context: KubeletContext;
  readonly workers: () => Iterable<PodWorker>;
  readonly logs: NodeAgent['logs'];
}

/** Undefined: there is nothing. Errors: `StatusError`. */
export function logsUnder(
  parts: NodeLogParts,
  root: 'logs' | 'containerLogs',
  path: readonly string[],
  query: URLSearchParams,
  signal: AbortSignal | undefined,
): Promise<NodeAnswer | undefined> {
  const more = signal === undefined ? {} : { signal };
  return root === 'logs' ? filesUnder(parts, path, more) : containerLog(parts, path, query, more);
}

const log = (body: AsyncIterable<Uint8Array>): NodeAnswer => ({
  status: 200,
  contentType: 'text/plain; charset=utf-8',
  body,
});

const folder = (names: Iterable<string>): NodeAnswer => {
  const links = [...names].sort().map((name) => `<a href="${encodeURI(name)}">${name}</a>\n`);
  return { status: 200, contentType: 'text/html; charset=utf-8', body: `<pre>\n${links.join('')}</pre>\n` };
};

async function filesUnder(
  { context: { runtime }, workers }: NodeLogParts,
  path: readonly string[],
  more: Pick<LogOptions, 'signal'>,
): Promise<NodeAnswer | undefined> {
  const [pods, podFolder, container, file, ...rest] = path;
  if (!pods) return folder(['pods/']);
  if (pods !== 'pods' || rest.length > 0) return undefined;
  const named = new Map<string, PodWorker>();
  for (const worker of workers()) {
    const { namespace, name, uid } = worker.pod.metadata;
    named.set(`${namespace}_${name}_${uid}`, worker);
  }
  if (!podFolder) return folder([...named.keys()].map((name) => `${name}/`));
  const worker = named.get(podFolder);
  if (worker === undefined) return undefined;
  const { containers } = await worker.readState();
  if (!container) return folder(new Set(containers.map(({ name }) => `${name}/`)));
  const runs = runsOf(containers, container).filter(({ state }) => state !== 'created');
  if (!file) return runs.length === 0 ? undefined : folder(runs.map(({ attempt }) => `${attempt}.log`));
  const run = runs.find(({ attempt }) => `${attempt}.log` === file);
  return run === undefined ? undefined : log(runtime.logs(run.id, { ...more, timestamps: true }));
}

async function containerLog(
  { context, logs }: NodeLogParts,
  [namespace, pod, container, ...rest]: readonly string[],
  query: URLSearchParams,
  more: Pick<LogOptions, 'signal'>,
): Promise<NodeAnswer | undefined> {
  if (!namespace || !pod || !container || rest.length > 0) return undefined;
  const options = podLogOptions(query, pod, context.world.clock.now());
  const bytes = await logs({ namespace, pod, container }, { ...more, ...options });
  return log(bytes);
}
