/**
 * The JSON of stored objects. Objects of one template share their spec, and what was written alike its managed fields: the
 * text of such a part is made once while it is among those that were asked for last. Equal to `JSON.stringify`, but for the
 * order: kind, apiVersion and metadata come first, and the fields of the metadata stand as Kubernetes has them.
 */

import type { KubernetesObject } from '@pintle/machinery';
import { stringifyJson } from '@pintle/machinery';

/** `object` is frozen. */
export function jsonOf(object: KubernetesObject): string {
  const fields = object as unknown as Readonly<Record<string, unknown>>;
  let text = `${jsonOfType(object)}"metadata":${jsonOfMetadata(object.metadata)}`;
  for (const key in fields) {
    if (key === 'kind' || key === 'apiVersion' || key === 'metadata') continue;
    const value = jsonOfPart(fields[key]);
    if (value !== undefined) text += `,${JSON.stringify(key)}:${value}`;
  }
  return `${text}}`;
}

/** What the JSON of such an object begins with. */
export const jsonOfType = ({ kind, apiVersion }: Pick<KubernetesObject, 'kind' | 'apiVersion'>): string =>
  `{"kind":${JSON.stringify(kind)},"apiVersion":${JSON.stringify(apiVersion)},`;

function jsonOfMetadata(metadata: KubernetesObject['metadata']): string {
  const { name, generateName, namespace, selfLink, uid, resourceVersion, generation, ...others } = metadata;
  const { creationTimestamp, deletionTimestamp, deletionGracePeriodSeconds, ...more } = others;
  const { labels, annotations, ownerReferences, finalizers, managedFields, ...rest } = more;
  const text = stringifyJson({
    ...{ name, generateName, namespace, selfLink, uid, resourceVersion, generation },
    ...{ creationTimestamp, deletionTimestamp, deletionGracePeriodSeconds },
    ...{ labels, annotations, ownerReferences, finalizers, ...rest },
  });
  if (managedFields === undefined) return text;
  return `${text.slice(0, -1)}${text === '{}' ? '' : ','}"managedFields":${jsonOfPart(managedFields)}}`;
}

const texts = new Map<object, string>();
const textsMax = 256;
/** Longer ones are not kept: all together take a few megabytes at most. */
const textCharactersMax = 16 * 1024;

function jsonOfPart(part: unknown): string | undefined {
  if (typeof part !== 'object' || part === null) return stringifyJson(part);
  const known = texts.get(part);
  if (known !== undefined) return known;
  const text = stringifyJson(part);
  if (text.length > textCharactersMax) return text;
  if (texts.size === textsMax) texts.clear();
  texts.set(part, text);
  return text;
}
