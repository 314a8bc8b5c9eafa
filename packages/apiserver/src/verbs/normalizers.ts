/** One compiled normalizer a kind, made when first needed. */
import { compileNormalizer, type Kind, type Normalized, type Normalizer } from '@pintle/machinery';
import type { Resource } from '../registry/resource.js';

const compiled = new WeakMap<Kind, Normalizer>();

/**
 * What was normalized last, by kind and by owner: objects of one template have one owner, and share what is equal. The
 * first of an owner, and what nobody owns, is held against the last of its kind.
 */
interface Lately {
  readonly byOwner: Map<string, unknown>;
  last: unknown;
}

const lately = new WeakMap<Kind, Lately>();
/** Of each kind, those that were seen last. */
const ownersMax = 1_000;

/** `known`: the last version of the object, where there is one. */
export function normalize(resource: Resource, input: unknown, known?: unknown, keepsNulls = false): Normalized {
  const normalizer = normalizerFor(resource);
  if (known !== undefined || keepsNulls) return normalizer(input, known, { keepsNulls });
  const owner = ownerOf(input);
  let seen = lately.get(resource.kind);
  if (seen === undefined) {
    seen = { byOwner: new Map(), last: undefined };
    lately.set(resource.kind, seen);
  }
  const like = owner === undefined ? undefined : seen.byOwner.get(owner);
  const normalized = normalizer(input, like ?? seen.last, { isOther: true });
  if (normalized.errors.length > 0) return normalized;
  seen.last = normalized.value;
  if (owner === undefined) return normalized;
  if (like === undefined && seen.byOwner.size >= ownersMax) seen.byOwner.delete(seen.byOwner.keys().next().value!);
  seen.byOwner.set(owner, normalized.value);
  return normalized;
}

const emptyStatuses = new WeakMap<Kind, unknown>();

/** The status of a new object as it is stored: of built-in kinds the empty one, which is always there. */
export function emptyStatus({ custom, definition: { kind } }: Resource): unknown {
  if (custom || kind.schema.node.properties?.['status']?.alwaysThere !== true) return undefined;
  let status = emptyStatuses.get(kind);
  if (status === undefined) {
    const { value } = compileNormalizer(kind.schema.node, { mode: 'served' })({ metadata: {} });
    status = (value as { readonly status?: unknown }).status;
    emptyStatuses.set(kind, status);
  }
  return status;
}

/** The uid of its first owner; of input, nothing is certain yet. */
function ownerOf(input: unknown): string | undefined {
  const { metadata } = input as { readonly metadata?: { readonly ownerReferences?: unknown } };
  const owners = metadata?.ownerReferences;
  const uid: unknown = Array.isArray(owners) ? owners[0]?.uid : undefined;
  return typeof uid === 'string' ? uid : undefined;
}

function normalizerFor(resource: Resource): Normalizer {
  let normalizer = compiled.get(resource.kind);
  if (normalizer === undefined) {
    normalizer = compileNormalizer(resource.kind.schema.node, { mode: resource.custom ? 'structural' : 'served' });
    compiled.set(resource.kind, normalizer);
  }
  return normalizer;
}
