/** `metadata.generation` counts the changes of what a client wishes for: of everything but metadata and status. */
import { deepEqual, type KubernetesObject } from '@pintle/machinery';
import type { Resource } from '../registry/resource.js';

/** Whether objects of this resource carry a generation: custom resources, and the built-in kinds that say so. */
export function tracksGeneration({ custom, definition: { strategy } }: Resource): boolean {
  return custom || strategy?.generationChanged !== undefined;
}

/** Whether a new object is counted already; of some kinds the first change is the first generation. */
export const countsFirst = (resource: Resource): boolean =>
  tracksGeneration(resource) && resource.definition.strategy?.uncountedWhenNew !== true;

/** Whether what is wished for differs. For kinds without a rule of their own. */
export function wishChanged(object: KubernetesObject, old: KubernetesObject): boolean {
  const [now, before] = [object, old] as unknown as readonly [Record<string, unknown>, Record<string, unknown>];
  const ignored = (key: string) => key === 'metadata' || key === 'status' || key === 'apiVersion' || key === 'kind';
  for (const key in now)
    if (!ignored(key) && now[key] !== before[key] && !deepEqual(now[key], before[key])) return true;
  for (const key in before) if (!ignored(key) && !(key in now)) return true;
  return false;
}
