/** How the body of a write is read. */
import type { WriteOptions } from '@pintle/client';
import type { StatusError, TypeFault } from '@pintle/machinery';
import type { StrictOptions } from './strict-faults.js';

/** By `refuseText` an object of another kind is refused, too. */
export interface DecodeOptions extends StrictOptions {
  /** Whether the fields of the body come in the order of their names, as Go's maps are written. */
  readonly isSorted?: boolean;
  /** Whether it was never text, so that fields of any kind of object count by their exact names alone. */
  readonly isExact?: boolean;
  /** What is written. */
  readonly subresource?: string;
  /** Of a custom object: nulls that say nothing stay, and are judged with all else. */
  readonly keepsNulls?: boolean;
  /** How values of the wrong types are refused; as those of a request's body unless given. */
  readonly refuse?: (faults: readonly TypeFault[]) => StatusError;
}

/** Options of a write whose body came as text. */
export type SentOptions = WriteOptions & Pick<DecodeOptions, 'strictFaults'>;
