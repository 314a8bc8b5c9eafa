/**
 * Bodies of subresources that have a kind of their own, which is stored nowhere: a Scale, an Eviction, a token's request.
 * They are read as those of stored kinds are: of the right kind, by their schema, and what is unknown is told.
 */
import { TokenRequest as TokenRequestSchema } from '@pintle/api/authentication/v1';
import { Scale as ScaleSchema } from '@pintle/api/autoscaling/v1';
import { Binding, Namespace } from '@pintle/api/core/v1';
import { Eviction as EvictionSchema } from '@pintle/api/policy/v1';
import {
  apiVersionOf,
  compileNormalizer,
  decoderWords,
  type Kind,
  type KubernetesObject,
  type Normalizer,
  type SchemaNode,
  type StatusError,
  type TypeFault,
} from '@pintle/machinery';
import type { RequestContext } from '../registry/request-context.js';
import type { ApiCore } from '../verbs/api-core.js';
import { checkKind, placeOf, requireName } from '../verbs/decode.js';
import { notHandled, reportStrict, type StrictOptions } from '../verbs/strict-faults.js';
import type { SubresourceRequest } from './subresource.js';

export interface PartKind extends Pick<Kind, 'group' | 'version' | 'kind'> {
  readonly schema: SchemaNode;
  /** An older version that is read as this one. */
  readonly olderVersion?: string;
  readonly normalizer: Normalizer;
}

const partKind = (group: string, version: string, kind: string, schema: SchemaNode): PartKind => ({
  ...{ group, version, kind, schema },
  normalizer: compileNormalizer(schema, { mode: 'served' }),
});

export const bindingKind = partKind('', 'v1', 'Binding', Binding.schema.node);
export const evictionKind: PartKind = {
  ...partKind('policy', 'v1', 'Eviction', EvictionSchema.node),
  olderVersion: 'policy/v1beta1',
};
export const finalizedKind = partKind('', 'v1', 'Namespace', Namespace.schema.node);
export const scaleKind = partKind('autoscaling', 'v1', 'Scale', ScaleSchema.node);
export const tokenRequestKind = partKind('authentication.k8s.io', 'v1', 'TokenRequest', TokenRequestSchema.node);

export interface PartOptions extends StrictOptions {
  /** How values of the wrong types are refused; as those of a request's body unless given. */
  readonly refuse?: (words: string) => StatusError;
}

/** Errors: `StatusError` BadRequest, as those of stored kinds, or what the options make of it. */
export function decodedPart<T extends KubernetesObject>(
  core: ApiCore,
  context: RequestContext,
  kind: PartKind,
  body: unknown,
  options: PartOptions,
): T {
  const object = checkKind(core, context, { kind }, inNewVersion(body, kind), options);
  const { value, unknownFields, errors } = kind.normalizer(object);
  // What a patch makes has its fields in the order of their names.
  const isPatched = options.refuseText !== undefined;
  if (errors.length > 0) throw refusal(kind, errors, options);
  if (unknownFields.length > 0 || options.strictFaults !== undefined)
    reportStrict(context, kind, isPatched ? unknownFields.toSorted() : unknownFields, options);
  return value as T;
}

const inNewVersion = (body: unknown, { group, version, olderVersion }: PartKind): unknown =>
  olderVersion !== undefined && (body as Partial<KubernetesObject> | null)?.apiVersion === olderVersion
    ? { ...(body as object), apiVersion: apiVersionOf({ group, version }) }
    : body;

/** What is to be created; of no other namespace than its object's. Errors: `StatusError` BadRequest. */
export function createdPart<T extends KubernetesObject>(
  { core, context, resource, key: { namespace } }: Pick<SubresourceRequest, 'core' | 'context' | 'resource' | 'key'>,
  kind: PartKind,
  body: unknown,
  options: PartOptions,
): T {
  const part = decodedPart<T>(core, context, kind, body, options);
  placeOf(resource, part.metadata, namespace === undefined ? {} : { namespace });
  return part;
}

/** What is to be put; of the name that its object has. Errors: `StatusError` BadRequest. */
export function updatedPart<T extends KubernetesObject>(
  { core, context, resource, key }: SubresourceRequest,
  kind: PartKind,
  body: unknown,
  options: PartOptions,
): T {
  const part = decodedPart<T>(core, context, kind, body, options);
  requireName(part.metadata, key);
  placeOf(resource, part.metadata, key);
  return part;
}

function refusal(
  { kind, version, schema }: PartKind,
  faults: readonly TypeFault[],
  { refuse }: PartOptions,
): StatusError {
  const words = decoderWords(schema, kind, faults);
  return refuse?.(words) ?? notHandled(kind, version, words);
}
