/** A request as its priority level holds it while it waits and is answered: for its turn, and for who looks at it. */
import type { UserInfo } from '../access/access.js';
import type { RequestInfo } from '../requests/request-info.js';
import type { Waiting } from './fair-queues.js';

/** Why a request was not answered, as metrics have it. */
export type Refusal = 'queue-full' | 'concurrency-limit' | 'time-out' | 'cancelled';

export interface FlowRequest extends Waiting {
  readonly flow: { readonly schemaName: string };
  /** What tells its flow from others of its schema. */
  readonly distinguisher: string;
  readonly user: UserInfo;
  readonly info: RequestInfo;
  /** It holds its seats so long after its answer. */
  readonly afterMs: number;
  /** By the monotonic clock. */
  readonly arrivedMs: number;
  /** By the monotonic clock; NaN while it waits. */
  startedMs: number;
}
