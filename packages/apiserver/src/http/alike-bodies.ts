/**
 * Bodies in JSON by comparison with the one before of their sort: a client that makes many pods sends one template again and
 * again. What is the same is then one frozen value, and what was found out about it (its defaults, its faults, its fields) is
 * not found out anew.
 */
import { AlikeJson } from '@pintle/machinery';

/** Larger ones are not kept to compare others with. */
const bytesMax = 64 * 1024;
/** Sorts of which the last body is kept, the latest. */
const sortsMax = 128;

export class AlikeBodies {
  private readonly sorts = new Map<string, AlikeJson>();

  /** Undefined where the text is no JSON, or too large: parse it by itself. The bytes must not change any more. */
  parse(sort: string, bytes: Uint8Array): unknown {
    if (bytes.length > bytesMax) return undefined;
    let json = this.sorts.get(sort);
    if (json === undefined) {
      if (this.sorts.size === sortsMax) this.sorts.delete(this.sorts.keys().next().value!);
      json = new AlikeJson();
      this.sorts.set(sort, json);
    }
    try {
      return json.parse(bytes);
    } catch {
      return undefined;
    }
  }
}
