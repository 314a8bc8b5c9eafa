/**
 * All that a running controller has of one key: its place in the queue, why it waits, and what its last run wrote. It is
 * kept for as long as the key's object is there, so that a change is one look-up; with the object it goes.
 */
import type { ObjectKey } from '@pintle/client';
import { objectKey } from '@pintle/machinery';
import { QueueItem } from './item-queue.js';
import type { Streak } from './loops/hot-loops.js';
import type { RecordedWrite } from './recording-client.js';
import type { Waking } from './waking.js';

/** Changes remembered for one reconcile; of more only the first. */
const wakingsMax = 20;

/** `isOutside`: of an object that its cache does not hold, so that the cache need not hear of it at all. */
export type OwnWrite = RecordedWrite & { readonly isOutside?: true };

export class KeyRecord extends QueueItem {
  /** The changes that woke the key, until a run takes them: mostly one. */
  private wakings: Waking | Waking[] | undefined = undefined;
  /** What was written for it and its caches were not yet seen to have. */
  unseen: OwnWrite[] | undefined = undefined;
  /** Set while its caches are waited for. */
  waiting: Promise<void> | undefined = undefined;
  /** Whether its last run wrote anything: only such a run can have woken the next one. */
  wrote = false;
  /** What its last run wrote to, where it is one of a row that is watched. */
  writtenTo: string[] | undefined = undefined;
  /** Runs in a row that each woke the next. */
  streak: Streak | undefined = undefined;

  readonly key: ObjectKey;
  /** The key as one string. */
  readonly id: string;

  constructor({ name, namespace }: ObjectKey) {
    super();
    this.key = namespace ? { name, namespace } : { name };
    this.id = objectKey(this.key);
  }

  wake(waking: Waking): void {
    if (this.wakings === undefined) this.wakings = waking;
    else if (!Array.isArray(this.wakings)) this.wakings = [this.wakings, waking];
    else if (this.wakings.length < wakingsMax) this.wakings.push(waking);
  }

  /** Undefined where nothing woke it. */
  takeWakings(): Waking | readonly Waking[] | undefined {
    const taken = this.wakings;
    this.wakings = undefined;
    return taken;
  }

  /** Whether nothing would be lost with it, its object aside. */
  get isForgettable(): boolean {
    return this.isIdle && this.unseen === undefined && this.waiting === undefined && this.wakings === undefined;
  }
}

/** Records by namespace, then by name: a look-up by strings that are there costs less than one by a string that is made. */
export class KeyRecords {
  private readonly namespaces = new Map<string, Map<string, KeyRecord>>();
  /** Where the last one was looked for: many in a row are of one namespace. */
  private lastNamespace: string | undefined = undefined;
  private lastNames = new Map<string, KeyRecord>();

  /** Made where there is none. */
  of(key: ObjectKey): KeyRecord {
    const names = this.namesIn(key.namespace ?? '');
    let record = names.get(key.name);
    if (record === undefined) {
      record = new KeyRecord(key);
      names.set(key.name, record);
    }
    return record;
  }

  delete({ key: { name, namespace = '' } }: KeyRecord): void {
    const names = this.namespaces.get(namespace);
    names?.delete(name);
    if (names?.size !== 0) return;
    this.namespaces.delete(namespace);
    this.lastNamespace = undefined;
  }

  private namesIn(namespace: string): Map<string, KeyRecord> {
    if (namespace === this.lastNamespace) return this.lastNames;
    let names = this.namespaces.get(namespace);
    if (names === undefined) {
      names = new Map();
      this.namespaces.set(namespace, names);
    }
    this.lastNamespace = namespace;
    this.lastNames = names;
    return names;
  }
}
