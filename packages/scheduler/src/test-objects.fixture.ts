/** Pods and nodes for this package's tests, in few words.. */
import type { Container, Node, Pod } from '@pintle/api/core/v1';

type PodSpec = NonNullable<Pod['spec']>;

export interface PodWords extends Partial<PodSpec> {
  readonly cpu?: string;
  readonly memory?: string;
  readonly requests?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly namespace?: string;
  readonly status?: Pod['status'];
}

export function testPod(name: string, words: PodWords = {}): Pod {
  const { cpu, memory, requests, labels, namespace, status, ...spec } = words;
  const asked = { ...(cpu && { cpu }), ...(memory && { memory }), ...requests };
  // What cannot be overcommitted has to be limited to what is asked for.
  const limits = Object.fromEntries(Object.entries(asked).filter(([name]) => name.includes('/')));
  const resources = { requests: asked, ...(Object.keys(limits).length > 0 && { limits }) };
  const container: Container = { name: 'app', image: 'app', ...(Object.keys(asked).length > 0 && { resources }) };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      uid: `uid-${namespace ?? ''}-${name}`,
      ...(namespace && { namespace }),
      ...(labels && { labels }),
    },
    spec: { containers: [container], ...spec },
    ...(status && { status }),
  } as Pod;
}

export interface NodeWords {
  readonly cpu?: string;
  readonly memory?: string;
  readonly pods?: string;
  readonly allocatable?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly taints?: NonNullable<Node['spec']>['taints'];
  readonly unschedulable?: boolean;
  readonly images?: NonNullable<Node['status']>['images'];
}

export function testNode(name: string, words: NodeWords = {}): Node {
  const { cpu = '4', memory = '32Gi', pods = '110', allocatable, labels, taints, unschedulable, images } = words;
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, uid: `uid-${name}`, ...(labels && { labels }) },
    spec: { ...(taints && { taints }), ...(unschedulable && { unschedulable }) },
    status: { allocatable: { cpu, memory, pods, ...allocatable }, ...(images && { images }) },
  } as Node;
}

/** `count` things, by number. */
export function times<T>(count: number, make: (i: number) => T): T[] {
  return Array.from({ length: count }, (_, i) => make(i));
}
