/** A request for a resource that is served, as those who answer it are given it. */
import type { Resource } from '../registry/resource.js';
import type { ResourceRequestInfo } from '../requests/request-info.js';
import type { SubresourceHandlers } from '../subresources/subresource.js';
import type { ApiCore } from '../verbs/api-core.js';
import type { Access } from '../verbs/authorize.js';
import type { BodyReader } from './body.js';
import type { HttpContext } from './http-context.js';
import type { HttpRequest } from './message.js';
import type { SchemaLookup } from './protobuf.js';
import type { ResourcePath } from './resource-path.js';
import type { WatchResponder } from './watch-response.js';

export interface ResourceHandlerParts {
  readonly core: ApiCore;
  readonly access: Access;
  readonly subresources: SubresourceHandlers;
  readonly watches: WatchResponder;
  readonly bodies: BodyReader;
  /** For answers in protobuf. */
  readonly schemaOf: SchemaLookup;
}

export interface ResourceRequest {
  readonly parts: ResourceHandlerParts;
  readonly context: HttpContext;
  readonly request: HttpRequest;
  readonly resource: Resource;
  readonly path: ResourcePath;
  readonly info: ResourceRequestInfo;
}
