/**
 * What a kind decides about its own objects beyond its schema: a small set of pure functions that the API
 * server calls at fixed places of every write. All are optional; each takes and returns frozen objects.
 */
import type { KubernetesObject } from '../meta/v1.js';
import type { FieldError } from '../status/field-error.js';
import type { Kind } from './kind.js';

/** Who writes, and when. */
export interface WriteContext {
  readonly user: {
    readonly name: string;
    readonly uid?: string;
    readonly groups: readonly string[];
    readonly extra?: Readonly<Record<string, readonly string[]>>;
  };
  readonly nowMs: number;
}

/** What an update of one subresource may change, where a subresource is the whole object seen through a slit. */
export interface SubresourceStrategy<in out T extends KubernetesObject = KubernetesObject> {
  /** The object as it was, with what this subresource may change. */
  prepareForUpdate(object: T, old: T, context: WriteContext): T;
  validateUpdate?(object: T, old: T): readonly FieldError[];
}

/** The metadata that clients write. */
export type ClientMetadata = 'labels' | 'annotations' | 'finalizers' | 'ownerReferences';

/** All of it: for `statusKeeps` of kinds whose status is apart from everything else. */
export const clientMetadata: readonly ClientMetadata[] = ['labels', 'annotations', 'finalizers', 'ownerReferences'];

/** As above, of kinds that do not refuse either who says in a write of the status when the object was deleted. */
export const statusMetadata: readonly KeptMetadata[] = [...clientMetadata, 'deletionTimestamp'];

export type KeptMetadata = ClientMetadata | 'deletionTimestamp';

export interface Strategy<in out T extends KubernetesObject = KubernetesObject> {
  /** Defaults that a schema cannot state, because they depend on other fields. Runs after the schema's. */
  defaults?(object: T): T;
  /** Of a kind whose generations are counted: a new object has none yet. */
  readonly uncountedWhenNew?: boolean;
  /** Whether who creates an object may say its status, as a kubelet does of its node (default false: it is dropped). */
  readonly keepsStatusOnCreate?: boolean;
  /** Whether a name that is to be made is what was asked for as its beginning, and no more (default false). */
  readonly namesAsBegun?: boolean;
  /** Whether a new object's metadata is looked at only where nothing else is wrong (default false). */
  readonly judgesMetadataLast?: boolean;
  /** Whether who writes an object over may say its status (default false: it stays as it was). */
  readonly keepsStatusOnUpdate?: boolean;
  /** Resets what a client may not set on create. */
  prepareForCreate?(object: T, context: WriteContext): T;
  /** Keeps what a client may not change on update (the status is kept by the server itself). */
  prepareForUpdate?(object: T, old: T): T;
  prepareForStatusUpdate?(object: T, old: T, context: WriteContext): T;
  /** What of the metadata a write of the status leaves as it was, of what clients say there (default: nothing). */
  readonly statusKeeps?: readonly KeptMetadata[];
  /**
   * Fields that nobody is recorded to have written, by the subresource that is written, the object itself by no name: as
   * `status.conditions`. Unless given: its status of the object itself, and all but that of the status.
   */
  readonly unrecorded?: Readonly<Record<string, readonly string[]>>;
  /** Beside `status`, by name. They are read, updated and patched as the object itself is. */
  readonly subresources?: Readonly<Record<string, SubresourceStrategy<T>>>;
  /** Of what is written new or over: where this is wrong, nothing else is looked at. */
  validateFirst?(object: T): readonly FieldError[];
  /** `served`: the kind as the version has it that the write came by; the stored one unless given. */
  validateCreate?(object: T, served?: Kind): readonly FieldError[];
  validateUpdate?(object: T, old: T, served?: Kind): readonly FieldError[];
  validateStatusUpdate?(object: T, old: T): readonly FieldError[];
  /** The form in which an object is kept that was found right. */
  canonicalize?(object: T): T;
  /** Warnings for the client, sent in the Warning header. */
  warnings?(object: T, old?: T): readonly string[];
  /** As above, of a write of the status. */
  statusWarnings?(object: T): readonly string[];
  /** What is wrong with a name, in the words of the rule; DNS subdomain where absent. `prefix`: it is a generateName. */
  nameErrors?(name: string, prefix: boolean): readonly string[];
  /** Seconds that a deleted object lives on; 0, or absent: it goes at once unless finalizers hold it. */
  gracePeriodSeconds?(object: T, requestedSeconds: number | undefined): number;
  /** Whether a deleted object is held by something else than its finalizers, as a namespace by its content. */
  holdsDeletion?(object: T): boolean;
  /**
   * Marks an object whose time of deletion is set, as a namespace's phase does; it has no seconds of grace and no new
   * generation then. `object` has the finalizers that the deletion asks for, `old` those that it had.
   */
  markDeleted?(object: T, old: T): T;
  /** A deletion that names no policy leaves the dependents behind, as of old with Jobs; the client is told so in these words. */
  readonly orphansDependents?: { readonly warning?: string };
  /** Nothing depends on its objects: a deletion leaves none of the finalizers that are for dependents (default false). */
  readonly hasNoDependents?: boolean;
  /** A put to an absent name creates it (default false). */
  readonly allowCreateOnUpdate?: boolean;
  /** An update without a resourceVersion is taken (default true). */
  readonly allowUnconditionalUpdate?: boolean;
  /** A deletion after which nothing is left is answered with what it was, and not with a Status (default false). */
  readonly returnsDeleted?: boolean;
  /** Whether the change counts as a new generation. Built-in kinds without it carry no generation; custom kinds always do. */
  generationChanged?(object: T, old: T): boolean;
}

