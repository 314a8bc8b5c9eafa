/** One compiled normalizer a kind, made when first needed. */
import { compileNormalizer, type Kind, type Normalized, type Normalizer } from '@pintle/machinery';
import type { Resource } from '../registry/resource.js';

const compiled = new WeakMap<Kind, Normalizer>();

/** What was normalized last, by kind: objects of one template come one after the other, and share what is equal. */
const lately = new WeakMap<Kind, unknown>();

/** `known`: the last version of the object, where there is one. */
export function normalize(resource: Resource, input: unknown, known?: unknown): Normalized {
  const { kind } = resource;
  const normalized = normalizerFor(resource)(input, known ?? lately.get(kind));
  if (normalized.errors.length === 0) lately.set(kind, normalized.value);
  return normalized;
}

function normalizerFor(resource: Resource): Normalizer {
  let normalizer = compiled.get(resource.kind);
  if (normalizer === undefined) {
    normalizer = compileNormalizer(resource.kind.schema.node, { mode: resource.custom ? 'structural' : 'typed' });
    compiled.set(resource.kind, normalizer);
  }
  return normalizer;
}
