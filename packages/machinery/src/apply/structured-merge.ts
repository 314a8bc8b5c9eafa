/**
 * The rules of shared ownership (structured-merge-diff `merge`): what an update takes over, what an apply merges,
 * gives up and comes into conflict with. Owners have any names here; `managed-fields.ts` gives them Kubernetes' own
 * and calls this.
 *
 * Invariants: 1. An owner owns at least one field. 2. A field set is read with the schema of its own version.
 */

import { isFields } from '../json/fields.js';
import { resolve, type SchemaNode } from '../schema/schema.js';
import { type Comparison, compareValues, emptyFieldsOf } from './compare-values.js';
import { emptyTree, type FieldTree, intersectionTree, leaf, membersOf, treeOf } from './field-tree.js';
import { mergeValues, removeMembers } from './merge-values.js';
import { childNode, fieldTreeOf, itemNode, shapeAt, withNamedFields } from './typed-value.js';

export interface Owned {
  readonly fields: FieldTree;
  readonly apiVersion: string;
  readonly applied: boolean;
}

export type Owners = ReadonlyMap<string, Owned>;

/** A value as one version shows it. */
export interface Versioned {
  readonly apiVersion: string;
  readonly value: unknown;
}

/** The versions of one kind. */
export interface Versions {
  /** Undefined for a version that is known no more. */
  schemaOf(apiVersion: string): SchemaNode | undefined;
  /** Whether owners in such a version keep an object from being accounted for, and are not merely forgotten. */
  hinders?(apiVersion: string): boolean;
  /** Only for versions that have a schema. */
  convert(object: Versioned, apiVersion: string): unknown;
}

export interface Conflict {
  readonly owner: string;
  readonly path: readonly string[];
}

/** `ignored` fields are not this write's to change: they are accounted to nobody. */
export interface WriteRules {
  readonly versions: Versions;
  readonly ignored?: FieldTree;
  /** The only version whose owners keep ignored fields that the write took away; all unless given. */
  readonly ignoredIn?: string;
}

const inVersion = ({ versions }: WriteRules, object: Versioned, apiVersion: string): Versioned =>
  object.apiVersion === apiVersion ? object : { apiVersion, value: versions.convert(object, apiVersion) };

function schemaOf({ versions }: WriteRules, apiVersion: string): SchemaNode {
  const schema = versions.schemaOf(apiVersion);
  if (schema === undefined) throw new Error(`the version ${apiVersion} is not served`);
  return schema;
}

/** A definition has no longer the version that an owner's fields are of. */
export class UnknownVersionError extends Error {
  constructor(apiVersion: string) {
    super(`request to convert CR to an invalid group/version: ${apiVersion}`);
    this.name = 'UnknownVersionError';
  }
}

/** An owner who keeps the object from being accounted for. */
export const hindrance = ({ versions }: WriteRules, owners: Owners): Owned | undefined =>
  versions.hinders === undefined
    ? undefined
    : [...owners.values()].find(({ apiVersion }) => versions.hinders!(apiVersion));

/** A change as each version shows it. */
export class Differences {
  private readonly byVersion = new Map<string, Comparison | undefined>();
  /** Whether any of what differs, ignored or not, is an item without its keys; known of versions that were asked for. */
  hasKeyless = false;
  constructor(
    private readonly rules: WriteRules,
    private readonly old: Versioned | undefined,
    private readonly now: Versioned,
  ) {}

  /** Undefined for a version that is served no more. */
  in(apiVersion: string): Comparison | undefined {
    if (!this.byVersion.has(apiVersion)) this.byVersion.set(apiVersion, this.compare(apiVersion));
    return this.byVersion.get(apiVersion);
  }

  private compare(apiVersion: string): Comparison | undefined {
    const schema = this.rules.versions.schemaOf(apiVersion);
    if (schema === undefined) return undefined;
    const value = (object: Versioned) => inVersion(this.rules, object, apiVersion).value;
    const { changed, removed } = compareValues(schema, this.old && value(this.old), value(this.now));
    this.hasKeyless ||= changed.hasKeyless || removed.hasKeyless;
    const { ignoredIn = apiVersion } = this.rules;
    const ignored = (ignoredIn === apiVersion ? this.rules.ignored : undefined) ?? emptyTree;
    return { changed: below(changed).outside(ignored), removed: below(removed).outside(ignored) };
  }
}

