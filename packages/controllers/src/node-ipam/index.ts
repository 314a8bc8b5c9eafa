/** Node IPAM: every node is given its own part of the range that pods' addresses are from. */
import { Node } from '@pintle/api/core/v1';
import { type Controller, controller } from '@pintle/controller-runtime';
import type { Informers } from '@pintle/watch';
import { CidrSet } from './cidr-set.js';

export * from './cidr-set.js';

export interface NodeIpamOptions {
  /** One, or one of each family. */
  readonly clusterCidrs: readonly string[];
  /** The size of a node's part. Defaults 24 and 64. */
  readonly nodeBits?: { readonly IPv4?: number; readonly IPv6?: number };
  /** Never handed out. */
  readonly serviceCidrs?: readonly string[];
}

const cidrsOf = ({ spec }: Node): readonly string[] => spec?.podCIDRs ?? (spec?.podCIDR ? [spec.podCIDR] : []);

export function nodeIpamController({ clusterCidrs, nodeBits = {}, serviceCidrs = [] }: NodeIpamOptions): Controller {
  const bitsOf = (cidr: string) => (cidr.includes(':') ? (nodeBits.IPv6 ?? 64) : (nodeBits.IPv4 ?? 24));
  const byManager = new WeakMap<
    Informers,
    { readonly sets: readonly CidrSet[]; readonly held: Map<string, readonly string[]> }
  >();
  const nodes = (informers: Informers) => informers.informer(Node, { indexes: { podCidr: cidrsOf } }).lister;
  /** What is handed out, begun from the nodes that there are. */
  const stateOf = (informers: Informers) => {
    let state = byManager.get(informers);
    if (state === undefined) {
      state = { sets: clusterCidrs.map((cidr) => new CidrSet(cidr, bitsOf(cidr))), held: new Map() };
      for (const set of state.sets) for (const cidr of serviceCidrs) set.occupy(cidr);
      for (const node of informers.informer(Node).lister.list()) {
        for (const cidr of cidrsOf(node)) for (const set of state.sets) set.occupy(cidr);
        if (cidrsOf(node).length > 0) state.held.set(node.metadata.name ?? '', cidrsOf(node));
      }
      byManager.set(informers, state);
    }
    return state;
  };
  return controller({ name: 'node-ipam', component: 'cidrAllocator' })
    .for(Node, { predicate: ({ type, object }) => type !== 'updated' || cidrsOf(object).length === 0 })
    .reconcile(async ({ key, object: node, client, informers, events, world }) => {
      const { sets, held } = stateOf(informers);
      if (node === undefined || node.metadata.deletionTimestamp !== undefined) {
        for (const cidr of held.get(key.name) ?? []) for (const set of sets) set.release(cidr);
        held.delete(key.name);
        return undefined;
      }
      if (cidrsOf(node).length > 0) {
        for (const cidr of cidrsOf(node))
          if (!sets.some((set) => set.occupy(cidr)))
            world.logger.log('warn', 'a node has addresses that are of no range for pods', { node: key.name, cidr });
        held.set(key.name, cidrsOf(node));
        return undefined;
      }
      const tell = (state: string) => events.record(node, 'Normal', state, `Node ${key.name} status is now: ${state}`);
      // While another led, nobody was told here of what it handed out, and of what was given back.
      const isTaken = (cidr: string) =>
        nodes(informers)
          .byIndex('podCidr', cidr)
          .some(({ metadata }) => metadata.name !== key.name);
      const allocate = (set: CidrSet): string | undefined => {
        for (let cidr = set.allocate(); cidr !== undefined; cidr = set.allocate()) if (!isTaken(cidr)) return cidr;
        return undefined;
      };
      // What was handed out before the answer was lost is handed out again.
      const before = held.get(key.name);
      const podCIDRs = before === undefined || before.some(isTaken) ? sets.map(allocate) : before;
      if (podCIDRs.some((cidr) => cidr === undefined)) {
        for (const [index, cidr] of podCIDRs.entries()) if (cidr !== undefined) sets[index]?.release(cidr);
        const gone = [...held.keys()].filter((name) => nodes(informers).get({ name }) === undefined);
        for (const name of gone) {
          for (const cidr of held.get(name) ?? []) for (const set of sets) set.release(cidr);
          held.delete(name);
        }
        if (gone.length > 0) return { requeueAfterMs: 0 };
        tell('CIDRNotAvailable');
        throw new Error(`no part of ${clusterCidrs.join(', ')} is free for node ${key.name}`);
      }
      held.set(key.name, podCIDRs as readonly string[]);
      const body = { metadata: { uid: node.metadata.uid }, spec: { podCIDR: podCIDRs[0], podCIDRs } };
      await client.patch(Node, key, { type: 'merge', body }).catch((error: unknown) => {
        tell('CIDRAssignmentFailed');
        throw error;
      });
      return undefined;
    });
}
