/**
 * A resource as one version serves it: the kind of that version, the definition behind it, and the way to and
 * from the version that verbs work in: of built-in kinds the stored one, of custom ones that which is asked for, which is
 * converted as it is read from the store and written to it. What every verb is given instead of a kind's name.
 */
import type { StoreEntry } from '@pintle/contracts';
import {
  apiVersionOf,
  type Conversion,
  type Kind,
  type KubernetesObject,
  nullsOf,
  onceForEach,
  type ResourceDefinition,
  type ServedVersion,
  type TableColumn,
} from '@pintle/machinery';
import type { StoredObject, Told } from '../storage/stored-object.js';

export interface Resource {
  readonly definition: ResourceDefinition;
  /** The kind as this version serves it. */
  readonly kind: Kind;
  readonly apiVersion: string;
  /** Where its objects live in the store, ending with `/`. */
  readonly prefix: string;
  readonly columns?: readonly TableColumn[];
  /** What its objects are selected by, beside their names; read from stored objects. */
  readonly fields?: ResourceDefinition['fields'];
  readonly deprecationWarning?: string;
  /** Whether the kind came from a CustomResourceDefinition, whose objects are checked by schema alone. */
  readonly custom: boolean;
  /** Whether this is the version that objects are stored in. */
  readonly isStored: boolean;
  /** Whether the version is served, and not merely known. */
  readonly isServed: boolean;
  /** This and the other versions of the same objects, the stored one first. */
  readonly versions: readonly Resource[];
  /** What becomes of an object as it comes from the store, before anything else: of custom kinds it is in this version then. */
  readonly readBack?: (object: KubernetesObject) => KubernetesObject;
  /** An object of a custom kind as it goes to the store. Absent: as it is. */
  readonly written?: (object: KubernetesObject) => KubernetesObject;
  /** What has to have resolved before the two above are asked for these objects, where somebody else converts them. */
  readonly prepare?: (objects: readonly KubernetesObject[], to: 'stored' | 'served') => Promise<void>;
  /** To the version that verbs work in. */
  toStored(object: KubernetesObject): KubernetesObject;
  /** From it. The same object each time for the same one. */
  fromStored(object: KubernetesObject): KubernetesObject;
}

/** How its objects are told in JSON and YAML: with Go's nulls. Undefined where nothing is added, as to custom ones. */
export const tellerOf = ({ custom, kind }: Pick<Resource, 'custom' | 'kind'>): Told | undefined =>
  custom ? undefined : nullsOf(kind.schema.node);

/** Whether an object is served as its bytes lie in the store. */
export function servesAsStored(resource: Resource, { value, modRevision }: StoreEntry<StoredObject>): boolean {
  if (!resource.isStored || !resource.custom) return resource.isStored;
  const object = value.at(modRevision);
  return object.apiVersion === resource.apiVersion && asRead(resource, object) === object;
}

/** Of the versions that are served the one by which all objects are listed once: the stored one, if it is served. */
export const leads = (resource: Resource): boolean => resource.versions.find(({ isServed }) => isServed) === resource;

/** An object of the store as every verb sees it. */
export const asRead = (resource: Pick<Resource, 'readBack'> | undefined, object: KubernetesObject): KubernetesObject =>
  resource?.readBack?.(object) ?? object;

/** Whether an object may come from the store without defaults of this version: those are filled in where it is stored. */
export const lacksDefaults = ({ custom, versions }: Resource): boolean => custom && versions.length > 1;

/** Before entries of the store are asked for their objects, where somebody else converts them. */
export const readable = (
  resource: Resource,
  entries: readonly (StoreEntry<StoredObject> | undefined)[],
): Promise<void> | undefined =>
  resource.prepare?.(
    entries.flatMap((entry) => (entry === undefined ? [] : [entry.value.at(entry.modRevision)])),
    'served',
  );

/** As it goes to the store. */
export function asWritten(resource: Resource, object: KubernetesObject): KubernetesObject | Promise<KubernetesObject> {
  const { written = (same) => same, prepare } = resource;
  return prepare === undefined ? written(object) : prepare([object], 'stored').then(() => written(object));
}

/** What is not written is answered as if it had been. */
export async function asIfRead(resource: Resource, written: KubernetesObject): Promise<KubernetesObject> {
  await resource.prepare?.([written], 'served');
  return resource.fromStored(asRead(resource, written));
}

/** Objects that verbs work on, as those see them that speak another version of their kind. */
export async function inOtherVersion<T extends KubernetesObject | undefined>(
  { definition: { conversion } }: Resource,
  objects: readonly T[],
  { apiVersion }: Resource,
): Promise<readonly T[]> {
  if (conversion === undefined) return objects;
  await conversion.prepare?.(
    objects.filter((object) => object !== undefined),
    apiVersion,
  );
  return objects.map((object) => (object === undefined ? object : (conversion.convert(object, apiVersion) as T)));
}

