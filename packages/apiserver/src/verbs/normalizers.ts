/** One compiled normalizer a kind, made when first needed. */
import { compileNormalizer, type Kind, type Normalizer } from '@pintle/machinery';
import type { Resource } from '../registry/resource.js';

const compiled = new WeakMap<Kind, Normalizer>();

export function normalizerFor(resource: Resource): Normalizer {
  let normalizer = compiled.get(resource.kind);
  if (normalizer === undefined) {
    normalizer = compileNormalizer(resource.kind.schema.node, { mode: resource.custom ? 'structural' : 'typed' });
    compiled.set(resource.kind, normalizer);
  }
  return normalizer;
}
