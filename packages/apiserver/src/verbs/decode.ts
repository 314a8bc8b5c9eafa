/**
 * From what a client sent to an object of the version that verbs work in: right kind, right name and namespace, unknown
 * fields dropped (and told of), defaults filled in, quantities in their canonical form.
 */
import {
  apiVersionOf,
  badRequest,
  decoderWords,
  deepEqual,
  type Fields,
  isFields,
  type Kind,
  type KubernetesObject,
  type ObjectMeta,
  type StatusError,
  statusError,
  type TypeFault,
} from '@pintle/machinery';
import type { RequestContext } from '../registry/request-context.js';
import { lacksDefaults, type Resource, tellerOf } from '../registry/resource.js';
import type { ApiCore } from './api-core.js';
import { otherCustomObject } from './custom-body.js';
import type { DecodeOptions } from './decode-options.js';
import { readAs } from './former-versions.js';
import { toldOfMissing } from './missing-fields.js';
import { normalize } from './normalizers.js';
import { notHandled, reportStrict, type StrictOptions, textFirst } from './strict-faults.js';
import { misspelt, typeMetaFault, typeMetaOf } from './type-meta.js';

/**
 * `old` is the object as it was, where it is known: what does not change is then shared with it.
 * Errors: `StatusError` BadRequest (what cannot be decoded, or strict validation).
 */
export function decode(
  core: ApiCore,
  context: RequestContext,
  resource: Resource,
  sent: unknown,
  options: DecodeOptions,
  old?: KubernetesObject,
): KubernetesObject {
  const passedOver = options.isExact === true && isFields(sent) ? misspelt(sent) : [];
  const body = passedOver.length === 0 ? sent : without(sent as Fields, passedOver);
  if (resource.custom && isFields(body) && typeMetaFault(body) === undefined) {
    const inVersion = options.subresource === 'status' ? statusVersion(core, resource, body, options) : undefined;
    if (inVersion !== undefined) return decode(core, context, inVersion, body, options, old);
    const other = otherCustomObject(core, context, resource, body, options);
    if (other !== undefined) return other;
  }
  const other = resource.custom || options.refuseText === undefined ? undefined : otherVersion(core, resource, body);
  if (other !== undefined) return decode(core, context, other.resource, other.body, options, old);
  const object = checkKind(core, context, resource, body, options);
  const known = old === undefined || lacksDefaults(resource) ? undefined : resource.fromStored(old);
  const { value, unknownFields, errors } = normalize(resource, object, known, options.keepsNulls);
  const tellUnknown = () => {
    const { strictFaults, ...others } = options;
    const all = passedOver.length === 0 ? unknownFields : [...unknownFields, ...passedOver];
    if (all.length === 0 && strictFaults === undefined) return;
    const unknown = !resource.custom && options.isSorted === true ? all.toSorted() : all;
    if (resource.custom && strictFaults !== undefined)
      reportStrict(context, resource.kind, unknown, { ...others, strictFaults: textFirst(strictFaults) });
    else reportStrict(context, resource.kind, unknown, options);
  };
  if (errors.length > 0) throw (options.refuse ?? refusal(resource))(errors);
  tellUnknown();
  const made = resource.toStored(asksForReset(object, value as KubernetesObject));
  return toldOfMissing(resource, made, () => resource.definition.strategy?.defaults?.(made) ?? made);
}

const without = (body: Fields, names: readonly string[]): Fields =>
  Object.fromEntries(Object.entries(body).filter(([name]) => !names.includes(name)));

/** A patched object that says to be of another version of its kind is read as that, or as what is served in its place. */
function otherVersion(
  { registry }: ApiCore,
  resource: Resource,
  body: unknown,
): { readonly resource: Resource; readonly body: Fields } | undefined {
  if (!isFields(body) || typeMetaFault(body) !== undefined) return undefined;
  const { kind, ...group } = typeMetaOf(body);
  const apiVersion = apiVersionOf(group);
  if (group.version === '' || apiVersion === resource.apiVersion) return undefined;
  const known = readAs(registry, apiVersion, kind);
  if (known === undefined || known.definition !== resource.definition) return undefined;
  const served = registry.byObject({ apiVersion: known.apiVersion, kind })!;
  // Its nulls are fields that the other version may not have.
  const told = tellerOf(resource)?.(body as unknown as KubernetesObject) ?? body;
  return { resource: served, body: { ...told, apiVersion: served.apiVersion } };
}

