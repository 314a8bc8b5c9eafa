/**
 * The JSON of stored objects. Objects of one template share their spec, and what was written alike its managed fields: the
 * text of such a part is made once while it is among those that were asked for last. Equal to `JSON.stringify`, but that
 * managed fields stand at the end of the metadata, as Kubernetes has them.
 */
import type { KubernetesObject } from '@pintle/machinery';

/** `object` is frozen. */
export function jsonOf(object: KubernetesObject): string {
  const fields = object as unknown as Readonly<Record<string, unknown>>;
  let text = '';
  for (const key in fields) {
    const value = key === 'metadata' ? jsonOfMetadata(object.metadata) : jsonOfPart(fields[key]);
    if (value !== undefined) text += `${text === '' ? '{' : ','}${JSON.stringify(key)}:${value}`;
  }
  return `${text}}`;
}

function jsonOfMetadata(metadata: KubernetesObject['metadata']): string {
  const { managedFields, ...rest } = metadata;
  const text = JSON.stringify(rest);
  if (managedFields === undefined) return text;
  return `${text.slice(0, -1)}${text === '{}' ? '' : ','}"managedFields":${jsonOfPart(managedFields)}}`;
}

const texts = new Map<object, string>();
const textsMax = 256;
/** Longer ones are not kept: all together take a few megabytes at most. */
const textCharactersMax = 16 * 1024;

function jsonOfPart(part: unknown): string | undefined {
  if (typeof part !== 'object' || part === null) return JSON.stringify(part);
  const known = texts.get(part);
  if (known !== undefined) return known;
  const text = JSON.stringify(part);
  if (text.length > textCharactersMax) return text;
  if (texts.size === textsMax) texts.clear();
  texts.set(part, text);
  return text;
}
