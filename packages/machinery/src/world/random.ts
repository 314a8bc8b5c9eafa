/**
 * The port of chance: numbers, ids and name suffixes. It deliberately makes no secrets: keys and tokens
 * come from the host's cryptography, in `nodejs` folders.
 */

export interface Random {
  /** A number from 0 (inclusive) to 1 (exclusive). */
  next(): number;
  /** A random (version 4) UUID. */
  uuid(): string;
  /**
   * The source of this name: the same one whenever it is asked for, and what others draw does not change what it gives.
   * Each part draws from one of its own, so that a run stays as it is when another part is added or draws once more.
   */
  stream(name: string): Random;
}

/** The alphabet of generated names: no vowels and no look-alikes, so that no words appear (apimachinery `rand`). */
const nameAlphabet = 'bcdfghjklmnpqrstvwxz2456789';

/** A suffix for a generated name, of `length` characters of Kubernetes' safe alphabet. */
export function nameSuffix(random: Random, length = 5): string {
  let suffix = '';
  for (let i = 0; i < length; i++) suffix += nameAlphabet[Math.floor(random.next() * nameAlphabet.length)];
  return suffix;
}

/** An integer from 0 to `bound - 1`. */
export function integerBelow(random: Random, bound: number): number {
  return Math.floor(random.next() * bound);
}

/** Lengthens `baseMs` by up to `factor` of itself, so that many waits do not end together. */
export function jitter(random: Random, baseMs: number, factor = 0.1): number {
  return baseMs * (1 + factor * random.next());
}

/**
 * A deterministic source: the same seed gives the same sequence (xoshiro128**, Blackman and Vigna 2018, its
 * state filled by splitmix32).
 */
export function seededRandom(seed: number): Random {
  const streams = new Map<string, Random>();
  let mix = seed >>> 0;
  const split = () => {
    mix = (mix + 0x9e3779b9) >>> 0;
    let z = mix;
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    return (z ^ (z >>> 16)) >>> 0;
  };
  let [a, b, c, d] = [split(), split(), split(), split()];
  const rotate = (x: number, k: number) => ((x << k) | (x >>> (32 - k))) >>> 0;
  const next32 = () => {
    const result = Math.imul(rotate(Math.imul(b, 5) >>> 0, 7), 9) >>> 0;
    const t = (b << 9) >>> 0;
    c = (c ^ a) >>> 0;
    d = (d ^ b) >>> 0;
    b = (b ^ c) >>> 0;
    a = (a ^ d) >>> 0;
    c = (c ^ t) >>> 0;
    d = rotate(d, 11);
    return result;
  };
  const hex = (value: number, digits: number) => value.toString(16).padStart(digits, '0');
  return {
    next: () => next32() / 0x1_0000_0000,
    stream(name) {
      let found = streams.get(name);
      if (found === undefined) streams.set(name, (found = seededRandom(hashOf(name, seed))));
      return found;
    },
    uuid() {
      const [w0, w1, w2, w3] = [next32(), next32(), next32(), next32()];
      const version = 0x4000 | (w1 & 0x0fff);
      const variant = 0x8000 | ((w2 >>> 16) & 0x3fff);
      return `${hex(w0, 8)}-${hex(w1 >>> 16, 4)}-${hex(version, 4)}-${hex(variant, 4)}-${hex(w2 & 0xffff, 4)}${hex(w3, 8)}`;
    },
  };
}

/** FNV-1a, begun with the seed. */
function hashOf(name: string, seed: number): number {
  let hash = (0x811c9dc5 ^ seed) >>> 0;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193) >>> 0;
  return hash;
}
