/** What an operation of the OpenAPI documents is, and what those of one resource have in common. Pure. */
import type { Kind } from '@pintle/machinery';
import type { Resource } from '../registry/resource.js';
import { inPath, type Parameter, pretty } from './parameters.js';

export type Method = 'get' | 'put' | 'post' | 'delete' | 'options' | 'head' | 'patch';

export interface Operation {
  readonly path: string;
  readonly method: Method;
  /** As `x-kubernetes-action` has it; absent where it is of no object. */
  readonly action?: string;
  readonly id: string;
  readonly tag: string;
  readonly description: string;
  readonly kind?: { readonly group: string; readonly version: string; readonly kind: string };
  readonly parameters: readonly Parameter[];
  readonly body?: {
    /** The name of its schema. */
    readonly schema: string;
    readonly required: boolean;
    readonly mediaTypes: readonly string[];
  };
  /** The name of the answer's schema; undefined: a text. */
  readonly response: string | undefined;
  readonly mediaTypes: readonly string[];
  /** With which codes it answers where all went well. */
  readonly codes: readonly (200 | 201 | 202)[];
}

/** The OpenAPI name of a kind: its own, or its group reversed, its version and its kind, as for custom resources. */
export function schemaNameOf({ schema, group, version, kind }: Kind): string {
  return schema.node.name ?? [...group.split('.').reverse(), version, kind].join('.');
}

export const listSchemaNameOf = (kind: Kind): string => schemaNameOf(kind).replace(/[^.]+$/, kind.listKind);

export const meta = (type: string) => `io.k8s.apimachinery.pkg.apis.meta.v1.${type}`;

const json = ['application/json', 'application/yaml'];
export const everyType = ['application/json', 'application/vnd.kubernetes.protobuf', 'application/yaml'];
export const watchTypes = ['application/json;stream=watch', 'application/vnd.kubernetes.protobuf;stream=watch'];
const patches = ['application/apply-patch+yaml', 'application/json-patch+json', 'application/merge-patch+json'];

/** The group and version in names of operations (`RbacAuthorizationV1`), and in tags (`rbacAuthorization_v1`). */
export const groupWordOf = ({ group, version }: Kind) => groupWord(group) + capital(version);
export const tagOf = ({ group, version }: Kind) => `${tagWord(group)}_${version}`;
export const tagWord = (group: string) => {
  const word = groupWord(group);
  return word.charAt(0).toLowerCase() + word.slice(1);
};
export const rootOf = ({ group, version }: Kind) => (group === '' ? `/api/${version}` : `/apis/${group}/${version}`);

export interface Frame {
  readonly resource: Resource;
  /** The path of the version. */
  readonly root: string;
  /** Where its objects are below that; `one` is the whole path of one. */
  readonly below: string;
  readonly one: string;
  /** Of names of operations: of what group and version, and of what. */
  readonly word: string;
  readonly noun: string;
  /** The name of its schema. */
  readonly schema: string;
  readonly common: Pick<Operation, 'tag' | 'mediaTypes'> & { readonly kind: NonNullable<Operation['kind']> };
  /** The parameters of its namespace, and of one object. */
  readonly namespace: readonly Parameter[];
  readonly named: readonly Parameter[];
  readonly patch: NonNullable<Operation['body']>;
  readonly patchCodes: Operation['codes'];
  body(schema: string, required?: boolean): NonNullable<Operation['body']>;
}

export function frameOf(resource: Resource): Frame {
  const { kind, custom } = resource;
  const { group, version, plural, scope } = kind;
  const root = rootOf(kind);
  const namespace = scope === 'Namespaced' ? [inPath('namespace', 'The namespace of the object.')] : [];
  const below = scope === 'Namespaced' ? `namespaces/{namespace}/${plural}` : plural;
  return {
    ...{ resource, root, below, one: `${root}/${below}/{name}`, namespace },
    ...{ word: groupWordOf(kind), noun: `${scope === 'Namespaced' ? 'Namespaced' : ''}${kind.kind}` },
    schema: schemaNameOf(kind),
    common: { tag: tagOf(kind), kind: { group, version, kind: kind.kind }, mediaTypes: custom ? json : everyType },
    named: [inPath('name', 'The name of the object.'), ...namespace, pretty],
    patch: {
      ...{ schema: meta('Patch'), required: true },
      mediaTypes: custom ? patches : [...patches, 'application/strategic-merge-patch+json'],
    },
    patchCodes: custom ? [200] : [200, 201],
    body: (schema, required = true) => ({ schema, required, mediaTypes: custom ? json : ['*/*'] }),
  };
}

export const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);

/** `rbac.authorization.k8s.io` is RbacAuthorization, the empty group is Core. */
export function groupWord(group: string): string {
  if (group === '') return 'Core';
  return group
    .replace(/\.k8s\.io$/, '')
    .split(/[.-]/)
    .map(capital)
    .join('');
}
