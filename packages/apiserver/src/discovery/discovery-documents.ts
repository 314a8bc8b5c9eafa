/** The aggregated documents of discovery, each kept for as long as what is served stays as it is. */
import { contentHash } from './digest.js';
import { aggregatedDiscovery, type Served, versionsIn } from './discovery.js';
import { discoveryMessage } from './discovery-message.js';

export interface DiscoveryDocument {
  readonly text: string;
  readonly hash: string;
  /** The same in protobuf. Made when first asked for. */
  readonly message: () => Uint8Array;
}

/** Of `/api` (`core`) and of `/apis`. `onMade` is called whenever one is put together. */
export function discoveryDocuments(
  served: () => Served,
  onMade: () => void,
): (which: 'core' | 'groups') => DiscoveryDocument {
  const made = new Map<string, { readonly of: readonly unknown[]; readonly document: DiscoveryDocument }>();
  return (which) => {
    const now = served();
    const of = partsOf(now);
    const before = made.get(which);
    if (before !== undefined && before.of.length === of.length && before.of.every((part, index) => part === of[index]))
      return before.document;
    const discovery = aggregatedDiscovery(now, which);
    onMade();
    const text = JSON.stringify(discovery);
    let message: Uint8Array | undefined;
    const document = {
      text,
      hash: contentHash(text),
      message: () => (message ??= discoveryMessage(JSON.parse(text))!),
    };
    made.set(which, { of, document });
    return document;
  };
}

/** All that a document is made from, to be compared one by one. */
function partsOf({ registry, current, stale, priorityOf }: Served): readonly unknown[] {
  const priorities = [...versionsIn(registry), ...current, ...stale].map((version) => {
    const { group, version: ofVersion } = priorityOf(version);
    return `${version.group}/${version.version} ${group} ${ofVersion}`;
  });
  return [registry.generation, ...current, stale.length, ...priorities];
}