/** The resources of a definition, one for each version, the stored one first. */
export function resourcesOf(definition: ResourceDefinition, options: { custom?: boolean } = {}): readonly Resource[] {
  const { kind } = definition;
  const prefix = `/registry/${kind.group === '' ? 'core' : kind.group}/${kind.plural}/`;
  const custom = options.custom ?? false;
  const identity = (object: KubernetesObject) => object;
  if (definition.conversion !== undefined) return convertedResources(definition, definition.conversion, prefix, custom);
  const versions: Resource[] = [];
  const stored: Resource = {
    definition,
    versions,
    kind,
    apiVersion: apiVersionOf(kind),
    prefix,
    ...(definition.columns === undefined ? {} : { columns: definition.columns }),
    ...(definition.fields === undefined ? {} : { fields: definition.fields }),
    ...(definition.deprecationWarning === undefined ? {} : { deprecationWarning: definition.deprecationWarning }),
    custom,
    isStored: true,
    isServed: true,
    toStored: identity,
    fromStored: identity,
  };
  const others = (definition.versions ?? []).map((version): Resource => {
    const converted = new WeakMap<KubernetesObject, KubernetesObject>();
    const columns = version.columns ?? columnsOfStored(definition.columns, version.toStored);
    const fields = version.fields ?? definition.fields;
    return {
      definition,
      versions,
      kind: version.kind,
      apiVersion: apiVersionOf(version.kind),
      prefix,
      ...(columns === undefined ? {} : { columns }),
      ...(fields === undefined ? {} : { fields }),
      ...(version.deprecationWarning === undefined ? {} : { deprecationWarning: version.deprecationWarning }),
      custom,
      isStored: false,
      isServed: true,
      toStored: version.toStored,
      fromStored(object) {
        let found = converted.get(object);
        if (found === undefined) {
          found = version.fromStored(object);
          converted.set(object, found);
        }
        return found;
      },
    };
  });
  versions.push(stored, ...others);
  return versions;
}

/** Columns are written of the stored version: of another the cells are found there. */
function columnsOfStored(
  columns: readonly TableColumn[] | undefined,
  toStored: (object: KubernetesObject) => KubernetesObject,
): readonly TableColumn[] | undefined {
  const stored = onceForEach(toStored);
  return columns?.map((column) => ({ ...column, cell: (object, nowMs) => column.cell(stored(object), nowMs) }));
}

function convertedResources(
  definition: ResourceDefinition,
  { convert, prepare, readBack = (object) => object }: Conversion,
  prefix: string,
  custom: boolean,
): readonly Resource[] {
  const storedVersion = apiVersionOf(definition.kind);
  const defined: readonly Pick<ServedVersion, 'kind' | 'columns' | 'deprecationWarning'>[] = [
    definition,
    ...(definition.versions ?? []),
  ];
  const versions: Resource[] = [];
  for (const [index, { kind, columns = definition.columns, deprecationWarning }] of defined.entries()) {
    const apiVersion = apiVersionOf(kind);
    versions.push({
      definition: index === 0 ? definition : { ...definition, kind },
      versions,
      kind,
      apiVersion,
      prefix,
      ...(columns === undefined ? {} : { columns }),
      ...(deprecationWarning === undefined ? {} : { deprecationWarning }),
      custom,
      isStored: index === 0,
      isServed: definition.unserved?.includes(apiVersion) !== true,
      readBack: (object) => convert(readBack(object), apiVersion),
      written: (object) => convert(object, storedVersion),
      toStored: (object) => object,
      fromStored: (object) => object,
      ...(prepare === undefined
        ? {}
        : {
            prepare: (objects, to) =>
              to === 'stored' ? prepare(objects, storedVersion) : prepare(objects.map(readBack), apiVersion),
          }),
    });
  }
  return versions;
}

/** The store key of one object. */
export function storeKey(resource: Resource, namespace: string | undefined, name: string): string {
  return resource.kind.scope === 'Namespaced' ? `${resource.prefix}${namespace}/${name}` : `${resource.prefix}${name}`;
}

/** The prefix of all objects of a namespace, or of all. */
export function storePrefix(resource: Resource, namespace: string | undefined): string {
  return resource.kind.scope === 'Namespaced' && namespace !== undefined && namespace !== ''
    ? `${resource.prefix}${namespace}/`
    : resource.prefix;
}

/** Whether a subresource is the object itself, of which a part may be changed: `status`, and what its strategy names. */
export const isPartOfObject = ({ kind, definition }: Resource, subresource: string): boolean =>
  subresource === 'status'
    ? (kind.subresources.status ?? false)
    : definition.strategy?.subresources?.[subresource] !== undefined;
