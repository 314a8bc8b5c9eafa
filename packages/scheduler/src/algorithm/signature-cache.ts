/** What is kept of nodes for the signatures of pods that came lately. */
import type { SignedPlugins } from '../framework/signed-plugins.js';
import { RankedNodes } from './ranked-nodes.js';
import { SignedNodes } from './signed-nodes.js';

/** Signatures seen lately; a pod without a like one does not pay for it. */
const seenMax = 256;
const keptMax = 16;

/** The kept nodes of one framework, by signature. */
export class SignatureCache {
  private readonly seen = new Set<string>();
  private readonly kept = new Map<string, RankedNodes>();
  private latest: { readonly signature: string; readonly nodes: RankedNodes } | undefined;

  constructor(private readonly plugins: SignedPlugins) {}

  /** Undefined for the first pod of a signature. */
  get(signature: string): RankedNodes | undefined {
    if (this.latest?.signature === signature) return this.latest.nodes;
    let found = this.kept.get(signature);
    if (found !== undefined) {
      this.kept.delete(signature);
    } else {
      if (!this.seen.has(signature)) {
        this.seen.add(signature);
        if (this.seen.size > seenMax) this.seen.delete(this.seen.values().next().value!);
        return undefined;
      }
      found = new RankedNodes(new SignedNodes(this.plugins));
    }
    this.kept.set(signature, found);
    this.latest = { signature, nodes: found };
    if (this.kept.size > keptMax) this.kept.delete(this.kept.keys().next().value!);
    return found;
  }
}