/** The version that a patch says a status is in, where it is another one of the kind. */
function statusVersion(
  { registry }: ApiCore,
  resource: Resource,
  { apiVersion, kind }: Fields,
  { refuseText }: DecodeOptions,
): Resource | undefined {
  if (refuseText === undefined || apiVersion === resource.apiVersion) return undefined;
  const said = registry.byObject({ apiVersion: String(apiVersion), kind: String(kind) });
  return said !== undefined && resource.versions.includes(said) ? said : undefined;
}

/** An empty list of managed fields says something, other than empty lists in general. */
function asksForReset(sent: KubernetesObject, decoded: KubernetesObject): KubernetesObject {
  const { managedFields } = sent.metadata;
  if (!Array.isArray(managedFields) || managedFields.length > 0 || decoded.metadata.managedFields !== undefined)
    return decoded;
  return { ...decoded, metadata: { ...decoded.metadata, managedFields } };
}

/** Owners that are named twice are dropped and told of; of patches it is known only after admission, and they say so. */
export function withOwnersOnce(
  context: RequestContext,
  object: KubernetesObject,
  isPatched: boolean,
): KubernetesObject {
  const owners = object.metadata.ownerReferences ?? [];
  if (owners.length < 2) return object;
  const kept = owners.filter((owner, index) => !owners.slice(0, index).some((other) => deepEqual(owner, other)));
  if (kept.length === owners.length) return object;
  const twice = owners.filter((owner) => !kept.includes(owner)).map(({ uid }) => uid);
  context.warn(
    `.metadata.ownerReferences contains duplicate entries${isPatched ? ' after mutating admission happens' : ''}; API server dedups owner references in 1.20+, and may reject such requests as early as 1.24; please fix your requests; duplicate UID(s) observed: ${twice.join(', ')}`,
  );
  return { ...object, metadata: { ...object.metadata, ownerReferences: kept } };
}

/** Of a custom object, its own metadata is read first; all else of it is held to its schema later. */
export function customWords(faults: readonly TypeFault[]): string {
  return (faults.find(({ path }) => path[0] === 'metadata') ?? faults[0]!).detail;
}

const refusal =
  ({ kind: { kind, version, schema }, custom }: Resource) =>
  (faults: readonly TypeFault[]): StatusError =>
    notHandled(kind, version, custom ? customWords(faults) : decoderWords(schema.node, kind, faults));

/** What a body may be of: a stored kind, or one that is only asked in. */
export interface BodyKind {
  readonly kind: Pick<Kind, 'group' | 'version' | 'kind'>;
}

/** Errors: `StatusError` BadRequest where it is of another kind or version. */
export function checkKind(
  core: ApiCore,
  context: RequestContext,
  resource: BodyKind,
  body: unknown,
  options: StrictOptions,
): KubernetesObject {
  if (body === null) return checkKind(core, context, resource, {}, options);
  const fault = typeMetaFault(body);
  if (fault !== undefined || typeof body !== 'object')
    throw (
      options.refuseText?.(fault ?? '') ?? badRequest(`the body must be a JSON object of kind ${resource.kind.kind}`)
    );
  const { apiVersion, kind, metadata } = body as Partial<KubernetesObject>;
  const expected = apiVersionOf(resource.kind);
  const said = typeMetaOf(body);
  const isOfGroup =
    said.group === resource.kind.group && (said.version || resource.kind.version) === resource.kind.version;
  const isOfVersion = isOfGroup || (said.group === '' && said.version === '');
  if (!isOfVersion || (said.kind || resource.kind.kind) !== resource.kind.kind) {
    const version = isOfVersion ? expected : apiVersionOf(said);
    const sent = [version, said.kind || resource.kind.kind] as const;
    throw (
      options.refuseText?.(whyOtherKind(core, resource, ...sent, body)) ??
      otherKind(core, context, resource, ...sent, body, options)
    );
  }
  if (apiVersion === expected && kind === resource.kind.kind && typeof metadata === 'object' && metadata !== null)
    return body as KubernetesObject;
  return { ...body, apiVersion: expected, kind: resource.kind.kind, metadata: metadata ?? {} };
}

