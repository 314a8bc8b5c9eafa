/** What a kubelet tells of its node in Events, in upstream's words. Pure. */
import type { NodeCondition } from '@pintle/api/core/v1';

/** By the type of a condition and its status; what is neither is not ready. */
const reasons: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  MemoryPressure: { False: 'NodeHasSufficientMemory', True: 'NodeHasInsufficientMemory' },
  DiskPressure: { False: 'NodeHasNoDiskPressure', True: 'NodeHasDiskPressure' },
  PIDPressure: { False: 'NodeHasSufficientPID', True: 'NodeHasInsufficientPID' },
  Ready: { False: 'NodeNotReady', True: 'NodeReady', Unknown: 'NodeNotReady' },
};

type Conditions = readonly NodeCondition[] | undefined;

/** The reasons to be told, in the order of the conditions: one for each whose status is another now, or is new. */
export const conditionReasons = (before: Conditions, after: Conditions): readonly string[] =>
  (after ?? []).flatMap(({ type, status }) => {
    const reason = reasons[type]?.[status];
    return reason === undefined || before?.find((one) => one.type === type)?.status === status ? [] : [reason];
  });

export const schedulableReason = (unschedulable: boolean): string =>
  unschedulable ? 'NodeNotSchedulable' : 'NodeSchedulable';

export const nodeStatusMessage = (name: string, reason: string): string => `Node ${name} status is now: ${reason}`;
