/** What can be asked of a kind, for the OpenAPI documents: a path, a method, parameters and the names of schemas. Pure. */
import { apiVersionOf, type Kind } from '@pintle/machinery';
import { verbsOf } from './discovery.js';

export interface Parameter {
  readonly name: string;
  readonly in: 'query' | 'path';
  readonly type: 'string' | 'integer' | 'boolean';
  readonly description: string;
}

export interface Operation {
  readonly path: string;
  readonly method: 'get' | 'put' | 'post' | 'delete' | 'patch';
  /** As `x-kubernetes-action` has it. */
  readonly action: string;
  readonly id: string;
  readonly kind: { readonly group: string; readonly version: string; readonly kind: string };
  readonly parameters: readonly Parameter[];
  /** The name of the body's schema. */
  readonly body?: string;
  readonly response: string;
}

/** What goes into the documents of both versions. */
export interface ApiDescription {
  readonly title: string;
  readonly operations: readonly Operation[];
  /** By name; they refer to one another as v3's components. */
  readonly schemas: Readonly<Record<string, unknown>>;
}

export const openApiVersion = 'v1.33.5';

/** The OpenAPI name of a kind: its own, or its group reversed, its version and its kind, as for custom resources. */
export function schemaNameOf({ schema, group, version, kind }: Kind): string {
  return schema.node.name ?? [...group.split('.').reverse(), version, kind].join('.');
}

export const listSchemaNameOf = (kind: Kind): string => schemaNameOf(kind).replace(/[^.]+$/, kind.listKind);

const query = (name: string, type: Parameter['type'], description: string): Parameter => ({
  name,
  in: 'query',
  type,
  description,
});
const inPath = (name: string, description: string): Parameter => ({ name, in: 'path', type: 'string', description });

const listing: readonly Parameter[] = [
  query('allowWatchBookmarks', 'boolean', 'Whether a watch may send bookmarks.'),
  query('continue', 'string', 'Where the page before ended, as its metadata told.'),
  query('fieldSelector', 'string', 'Narrows the list of returned objects by their fields.'),
  query('labelSelector', 'string', 'Narrows the list of returned objects by their labels.'),
  query('limit', 'integer', 'How many objects a page has at most.'),
  query('resourceVersion', 'string', 'The version that the answer is of, or not older than.'),
  query('resourceVersionMatch', 'string', 'How resourceVersion is meant: Exact or NotOlderThan.'),
  query('sendInitialEvents', 'boolean', 'Whether a watch begins with what there is.'),
  query('timeoutSeconds', 'integer', 'When the call ends, whatever happens.'),
  query('watch', 'boolean', 'Watch for changes to the described resources: a stream of events in the place of a list.'),
];
const writing: readonly Parameter[] = [
  query('dryRun', 'string', 'All: to do everything but keep nothing.'),
  query('fieldManager', 'string', 'Who owns the fields that are written.'),
  query('fieldValidation', 'string', 'What becomes of unknown fields: Ignore, Warn or Strict.'),
];
const forcing = query('force', 'boolean', 'Whether an apply takes fields from other managers.');
const deleting: readonly Parameter[] = [
  query('dryRun', 'string', 'All: to do everything but keep nothing.'),
  query('gracePeriodSeconds', 'integer', 'How long the object lives on.'),
  query('propagationPolicy', 'string', 'What becomes of its dependents: Orphan, Background or Foreground.'),
];

/** Methods by verb, for what is below an object. */
const subresourceMethods = { create: 'post', get: 'get', update: 'put', patch: 'patch', delete: 'delete' } as const;

