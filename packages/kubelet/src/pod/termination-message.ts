/** The last words of a container that left none of its own and asks for the end of its log (`FallbackToLogsOnError`). */
import type { ContainerStatus } from '@pintle/contracts';
import type { KubeletContext } from '../kubelet-context.js';
import type { PodHost } from './pod-host.js';
import { allContainersOf } from './pod-names.js';

export interface TerminationMessages {
  /** The same runs, with the words that are known. Reads those that are not, and says when it has. */
  withMessages(runs: readonly ContainerStatus[]): readonly ContainerStatus[];
}

const linesMax = 80;
const bytesMax = 2048;

const asTheyAre: TerminationMessages = Object.freeze({ withMessages: (runs: readonly ContainerStatus[]) => runs });

export function terminationMessages(
  { runtime, world }: KubeletContext,
  host: Pick<PodHost, 'pod' | 'wake'>,
): TerminationMessages {
  const wanting = new Set(
    allContainersOf(host.pod.spec!)
      .filter(({ terminationMessagePolicy }) => terminationMessagePolicy === 'FallbackToLogsOnError')
      .map(({ name }) => name),
  );
  if (wanting.size === 0) return asTheyAre;
  const known = new Map<string, string>();

  const read = async (id: string) => {
    known.set(id, '');
    let text = '';
    try {
      const decoder = new TextDecoder();
      for await (const chunk of runtime.logs(id, { tailLines: linesMax }))
        text = (text + decoder.decode(chunk, { stream: true })).slice(-bytesMax);
    } catch (error) {
      world.logger.log('debug', 'the end of a log could not be read', { id, error });
    }
    known.set(id, text);
    if (text !== '') host.wake();
  };

  return {
    withMessages(runs) {
      return runs.map((run) => {
        if (run.state !== 'exited' || run.exitCode === 0 || run.message !== undefined || !wanting.has(run.name))
          return run;
        const message = known.get(run.id);
        if (message === undefined) void read(run.id);
        return message ? { ...run, message } : run;
      });
    },
  };
}
