import type { ServiceRoute } from '@pintle/contracts';

/** Something that listens for one route. Established connections outlive an update, and end with `close`. */
export interface Forwarder {
  update(route: ServiceRoute): void;
  close(): Promise<void>;
}
