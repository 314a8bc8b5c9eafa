/** Documents of OpenAPI that other servers have of their group versions. */
import type { Fields } from '@pintle/machinery';

/** A document of OpenAPI v2, as far as it is looked at. */
export interface Swagger {
  readonly paths: Readonly<Record<string, Fields>>;
  readonly definitions: Readonly<Record<string, Fields>>;
  readonly info?: unknown;
}

/** What is known of one group version. */
export interface RemoteOpenApi {
  readonly group: string;
  readonly version: string;
  /** The text of its document of v3. */
  readonly v3?: string | undefined;
  readonly v2?: Swagger | undefined;
}
