/**
 * Which kind in which version a body says that it is, as kube-apiserver finds it out before it reads anything else: by
 * Go's own JSON, which takes the names of fields in any case. Bodies and patched objects are judged by it.
 */
import { isFields, jsonType, unmarshalWords } from '@pintle/machinery';

export interface TypeMeta {
  /** Empty where nothing is said, as are the others. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

const goStruct = String.raw`struct { APIVersion string "json:\"apiVersion,omitempty\""; Kind string "json:\"kind,omitempty\"" }`;
const notRead = (words: string) => `couldn't get version/kind; json parse error: ${words}`;

/** In words: why nothing can be found out. Undefined: it can. */
export function typeMetaFault(body: unknown): string | undefined {
  if (body === null) return undefined;
  if (typeof body !== 'object' || Array.isArray(body)) return notRead(unmarshalWords(body, goStruct));
  for (const key in body) {
    const name = nameOf(key);
    const said = (body as Readonly<Record<string, unknown>>)[key];
    if (name !== undefined && said !== null && typeof said !== 'string')
      return notRead(`json: cannot unmarshal ${jsonType(said)} into Go struct field .${name} of type string`);
  }
  const { apiVersion } = textsOf(body);
  return apiVersion.split('/').length > 2 ? `unexpected GroupVersion string: ${apiVersion}` : undefined;
}

/** Of a body without such a fault. */
export function typeMetaOf(body: object): TypeMeta {
  const { apiVersion, kind } = textsOf(body);
  const [version = '', group = ''] = apiVersion.split('/').reverse();
  return { group, version, kind };
}

/** As Go writes it anew, in the order of names: what kind and version it is of is said by the last that can be read as such. */
export function asPatched(body: unknown): unknown {
  if (!isFields(body)) return body;
  if (misspelt(body).length === 0) return body;
  return Object.fromEntries(Object.entries(body).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Names of fields that would say it, were they not written otherwise. */
export const misspelt = (body: object): readonly string[] =>
  Object.keys(body).filter((key) => nameOf(key) !== undefined && nameOf(key) !== key);

function textsOf(body: object) {
  const texts = { apiVersion: '', kind: '' };
  for (const key in body) {
    const name = nameOf(key);
    const said = (body as Readonly<Record<string, unknown>>)[key];
    if (name !== undefined && typeof said === 'string') texts[name] = said;
  }
  return texts;
}

function nameOf(key: string): 'apiVersion' | 'kind' | undefined {
  if (key.length === 4) return key === 'kind' || key.toLowerCase() === 'kind' ? 'kind' : undefined;
  if (key.length !== 10) return undefined;
  return key === 'apiVersion' || key.toLowerCase() === 'apiversion' ? 'apiVersion' : undefined;
}