/** A cell of `kubectl get`, computed. `nowMs` is there for ages. */
export interface TableColumn<in T extends KubernetesObject = KubernetesObject> {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'date';
  readonly format?: string;
  readonly description: string;
  readonly priority?: number;
  cell(object: T, nowMs: number): string | number | bigint | boolean | null;
}

/** A kind as the API server serves it: the data that everybody shares, and what only the server needs. */
export interface ResourceDefinition<T extends KubernetesObject = KubernetesObject> {
  readonly kind: Kind<T>;
  readonly strategy?: Strategy<T>;
  /** Computed columns, in the place of the kind's JSONPath columns. */
  readonly columns?: readonly TableColumn<T>[];
  /** The order of the rows of a list, where it is not that of names. */
  readonly rowOrder?: (a: T, b: T) => number;
  /** The fields usable in field selectors and how to read them, beside metadata.name and metadata.namespace. */
  readonly fields?: Readonly<Record<string, (object: T) => string>>;
  /**
   * Other versions of the same objects. Objects are stored in the version of `kind`; a version says how
   * to go there and back.
   */
  readonly versions?: readonly ServedVersion<T>[];
  /** Which of all versions, as `group/version`, are known and not served. */
  readonly unserved?: readonly string[];
  /** The Warning header of a kind that is going away, in the version that it is stored in. */
  readonly deprecationWarning?: string;
  /** In the place of what the versions say, where objects lie in the store in more than one version. */
  readonly conversion?: Conversion;
  /** Objects end by themselves so long after they were written last. Absent: they do not. */
  readonly timeToLiveSeconds?: number;
}

/** From any version of a kind to any other. */
export interface Conversion {
  /**
   * From the version that the object says it is in. The very same object where it is in that version already; else the
   * same one each time for the same content.
   */
  convert(object: KubernetesObject, apiVersion: string): KubernetesObject;
  /** What has to have resolved before `convert` is asked for these objects. Absent: nothing. */
  prepare?(objects: readonly KubernetesObject[], apiVersion: string): Promise<void>;
  /** What becomes of an object as it comes from the store, in the version that it lies there in. Absent: nothing. */
  readBack?(object: KubernetesObject): KubernetesObject;
}

export interface ServedVersion<in out T extends KubernetesObject = KubernetesObject> {
  // biome-ignore lint/suspicious/noExplicitAny: the other version's type is its own affair.
  readonly kind: Kind<any>;
  readonly toStored: (object: KubernetesObject) => T;
  readonly fromStored: (object: T) => KubernetesObject;
  readonly columns?: readonly TableColumn[];
  /** What its objects are selected by, where that has other names than in the stored version; read from stored objects. */
  readonly fields?: ResourceDefinition<T>['fields'];
  /** The Warning header of a deprecated version. */
  readonly deprecationWarning?: string;
}
