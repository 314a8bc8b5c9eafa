/** A strategic patch as refusals show it: as Go prints the maps that applying it has left of it. */
import { formatGo, mergeStrategically } from '@pintle/machinery';
import type { Resource } from '../registry/resource.js';

/** `original` is what it was applied to. */
export const shownPatch = ({ kind }: Pick<Resource, 'kind'>, patch: unknown, original: object): string =>
  formatGo(mergeStrategically(original, patch, kind.schema.node).left);
