/**
 * The value that the object store holds: one version of one object, as frozen JSON and as encoded text, each
 * made at most once and shared by every read, list and watch.
 *
 * Invariants:
 * 1. A StoredObject belongs to one entry; the revision it is first read at is that entry's, for good.
 * 2. The object is deep-frozen from its first read on, and carries that revision as its resourceVersion.
 * 3. Its encoding is held once: as text, which is all that an answer needs, until somebody asks for bytes. Where answers tell
 *    more than is stored, theirs is held beside it.
 */
import type { ValueCodec } from '@pintle/contracts';
import { AlikeJson, deepFreeze, type KubernetesObject } from '@pintle/machinery';
import { jsonOf } from './object-json.js';

/** How objects of a kind are told; the same object where nothing is added. */
export type Told = <T>(object: T) => T;

type Writable<T> = { -readonly [K in keyof T]: T[K] };

const encoder = new TextEncoder();
/** What is read back in a row, as after a restart, is alike: objects of one template share it again. */
const json = new AlikeJson();

export class StoredObject {
  private object: KubernetesObject | undefined;
  private encoded: Uint8Array | string | undefined;
  private stamped: boolean;
  private tombstone: KubernetesObject | undefined;
  /** What is answered, once that was asked for. */
  private answered: Uint8Array | string | undefined;

  private constructor(object: KubernetesObject | undefined, encoded: Uint8Array | undefined, stamped: boolean) {
    this.object = object;
    this.encoded = encoded;
    this.stamped = stamped;
  }

  /** Freezes the parts; the top level and the metadata are copied once, here, to be stamped at commit. */
  static of(object: KubernetesObject): StoredObject {
    const fields = object as unknown as Readonly<Record<string, unknown>>;
    for (const key in fields) if (key !== 'metadata') deepFreeze(fields[key]);
    const meta = object.metadata as Readonly<Record<string, unknown>>;
    for (const key in meta) deepFreeze(meta[key]);
    return new StoredObject({ ...object, metadata: { ...object.metadata, resourceVersion: '' } }, undefined, false);
  }

  /** Of what is not stored, and has no version. */
  static unversioned(object: KubernetesObject): StoredObject {
    return new StoredObject(deepFreeze(object), undefined, true);
  }

  static fromBytes(encoded: Uint8Array): StoredObject {
    return new StoredObject(undefined, encoded, true);
  }

  /** The object as of its entry's revision. */
  at(modRevision: number): KubernetesObject {
    this.object ??= json.parse(this.encoded as Uint8Array) as KubernetesObject;
    if (!this.stamped) {
      (this.object.metadata as Writable<KubernetesObject['metadata']>).resourceVersion = String(modRevision);
      Object.freeze(this.object.metadata);
      Object.freeze(this.object);
      this.stamped = true;
    }
    return this.object;
  }

  /** Its JSON, without a line end, in the form that is at hand. */
  jsonAt(modRevision: number): Uint8Array | string {
    this.encoded ??= jsonOf(this.at(modRevision));
    return this.encoded;
  }

  /** Its JSON as it is told: another where `told` has something to add (`nullsOf`; always the same one). */
  toldAt(modRevision: number, told: Told | undefined): Uint8Array | string {
    if (told === undefined) return this.jsonAt(modRevision);
    if (this.answered === undefined) {
      const object = this.at(modRevision);
      const full = told(object);
      this.answered = full === object ? this.jsonAt(modRevision) : jsonOf(full);
    }
    return this.answered;
  }

  /** The same as bytes. */
  toldBytesAt(modRevision: number, told: Told | undefined): Uint8Array {
    const json = this.toldAt(modRevision, told);
    if (typeof json !== 'string') return json;
    if (json === this.encoded) return this.bytesAt(modRevision);
    const bytes = encoder.encode(json);
    this.answered = bytes;
    return bytes;
  }

  /** Its encoding as bytes. */
  bytesAt(modRevision: number): Uint8Array {
    const json = this.jsonAt(modRevision);
    if (typeof json !== 'string') return json;
    const bytes = encoder.encode(json);
    if (this.answered === json) this.answered = bytes;
    this.encoded = bytes;
    return bytes;
  }

  /** The last state as a deletion at `revision` reports it: with the deletion's resourceVersion. */
  deletedAt(modRevision: number, revision: number): KubernetesObject {
    if (this.tombstone === undefined) {
      const object = this.at(modRevision);
      const metadata = Object.freeze({ ...object.metadata, resourceVersion: String(revision) });
      this.tombstone = Object.freeze({ ...object, metadata });
    }
    return this.tombstone;
  }
}

/** How durable backends write stored objects down: as the JSON that is also served. */
export const storedObjectCodec: ValueCodec<StoredObject> = {
  encode: (value, modRevision) => value.bytesAt(modRevision),
  decode: (bytes) => StoredObject.fromBytes(bytes),
};