/** Nobody owns an object as a whole. */
const below = (tree: FieldTree): FieldTree => (tree.own ? treeOf(false, tree.children) : tree);

/** Takes from all owners but `writer` what a change touches. */
function disown(differences: Differences, owners: Owners, writer: string): Map<string, Owned> {
  const left = new Map<string, Owned>();
  for (const [name, owned] of owners) {
    if (name === writer) {
      left.set(name, owned);
      continue;
    }
    const difference = differences.in(owned.apiVersion);
    if (difference === undefined) continue;
    const fields = owned.fields.minus(difference.changed).minus(difference.removed);
    if (!fields.isEmpty) left.set(name, fields === owned.fields ? owned : { ...owned, fields });
  }
  return left;
}

/** The fields of others that `writer` gives another value. */
function conflictsOf(differences: Differences, owners: Owners, writer: string): readonly Conflict[] {
  return [...owners].flatMap(([owner, { fields, apiVersion }]) => {
    const difference = owner === writer ? undefined : differences.in(apiVersion);
    if (difference === undefined) return [];
    return [...membersOf(intersectionTree(fields, difference.changed))].map((path) => ({ owner, path }));
  });
}

/** The owners after `writer` made a change, in its version: what it changed is its own, what it removed is nobody's. */
export function ownersAfterUpdate(
  rules: WriteRules,
  differences: Differences,
  apiVersion: string,
  before: Owners,
  writer: string,
): Owners {
  const { changed, removed } = differences.in(apiVersion)!;
  // What is ignored in this version may have changed in others.
  const isSeenElsewhere =
    rules.ignoredIn !== undefined && [...before.values()].some((owned) => owned.apiVersion !== apiVersion);
  if (changed.isEmpty && removed.isEmpty && !isSeenElsewhere) return before;
  const owners = disown(differences, reconciled(rules, before), writer);
  const mine = owners.get(writer)?.fields ?? emptyTree;
  const fields = mine
    .minus(removed)
    .union(changed)
    .outside(rules.ignored ?? emptyTree);
  if (fields.isEmpty) owners.delete(writer);
  else owners.set(writer, { fields, apiVersion, applied: false });
  return owners;
}

export type ApplyOutcome =
  | { readonly conflicts: readonly Conflict[] }
  | { readonly value: unknown; readonly owners: Owners };

/** An apply by `applier`. `wishes` and `live` are in the same version. */
export function applied(
  rules: WriteRules,
  live: Versioned,
  wishes: Versioned,
  before: Owners,
  applier: string,
  force: boolean,
): ApplyOutcome {
  const { apiVersion } = wishes;
  const schema = schemaOf(rules, apiVersion);
  const owners = new Map(reconciled(rules, before));
  const last = owners.get(applier);
  const fields = fieldTreeOf(schema, wishes.value).outside(rules.ignored ?? emptyTree);
  owners.set(applier, { fields, apiVersion, applied: true });
  const merged = { apiVersion, value: mergeValues(schema, live.value, wishes.value) };
  const now = last === undefined ? merged : pruned(rules, merged, owners, last);
  const differences = new Differences(rules, live, now);
  const conflicts = force ? [] : conflictsOf(differences, owners, applier);
  if (conflicts.length > 0) return { conflicts };
  const left = disown(differences, owners, applier);
  if (fields.isEmpty) left.delete(applier);
  return { value: now.value, owners: left };
}

/**
 * Without what the applier named `last` time and nobody names now. All that it named is taken out, with what is
 * below; then what others own, and what nobody had named, is put back.
 */
