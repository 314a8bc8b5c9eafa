/** What can be asked of a resource, for the OpenAPI documents: a path, a method, parameters and the names of schemas. Pure. */
import type { Kind } from '@pintle/machinery';
import type { Resource } from '../registry/resource.js';
import { verbsOf } from './discovery.js';
import {
  connecting,
  deleting,
  deletingMany,
  inPath,
  listing,
  logging,
  type Parameter,
  patching,
  pretty,
  reading,
  writing,
} from './parameters.js';

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

const meta = (type: string) => `io.k8s.apimachinery.pkg.apis.meta.v1.${type}`;

const json = ['application/json', 'application/yaml'];
const all = ['application/json', 'application/vnd.kubernetes.protobuf', 'application/yaml'];
const watching = ['application/json;stream=watch', 'application/vnd.kubernetes.protobuf;stream=watch'];
const patches = ['application/apply-patch+yaml', 'application/json-patch+json', 'application/merge-patch+json'];

/** The group and version in names of operations (`RbacAuthorizationV1`), and in tags (`rbacAuthorization_v1`). */
const groupWordOf = ({ group, version }: Kind) => groupWord(group) + capital(version);
const tagOf = ({ group, version }: Kind) => {
  const word = groupWord(group);
  return `${word.charAt(0).toLowerCase()}${word.slice(1)}_${version}`;
};
const rootOf = ({ group, version }: Kind) => (group === '' ? `/api/${version}` : `/apis/${group}/${version}`);

/** What a built-in group tells of its resources. */
export function groupOperation(kind: Kind): Operation {
  return {
    ...{ path: `${rootOf(kind)}/`, method: 'get', id: `get${groupWordOf(kind)}APIResources`, tag: tagOf(kind) },
    description: 'What resources there are.',
    ...{ parameters: [], response: meta('APIResourceList'), mediaTypes: all, codes: [200] },
  };
}

