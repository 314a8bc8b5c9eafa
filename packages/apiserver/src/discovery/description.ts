/** What the OpenAPI documents of both versions tell of resources: operations, and the schemas that these name. Pure. */
import { type FieldDocs, openApiComponents, type SchemaNode } from '@pintle/machinery';
import type { Resource } from '../registry/resource.js';
import { listSchemas, selectable } from './list-schemas.js';
import { type Operation, schemaNameOf } from './operation.js';
import { groupOperation, operationsOf } from './operations.js';
import type { Parameter } from './parameters.js';
import { sharedSchemas } from './shared-schemas.js';

export interface DescriptionParts {
  readonly title: string;
  readonly docs: () => FieldDocs;
  /** The types of bodies that are of no resource, by `apiVersion/kind`. */
  readonly bodies: Readonly<Record<string, SchemaNode>>;
}

export interface ApiDescription {
  readonly title: string;
  /** Whether there is any of Kubernetes' own resources among them. */
  readonly isBuiltin: boolean;
  readonly operations: readonly Operation[];
  /** By name; they refer to one another as v3's components. */
  readonly schemas: Readonly<Record<string, unknown>>;
}

export const openApiVersion = 'v1.33.5';

export const codeWords = { 200: 'OK', 201: 'Created', 202: 'Accepted', 401: 'Unauthorized' } as const;

/** `general`: operations that are of none of the resources. */
export function described(
  resources: readonly Resource[],
  { title, docs, bodies }: DescriptionParts,
  general: Iterable<Operation> = [],
): ApiDescription {
  const groups = new Map(resources.filter(({ custom }) => !custom).map(({ apiVersion, kind }) => [apiVersion, kind]));
  const ofServer = [...general];
  const operations = [...ofServer, ...[...groups.values()].map(groupOperation), ...resources.flatMap(operationsOf)];
  const named = new Set(operations.flatMap(({ body, response }) => [body?.schema, response]));
  const others = sharedSchemas(bodies).filter(({ node }) => named.has(node.name));
  const kinds = resources.map(({ kind }) => kind);
  const schemas: Record<string, unknown> = {
    ...openApiComponents(
      kinds,
      docs(),
      others.map(({ node }) => node),
    ),
    ...listSchemas(resources),
  };
  const add = (name: string, more: object) => {
    schemas[name] = { ...(schemas[name] as object), ...more };
  };
  for (const { node, kind } of others)
    if (kind !== undefined) add(node.name!, { 'x-kubernetes-group-version-kind': [kind] });
  for (const kind of kinds) if (kind.selectableFields.length > 0) add(schemaNameOf(kind), selectable(kind));
  return { title, isBuiltin: groups.size > 0 || ofServer.length > 0, operations, schemas };
}

export interface PathDescription {
  readonly path: string;
  /** What all its operations have. */
  readonly parameters: readonly Parameter[];
  readonly operations: readonly (Operation & { readonly own: readonly Parameter[] })[];
}

/** The operations by their paths. */
export function pathsOf({ operations }: ApiDescription): readonly PathDescription[] {
  const byPath = new Map<string, Operation[]>();
  for (const operation of operations) byPath.set(operation.path, [...(byPath.get(operation.path) ?? []), operation]);
  return [...byPath].map(([path, there]) => {
    const shared = sharedParameters(there);
    const isOwn = (parameter: Parameter) => !shared.some((each) => isSame(each, parameter));
    return {
      path,
      parameters: shared,
      operations: there.map((operation) => ({ ...operation, own: operation.parameters.filter(isOwn) })),
    };
  });
}

const orderOf = ({ name, in: place }: Parameter) => `${name} ${place}`;
const isSame = (a: Parameter, b: Parameter) => a.name === b.name && a.in === b.in;

/** The parameters that all operations of a path have, by name. */
function sharedParameters(operations: readonly Operation[]): readonly Parameter[] {
  const [first, ...others] = operations;
  return (first?.parameters ?? [])
    .filter((given) => others.every(({ parameters }) => parameters.some((each) => isSame(each, given))))
    .toSorted((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1));
}
