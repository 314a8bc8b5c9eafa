/** What is coming up, as it comes: a list that redraws itself on a terminal, plain lines elsewhere. */
import type { Pod } from '@pintle/api/core/v1';

export interface Progress {
  show(pods: readonly Pod[]): void;
  end(): void;
}

interface Row {
  readonly name: string;
  readonly state: string;
}

const readyOf = (pod: Pod) => pod.status?.containerStatuses?.filter(({ ready }) => ready).length ?? 0;

function rowOf(pod: Pod): Row {
  const waiting = pod.status?.containerStatuses?.find(({ state }) => state?.waiting !== undefined)?.state?.waiting
    ?.reason;
  const phase =
    pod.metadata.deletionTimestamp !== undefined ? 'Terminating' : (waiting ?? pod.status?.phase ?? 'Pending');
  return {
    name: pod.metadata.name ?? '',
    state: `${phase} (${readyOf(pod)}/${pod.spec?.containers.length ?? 0} ready)`,
  };
}

export function progressTo(stream: NodeJS.WriteStream): Progress {
  return stream.isTTY ? redrawn(stream) : printed(stream);
}

function redrawn(stream: NodeJS.WriteStream): Progress {
  let drawn = 0;
  return {
    show(pods) {
      const rows = pods.map(rowOf);
      if (drawn > 0) stream.moveCursor(0, -drawn);
      for (const { name, state } of rows) {
        stream.clearLine(0);
        stream.write(`  ${name}  ${state}\n`);
      }
      stream.clearScreenDown();
      drawn = rows.length;
    },
    end: () => {},
  };
}

function printed(stream: NodeJS.WriteStream): Progress {
  const last = new Map<string, string>();
  return {
    show(pods) {
      for (const { name, state } of pods.map(rowOf)) {
        if (last.get(name) === state) continue;
        last.set(name, state);
        stream.write(`  ${name}  ${state}\n`);
      }
    },
    end: () => last.clear(),
  };
}