/** All that can be asked of a resource and of what is below its objects. */
export function operationsOf(resource: Resource): readonly Operation[] {
  const { kind, custom, definition } = resource;
  const { group, version, plural } = kind;
  const root = rootOf(kind);
  const namespaced = kind.scope === 'Namespaced';
  const place = [...(namespaced ? [inPath('namespace', 'The namespace of the object.')] : []), pretty];
  const below = namespaced ? `namespaces/{namespace}/${plural}` : plural;
  const [base, one] = [`${root}/${below}`, `${root}/${below}/{name}`];
  const [schema, list] = [schemaNameOf(kind), listSchemaNameOf(kind)];
  const verbs: readonly string[] = verbsOf(kind);
  const word = groupWordOf(kind);
  const noun = `${namespaced ? 'Namespaced' : ''}${kind.kind}`;
  const named = [inPath('name', 'The name of the object.'), ...place];
  const common = { tag: tagOf(kind), kind: { group, version, kind: kind.kind }, mediaTypes: custom ? json : all };
  const bodyOf = (of: string, required = true) => ({ schema: of, required, mediaTypes: custom ? json : ['*/*'] });
  const options = custom ? undefined : bodyOf(meta('DeleteOptions'), false);
  const patch = {
    schema: meta('Patch'),
    required: true,
    mediaTypes: custom ? patches : [...patches, 'application/strategic-merge-patch+json'],
  };
  const listTypes = custom ? json : [...all, ...(verbs.includes('watch') ? watching : [])].sort();

  const operations: (Operation | false)[] = [
    verbs.includes('list') && {
      ...{ ...common, path: base, method: 'get', action: 'list', id: `list${word}${noun}`, mediaTypes: listTypes },
      ...{
        description: `Lists or watches ${plural}.`,
        parameters: [...place, ...listing],
        response: list,
        codes: [200],
      },
    },
    verbs.includes('create') && {
      ...{ ...common, path: base, method: 'post', action: 'post', id: `create${word}${noun}`, body: bodyOf(schema) },
      ...{ description: `Creates a ${kind.kind}.`, parameters: [...place, ...writing] },
      ...{ response: schema, codes: [200, 201, 202] },
    },
    verbs.includes('deletecollection') && {
      ...{ ...common, path: base, method: 'delete', action: 'deletecollection' },
      ...{ id: `delete${word}Collection${noun}`, description: `Deletes ${plural}.` },
      ...(options === undefined ? {} : { body: options }),
      ...{ parameters: [...place, ...(custom ? listing : deletingMany)], response: meta('Status'), codes: [200] },
    },
    namespaced &&
      verbs.includes('list') && {
        ...{ ...common, path: `${root}/${plural}`, method: 'get', action: 'list', mediaTypes: listTypes },
        ...{
          id: `list${word}${kind.kind}ForAllNamespaces`,
          description: `Lists or watches ${plural} of all namespaces.`,
        },
        ...{ parameters: [pretty, ...listing], response: list, codes: [200] },
      },
    verbs.includes('get') && {
      ...{ ...common, path: one, method: 'get', action: 'get', id: `read${word}${noun}`, codes: [200] },
      ...{ description: `Reads a ${kind.kind}.`, parameters: [...named, ...(custom ? reading : [])], response: schema },
    },
    verbs.includes('update') && {
      ...{ ...common, path: one, method: 'put', action: 'put', id: `replace${word}${noun}`, body: bodyOf(schema) },
      ...{ description: `Replaces a ${kind.kind}.`, parameters: [...named, ...writing] },
      ...{ response: schema, codes: [200, 201] },
    },
    verbs.includes('patch') && {
      ...{ ...common, path: one, method: 'patch', action: 'patch', id: `patch${word}${noun}`, body: patch },
      ...{ description: `Changes a part of a ${kind.kind}.`, parameters: [...named, ...patching] },
      ...{ response: schema, codes: custom ? [200] : [200, 201] },
    },
    verbs.includes('delete') && {
      ...{ ...common, path: one, method: 'delete', action: 'delete', id: `delete${word}${noun}` },
      ...{ description: `Deletes a ${kind.kind}.`, parameters: [...named, ...deleting] },
      body: options ?? bodyOf(meta('DeleteOptions'), false),
      ...{ response: definition.strategy?.returnsDeleted ? schema : meta('Status'), codes: [200, 202] },
    },
  ];
  const parts = partsOf(kind).flatMap(({ name, verbs: partVerbs, of, schema: own = schema }) => {
    const at = { ...common, path: `${one}/${name}`, kind: of ?? common.kind };
    const what = `${noun}${capital(name)}`;
    if (of !== undefined && connecting[of.kind] !== undefined)
      return connections({ ...at, mediaTypes: ['*/*'] }, [...named, ...connecting[of.kind]!], word, what, partVerbs);
    return partVerbs.map((verb): Operation => {
      const method = partMethods[verb];
      const step = { ...at, method, action: method, id: `${partWords[verb]}${word}${what}`, response: own };
      const description = `Of the ${name} of a ${kind.kind}.`;
      if (name === 'log')
        return {
          ...{ ...step, description, parameters: [...named, ...logging], response: undefined, codes: [200] },
          mediaTypes: ['text/plain', ...all],
        };
      switch (verb) {
        case 'create':
          return {
            ...{ ...step, description, parameters: [...named, ...writing], body: bodyOf(own), codes: [200, 201, 202] },
          };
        case 'update':
          return { ...step, description, parameters: [...named, ...writing], body: bodyOf(own), codes: [200, 201] };
        case 'patch':
          return {
            ...{ ...step, description, parameters: [...named, ...patching], body: patch },
            codes: custom ? [200] : [200, 201],
          };
        default:
          return { ...step, description, parameters: [...named, ...(custom ? reading : [])], codes: [200] };
      }
    });
  });
  const watches =
    custom || !verbs.includes('watch') ? [] : watchesOf(common, { root, below, plural, word, noun, kind });
  return [...operations.filter((operation) => operation !== false), ...parts, ...watches];
}

type Common = Pick<Operation, 'tag' | 'mediaTypes' | 'kind'>;

interface Watched {
  readonly root: string;
  readonly below: string;
  readonly plural: string;
  readonly word: string;
  readonly noun: string;
  readonly kind: Kind;
}