/** Something of another kind, or of another version than the path's, in the words of kube-apiserver's decoder. */
function otherKind(
  core: ApiCore,
  context: RequestContext,
  { kind }: BodyKind,
  sentVersion: string,
  sentKind: string,
  body: object,
  options: StrictOptions,
): StatusError {
  const known = readAs(core.registry, sentVersion, sentKind);
  const [version = ''] = sentVersion.split('/').reverse();
  const isSame = known !== undefined && known.definition.kind.kind === kind.kind && isOfGroup(known, kind);
  const { errors, unknownFields } = isSame ? normalize(known, body) : nothingRead;
  if (!isSame || errors.length > 0)
    return notHandled(sentKind, version, whyOtherKind(core, { kind }, sentVersion, sentKind, body), kind.kind);
  reportStrict(context, { kind: sentKind, version }, unknownFields, options);
  return badRequest(
    `the API version in the data (${sentVersion}) does not match the expected API version (${apiVersionOf(kind)})`,
  );
}

const nothingRead = { errors: [], unknownFields: [] };

/** Whether a kind is of the group, in any of its versions. */
const isOfGroup = ({ definition }: Resource, { group }: Pick<Kind, 'group'>): boolean =>
  [definition, ...(definition.versions ?? [])].some(({ kind }) => kind.group === group);

/** It is read as what it is before that is found to be another. */
function whyOtherKind(
  { registry }: ApiCore,
  { kind }: BodyKind,
  apiVersion: string,
  sentKind: string,
  body: object,
): string {
  const inner = kind.group === '' ? 'core' : kind.group.split('.')[0];
  const known = readAs(registry, apiVersion, sentKind.replace(/List$/, ''));
  const isList = known !== undefined && known.kind.kind !== sentKind;
  const { errors } = known === undefined || known.custom || isList ? nothingRead : normalize(known, body);
  if (errors.length > 0) return decoderWords(known!.kind.schema.node, sentKind, errors);
  return known !== undefined && !known.custom
    ? `converting (${known.kind.version}.${sentKind}) to (${inner}.${kind.kind}): unknown conversion`
    : `no kind ${JSON.stringify(sentKind)} is registered for version ${JSON.stringify(apiVersion)} in scheme "pkg/api/legacyscheme/scheme.go:30"`;
}

/** The namespace and name that a write is for. Errors: `StatusError` BadRequest where object and path disagree. */
export function placeOf(
  resource: Resource,
  metadata: ObjectMeta,
  path: { readonly namespace?: string; readonly name?: string },
): { namespace?: string; name: string } {
  const name = path.name ?? metadata.name ?? '';
  const isNamespaced = resource.kind.scope === 'Namespaced';
  if (path.namespace && metadata.namespace && path.namespace !== metadata.namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  if (path.name !== undefined && metadata.name && metadata.name !== path.name) {
    throw badRequest(`the name of the object (${metadata.name}) does not match the name on the URL (${path.name})`);
  }
  return isNamespaced ? { name, namespace: path.namespace || metadata.namespace || 'default' } : { name };
}

/** Errors: `StatusError` BadRequest where what replaces an object does not say its name. */
export function requireName({ name }: ObjectMeta, path: { readonly name?: string }): void {
  if (path.name !== undefined && !name)
    throw badRequest(`the name of the object (${path.name} based on URL) was undeterminable: name must be provided`);
}

/** 415 for a patch type that a resource does not take. */
export const unsupportedPatch = () =>
  statusError(
    'UnsupportedMediaType',
    'the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml',
  );
