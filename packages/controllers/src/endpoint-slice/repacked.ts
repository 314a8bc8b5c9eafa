/** Groups of endpoints in the form that Endpoints have, whoever made them. Pure; follows upstream's RepackSubsets. */
import type { Endpoint } from '@pintle/api/discovery/v1';
import { canonicalJson } from '@pintle/machinery';
import type { PortGroup } from './plan-endpoints.js';

/** What one that stands twice is known by. */
const keyOf = ({ addresses, targetRef }: Endpoint) => `${addresses[0]} ${targetRef?.uid ?? ''}`;

const isReady = ({ conditions }: Endpoint) => conditions?.ready !== false;

/**
 * A port stands once, with all who have it; ports that the same ones have stand together. Whoever stands twice behind a
 * port is ready there only where he is both times. Endpoints come in the order of their addresses, as text.
 */
export function repacked(groups: readonly PortGroup[]): readonly PortGroup[] {
  const byPort = new Map<string, { readonly ports: PortGroup['ports']; readonly endpoints: Map<string, Endpoint> }>();
  for (const { ports, endpoints } of groups)
    for (const own of ports.length === 0 ? [[]] : ports.map((port) => [port])) {
      const id = canonicalJson(own);
      const group = byPort.get(id) ?? { ports: own, endpoints: new Map() };
      for (const endpoint of endpoints) {
        const before = group.endpoints.get(keyOf(endpoint));
        if (before === undefined || isReady(before)) group.endpoints.set(keyOf(endpoint), endpoint);
      }
      byPort.set(id, group);
    }
  const byEndpoints = new Map<string, PortGroup>();
  for (const { ports, endpoints: own } of byPort.values()) {
    const sorted = [...own].sort(([a], [b]) => (a < b ? -1 : 1));
    const id = sorted.map(([key, endpoint]) => `${key} ${isReady(endpoint)}`).join();
    const endpoints = sorted.map(([, endpoint]) => endpoint);
    byEndpoints.set(id, { ports: [...(byEndpoints.get(id)?.ports ?? []), ...ports], endpoints });
  }
  return [...byEndpoints.values()];
}
