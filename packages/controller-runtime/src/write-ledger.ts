/**
 * Which reconcile wrote which version of which object, for as long as somebody may ask: so that a reconcile knows who
 * woke it, and a write its reconcile. One of a manager; what other processes wrote is not in it.
 */
import type { ObjectKey } from '@pintle/client';
import { objectKey } from '@pintle/machinery';
import type { RecordedWrite } from './recording-client.js';
import type { Span } from './tracing.js';

/** One run of a reconciler for one key. */
export interface ReconcileRun {
  readonly controller: string;
  readonly key: ObjectKey;
  /** Counts the runs of a manager's controllers, from 1. */
  readonly number: number;
  /** Where runs are traced. */
  readonly span?: Span;
}

export interface WrittenVersion {
  readonly kind: string;
  readonly key: ObjectKey;
  /** Absent where the object is gone. */
  readonly resourceVersion?: string;
}

/** Versions remembered; of more the oldest are forgotten. */
const versionsMax = 10_000;

export class WriteLedger {
  private readonly runs = new Map<string, ReconcileRun>();

  record(write: RecordedWrite, run: ReconcileRun): void {
    const version = idOf(write);
    this.runs.delete(version);
    this.runs.set(version, run);
    if (this.runs.size > versionsMax) this.runs.delete(this.runs.keys().next().value!);
  }

  writerOf(version: WrittenVersion): ReconcileRun | undefined {
    return this.runs.get(idOf(version));
  }
}

const idOf = ({ kind, key, resourceVersion = 'gone' }: WrittenVersion) =>
  `${kind} ${objectKey(key)} ${resourceVersion}`;
