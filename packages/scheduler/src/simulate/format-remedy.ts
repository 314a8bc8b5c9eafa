/** Remedies in words. */
import type { Remedy } from './remedies.js';
import type { Change } from './remedy-changes.js';

/** As `lower the request for cpu from 2 to 1500m, and the pod goes to node n1`. */
export function formatRemedy({ changes, nodeName }: Remedy): string {
  return `${changes.map(wordsOf).join(', ')}, and the pod goes to node ${nodeName}`;
}

const rules = {
  schedulingGates: 'the scheduling gates',
  podAffinity: 'the required pod affinity',
  podAntiAffinity: 'the required pod anti-affinity',
  topologySpread: 'the spread constraints that must be met',
} as const;

function wordsOf(change: Change): string {
  switch (change.type) {
    case 'lowerRequest':
      return `lower the request for ${change.resource} from ${change.from} to ${change.to}`;
    case 'removeTaint': {
      const { key, value = '', effect } = change.taint;
      return `remove the taint ${key}${value === '' ? '' : `=${value}`}:${effect} from node ${change.node}`;
    }
    case 'uncordon':
      return `uncordon node ${change.node}`;
    case 'labelNode':
      return `label node ${change.node} ${Object.entries(change.labels)
        .map(([name, value]) => `${name}=${value}`)
        .join(' ')}`;
    case 'removePods':
      return `remove ${change.pods.join(' and ')} from node ${change.node}`;
    case 'dropRule':
      return `drop ${rules[change.rule]} of the pod`;
    case 'addNode':
      return `add a node like ${change.like}${withMore(change.more)}`;
  }
}

const withMore = (more: Readonly<Record<string, string>> = {}) => {
  const amounts = Object.entries(more).map(([resource, amount]) => `${resource}=${amount}`);
  return amounts.length === 0 ? '' : ` with ${amounts.join(' ')}`;
};