function pruned(rules: WriteRules, merged: Versioned, owners: Owners, last: Owned): Versioned {
  const schema = rules.versions.schemaOf(last.apiVersion);
  if (schema === undefined || last.fields.isEmpty) return merged;
  const named = withNamedFields(schema, last.fields);
  const ownedBy = (apiVersion: string) =>
    [...owners.values()]
      .filter((owned) => owned.apiVersion === apiVersion)
      .reduce((tree, { fields }) => tree.union(fields), emptyTree);
  // What is owned still, as most of it is each time, stays whatever else happens.
  if (named.minus(withNamedFields(schema, ownedBy(last.apiVersion))).isEmpty) return merged;

  const all = inVersion(rules, merged, last.apiVersion);
  let kept: Versioned = { apiVersion: last.apiVersion, value: removeMembers(schema, all.value, named) };
  const others = new Set([...owners.values()].map((owned) => owned.apiVersion).filter((v) => v !== last.apiVersion));
  for (const apiVersion of [last.apiVersion, ...others]) {
    if (rules.versions.schemaOf(apiVersion) !== undefined)
      kept = withOwned(rules, merged, asWritten(rules, kept, apiVersion), ownedBy(apiVersion));
  }
  const rest = asWritten(rules, kept, last.apiVersion);
  const lost = membersAt(schema, all.value).minus(membersAt(schema, rest.value));
  const value = removeMembers(schema, all.value, intersectionTree(lost, named));
  return inVersion(rules, { apiVersion: last.apiVersion, value }, merged.apiVersion);
}

/** In a version, with what Go writes of its types whatever has been said, where it is converted to that. */
function asWritten(rules: WriteRules, kept: Versioned, apiVersion: string): Versioned {
  if (kept.apiVersion === apiVersion) return kept;
  const { value } = inVersion(rules, kept, apiVersion);
  return { apiVersion, value: withEmpty(schemaOf(rules, apiVersion), value) };
}

function withEmpty(place: SchemaNode, value: unknown): unknown {
  const { items, values, properties } = resolve(place);
  if (Array.isArray(value)) return items === undefined ? value : value.map((item) => withEmpty(items, item));
  if (!isFields(value)) return value;
  const filled: Record<string, unknown> = {};
  for (const [key, empty] of emptyFieldsOf(place)) filled[key] = empty;
  for (const key of Object.keys(value))
    if (value[key] !== undefined)
      Object.defineProperty(filled, key, { value: value[key], enumerable: true, configurable: true, writable: true });
  for (const key of Object.keys(filled)) {
    const inner = properties !== undefined && Object.hasOwn(properties, key) ? properties[key] : values;
    if (inner !== undefined && key !== '__proto__') filled[key] = withEmpty(inner, filled[key]);
  }
  return filled;
}

const membersAt = (schema: SchemaNode, value: unknown) => withNamedFields(schema, fieldTreeOf(schema, value));

/** `kept`, and of `merged` what is `owned`. */
function withOwned(rules: WriteRules, merged: Versioned, kept: Versioned, owned: FieldTree): Versioned {
  const { apiVersion } = kept;
  const schema = schemaOf(rules, apiVersion);
  const { value } = inVersion(rules, merged, apiVersion);
  const stays = membersAt(schema, kept.value).union(withNamedFields(schema, owned));
  return { apiVersion, value: removeMembers(schema, value, membersAt(schema, value).minus(stays)) };
}

/** The owners as the schema has it now: what became one piece since is owned as one piece. */
function reconciled({ versions }: WriteRules, owners: Owners): Owners {
  let result: Map<string, Owned> | undefined;
  for (const [name, owned] of owners) {
    const schema = versions.schemaOf(owned.apiVersion);
    if (schema === undefined) continue;
    const fields = inSchema(schema, owned.fields);
    if (fields === owned.fields) continue;
    result ??= new Map(owners);
    result.set(name, { ...owned, fields });
  }
  return result ?? owners;
}

function inSchema(place: SchemaNode, tree: FieldTree): FieldTree {
  if (tree.children.size === 0 || tree.fitted === place) return tree;
  const { type } = resolve(place);
  if (type === 'any' || (type !== 'array' && type !== 'object' && type !== 'map')) return tree;
  if (shapeAt(place, undefined) === 'atomic') return leaf;
  let children: Map<string, FieldTree> | undefined;
  for (const [element, child] of tree.children) {
    const inner = element.startsWith('f:') ? childNode(place, element.slice(2)) : itemNode(place);
    const fitting = inSchema(inner, child);
    if (fitting !== child) (children ??= new Map(tree.children)).set(element, fitting);
  }
  if (children !== undefined) return treeOf(tree.own, children);
  tree.fitted = place;
  return tree;
}