/** The paths by which one watched before lists could be. */
function watchesOf(common: Common, { root, below, plural, word, noun, kind }: Watched): readonly Operation[] {
  const namespace = kind.scope === 'Namespaced' ? [inPath('namespace', 'The namespace of the object.')] : [];
  const shared = {
    ...({ ...common, method: 'get', response: meta('WatchEvent'), codes: [200] } as const),
    mediaTypes: [...all, ...watching].sort(),
  };
  const description = 'Older than the parameter watch of a list.';
  const parameters = [pretty, ...listing];
  const many = {
    ...{ ...shared, path: `${root}/watch/${below}`, action: 'watchlist', id: `watch${word}${noun}List`, description },
    parameters: [...namespace, ...parameters],
  };
  const everywhere = {
    ...{ ...shared, path: `${root}/watch/${plural}`, action: 'watchlist', description, parameters },
    id: `watch${word}${kind.kind}ListForAllNamespaces`,
  };
  const one = {
    ...{ ...shared, path: `${root}/watch/${below}/{name}`, action: 'watch', id: `watch${word}${noun}`, description },
    parameters: [inPath('name', 'The name of the object.'), ...namespace, ...parameters],
  };
  return [many, one, ...(namespace.length > 0 ? [everywhere] : [])];
}

const proxied: readonly Method[] = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch'];

/** Of streams and of proxies: what is sent is nobody's schema. */
function connections(
  at: Common & Pick<Operation, 'path'>,
  parameters: readonly Parameter[],
  word: string,
  what: string,
  verbs: readonly PartVerb[],
): readonly Operation[] {
  const given = parameters.filter(({ name }) => name !== 'pretty');
  const isProxy = at.path.endsWith('/proxy');
  const methods = isProxy ? proxied : verbs.map((verb) => partMethods[verb]);
  const of = (path: string, more: readonly Parameter[], end: string) =>
    methods.map(
      (method): Operation => ({
        ...{ ...at, path, method, action: 'connect', id: `connect${word}${capital(method)}${what}${end}` },
        ...{
          description: 'Goes on to what runs there.',
          parameters: [...given, ...more],
          response: undefined,
          codes: [200],
        },
      }),
    );
  return [
    ...of(at.path, [], ''),
    ...(isProxy ? of(`${at.path}/{path}`, [inPath('path', 'The path that is asked for.')], 'WithPath') : []),
  ];
}

/** Methods by verb, for what is below an object, and how their names begin. */
const partMethods = { create: 'post', get: 'get', update: 'put', patch: 'patch', delete: 'delete' } as const;
const partWords = { create: 'create', get: 'read', update: 'replace', patch: 'patch', delete: 'delete' } as const;

type PartVerb = keyof typeof partMethods;

interface Part {
  readonly name: string;
  readonly verbs: readonly PartVerb[];
  /** The kind of its body where it is not the object's own. */
  readonly of?: NonNullable<Operation['kind']>;
  /** The name of the schema of `of`. */
  readonly schema?: string;
}

const scale: Part = {
  ...{ name: 'scale', verbs: ['get', 'update', 'patch'], schema: 'io.k8s.api.autoscaling.v1.Scale' },
  of: { group: 'autoscaling', version: 'v1', kind: 'Scale' },
};

function partsOf(kind: Kind): readonly Part[] {
  const others = kind.otherSubresources.map(({ name, verbs, kind: body, group, version }): Part => {
    const of = { group: group ?? kind.group, version: version ?? kind.version, kind: body };
    return {
      name,
      verbs: verbs.filter((verb): verb is PartVerb => Object.hasOwn(partMethods, verb)),
      ...(body === kind.kind
        ? {}
        : { of, schema: `io.k8s.api.${of.group.split('.')[0] || 'core'}.${of.version}.${body}` }),
    };
  });
  return [
    ...others,
    ...(kind.subresources.status && !others.some(({ name }) => name === 'status')
      ? [{ name: 'status', verbs: ['get', 'update', 'patch'] as const }]
      : []),
    ...(kind.subresources.scale && !others.some(({ name }) => name === 'scale') ? [scale] : []),
  ];
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
