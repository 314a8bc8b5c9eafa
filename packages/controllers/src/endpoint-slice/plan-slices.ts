/**
 * How a Service's endpoints lie in its slices: with as few writes as can be, and slices as full as that allows. Pure;
 * follows the reconciler of k8s.io/endpointslice.
 */
import type { Endpoint, EndpointSlice } from '@pintle/api/discovery/v1';
import { canonicalJson, deepEqual } from '@pintle/machinery';
import type { PortGroup } from './plan-endpoints.js';

/** Endpoints of one slice (upstream's default). */
export const endpointsMax = 100;

export interface SliceChange {
  readonly slice: EndpointSlice;
  readonly group: PortGroup;
}

export interface SlicePlan {
  readonly create: readonly PortGroup[];
  readonly update: readonly SliceChange[];
  readonly remove: readonly EndpointSlice[];
  /** Stay as they are. */
  readonly keep: readonly EndpointSlice[];
}

/** An endpoint is another one when its addresses or its pod are; what it says of itself may change. */
const idOf = ({ targetRef, addresses }: Endpoint) => `${targetRef?.uid ?? ''} ${[...addresses].sort().join()}`;
const withoutHints = ({ hints: _hints, ...endpoint }: Endpoint) => endpoint;
const sameEndpoint = (a: Endpoint, b: Endpoint) => deepEqual(withoutHints(a), withoutHints(b));
const portsKey = (ports: PortGroup['ports'] | undefined) =>
  canonicalJson([...(ports ?? [])].map((port) => canonicalJson(port)).sort());

interface Draft {
  readonly slice: EndpointSlice | undefined;
  readonly endpoints: Endpoint[];
  changed: boolean;
}

/**
 * `present` are this Service's slices of one address type. `labelsChanged` says which of them have to be written all the
 * same. A Service without endpoints keeps one empty slice, so that clients see that it is known.
 */
export function planSlices(
  groups: readonly PortGroup[],
  present: readonly EndpointSlice[],
  options: { readonly max?: number; readonly labelsChanged?: (slice: EndpointSlice) => boolean } = {},
): SlicePlan {
  const { max = endpointsMax, labelsChanged = () => false } = options;
  const create: PortGroup[] = [];
  const update: SliceChange[] = [];
  const keep: EndpointSlice[] = [];
  const remove = new Set(present);
  for (const { ports, endpoints } of groups) {
    const key = portsKey(ports);
    const own = present.filter((slice) => portsKey(slice.ports) === key);
    for (const draft of placed(endpoints, own, max)) {
      if (draft.slice === undefined) create.push({ ports, endpoints: draft.endpoints });
      else if (draft.endpoints.length > 0) {
        remove.delete(draft.slice);
        if (draft.changed || labelsChanged(draft.slice))
          update.push({ slice: draft.slice, group: { ports, endpoints: draft.endpoints } });
        else keep.push(draft.slice);
      }
    }
  }
  return reused({ create, update, remove: [...remove], keep }, labelsChanged);
}

/** Endpoints stay where they are; new ones fill slices that are written anyway, then one that has room, then new ones. */
function placed(endpoints: readonly Endpoint[], slices: readonly EndpointSlice[], max: number): readonly Draft[] {
  const wanted = new Map(endpoints.map((endpoint) => [idOf(endpoint), endpoint]));
  const drafts = slices.map((slice): Draft => {
    const kept: Endpoint[] = [];
    let changed = false;
    for (const before of slice.endpoints ?? []) {
      const next = wanted.get(idOf(before));
      if (next === undefined) {
        changed = true;
        continue;
      }
      wanted.delete(idOf(before));
      // Hints are given afterwards; until then the endpoint keeps its own.
      kept.push(before.hints === undefined ? next : { ...next, hints: before.hints });
      changed ||= !sameEndpoint(before, next);
    }
    return { slice, endpoints: kept, changed };
  });
  const fresh = [...wanted.values()];
  const fill = (draft: Draft) => {
    const room = max - draft.endpoints.length;
    if (room <= 0 || fresh.length === 0) return;
    draft.endpoints.push(...fresh.splice(0, room));
    draft.changed = true;
  };
  const byFullness = (a: Draft, b: Draft) => b.endpoints.length - a.endpoints.length;
  for (const draft of drafts.filter(({ changed, endpoints: kept }) => changed && kept.length > 0).sort(byFullness))
    fill(draft);
  while (fresh.length > 0) {
    // The fullest of those that take all that is left.
    const roomy = drafts
      .filter((draft) => !draft.changed && draft.endpoints.length > 0 && draft.endpoints.length + fresh.length <= max)
      .sort(byFullness)[0];
    if (roomy === undefined) drafts.push({ slice: undefined, endpoints: fresh.splice(0, max), changed: true });
    else fill(roomy);
  }
  return drafts;
}

/** Where one is to be made and another to be removed, the one becomes the other. */
function reused(
  { create, update, remove, keep }: SlicePlan,
  labelsChanged: (slice: EndpointSlice) => boolean,
): SlicePlan {
  const spare = [...remove];
  const made = update.length + keep.length + create.length === 0 ? [{ ports: [], endpoints: [] }] : [...create];
  const changes: SliceChange[] = [...update];
  const kept = [...keep];
  while (spare.length > 0 && made.length > 0) {
    const [slice, group] = [spare.shift()!, made.shift()!];
    const isEmptyAlready = group.endpoints.length === 0 && (slice.endpoints ?? []).length === 0;
    if (isEmptyAlready && portsKey(slice.ports) === portsKey(group.ports) && !labelsChanged(slice)) kept.push(slice);
    else changes.push({ slice, group });
  }
  return { create: made, update: changes, remove: spare, keep: kept };
}
