/** One compiled normalizer a kind, made when first needed. */
import { compileNormalizer, type Kind, type Normalized, type Normalizer } from '@pintle/machinery';
import type { Resource } from '../registry/resource.js';

const compiled = new WeakMap<Kind, Normalizer>();

/**
 * What was normalized last, by kind and by owner: objects of one template have one owner, and share what is equal. What
 * nobody owns is held against the last of its kind.
 */
const lately = new WeakMap<Kind, Map<string, unknown>>();
/** Of each kind, those that were seen last. */
const ownersMax = 1_000;

/** `known`: the last version of the object, where there is one. */
export function normalize(resource: Resource, input: unknown, known?: unknown): Normalized {
  const normalizer = normalizerFor(resource);
  if (known !== undefined) return normalizer(input, known);
  const owner = ownerOf(input);
  let byOwner = lately.get(resource.kind);
  if (byOwner === undefined) {
    byOwner = new Map();
    lately.set(resource.kind, byOwner);
  }
  const like = byOwner.get(owner);
  const normalized = normalizer(input, like);
  if (normalized.errors.length > 0) return normalized;
  if (like === undefined && byOwner.size >= ownersMax) byOwner.delete(byOwner.keys().next().value!);
  byOwner.set(owner, normalized.value);
  return normalized;
}

/** The uid of its first owner; of input, nothing is certain yet. */
function ownerOf(input: unknown): string {
  const { metadata } = input as { readonly metadata?: { readonly ownerReferences?: unknown } };
  const owners = metadata?.ownerReferences;
  const uid: unknown = Array.isArray(owners) ? owners[0]?.uid : undefined;
  return typeof uid === 'string' ? uid : '';
}

function normalizerFor(resource: Resource): Normalizer {
  let normalizer = compiled.get(resource.kind);
  if (normalizer === undefined) {
    normalizer = compileNormalizer(resource.kind.schema.node, { mode: resource.custom ? 'structural' : 'typed' });
    compiled.set(resource.kind, normalizer);
  }
  return normalizer;
}
