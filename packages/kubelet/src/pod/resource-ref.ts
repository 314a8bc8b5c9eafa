/** What `resourceFieldRef` names: a container's limits and requests, as a whole number of the divisor. Pure. */
import type { Container } from '@pintle/api/core/v1';
import { parseQuantity } from '@pintle/machinery';

export interface ResourceContext {
  /** What stands for a limit that is not set: the node's allocatable resources. */
  readonly allocatable: Readonly<Record<string, string>>;
  /** The containers that `containerName` may name. */
  readonly containers: readonly Container[];
}

interface ResourceRef {
  readonly resource: string;
  readonly divisor?: string;
  readonly containerName?: string;
}

/** Rounded up. Errors: an `Error` for a resource that no container has. */
export function resourceValue(
  { resource, divisor, containerName }: ResourceRef,
  own: Container | undefined,
  { allocatable, containers }: ResourceContext,
): string {
  const container = containerName ? containers.find(({ name }) => name === containerName) : own;
  if (container === undefined) throw new Error(`container ${containerName} not found`);
  const [kind, ...rest] = resource.split('.');
  const name = rest.join('.');
  const resources = container.resources;
  if ((kind !== 'limits' && kind !== 'requests') || name === '')
    throw new Error(`unsupported container resource : ${resource}`);
  const text = resources?.[kind]?.[name] ?? (kind === 'limits' ? allocatable[name] : undefined) ?? '0';
  const value = parseQuantity(text).nano;
  const by = parseQuantity(divisor || '1').nano || parseQuantity('1').nano;
  return String((value + by - 1n) / by);
}
