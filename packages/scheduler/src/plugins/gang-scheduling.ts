/** All or nothing: pods of a gang wait until enough of them are there, and get their nodes together. */
import { Pod } from '@pintle/api/core/v1';
import { Action, type QueueingHint } from '../framework/cluster-event.js';
import type { PluginIdentity } from '../framework/filter-plugin.js';
import type { EnqueueExtensions, PlacementFeasiblePoint, PreEnqueuePoint } from '../framework/plugin.js';
import { status } from '../framework/status.js';
import { GroupMembers } from '../gangs/group-members.js';
import { minCountOf, PodGroup, podGroupKey, podGroupOf } from '../gangs/pod-group.js';
import type { ClusterObjects } from '../nodes/cluster-objects.js';

const tooFew = status(
  'UnschedulableAndUnresolvable',
  'waiting for minCount pods from a gang to appear in scheduling queue',
);

export function gangScheduling(): PluginIdentity & PreEnqueuePoint & PlacementFeasiblePoint & EnqueueExtensions {
  return {
    name: 'GangScheduling',
    reads: [PodGroup, Pod],
    preEnqueue({ pod }, objects) {
      const key = podGroupKey(pod);
      if (key === undefined) return undefined;
      const group = podGroupOf(key, objects);
      if (group === undefined) {
        const name = JSON.stringify(key.slice(key.indexOf('/') + 1));
        return status(
          'UnschedulableAndUnresolvable',
          `waiting for pod's pod group ${name} to appear in scheduling queue`,
        );
      }
      return group.spec.schedulingPolicy?.gang !== undefined && !hasQuorum(key, objects) ? tooFew : undefined;
    },
    placementFeasible({ podGroup }, { scheduled, remaining }) {
      const minCount = minCountOf(podGroup);
      const progress = `${scheduled} scheduled, ${remaining} remaining`;
      if (scheduled >= minCount) return undefined;
      return remaining + scheduled < minCount
        ? status('Unschedulable', `minCount (${minCount}) cannot be satisfied: ${progress}`)
        : status('Wait', `minCount (${minCount}) is not yet satisfied: ${progress}`);
    },
    eventsToRegister: () => [
      { resource: 'UnscheduledPod', action: Action.Add, matters: completesGang, hint: hintOfPod },
      { resource: 'AssignedPod', action: Action.Add, matters: completesGang, hint: hintOfPod },
      { resource: 'PodGroup', action: Action.Add, hint: hintOfGroup },
      { resource: 'PodGroup', action: Action.Update, matters: asksForFewer, hint: hintOfGroup },
    ],
  };
}

function hasQuorum(key: string, objects: ClusterObjects): boolean {
  const group = podGroupOf(key, objects);
  return group !== undefined && GroupMembers.of(objects).in(key).size >= minCountOf(group);
}

function completesGang(_before: object | undefined, after: object | undefined, objects: ClusterObjects): boolean {
  const key = podGroupKey(after as Pod);
  return key !== undefined && hasQuorum(key, objects);
}

function asksForFewer(before: object | undefined, after: object | undefined): boolean {
  const [was, is] = [before as PodGroup, after as PodGroup].map(({ spec }) => spec.schedulingPolicy?.gang?.minCount);
  return was !== undefined && is !== undefined && is < was;
}

function hintOfPod(pod: Pod, _before: object | undefined, after: object | undefined): QueueingHint {
  const key = podGroupKey(pod);
  return key !== undefined && key === podGroupKey(after as Pod) ? 'Queue' : 'Skip';
}

function hintOfGroup(pod: Pod, _before: object | undefined, after: object | undefined): QueueingHint {
  const { namespace = '', name } = (after as PodGroup).metadata;
  return podGroupKey(pod) === `${namespace}/${name}` ? 'Queue' : 'Skip';
}
