/**
 * What a kind's strategy and admission do rests on what its schema requires. Where they stumble over something that is
 * missing, the client is told what that is; the common road pays nothing for it.
 */
import { type FieldError, invalid, type KubernetesObject, requiredField, type SchemaNode } from '@pintle/machinery';
import type { Resource } from '../registry/resource.js';

/** More are not told. */
const faultsMax = 20;

/** Every field that is required and not there. */
export function missingFields(root: SchemaNode, value: unknown): readonly FieldError[] {
  const faults: FieldError[] = [];
  const visit = (place: SchemaNode, at: unknown, path: string): void => {
    if (typeof at !== 'object' || at === null || faults.length >= faultsMax) return;
    const node = place.ref === undefined ? place : place.ref();
    if (Array.isArray(at)) {
      if (node.items !== undefined)
        for (const [index, item] of at.entries()) visit(node.items, item, `${path}[${index}]`);
      return;
    }
    const fields = at as Readonly<Record<string, unknown>>;
    for (const [name, child] of Object.entries(node.properties ?? {})) {
      const inner = path === '' ? name : `${path}.${name}`;
      if (child.required === true && fields[name] === undefined) faults.push(requiredField(inner));
      else visit(child, fields[name], inner);
    }
    if (node.values !== undefined)
      for (const [name, inner] of Object.entries(fields)) visit(node.values, inner, `${path}[${name}]`);
  };
  visit(root, value, '');
  return faults;
}

/** Errors: `StatusError` Invalid in the place of a `TypeError`, where the object lacks something. */
function toldOf(resource: Resource, object: KubernetesObject, error: unknown): unknown {
  if (!(error instanceof TypeError)) return error;
  const { node } = resource.definition.kind.schema;
  const spec = node.properties?.['spec'] !== undefined && (object as { spec?: unknown }).spec === undefined;
  const missing = [...(spec ? [requiredField('spec')] : []), ...missingFields(node, object)];
  return missing.length === 0 ? error : invalid(resource.kind, object.metadata?.name ?? '', missing);
}

export function toldOfMissing<T>(resource: Resource, object: KubernetesObject, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw toldOf(resource, object, error);
  }
}

export async function toldOfMissingLater<T>(
  resource: Resource,
  object: KubernetesObject,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toldOf(resource, object, error);
  }
}
