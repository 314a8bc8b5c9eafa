/**
 * What a body says of a custom object, in the order in which kube-apiserver finds it out: its metadata first, then fields that
 * no schema knows, and only then whether it is of the right version. Of which kind it is is judged with all else of it.
 */
import {
  apiVersionOf,
  badRequest,
  canonicalJson,
  deepFreeze,
  type Fields,
  invalid,
  invalidField,
  type KubernetesObject,
  type ObjectMeta,
  readMetadata,
  type StatusError,
} from '@pintle/machinery';
import type { RequestContext } from '../registry/request-context.js';
import type { Resource } from '../registry/resource.js';
import type { ApiCore } from './api-core.js';
import type { DecodeOptions } from './decode-options.js';
import { normalize } from './normalizers.js';
import { notHandled, reportStrict } from './strict-faults.js';
import { type TypeMeta, typeMetaOf } from './type-meta.js';

/** Of another kind or version than the path's: what is left of it once it is read; undefined where there is nothing like that. */
export function otherCustomObject(
  core: ApiCore,
  context: RequestContext,
  resource: Resource,
  body: object,
  options: DecodeOptions,
): KubernetesObject | undefined {
  const { kind } = resource;
  const { apiVersion } = body as Fields;
  const said: TypeMeta = { ...typeMetaOf(body), ...(apiVersion === undefined ? { group: '', version: '' } : {}) };
  const expected = apiVersionOf(kind);
  const isPatched = options.refuseText !== undefined;
  // Of requests the HTTP face has seen to it that they say a kind.
  if (apiVersion === expected && (said.kind === kind.kind || (said.kind === '' && !isPatched))) return undefined;
  const refuse = (words: string): StatusError =>
    options.refuseText?.(words) ?? notHandled(said.kind, said.version, words, kind.kind);
  if (said.kind === '') throw refuse(`Object 'Kind' is missing in '${canonicalJson(body)}'`);
  if (apiVersion === null) throw refuse('.apiVersion accessor error: <nil> is of the type <nil>, expected string');
  const { metadata, unknownFields: inMetadata, fault } = readMetadata((body as Fields)['metadata'] ?? {});
  if (fault !== undefined) throw refuse(fault);
  const own = said.group === kind.group && said.kind === kind.kind ? knownIn(core, apiVersion, body) : { unknown: [] };
  const unknown = [...inMetadata.toSorted().map((field) => `metadata.${field}`), ...own.unknown];
  reportStrict(
    context,
    said,
    unknown,
    said.version === '' && !isPatched ? { ...options, refuseText: noVersion } : options,
  );
  const read = { ...(own.left ?? body), kind: said.kind, metadata };
  if (apiVersion !== expected) {
    if (!isPatched) throw otherVersion(String(apiVersion ?? ''), expected);
    if (said.version === '') throw notOf(said, metadata, 'apiVersion', apiVersion, expected);
    return deepFreeze({ ...read, apiVersion: String(apiVersion) });
  }
  return deepFreeze({ ...read, apiVersion: apiVersionOf(resource.definition.kind) });
}

const ofEveryObject = ['apiVersion', 'kind', 'metadata'];

/** What is unknown in a version; of one that there is not, nothing is `left` but what every object has. */
function knownIn(
  { registry }: ApiCore,
  apiVersion: unknown,
  body: object,
): { readonly unknown: readonly string[]; readonly left?: object } {
  const resource = registry.byObject({ apiVersion: String(apiVersion), kind: (body as KubernetesObject).kind });
  if (resource?.custom) {
    const { value, unknownFields: unknown, errors } = normalize(resource, { ...body, metadata: {} }, {});
    return { unknown, ...(errors.length > 0 ? {} : { left: value as object }) };
  }
  const unknown = Object.keys(body).filter((key) => !ofEveryObject.includes(key));
  return { unknown: unknown.sort(), left: {} };
}

const otherVersion = (said: string, expected: string) =>
  badRequest(`the API version in the data (${said}) does not match the expected API version (${expected})`);

/** What is refused strictly is told of with its version. */
const noVersion = () => badRequest("Object 'apiVersion' is missing in 'object has no apiVersion field'");

const notOf = (said: TypeMeta, { name = '' }: ObjectMeta, field: string, value: unknown, expected: string) =>
  invalid(said, name, [invalidField(field, value ?? '', `must be ${expected}`)]);
