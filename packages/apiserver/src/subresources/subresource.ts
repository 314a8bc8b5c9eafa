/**
 * The subresources that are more than a part of their object: each is a few functions, found by group,
 * resource and name. `status` is not among them: it is an ordinary update of one part.
 */
import type { ApplyOptions, ObjectKey, Patch } from '@pintle/client';
import type { TableColumn } from '@pintle/machinery';
import type { HttpRequest, HttpResponse } from '../http/message.js';
import type { RequestContext } from '../registry/request-context.js';
import type { Resource } from '../registry/resource.js';
import type { StreamSession } from '../streams/stream-session.js';
import type { ApiCore } from '../verbs/api-core.js';
import type { SentOptions } from '../verbs/decode-options.js';

export interface SubresourceRequest {
  readonly core: ApiCore;
  readonly context: RequestContext;
  /** The parent's resource. */
  readonly resource: Resource;
  /** The parent object. */
  readonly key: ObjectKey;
}

// biome-ignore lint/suspicious/noExplicitAny: each subresource has a kind of its own.
type Answer = any;

export interface SubresourceHandler {
  /** What it answers verbs with can be had as a Table, too. */
  columns?(resource: Resource): readonly TableColumn[];
  /** What is created or put is of this kind. */
  readonly body?: string;
  get?(request: SubresourceRequest): Promise<Answer>;
  create?(request: SubresourceRequest, body: unknown, options: SentOptions): Promise<Answer>;
  update?(request: SubresourceRequest, body: unknown, options: SentOptions): Promise<Answer>;
  patch?(request: SubresourceRequest, patch: Patch, options: SentOptions): Promise<Answer>;
  /** Server-side apply. */
  apply?(
    request: SubresourceRequest,
    body: unknown,
    options: ApplyOptions & Pick<SentOptions, 'strictFaults'>,
  ): Promise<Answer>;
  /** Answers with streams in both directions, which the transport carries once it has changed protocols. */
  connect?(request: SubresourceRequest, query: URLSearchParams): Promise<StreamSession>;
  /** Passes the request on, whatever its method, and what is below the subresource in its path. */
  proxy?(request: SubresourceRequest, sent: HttpRequest): Promise<HttpResponse>;
  /** Answers with bytes. Undefined: there is nothing to answer with yet. */
  stream?(
    request: SubresourceRequest,
    query: URLSearchParams,
    signal?: AbortSignal,
  ): Promise<AsyncIterable<Uint8Array> | undefined>;
}

export interface SubresourceHandlers {
  find(resource: Resource, subresource: string): SubresourceHandler | undefined;
}

/** Handlers by `group/plural/subresource` (`core` for the empty group); `scale` is found for every kind that declares it. */
export function subresourceHandlers(
  handlers: Readonly<Record<string, SubresourceHandler>>,
  scale: SubresourceHandler,
): SubresourceHandlers {
  return {
    find(resource, subresource) {
      const { group, plural, subresources } = resource.kind;
      if (subresource === 'scale') return subresources.scale === undefined ? undefined : scale;
      const id = `${group === '' ? 'core' : group}/${plural}/${subresource}`;
      return Object.hasOwn(handlers, id) ? handlers[id] : undefined;
    },
  };
}