export function operationsOf(kind: Kind): readonly Operation[] {
  const { group, version, plural } = kind;
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  const namespaced = kind.scope === 'Namespaced';
  const place = namespaced ? [inPath('namespace', 'The namespace of the object.')] : [];
  const base = namespaced ? `${root}/namespaces/{namespace}/${plural}` : `${root}/${plural}`;
  const own = { group, version, kind: kind.kind };
  const [schema, list] = [schemaNameOf(kind), listSchemaNameOf(kind)];
  const verbs: readonly string[] = verbsOf(kind);
  const group_ = groupWord(group) + capital(version);
  const noun = `${namespaced ? 'Namespaced' : ''}${kind.kind}`;
  const named = [inPath('name', 'The name of the object.'), ...place];
  const one = `${base}/{name}`;

  const operations: readonly (Operation | false)[] = [
    verbs.includes('list') && {
      ...{ path: base, method: 'get', action: 'list', id: `list${group_}${noun}`, kind: own, response: list },
      parameters: [...place, ...listing],
    },
    verbs.includes('create') && {
      ...{ path: base, method: 'post', action: 'post', id: `create${group_}${noun}`, kind: own, response: schema },
      parameters: [...place, ...writing],
      body: schema,
    },
    verbs.includes('deletecollection') && {
      ...{
        path: base,
        method: 'delete',
        action: 'deletecollection',
        id: `delete${group_}Collection${noun}`,
        kind: own,
      },
      parameters: [...place, ...listing.filter(({ name }) => name !== 'watch'), ...deleting],
      response: list,
    },
    namespaced &&
      verbs.includes('list') && {
        ...{ path: `${root}/${plural}`, method: 'get', action: 'list', kind: own, response: list },
        id: `list${group_}${kind.kind}ForAllNamespaces`,
        parameters: listing,
      },
    verbs.includes('get') && {
      ...{ path: one, method: 'get', action: 'get', id: `read${group_}${noun}`, kind: own, response: schema },
      parameters: named,
    },
    verbs.includes('update') && {
      ...{ path: one, method: 'put', action: 'put', id: `replace${group_}${noun}`, kind: own, response: schema },
      parameters: [...named, ...writing],
      body: schema,
    },
    verbs.includes('patch') && {
      ...{ path: one, method: 'patch', action: 'patch', id: `patch${group_}${noun}`, kind: own, response: schema },
      parameters: [...named, ...writing, forcing],
    },
    verbs.includes('delete') && {
      ...{ path: one, method: 'delete', action: 'delete', id: `delete${group_}${noun}`, kind: own, response: schema },
      parameters: [...named, ...deleting],
    },
    ...partsOf(kind).flatMap(({ name, verbs: partVerbs, of }) =>
      partVerbs.map((verb): Operation => {
        const method = subresourceMethods[verb];
        const word = { create: 'create', get: 'read', update: 'replace', patch: 'patch', delete: 'delete' }[verb];
        return {
          ...{ path: `${one}/${name}`, method, action: method, kind: of ?? own, response: schema },
          id: `${word}${group_}${noun}${capital(name)}`,
          parameters: verb === 'get' ? named : [...named, ...writing],
          ...(verb === 'update' && of === undefined ? { body: schema } : {}),
        };
      }),
    ),
  ];
  return operations.filter((operation) => operation !== false);
}

type PartVerb = keyof typeof subresourceMethods;

interface Part {
  readonly name: string;
  readonly verbs: readonly PartVerb[];
  /** The kind of its body where it is not the object's own. */
  readonly of?: Operation['kind'];
}

function partsOf(kind: Kind): readonly Part[] {
  const whole: readonly PartVerb[] = ['get', 'update', 'patch'];
  const others = kind.otherSubresources.map(
    ({ name, verbs, kind: body, group, version }): Part => ({
      name,
      verbs: verbs.filter((verb): verb is PartVerb => Object.hasOwn(subresourceMethods, verb)),
      ...(body === kind.kind
        ? {}
        : { of: { group: group ?? kind.group, version: version ?? kind.version, kind: body } }),
    }),
  );
  return [
    ...others,
    ...(kind.subresources.status && !others.some(({ name }) => name === 'status')
      ? [{ name: 'status', verbs: whole }]
      : []),
    ...(kind.subresources.scale && !others.some(({ name }) => name === 'scale')
      ? [{ name: 'scale', verbs: whole, of: { group: 'autoscaling', version: 'v1', kind: 'Scale' } }]
      : []),
  ];
}

/** A list of the kind, and what every list says of itself. */
export function listSchemas(kinds: readonly Kind[]): Readonly<Record<string, unknown>> {
  const listMeta = 'io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta';
  const lists = kinds
    .filter((kind) => (verbsOf(kind) as readonly string[]).includes('list'))
    .map((kind) => [
      listSchemaNameOf(kind),
      {
        type: 'object',
        description: `A list of kind ${kind.kind} in ${apiVersionOf(kind)}.`,
        required: ['items'],
        properties: {
          apiVersion: { type: 'string' },
          items: {
            type: 'array',
            description: `List of ${kind.plural}, a page of them or all.`,
            items: { $ref: `#/components/schemas/${schemaNameOf(kind)}` },
          },
          kind: { type: 'string' },
          metadata: { $ref: `#/components/schemas/${listMeta}` },
        },
        'x-kubernetes-group-version-kind': [{ group: kind.group, version: kind.version, kind: kind.listKind }],
      },
    ]);
  if (lists.length === 0) return {};
  const meta = {
    type: 'object',
    description: 'What a list says of itself.',
    properties: {
      continue: { type: 'string', description: 'Where the next page begins; empty on the last.' },
      remainingItemCount: { type: 'integer', format: 'int64', description: 'How many more objects there are.' },
      resourceVersion: { type: 'string', description: 'The version that the list is of.' },
      selfLink: { type: 'string' },
    },
  };
  return { [listMeta]: meta, ...Object.fromEntries(lists) };
}

const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);

/** `rbac.authorization.k8s.io` is RbacAuthorization, the empty group is Core. */
function groupWord(group: string): string {
  if (group === '') return 'Core';
  return group
    .replace(/\.k8s\.io$/, '')
    .split(/[.-]/)
    .map(capital)
    .join('');
}
