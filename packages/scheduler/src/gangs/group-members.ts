/** The pods of each group, wherever they are: kept as pods change. */
import { Pod } from '@pintle/api/core/v1';
import type { ClusterObjects, ObjectObserver } from '../nodes/cluster-objects.js';
import { isTerminal, podKey } from '../nodes/pod-info.js';
import { podGroupKey } from './pod-group.js';

const nobody: ReadonlySet<string> = new Set();

export class GroupMembers implements ObjectObserver<Pod> {
  private readonly groups = new Map<string, Set<string>>();

  static of(objects: ClusterObjects): GroupMembers {
    return objects.index('GroupMembers', Pod, () => new GroupMembers());
  }

  changed(before: Pod | undefined, after: Pod | undefined): void {
    const was = before === undefined ? undefined : memberOf(before);
    const is = after === undefined ? undefined : memberOf(after);
    if (was === is) return;
    if (was !== undefined) this.remove(was, podKey(before!));
    if (is !== undefined) this.add(is, podKey(after!));
  }

  /** The keys of the pods of a group that have not ended. */
  in(group: string): ReadonlySet<string> {
    return this.groups.get(group) ?? nobody;
  }

  private add(group: string, pod: string): void {
    const pods = this.groups.get(group);
    if (pods === undefined) this.groups.set(group, new Set([pod]));
    else pods.add(pod);
  }

  private remove(group: string, pod: string): void {
    const pods = this.groups.get(group);
    pods?.delete(pod);
    if (pods?.size === 0) this.groups.delete(group);
  }
}

const memberOf = (pod: Pod) => (isTerminal(pod) ? undefined : podGroupKey(pod));
