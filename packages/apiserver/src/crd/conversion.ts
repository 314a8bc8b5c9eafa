/**
 * Custom resources from one version to another: by another label alone (`None`), or by a webhook, whose answers are
 * remembered as long as what they were made of. The label is the object's `apiVersion`; it lies in the store with it.
 */
import {
  type Conversion,
  coerced,
  type Kind,
  type KubernetesObject,
  pruned,
  RecentMap,
  readBack,
  type SchemaNode,
} from '@pintle/machinery';

/** Versions that differ in name only. */
export function relabelling(): Conversion {
  const known = new WeakMap<KubernetesObject, KubernetesObject>();
  return {
    convert(object, apiVersion) {
      if (object.apiVersion === apiVersion) return object;
      const found = known.get(object);
      if (found?.apiVersion === apiVersion) return found;
      const made = Object.freeze({ ...object, apiVersion });
      known.set(object, made);
      return made;
    },
  };
}

/** As `kinds`, which are of all versions, have it: what the version that is converted to does not know is gone. */
export function underSchemas({ convert, ...conversion }: Conversion, kinds: ReadonlyMap<string, Kind>): Conversion {
  // What a webhook makes may say nothing by null, as programs in Go do.
  const fitting = conversion.prepare === undefined ? pruned : coerced;
  const converted = new WeakMap<KubernetesObject, KubernetesObject>();
  const read = new WeakMap<KubernetesObject, KubernetesObject>();
  const once = (
    known: WeakMap<KubernetesObject, KubernetesObject>,
    object: KubernetesObject,
    make: (node: SchemaNode, object: KubernetesObject) => KubernetesObject,
  ): KubernetesObject => {
    let made = known.get(object);
    if (made === undefined) {
      const kind = kinds.get(object.apiVersion);
      made = kind === undefined ? object : make(kind.schema.node, object);
      known.set(object, made);
    }
    return made;
  };
  return {
    ...conversion,
    convert(object, apiVersion) {
      const made = convert(object, apiVersion);
      return made === object ? object : once(converted, made, fitting);
    },
    readBack: (object) => once(read, object, readBack),
  };
}

/** Objects of one version, in another. Rejects where there is no answer, or none that can be one. */
export type BulkConverter = (
  objects: readonly KubernetesObject[],
  apiVersion: string,
) => Promise<readonly KubernetesObject[]>;

/** Of copies of one object with other metadata, so many conversions are remembered: the latest. */
const likeMax = 64;
/** So many at least are remembered of objects that share nothing with their copies. */
const bareMin = 1_000;

interface Converted {
  readonly from: KubernetesObject;
  readonly to: KubernetesObject;
}

/** Asks once for what is the same but for its metadata: a webhook may change labels and annotations of that alone. */
export function rememberedConversion(convertAll: BulkConverter): Conversion {
  const exact = new WeakMap<KubernetesObject, KubernetesObject[]>();
  const like = new WeakMap<object, readonly Converted[]>();
  /** By name, of objects that have nothing that could be an anchor. */
  const bare = new RecentMap<object>(bareMin);

  /** What an object and its copies with other metadata share: their first field that is an object, else who wrote its fields. */
  const anchorOf = (object: KubernetesObject): object => {
    for (const [, value] of fieldsOf(object)) if (typeof value === 'object' && value !== null) return value;
    const { metadata: { name, namespace, managedFields } = {} }: Bare = object;
    if (managedFields !== undefined) return managedFields;
    const key = `${namespace}/${name}`;
    const anchor = bare.get(key) ?? {};
    bare.set(key, anchor);
    return anchor;
  };
  const keep = (from: KubernetesObject, to: KubernetesObject): KubernetesObject => {
    exact.set(from, [...(exact.get(from) ?? []), to]);
    return to;
  };
  const find = (object: KubernetesObject, apiVersion: string): KubernetesObject | undefined => {
    if (object.apiVersion === apiVersion) return object;
    const known = exact.get(object)?.find((to) => to.apiVersion === apiVersion);
    if (known !== undefined) return known;
    for (const { from, to } of like.get(anchorOf(object)) ?? []) {
      if (to.apiVersion === apiVersion && sameBody(from, object))
        return keep(object, Object.freeze({ ...to, metadata: metadataOf(object, to) }));
    }
    return undefined;
  };
  return {
    convert(object, apiVersion) {
      const found = find(object, apiVersion);
      if (found === undefined) throw new Error(`${object.kind} was not prepared for its conversion to ${apiVersion}`);
      return found;
    },
    async prepare(objects, apiVersion) {
      const lacking = objects.filter((object) => find(object, apiVersion) === undefined);
      if (lacking.length === 0) return;
      const made = await convertAll(lacking, apiVersion);
      for (const [index, from] of lacking.entries()) {
        const to = keep(from, made[index]!);
        const anchor = anchorOf(from);
        like.set(anchor, [...(like.get(anchor) ?? []).slice(1 - likeMax), { from, to }]);
      }
    },
  };
}

const fieldsOf = (object: KubernetesObject) =>
  Object.entries(object).filter(([name]) => name !== 'metadata' && name !== 'apiVersion' && name !== 'kind');

/** Merging may take all of an object's metadata, before what others own of it is put back. */
type Bare = Partial<KubernetesObject>;

/** The same version and the very same fields; the metadata as far as a webhook may look at it to change it. */
function sameBody(a: KubernetesObject, b: KubernetesObject): boolean {
  if (a === b) return true;
  const [{ metadata: left = {} }, { metadata: right = {} }]: [Bare, Bare] = [a, b];
  if (a.apiVersion !== b.apiVersion || left.labels !== right.labels) return false;
  if (left.annotations !== right.annotations) return false;
  const [mine, theirs] = [fieldsOf(a), Object.fromEntries(fieldsOf(b))];
  return mine.length === Object.keys(theirs).length && mine.every(([name, value]) => theirs[name] === value);
}

const metadataOf = (object: KubernetesObject, { metadata: { labels, annotations } }: KubernetesObject) => {
  const { labels: _labels, annotations: _annotations, ...rest } = object.metadata ?? {};
  return Object.freeze({
    ...rest,
    ...(labels === undefined ? {} : { labels }),
    ...(annotations === undefined ? {} : { annotations }),
  });
};
