/** What plugins answer beside verdicts, looked at before it is trusted: signatures, nodes, placements, nothing at all. */
import type { NodeTable } from '../nodes/node-table.js';
import type { PodInfo } from '../nodes/pod-info.js';
import type { Placement, PreFilterResult, SchedulerPlugin } from './plugin.js';
import { disown, isPromise, nonsense, PluginFault, pluginError } from './plugin-calls.js';
import type { Status } from './status.js';

/** Errors: `PluginFault`. */
export function signOf(plugin: SchedulerPlugin, pod: PodInfo): string | undefined {
  let part: unknown;
  try {
    part = plugin.sign!(pod);
  } catch (error) {
    throw new PluginFault(pluginError(plugin.name, 'Sign', error));
  }
  if (part === undefined || typeof part === 'string') return part;
  // Pods that are not alike would share what was said of one of them.
  throw new PluginFault(nonsense(plugin.name, 'Sign', part));
}

/** Rather than a status, or something else. */
export function isPreFilterResult(outcome: PreFilterResult | Status): outcome is PreFilterResult {
  if (typeof outcome !== 'object' || outcome === null || isPromise(outcome) || Array.isArray(outcome)) return false;
  const { nodeNames } = outcome as PreFilterResult;
  return (
    (nodeNames === undefined || nodeNames instanceof Set) && Object.keys(outcome).every((key) => key === 'nodeNames')
  );
}

/** Rows that mean no node would be looked at as if they did. */
export function isPlacements(given: unknown, table: NodeTable): given is readonly Placement[] {
  return (
    Array.isArray(given) &&
    given.every(
      (each: Placement | undefined) =>
        typeof each?.name === 'string' &&
        (each.rows === undefined ||
          (each.rows instanceof Int32Array && each.rows.every((row) => table.nodeAt(row) !== undefined))),
    )
  );
}

/** Told of what cannot change anything any more. */
export type ToldOfFailure = (failure: Status) => void;

export function tell(plugin: string, point: string, call: () => unknown, failed: ToldOfFailure): void {
  const fail = (error: unknown) => failed(pluginError(plugin, point, error));
  try {
    disown(call(), fail);
  } catch (error) {
    fail(error);
  }
}
