/**
 * The versions of one kind, as the accounting of fields reads objects in each. Where another program converts objects, what
 * it has to convert is found out by trying: the work is begun anew once a conversion is there.
 *
 * **Differs from Kubernetes**: of built-in kinds, what came by a newer version is accounted for as far as the stored one knows it.
 */
import { canonicalJson, type KubernetesObject, type Versions } from '@pintle/machinery';
import type { Resource } from '../registry/resource.js';

/** Conversions asked for by one piece of work; it needs two or three for each version that somebody wrote in. */
const conversionsMax = 100;

/** Thrown, and caught here: the work cannot go on before this. */
class Unconverted extends Error {
  constructor(readonly convert: () => Promise<void>) {
    super('an object has not been converted yet');
    this.name = 'Unconverted';
  }
}

/** At once where no other program is asked. */
export function acrossVersions<T>(resource: Resource, work: (versions: Versions) => T): T | Promise<T> {
  const versions = versionsOf(resource);
  try {
    return work(versions);
  } catch (error) {
    if (!(error instanceof Unconverted)) throw error;
    return resumed(error, () => work(versions));
  }
}

async function resumed<T>(first: Unconverted, work: () => T): Promise<T> {
  let lacking = first;
  for (let count = 0; count < conversionsMax; count++) {
    await lacking.convert();
    try {
      return work();
    } catch (error) {
      if (!(error instanceof Unconverted)) throw error;
      lacking = error;
    }
  }
  throw new Error(`more than ${conversionsMax} conversions for one write`);
}

function versionsOf({ versions, custom }: Resource): Versions {
  const known = (wanted: string) => versions.find(({ apiVersion }) => apiVersion === wanted);
  const converted = new Map<string, KubernetesObject>();
  return {
    schemaOf: (apiVersion) => known(apiVersion)?.kind.schema.node,
    hinders: (apiVersion) => custom && known(apiVersion) === undefined,
    convert({ apiVersion, value }, to) {
      const [from, into] = [known(apiVersion)!, known(to)!];
      // Of custom objects a null is a value like any other.
      const keepsNulls = into.custom && into.prepare === undefined;
      const given = (keepsNulls ? value : withoutNulls(value)) as Partial<KubernetesObject>;
      // What was taken away of it, Go has none the less.
      const object = (given.metadata === undefined ? { ...given, metadata: {} } : given) as KubernetesObject;
      const { conversion } = into.definition;
      if (conversion === undefined) return into.fromStored(from.toStored(object));
      if (conversion.prepare === undefined) return conversion.convert(object, to);
      const id = `${to} ${canonicalJson(object)}`;
      const before = converted.get(id);
      if (before !== undefined) return before;
      throw new Unconverted(async () => {
        await conversion.prepare?.([object], to);
        converted.set(id, conversion.convert(object, to));
      });
    },
  };
}

/** Merging leaves nulls where nothing is left; conversions know objects without. What has none is the same. */
function withoutNulls(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  if (Array.isArray(value)) return value.map(withoutNulls);
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) => (inner === null ? [] : [[key, withoutNulls(inner)]])),
  );
}
